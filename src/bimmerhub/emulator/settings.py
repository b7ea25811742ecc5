"""Every knob of the emulator: each part declares its own, here they are put together."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path

from bimmerhub.emulator.cardata.settings import CarDataSettings
from bimmerhub.emulator.cardata.stream.settings import StreamSettings
from bimmerhub.emulator.customer_portal.settings import PortalSettings
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.host.settings import HostSettings
from bimmerhub.emulator.inventory.settings import InventorySettings
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount, ProviderClient, Service
from bimmerhub.emulator.population import LifeSettings
from bimmerhub.emulator.remote.settings import RemoteSettings
from bimmerhub.emulator.sign_in.by_password.settings import PasswordSettings
from bimmerhub.emulator.sign_in.settings import SignInSettings
from bimmerhub.errors import ConfigError

__all__ = [
    "CarDataSettings",
    "EmulatedAccount",
    "EmulatorSettings",
    "HostSettings",
    "InventorySettings",
    "LifeSettings",
    "PasswordSettings",
    "PortalSettings",
    "ProviderClient",
    "RemoteSettings",
    "Service",
    "SignInSettings",
    "StreamSettings",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorSettings:
    """How one emulator behaves; the defaults are BMW's behaviour.

    `faults` are the misbehaviours that are on from the start or will be; `fault_table` is a file with more of them.
    `is_lenient` relaxes the timing for test suites; see `relax`.
    """

    host: HostSettings = field(default_factory=HostSettings)
    lives: LifeSettings = field(default_factory=LifeSettings)
    accounts: tuple[EmulatedAccount, ...] = (EmulatedAccount(),)
    providers: tuple[ProviderClient, ...] = ()
    sign_in: SignInSettings = field(default_factory=SignInSettings)
    passwords: PasswordSettings = field(default_factory=PasswordSettings)
    portal: PortalSettings = field(default_factory=PortalSettings)
    cardata: CarDataSettings = field(default_factory=CarDataSettings)
    stream: StreamSettings = field(default_factory=StreamSettings)
    remote: RemoteSettings = field(default_factory=RemoteSettings)
    inventory: InventorySettings = field(default_factory=InventorySettings)
    faults: tuple[FaultSwitch, ...] = ()
    fault_table: Path | None = None
    is_lenient: bool = False


def relax(settings: EmulatorSettings) -> EmulatorSettings:
    """Return settings with a kinder timing, whatever they say about it.

    Asking for tokens each second is enough and never too soon; a missed keep-alive closes no stream, and no number of
    connects is too many.
    """
    sign_in = replace(
        settings.sign_in,
        poll_interval_s=min(settings.sign_in.poll_interval_s, 1),
        enforces_poll_interval=False,
    )
    stream = replace(settings.stream, keeps_alive_rule=False, connects_per_minute=None)
    return replace(settings, sign_in=sign_in, stream=stream)


def check_settings(settings: EmulatorSettings) -> None:
    """Raise ConfigError in words for a setting that is no number from 0 on, or would have commands never end."""
    for name, value in _numbers(settings):
        least = math.ulp(0.0) if name in _ABOVE_ZERO else 0
        if name != "lives.seed" and not least <= value < math.inf:
            raise ConfigError(
                f"the emulator's {name} is {value:g}", hint=f"Give it a number {'above' if least else 'from'} 0."
            )
    if settings.remote.delivered_s > settings.remote.executed_s:
        raise ConfigError(
            "the emulator's remote.delivered_s is longer than remote.executed_s", hint="Cars get a command, then do it."
        )


_ABOVE_ZERO = frozenset({"remote.executed_s", "remote.retry_s"})


def _numbers(settings: EmulatorSettings) -> Iterator[tuple[str, float]]:
    """Yield every number of the settings' parts, with the part's name before its own."""
    for part in fields(settings):
        group = getattr(settings, part.name)
        for member in fields(group) if is_dataclass(group) else ():
            value = getattr(group, member.name)
            if isinstance(value, int | float):
                yield f"{part.name}.{member.name}", value
