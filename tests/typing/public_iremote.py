"""Never run: mypy reads it. What users write against i Remote's SDK must stay well typed, without a cast or Any."""

from collections.abc import AsyncGenerator
from datetime import datetime
from pathlib import Path
from typing import assert_type

import aiohttp

from bimmerhub.bmw.car_commands.charging_profile import ChargingProfile, Weekday
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.bmw.iremote import (
    App,
    AppKey,
    BmwLogin,
    CommandProgress,
    Endpoints,
    IRemote,
    PointOfInterest,
    Region,
    TokenFile,
    Vehicle,
    VehicleStatus,
    read_credentials,
    to_geojson,
)
from bimmerhub.bmw.iremote.words import LockWord


async def old_program_taken_over(path: Path, session: aiohttp.ClientSession) -> None:
    old = read_credentials(path, now_ms=SystemClock().now_ms())
    endpoints = Endpoints(region=Region.NORTH_AMERICA, app=App(key=assert_type(old.app_key, AppKey | None)))
    async with IRemote(
        tokens=TokenFile("tokens.json"), endpoints=endpoints, login=old.login, session=session, clock=SystemClock()
    ) as iremote:
        await iremote.sign_in(BmwLogin(username="anna@example.org", password="secret"), remember=True)
        vehicle = assert_type(await iremote.fetch_vehicle(), Vehicle)
        await read(vehicle)


async def read(vehicle: Vehicle) -> None:
    status = assert_type(await vehicle.fetch_status(near=(48.1, 11.5)), VehicleStatus)
    assert_type(status.soc_percent, int | float | None)
    assert_type(status.door_lock_state, LockWord | str | None)
    assert_type(status.updated_at, datetime | None)
    assert_type(to_geojson(await vehicle.fetch_range_map()), dict[str, object])


async def command(vehicle: Vehicle) -> None:
    life = assert_type(vehicle.flash_lights(count=2), AsyncGenerator[CommandProgress])
    async for progress in life:
        assert_type(progress.state.is_final, bool)
    profile = assert_type(await vehicle.fetch_charging_profile(), ChargingProfile)
    changed = profile.with_timer("timer_1", departure_time="07:30", weekdays=[Weekday.MONDAY])
    async for _ in vehicle.set_charging_profile(changed, force=True):
        pass
    async for _ in vehicle.send_poi(PointOfInterest(latitude_deg=48.1, longitude_deg=11.5, name="Werk")):
        pass
