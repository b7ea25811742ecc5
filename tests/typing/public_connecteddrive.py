"""Never run: mypy reads it. What users write against the portal's SDK must stay well typed, without a cast or Any."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import assert_type

import aiohttp

from bimmerhub.bmw.car_commands.charging_profile import ChargingProfile, Weekday
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.bmw.connecteddrive import (
    App,
    BmwLogin,
    CommandProgress,
    ConnectedDrive,
    Country,
    Dynamic,
    Endpoints,
    FieldReadings,
    Region,
    TokenFile,
    Vehicle,
)
from bimmerhub.bmw.connecteddrive.words import DriveTrain


async def old_program_taken_over(variables: dict[str, str], session: aiohttp.ClientSession) -> None:
    endpoints = Endpoints.from_variables(variables)
    login = BmwLogin(username=variables["USERNAME"], password=variables["PASSWORD"])
    async with ConnectedDrive(
        tokens=TokenFile("tokens.json"), endpoints=endpoints, login=login, session=session, clock=SystemClock()
    ) as portal:
        await portal.sign_in(BmwLogin(username="anna@example.org", password="secret"), remember=True)
        assert_type(await portal.fetch_countries(), tuple[Country, ...])
        await read(assert_type(await portal.fetch_vehicle(), Vehicle))


def country() -> Endpoints:
    app = App(client_id="page", redirect_uri="https://portal.example")
    return Endpoints(region=Region.NORTH_AMERICA, country="Germany", app=app)


async def read(vehicle: Vehicle) -> None:
    assert_type(vehicle.info.drive_train, DriveTrain | str | None)
    state = assert_type(await vehicle.fetch_dynamic(), Dynamic)
    assert_type(state.attributes.soc_percent, int | float | None)
    assert_type(state.attributes.updated_at, datetime | None)
    assert_type(await vehicle.fetch_readings(), FieldReadings)
    assert_type((await vehicle.fetch_specs()).sheet.output_kw, int | float | None)


async def command(vehicle: Vehicle) -> None:
    life = assert_type(vehicle.flash_lights(), AsyncGenerator[CommandProgress])
    async for progress in life:
        assert_type(progress.state.is_final, bool)
        vehicle.follow(progress)
    profile = assert_type(await vehicle.fetch_charging_profile(), ChargingProfile)
    changed = profile.with_timer("timer_1", departure_time="07:30", weekdays=[Weekday.MONDAY])
    async for _ in vehicle.set_charging_profile(changed, force=True):
        pass
