"""What the reading commands share: the store opened read-only (a running hub is not disturbed), vehicles, times."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bimmerhub.bmw.cardata.wire import parse_time_ms
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import ConfigError, MalformedPayload
from bimmerhub.hub.process.clock import fetch_now_ms
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.store.sqlite.store import SqliteStore

_AGO = re.compile(r"(\d{1,6})([mhdw])")
_AGO_MS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}

TIME_HELP = "A time (2026-01-31, 2026-01-31T08:00:00Z) or how long ago (30m, 24h, 7d, 4w)."


@asynccontextmanager
async def open_for_reading(options: Options) -> AsyncIterator[SqliteStore]:
    """Open the database read-only; StoreError when there is none yet."""
    async with SqliteStore.open_readonly(options.settings().database) as store:
        yield store


def now_ms() -> int:
    """Return the machine's time in milliseconds UTC."""
    return time.time_ns() // 1_000_000


async def fetch_present_ms(options: Options) -> int:
    """Return the time that the hub lives by in milliseconds UTC: the machine's, or that of a followed emulator."""
    return await fetch_now_ms(options.settings())


def parse_moment(text: str, *, now: int) -> int:
    """Return a time given on the command line as milliseconds UTC; a date or time without a zone is local.

    WrongUsage when it is neither a time nor an age.
    """
    if match := _AGO.fullmatch(text.strip()):
        return now - int(match[1]) * _AGO_MS[match[2]]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUsage(f"{text!r} is not a time", hint=TIME_HELP) from error
    try:
        return parse_time_ms(moment.astimezone(UTC).isoformat())
    except (OverflowError, ValueError, MalformedPayload) as error:
        raise WrongUsage(f"{text!r} is out of range", hint=TIME_HELP) from error


async def load_vehicles(options: Options, store: SqliteStore) -> list[Vehicle]:
    """Return the vehicles in order of VIN: all that are known or have readings, or those of --account only.

    WrongUsage when there is no account of that name.
    """
    account = options.only_account([each.name for each in await store.accounts.accounts()])
    known = {vehicle.vin: vehicle for vehicle in await store.vehicles.vehicles()}
    for vin in await store.vins():
        known.setdefault(vin, Vehicle(vin=vin))
    return [known[vin] for vin in sorted(known) if account is None or known[vin].account == account]


async def find_vin(options: Options, store: SqliteStore, text: str | None) -> Vin:
    """Return the one vehicle (of --account) whose VIN ends with `text` (None: the only one).

    WrongUsage when it is not just one, ConfigError when there is none at all.
    """
    known = [vehicle.vin for vehicle in await load_vehicles(options, store)]
    if not known:
        whose = "" if options.account is None else f" of the account {options.account}"
        raise ConfigError(f"no vehicle{whose} is known yet", hint="Sign in (bimmerhub login) or import a capture")
    found = [vin for vin in known if text is None or vin.endswith(text.upper())]
    if len(found) == 1:
        return found[0]
    names = ", ".join(mask_vin(vin) for vin in known)
    if text is None:
        raise WrongUsage(f"there are several vehicles: {names}", hint="Name one by its VIN or the end of it")
    how_many = "several vehicles' VINs end" if found else "no vehicle's VIN ends"
    raise WrongUsage(f"{how_many} with {text[-17:]!r}", hint=f"Known: {names}")
