"""Charging history and charging settings: pages, windows, what BMW fails at, and what each costs."""

import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bimmerhub.bmw.answers.lenient_structs import read_object
from bimmerhub.bmw.cardata import CarData
from bimmerhub.bmw.cardata.answers.charging_history import BmwChargingSession, SkippedPeriod
from bimmerhub.bmw.cardata.rest import RETRIES
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatedAccount
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError
from bimmerhub.ids import Vin

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud

MakeCloud = Callable[..., "AbstractAsyncContextManager[Cloud]"]
Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
NOW = datetime(2026, 7, 27, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=100)


@dataclass
class Driver:
    """Someone whose car has charged for some weeks, and their SDK."""

    cloud: "Cloud"
    cardata: CarData
    vin: Vin

    @property
    def starts(self) -> list[int]:
        sessions = self.cloud.emulator.garage.truth(self.vin).charging_sessions
        return [session.start_ms // 1000 for session in reversed(sessions)]

    @property
    def calls(self) -> int:
        return self.cloud.emulator.quota.spent(self.cloud.emulator.info.gcid)

    def fail(self, name: str, *, value: float | None = None, times: int | None = None) -> None:
        self.cloud.emulator.faults.switch_on(FaultSwitch(name=name, value=value, times=times))

    async def history(self) -> tuple[list[int], list[SkippedPeriod]]:
        items = [item async for item in self.cardata.rest.fetch_charging_history(self.vin, LONG_AGO, NOW)]
        starts = [item.start_time_s for item in items if isinstance(item, BmwChargingSession)]
        return starts, [item for item in items if isinstance(item, SkippedPeriod)]


@pytest.fixture
async def driver(make_cloud: MakeCloud) -> AsyncIterator[Driver]:
    settings = (EmulatedAccount(models=("phev",)),)
    async with make_cloud(accounts=settings, history_days=30) as cloud:
        await cloud.sign_in()
        async with cloud.cardata() as cardata:
            yield Driver(cloud, cardata, cloud.emulator.info.vehicles[0].vin)


async def test_history_comes_whole_newest_first_over_pages_and_windows(driver: Driver) -> None:
    starts, skipped = await driver.history()
    assert starts == driver.starts
    assert len(starts) > 20
    assert skipped == []
    assert driver.calls == 2 + math.ceil(len(starts) / 10)  # 3 windows, of which the newest has all sessions


async def test_a_session_is_read_with_its_units(driver: Driver) -> None:
    vehicle = (await driver.cardata.fetch_vehicles())[0]
    session = await anext(vehicle.fetch_charging_sessions(LONG_AGO, NOW))
    truth = driver.cloud.emulator.garage.truth(driver.vin).charging_sessions[-1]
    assert session.started_at == datetime.fromtimestamp(truth.start_ms // 1000, UTC)
    assert session.energy_from_grid_kwh == truth.grid_kwh
    assert session.odometer_km == round(truth.odometer_km)
    assert session.end_soc_percent == round(truth.end_soc_percent)


@pytest.mark.parametrize("place", [2, 12], ids=["first page", "second page"])
async def test_a_page_that_always_fails_costs_one_stretch_of_time_only(driver: Driver, place: int) -> None:
    driver.fail("history-page-broken", value=place)
    starts, skipped = await driver.history()
    [period] = skipped
    missing = set(driver.starts) - set(starts)
    assert driver.starts[place - 1] in missing
    assert all(period.since.timestamp() <= start <= period.until.timestamp() for start in missing)
    assert period.until - period.since <= timedelta(days=1)
    assert starts == sorted(starts, reverse=True)
    assert driver.calls < 30


async def test_a_history_that_fails_everywhere_is_bmw_out_of_order(driver: Driver) -> None:
    driver.fail("rest-500")
    with pytest.raises(BmwUnavailable):
        await driver.history()
    assert driver.calls == 3 + RETRIES, "the first window, which may be tried again, and its halves"


async def test_an_expired_page_token_goes_on_where_it_was(driver: Driver) -> None:
    driver.fail("page-token-expired", times=1)
    starts, skipped = await driver.history()
    assert (starts, skipped) == (driver.starts, [])
    assert driver.calls == 3 + math.ceil(len(starts) / 10)


async def test_page_tokens_that_never_work_end_in_the_refusal(driver: Driver) -> None:
    driver.fail("page-token-expired")
    starts, _ = await driver.history()
    assert starts == driver.starts  # each restart begins where the page before ended


async def test_a_window_that_is_too_long_is_told(driver: Driver) -> None:
    with pytest.raises(BmwRefused) as refused:
        await driver.cardata.rest.fetch_charging_page(driver.vin, NOW - timedelta(days=60), NOW)
    assert refused.value.code == "CU-401"
    assert "45 days" in (refused.value.hint or "")


async def test_times_without_zone_are_a_mistake(driver: Driver) -> None:
    with pytest.raises(ConfigError):
        driver.cardata.rest.fetch_charging_history(driver.vin, datetime(2026, 1, 1), NOW)  # noqa: DTZ001 - the mistake
    assert driver.calls == 0


async def test_charging_settings_come_page_by_page(driver: Driver, serve: Serve) -> None:
    pages = {
        None: {"data": [{"id": "home", "latitude": 48.1, "startChargingTimePeriodHour": 22}, 7], "nextToken": "more?"},
        "more?": {"data": [{"id": "work", "chargingTimeWindows": [{"stopChargingTimePeriodMinute": 30}]}]},
    }

    async def answer(request: web.Request) -> web.Response:
        return web.json_response(pages[request.query.get("nextToken")])

    async with driver.cloud.cardata(api_url=await serve(answer)) as cardata:
        home, work = [settings async for settings in cardata.rest.fetch_location_settings(driver.vin)]
    assert (home.id, home.latitude_deg, home.start_charging_time_period_hour) == ("home", 48.1, 22)
    assert [window.stop_charging_time_period_minute for window in work.charging_time_windows] == [30]


@pytest.mark.parametrize("unit", ["MILES", "MI", "MileageUnits.MI", "miles"])
def test_an_odometer_in_miles_is_read_in_every_spelling_and_a_charge_under_way_has_no_end(unit: str) -> None:
    answer = {"startTime": 1784638184, "endTime": None, "mileage": 100, "mileageUnits": unit}
    session = read_object(BmwChargingSession, answer)
    assert session is not None
    assert session.odometer_km == pytest.approx(160.9344)
    assert session.ended_at is None


async def test_no_charging_settings_are_nothing_and_no_failure(driver: Driver) -> None:
    driver.fail("no-charging-settings")
    assert [settings async for settings in driver.cardata.rest.fetch_location_settings(driver.vin)] == []
    with pytest.raises(BmwRefused) as refused:
        await driver.cardata.rest.fetch_location_settings_page(driver.vin)
    assert (refused.value.code, refused.value.status) == ("CU-127", 404)
    assert "charging settings" in (refused.value.hint or "")


def test_odd_parts_of_a_session_do_not_cost_the_rest() -> None:
    answer = {
        "startTime": "1784980800",
        "endTime": 10**30,
        "mileage": 1000,
        "mileageUnits": "MileageUnits.MI",
        "chargingBlocks": [{"startTime": 1784980800, "averagePowerGridKw": "10.9"}, {"endTime": 1}, 3],
        "chargingLocation": {"municipality": 5, "mapMatchedLatitude": []},
        "chargingCostInformation": None,
        "publicChargingPoint": {"potentialChargingPointMatches": [{"postalCode": 80331}]},
    }
    session = read_object(BmwChargingSession, answer)
    assert session is not None
    assert (session.start_time_s, session.end_time_s, session.ended_at) == (1784980800, None, None)
    assert session.odometer_km == pytest.approx(1609.344)
    assert [block.average_grid_power_kw for block in session.blocks] == [10.9]
    assert session.location is not None
    assert (session.location.municipality, session.location.latitude_deg) == ("5", None)
    assert session.public_charging_point is not None
    assert session.public_charging_point.potential_charging_point_matches[0].postal_code == "80331"
    assert read_object(BmwChargingSession, {"startTime": -1}) is None


async def test_page_tokens_that_go_in_a_ring_do_not_spend_the_day(driver: Driver, serve: Serve) -> None:
    asked: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.query.get("nextToken"))
        return web.json_response({"data": [{"startTime": 1784980800}], "next_token": f"token {len(asked)}"})

    since = NOW - timedelta(days=30)
    async with driver.cloud.cardata(api_url=await serve(answer)) as cardata:
        items = [item async for item in cardata.rest.fetch_charging_history(driver.vin, since, NOW)]
    assert len(asked) == 4
    [session, skipped] = items
    assert isinstance(session, BmwChargingSession)
    assert isinstance(skipped, SkippedPeriod)
    assert (skipped.since, skipped.until) == (since, session.started_at)


@pytest.mark.parametrize("odd", [10**400, 10**18, -1, 1.7e308, "NaN", "Infinity", "-Infinity", "1e400", "9" * 400, "x"])
def test_numbers_out_of_all_bounds_read_as_missing_and_raise_nothing(odd: object) -> None:
    numbers = ("endTime", "displayedSoc", "totalChargingDurationSec", "energyConsumedFromPowerGridKwh", "mileage")
    answer = {"startTime": 1784638184, "mileageUnits": "MI", "timeZone": odd, **dict.fromkeys(numbers, odd)}
    place = {"mapMatchedLatitude": odd}
    session = read_object(BmwChargingSession, {**answer, "chargingLocation": place})
    assert session is not None
    assert (session.odometer_km, session.ended_at, session.charging_s) == (None, None, None)
    assert session.energy_from_grid_kwh in {None, -1}  # below zero is shown as BMW says it
    assert session.location is not None
    assert session.location.latitude_deg in {None, -1}


async def test_odd_numbers_of_bmws_cost_no_session_and_no_place(driver: Driver) -> None:
    driver.fail("odd-numbers")
    starts, skipped = await driver.history()
    assert (starts, skipped) == (driver.starts, [])
    sessions = [item async for item in driver.cardata.rest.fetch_charging_history(driver.vin, LONG_AGO, NOW)]
    assert {one.odometer_km for one in sessions if isinstance(one, BmwChargingSession)} == {None}
    assert [place async for place in driver.cardata.rest.fetch_location_settings(driver.vin)]


async def test_charging_settings_that_go_in_a_ring_stop_at_the_first_page_without_a_new_place(driver: Driver) -> None:
    places = [place async for place in driver.cardata.rest.fetch_location_settings(driver.vin)]
    before = driver.calls
    driver.fail("settings-in-a-ring")
    again = [place async for place in driver.cardata.rest.fetch_location_settings(driver.vin)]
    assert again == places
    assert driver.calls - before == 2


async def test_null_in_place_of_a_list_is_a_fault_of_bmws(driver: Driver) -> None:
    driver.fail("data-null")
    with pytest.raises(BmwUnavailable):
        await driver.history()
    with pytest.raises(BmwUnavailable):
        _ = [place async for place in driver.cardata.rest.fetch_location_settings(driver.vin)]
