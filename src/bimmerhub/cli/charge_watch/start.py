"""The charge log of `watch`: which cars, by which way, told to whom; here it is put together."""

import asyncio
import hashlib
import os
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import open_session
from bimmerhub.cli.arguments.wanted_cars import WantedCars
from bimmerhub.cli.charge_watch.asked_cars import AskedCars
from bimmerhub.cli.charge_watch.glimpse import Glimpse, show_glimpse
from bimmerhub.cli.charge_watch.hub_cars import follow_hub
from bimmerhub.cli.charge_watch.old_account import open_account
from bimmerhub.cli.charge_watch.old_variables import DEFAULT_INTERVAL_S, OldProgram, read_old_variables, unread_file
from bimmerhub.cli.charge_watch.refused_password import RefusedPassword
from bimmerhub.cli.charge_watch.telling import ChargeTelling, telling
from bimmerhub.cli.context import WrongUsage
from bimmerhub.cli.hub_access.hub_client import HubClient
from bimmerhub.cli.printing.output import fits, local_time, print_json_line, print_text, say
from bimmerhub.domain.charge_log import ChargeNotice
from bimmerhub.errors import StoreError
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.process.clock import opened_clock
from bimmerhub.hub.process.directory import find_hub
from bimmerhub.hub.process.failures import only_error
from bimmerhub.hub.process.secret_text import read_secret
from bimmerhub.ids import vin_end
from bimmerhub.outputs.charge_messages import FOLDER
from bimmerhub.outputs.sink import Sink
from bimmerhub.outputs.sinks import DESKTOP, open_sink
from bimmerhub.views.cars.charge_log import describe_level, describe_notice

DEFAULT_STEP_PERCENT: Final = 5
NOBODY: Final = "none"
"""Given instead of an address: notices are printed, and go nowhere else."""
_EVERY: Final = re.compile(r"(\d{1,6})(s|min|m|h)?")
_UNITS_S: Final = {None: 1, "s": 1, "m": 60, "min": 60, "h": 3_600}
_LONGEST_S: Final = 86_400
_HUB_BACK_S: Final = 2.0
"""How often a hub that has stopped is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeOptions:
    """What the line says of the charge log; `every_s` is None where it says nothing. `sinks` are by their address."""

    every_s: float | None
    step_percent: int
    sinks: dict[str, Sink]
    json: bool


def read_charge_options(
    settings: HubConfig, *, every: str | None, step: int | None, notify: Sequence[str] | None, json: bool
) -> ChargeOptions:
    """Return the options of a charge log; WrongUsage, ConfigError."""
    addresses = [read_secret(address, setting="--notify") for address in notify or (DESKTOP,)]
    return ChargeOptions(
        every_s=None if every is None else parse_every(every),
        step_percent=DEFAULT_STEP_PERCENT if step is None else step,
        sinks={
            address: open_sink(address, plain_hosts=settings.lab.plain_http_hosts)
            for address in addresses
            if address != NOBODY
        },
        json=json,
    )


def parse_every(text: str) -> float:
    """Return seconds for 60s, 5m or 1h; WrongUsage for anything else, or less than a second."""
    match = _EVERY.fullmatch(text.strip())
    seconds = int(match[1]) * _UNITS_S[match[2]] if match else 0
    if not 1 <= seconds <= _LONGEST_S:
        raise WrongUsage(f"--every {text}: from 1s to 24h", hint="Such as 60s, 5m or 1h")
    return seconds


def find_old_program() -> OldProgram | None:
    """Return what the variables of the old charge logger say, here and now; say so of a `.env` that does not count."""
    if (words := unread_file(Path.cwd())) is not None:
        say(words)
    return read_old_variables(os.environ, Path.cwd())


async def log_asked_cars(settings: HubConfig, old: OldProgram, vins: Sequence[str], options: ChargeOptions) -> None:
    """Log cars of the account that the old program's variables name, for ever; BMW is asked without a hub.

    Without `vins` it is the account's only car.
    """
    every_s = old.interval_s if options.every_s is None else options.every_s
    account_words = (old.variables[name] for name in ("USERNAME", "AUTH_BASE_URL", "CONNECTED_DRIVE_BASE_URL"))
    name = hashlib.sha256(" ".join(account_words).encode()).hexdigest()[:16]
    folder = settings.data_dir / FOLDER
    refused = RefusedPassword(folder / f"refused-{name}.txt", old.variables)
    async with (
        open_session(plain_hosts=settings.lab.plain_http_hosts) as session,
        opened_clock(settings, session) as clock,
        open_account(
            old.variables,
            tokens=folder / f"tokens-{name}.json",
            sends_password=not refused.holds,
            around_sign_in=refused.noting,
            ca_file=settings.bmw.ca_file,
            session=session,
            clock=clock,
        ) as account,
        _telling(settings, options, clock) as log,
    ):
        cars = AskedCars(account, vins, every_s=every_s, clock=clock)
        with refused.explaining():
            await cars.follow(lambda glimpse: log.take(glimpse, shows_repeats=True))


async def log_hub_cars(
    settings: HubConfig,
    options: ChargeOptions,
    *,
    reach: Callable[[], AbstractAsyncContextManager[HubClient]],
    prepare: Callable[[HubClient], Awaitable[WantedCars]],
) -> None:
    """Log cars of a hub, for ever: one that stops is waited for, unless it is `reach` that runs it.

    `prepare` says which cars are wanted.
    """
    runs_elsewhere = find_hub(settings.data_dir) is not None
    async with reach() as client, opened_clock(settings) as clock:
        wanted = await prepare(client)
        async with _telling(settings, options, clock) as log:
            while True:
                try:
                    await follow_hub(
                        wanted.client,
                        wanted,
                        every_s=options.every_s or DEFAULT_INTERVAL_S,
                        take=lambda glimpse: log.take(glimpse, shows_repeats=False),
                    )
                except ExceptionGroup as group:
                    error = only_error(group)
                    if not (runs_elsewhere and isinstance(error, StoreError)):
                        raise error from group
                say("The hub has stopped. This goes on when it is back; Ctrl-C ends it.")
                wanted = wanted.by(await _wait_for_hub(settings))


async def _wait_for_hub(settings: HubConfig) -> HubClient:
    while True:
        await asyncio.sleep(_HUB_BACK_S)
        hub = find_hub(settings.data_dir)
        if hub is not None:
            return HubClient(hub)


def _telling(settings: HubConfig, options: ChargeOptions, clock: Clock) -> AbstractAsyncContextManager[ChargeTelling]:
    return telling(
        settings.data_dir,
        options.sinks,
        step_percent=options.step_percent,
        show=_print_json if options.json else _print_lines,
        clock=clock,
    )


def _print_lines(glimpse: Glimpse, notices: tuple[ChargeNotice, ...]) -> None:
    line = show_glimpse(glimpse)
    print_text(line if fits(line) else show_glimpse(glimpse, is_short=True))
    for notice in notices:
        answer = describe_notice(glimpse.vin, notice)
        print_text(f"{local_time(answer.at)}  {vin_end(glimpse.vin)}  {answer.text}")


def _print_json(glimpse: Glimpse, notices: tuple[ChargeNotice, ...]) -> None:
    if glimpse.instant is not None:
        print_json_line(describe_level(glimpse.vin, glimpse.instant))
    for notice in notices:
        print_json_line(describe_notice(glimpse.vin, notice))
