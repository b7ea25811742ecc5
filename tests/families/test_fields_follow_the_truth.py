"""The attributes of the older families' SDKs follow the truth of a simulated car, over HTTP.

One value of the truth is changed at a time: of all answers of a family exactly the fields change that tell it.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from tests.families.conftest import BEV, ICE, PHEV, Scene, SceneOf, find_cars
from tools.families.app_truth import APP_BEV_TOUCHES, APP_PHEV_TOUCHES
from tools.families.endpoint_facts import EndpointFacts
from tools.families.facts import MYBMW
from tools.families.iremote_facts import IREMOTE
from tools.families.portal_facts import CONNECTEDDRIVE
from tools.families.portal_truth import PORTAL_BEV_TOUCHES, PORTAL_PHEV_TOUCHES
from tools.families.truth import BEV_TOUCHES, PHEV_TOUCHES, Touch, with_value

from bimmerhub.bmw.car_commands.commands import CommandState
from bimmerhub.emulator.host.regions import UserRegion
from bimmerhub.emulator.settings import EmulatedAccount
from bimmerhub.ids import Vin

NOT_TOLD = {
    BEV: {"twoTimesTimer", "command"},
    PHEV: {"weeklyPlanner", "executionStatus", "remoteServiceEvent", "command"},
}
"""Answers that a car does not have (the other kind's profile, commands that nobody sent), or that send a command."""


async def ask_everything(scene: Scene, vin: Vin, family: Sequence[EndpointFacts]) -> dict[str, Any]:
    """Return the values of all fields that a family tells of the car, by answer and field."""
    names = [facts.name for facts in family if facts.name not in NOT_TOLD[vin]]
    return {f"{name}.{field}": value for name in names for field, value in (await scene.ask(name, vin)).values.items()}


@pytest.mark.parametrize(
    ("vin", "family", "touches"),
    [
        (BEV, IREMOTE, BEV_TOUCHES),
        (PHEV, IREMOTE, PHEV_TOUCHES),
        (BEV, CONNECTEDDRIVE, PORTAL_BEV_TOUCHES),
        (PHEV, CONNECTEDDRIVE, PORTAL_PHEV_TOUCHES),
        (BEV, MYBMW, APP_BEV_TOUCHES),
        (PHEV, MYBMW, APP_PHEV_TOUCHES),
    ],
    ids=["iremote-bev", "iremote-phev", "connecteddrive-bev", "connecteddrive-phev", "mybmw-bev", "mybmw-phev"],
)
async def test_each_value_of_the_truth_moves_its_fields_and_no_other(
    lived: Scene, vin: Vin, family: Sequence[EndpointFacts], touches: tuple[Touch, ...]
) -> None:
    if family == MYBMW:
        await find_cars(lived)
    before = await ask_everything(lived, vin, family)
    for touch in touches:
        lived.retouch(vin, partial(with_value, path=touch.path, value=touch.value))
        after = await ask_everything(lived, vin, family)
        moved = {field for field, value in after.items() if value != before[field]}
        assert moved == touch.moves, touch.path
        assert {field: after[field] for field in touch.reads} == touch.reads, touch.path


async def test_what_a_car_is_differs_from_car_to_car(lived: Scene) -> None:
    cars = {vehicle.vin: vehicle.info for vehicle in await lived.iremote.fetch_vehicles()}
    identities = {car.vin: car for car in lived.emulator.garage.cars}
    assert list(cars) == list(identities) == [BEV, PHEV, ICE]
    assert [car.model for car in cars.values()] == [car.model_name for car in identities.values()]
    assert [str(car.drive_train) for car in cars.values()] == ["BEV", "PHEV", "CONV"]
    assert [str(car.climate_function) for car in cars.values()] == ["AIRCONDITIONING", "AIRCONDITIONING", "VENTILATION"]
    assert [car.are_statistics_available for car in cars.values()] == [True, True, False]
    assert [car.is_statistics_community_enabled for car in cars.values()] == [True, True, False]
    assert [car.charging_update_mode for car in cars.values()] == [*["NORMAL_PROGNOSE_BASED"] * 2, None]
    drives = [(await lived.ask("navigation", vin)).values["driveTrain"] for vin in (BEV, PHEV)]
    assert [str(drive) for drive in drives] == ["bev_ohne_rex", "phev_otto"]
    urls = [(await lived.ask("image", vin)).values["url"] for vin in (BEV, PHEV)]
    assert BEV in urls[0]
    assert PHEV in urls[1]


async def test_what_a_car_shows_differs_with_its_region_and_its_displays(scene_of: SceneOf) -> None:
    american = EmulatedAccount(models=("i3-rex", "330e-gb"), region=UserRegion.NA)
    async with scene_of(accounts=(american,)) as scene:
        assert [str(car.info.hub) for car in await scene.iremote.fetch_vehicles()] == ["HUB_US"] * 2
        extended, british = await scene.portal.fetch_vehicles()
        assert (extended.info.has_range_extender, british.info.has_range_extender) == (True, False)
        assert (extended.info.model_year_na, british.info.model_year_na) == (2017, 2023)
        names = ("unitOfLength", "unitOfElectricConsumption", "unitOfCombustionConsumption")
        units = [[(await car.fetch_dynamic()).raw[name] for name in names] for car in (extended, british)]
        assert units == [["km", "kWh/100km", "l/100km"], ["mls", "mls/kWh", "mpg"]]


async def test_rear_window_that_opens(scene_of: SceneOf) -> None:
    async with scene_of(accounts=(EmulatedAccount(models=("530d",)),)) as scene:
        [car] = await scene.portal.fetch_vehicles()
        before = (await car.fetch_dynamic()).raw["rear_window"]
        await scene.command(car.vin, "open", what="rear_window", then_s=1)
        assert [before, (await car.fetch_dynamic()).raw["rear_window"]] == ["CLOSED", "OPEN"]


async def test_a_car_that_cannot_be_locked_tells_its_place_and_time_only(lived: Scene) -> None:
    lived.retouch(BEV, partial(with_value, path="equipment.abilities.lock", value=False))
    status = (await lived.ask("status", BEV)).values
    assert {field for field, value in status.items() if value not in {None, ()}} == {
        *("vin", "updateTime", "position.status", "position.lat", "position.lon", "position.heading"),
        *("DCS_CCH_Activation", "DCS_CCH_Ongoing"),
    }
    vehicle = (await lived.ask("vehicles", BEV)).values
    assert (str(vehicle["doorLock"]), str(vehicle["lscType"])) == ("NOT_SUPPORTED", "NOT_SUPPORTED")


async def test_a_state_has_the_time_and_the_reason_of_its_telling(lived: Scene) -> None:
    before = (await lived.ask("status", BEV)).values
    await lived.command(BEV, "unplug", then_s=1)
    after, telling = (await lived.ask("status", BEV)).values, lived.emulator.garage.last_state(BEV)
    assert after["updateTime"].timestamp() * 1000 == telling.reported_at_ms > before["updateTime"].timestamp() * 1000
    assert after["internalDataTimeUTC"] == after["updateTime"]
    assert (str(before["updateReason"]), str(after["updateReason"])) == ("NO_LSC_TRIGGER", "DISCONNECTED")


async def test_a_command_is_told_as_it_goes(lived: Scene) -> None:
    vehicle = await lived.iremote.fetch_vehicle(BEV)
    before = (await lived.ask("executionStatus", BEV)).values
    states = [progress.state async for progress in vehicle.flash_lights()]
    assert states[-1] is CommandState.EXECUTED
    after = (await lived.ask("executionStatus", BEV)).values
    assert [str(status["extendedStatus.result"]) for status in (before, after)] == ["STATUS_UNKNOWN", "STATUS_CHANGED"]
    assert (after["serviceType"], str(after["status"])) == ("LIGHT_FLASH", "EXECUTED")
    assert before["eventId"] != after["eventId"]
    assert [progress.state async for progress in vehicle.lock()][-1] is CommandState.EXECUTED
    newest, flashed, portals, *_ = await vehicle.fetch_history()
    assert (newest.service_type, str(newest.status)) == ("DOOR_LOCK", "SUCCESS")
    assert [past.service_type for past in (flashed, portals)] == ["LIGHT_FLASH", "DOOR_LOCK"]
    assert [str(past.client) for past in (newest, flashed, portals)] == ["MOBILE_APP", "MOBILE_APP", "PORTAL"]
    assert newest.initiated_at != portals.initiated_at
    assert (await vehicle.fetch_status()).door_lock_state == "LOCKED"


async def test_the_portal_tells_cars_apart(lived: Scene) -> None:
    cars = {vehicle.vin: vehicle.info for vehicle in await lived.portal.fetch_vehicles()}
    assert list(cars) == [BEV, PHEV, ICE]
    assert [car.model for car in cars.values()] == [car.model_name for car in lived.emulator.garage.cars]
    assert [car.basic_type for car in cars.values()] == [str(car.model).upper() for car in cars.values()]
    assert [str(car.drive_train) for car in cars.values()] == ["BEV", "PHEV", "CONV"]


async def test_the_portals_state_has_the_time_and_the_reason_of_its_telling(lived: Scene) -> None:
    before = (await lived.ask("dynamic", BEV)).values
    await lived.command(BEV, "unplug", then_s=1)
    after, telling = (await lived.ask("dynamic", BEV)).values, lived.emulator.garage.last_state(BEV)
    assert (
        after["updateTime"].timestamp() * 1000 == telling.reported_at_ms == int(after["updateTime_converted_timestamp"])
    )
    assert after["updateTime_converted"] == f"{after['updateTime']:%d.%m.%Y %H:%M}"
    moved = {"updateTime", "updateTime_converted", "updateTime_converted_time", "lastUpdateReason", "lsc_trigger"}
    assert all(before[field] != after[field] for field in moved)
    await lived.command(BEV, "unlock", then_s=86_400)
    assert (await lived.ask("dynamic", BEV)).values["updateTime_converted_date"] != after["updateTime_converted_date"]


async def test_a_command_of_the_portal_is_told_as_it_goes(lived: Scene) -> None:
    vehicle = await lived.portal.fetch_vehicle(BEV)
    earlier = (await lived.ask("remoteServiceEvent", BEV)).values
    lived.emulator.clock.jump(by_ms=60_000)
    assert [progress.state async for progress in vehicle.flash_lights()][-1] is CommandState.EXECUTED
    newest, [past, older, *_] = await vehicle.fetch_execution(), await vehicle.fetch_history()
    assert (str(newest.code), str(newest.status)) == ("RLF", "EXECUTED")
    assert (str(past.code), str(past.status)) == ("RLF", "SUCCESS")
    assert past.created_at != older.created_at
    later = (await lived.ask("remoteServiceEvent", BEV)).values
    assert all(later[field] != earlier[field] for field in ("eventId", "created", "lastUpdate"))
