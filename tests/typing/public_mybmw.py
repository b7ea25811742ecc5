"""Never run: mypy reads it. What users write against the MyBMW app's SDK must stay well typed, without cast or Any."""

from collections.abc import AsyncGenerator
from datetime import date, datetime
from typing import assert_type

import aiohttp

from bimmerhub.bmw.clock import SystemClock
from bimmerhub.bmw.mybmw import (
    App,
    BmwLogin,
    BrandApp,
    Capabilities,
    CarState,
    ChargingProfileOrder,
    ChargingSettingsOrder,
    CommandProgress,
    Endpoints,
    Generation,
    ListedSession,
    MyBmw,
    PointOfInterest,
    Region,
    SolvedSlider,
    TokenFile,
    Vehicle,
)
from bimmerhub.bmw.mybmw.words import ChargingStatus, LockWord


async def signed_in(session: aiohttp.ClientSession) -> None:
    app = App(subscription_key="key", version="1.2.3(4)", build="AB1C")
    endpoints = Endpoints(
        region=Region.NORTH_AMERICA, app=app, brands=(BrandApp.BMW, BrandApp.TOYOTA), generation=Generation.V4
    )
    login = BmwLogin(username="anna@example.org", password="secret")
    async with MyBmw(
        tokens=TokenFile("tokens.json"), endpoints=endpoints, session=session, clock=SystemClock()
    ) as mybmw:
        await mybmw.sign_in(login, captcha="token")
        await mybmw.sign_in(login, captcha=SolvedSlider(verify_id="id", position=0.5))
        await read(assert_type(await mybmw.fetch_vehicle(), Vehicle))
        assert_type(await mybmw.call("flags"), bytes)


async def read(vehicle: Vehicle) -> None:
    state = assert_type(await vehicle.fetch_state(), CarState)
    assert_type(state.soc_percent, int | float | None)
    assert_type(state.updated_at, datetime | None)
    if state.doors is not None and state.charging is not None:
        assert_type(state.doors.security, LockWord | str | None)
        assert_type(state.charging.status, ChargingStatus | str | None)
    assert_type(await vehicle.fetch_capabilities(), Capabilities)
    async for session in vehicle.charging_sessions(month=date(2023, 1, 1)):
        assert_type(session, ListedSession)


async def command(vehicle: Vehicle) -> None:
    life = assert_type(vehicle.flash_lights(), AsyncGenerator[CommandProgress])
    async for progress in life:
        assert_type(progress.state.is_final, bool)
    profile = assert_type(await vehicle.fetch_charging_profile(), ChargingProfileOrder)
    async for _ in vehicle.set_charging_profile(profile, force=True):
        pass
    async for _ in vehicle.set_charging_settings(ChargingSettingsOrder(target_percent=80)):
        pass
    async for _ in vehicle.send_poi(PointOfInterest(latitude_deg=48.1, longitude_deg=11.5, name="Werk")):
        pass
