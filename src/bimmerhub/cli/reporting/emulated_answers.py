"""How the emulator answers what BMW was asked: an emulated account, recorded in the same way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bimmerhub.cli.hub_access.emulated_hub import hub_settings, sign_in_to_emulator
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.info import EmulatorInfo
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings, HostSettings, LifeSettings, SignInSettings
from bimmerhub.hub.app import Hub, running
from bimmerhub.views.ports.accounts import AccountSignIn
from bimmerhub.views.ports.calls import CallWish
from bimmerhub.views.ports.commands import Asker
from bimmerhub.views.wire import WireAnswer

ACCOUNT: Final = "emulated"
HISTORY_DAYS: Final = 20
"""So that there is more than one page of charging sessions, as at BMW."""
LISTENED_AT_MOST_S: Final = 10.0
_ASKER: Final = Asker(who="report", from_where=None, may_command=True)
_MODELS: Final = {"BEV": "bev", "PHEV": "phev", "MHEV": "ice", "CONV": "ice"}
_APP_VERSION: Final = "1.2.3(4567)"
_APP_BUILD: Final = "AB1C.123456.789"
_APP_USER_AGENT: Final = "Dart/3.3 (dart:io)"


async def record_emulator(family: Family, *, drivetrain: str | None, stream_s: float) -> WireAnswer:
    """Return how an emulator answers an account of a family whose car has such a drivetrain, None for not known."""
    async with emulated_account(family, drivetrain=drivetrain) as (emulator, hub):
        return await record(emulator, hub, stream_s=min(stream_s, LISTENED_AT_MOST_S))


async def record(emulator: Emulator, hub: Hub, *, stream_s: float) -> WireAnswer:
    """Return how the emulator answers the account of `emulated_account`."""
    vin = emulator.info.vehicles[0].vin
    return await hub.context.wire.record(ACCOUNT, vin=vin, stream_s=stream_s, asker=_ASKER)


@asynccontextmanager
async def emulated_account(family: Family, *, drivetrain: str | None) -> AsyncIterator[tuple[Emulator, Hub]]:
    """Run an emulator and a hub that is signed in there, and that asks nothing by itself, as long as the block."""
    model = _MODELS.get(drivetrain or "", "bev")
    with TemporaryDirectory(prefix="bimmerhub-") as name:
        directory = Path(name)
        emulated = EmulatorSettings(
            host=HostSettings(http_port=0, mqtt_port=0, data_dir=directory / "emulator"),
            lives=LifeSettings(history_days=HISTORY_DAYS, is_demo=True),
            accounts=(EmulatedAccount(models=(model,)),),
            sign_in=SignInSettings(poll_interval_s=1),
        )
        async with Emulator(emulated) as emulator:
            settings = hub_settings(directory / "hub", emulator.info, port=0)
            async with running(settings, goes_live=False) as hub:
                await _sign_in(hub, emulator.info, family)
                yield emulator, hub


async def _sign_in(hub: Hub, info: EmulatorInfo, family: Family) -> None:
    """Sign in; at CarData, make the container that its values are asked by."""
    if family is Family.CARDATA:
        await sign_in_to_emulator(hub, info, account=ACCOUNT)
        keys = [entry.key for entry in load_catalogue().values() if entry.endpoint == "telematicData"]
        values = {"name": "all", "purpose": "comparison", "descriptors": [key for key in keys if "vehicle." in key]}
        await hub.context.calls.call(ACCOUNT, CallWish(operation="create-container", values=values), asker=_ASKER)
        return
    of_family = info.families[family.value]
    is_app = family is Family.MYBMW
    sign_in = AccountSignIn(
        family=family,
        username=info.user,
        password=info.password,
        client_key=of_family.client_id if family is Family.IREMOTE else None,
        client_secret=of_family.client_secret if family is Family.IREMOTE else None,
        client_id=of_family.client_id if family is Family.CONNECTEDDRIVE else None,
        redirect_uri=of_family.redirect_uri if family is Family.CONNECTEDDRIVE else None,
        subscription_key=of_family.subscription_key if is_app else None,
        captcha="solved" if is_app else None,
        app_version=_APP_VERSION if is_app else None,
        app_build=_APP_BUILD if is_app else None,
        app_user_agent=_APP_USER_AGENT if is_app else None,
    )
    await hub.connections.sign_in_with_password(ACCOUNT, sign_in)
