"""The i Remote API: vehicles, their state, and commands that change the cars."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.emulator.older.conftest import WEBAPI, OldProgram

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings
from bimmerhub.ids import Vin

BEV, PHEV, MINI = "WBY00000000E00001", "WBX00000000H00002", "WMW00000000F00003"


def switch_on(old: OldProgram, name: str, value: float | None = None) -> None:
    old.emulator.faults.switch_on(FaultSwitch(name=name, value=value))


async def test_first_car_is_an_i_car_and_the_order_is_stable(old: OldProgram) -> None:
    lists = [(await old.get(WEBAPI))["vehicles"] for _ in range(3)]
    assert lists[0] == lists[1] == lists[2]
    assert [car["vin"] for car in lists[0]] == [BEV, PHEV, MINI]
    assert (lists[0][0]["brand"], lists[0][0]["driveTrain"]) == ("BMW_I", "BEV")
    assert lists[0][0]["chargingControl"] == "WEEKLY_PLANNER"


@pytest.mark.parametrize(("fault", "kind"), [("vehicles-as-list", list), ("vehicles-as-one", dict)])
async def test_other_forms_of_the_list(old: OldProgram, fault: str, kind: type[Any]) -> None:
    switch_on(old, fault)
    answer = await old.get(WEBAPI)
    assert isinstance(answer, kind)
    assert "vehicles" not in answer


async def test_state_is_the_truth_of_the_car(old: OldProgram) -> None:
    status, truth = await old.status(BEV), old.truth(BEV)
    assert status["mileage"] == round(truth.odometer_km)
    assert status["chargingLevelHv"] == round(truth.levels.soc_percent or 0)
    assert status["doorLockState"] == "SECURED"
    assert (status["position"]["lat"], status["position"]["status"]) == (round(truth.latitude_deg, 6), "OK")


async def test_i_car_needs_no_position_and_bmw_does(old: OldProgram) -> None:
    assert (await old.call("GET", f"{WEBAPI}/{BEV}/status")).status == 200
    assert (await old.call("GET", f"{WEBAPI}/{MINI}/status")).status == 200
    reply = await old.call("GET", f"{WEBAPI}/{PHEV}/status")
    assert reply.status == 500
    assert "SmartPhoneUtil-A-101" in reply.body["error"]["description"]


async def test_old_car_hides_from_who_is_far_away(old: OldProgram) -> None:
    switch_on(old, "too-far-away")
    truth = old.truth(PHEV)
    near = {"dlat": str(truth.latitude_deg), "dlon": str(truth.longitude_deg)}
    statuses = [
        (await old.get(f"{WEBAPI}/{PHEV}/status", **where))["vehicleStatus"]["position"]["status"]
        for where in ({"dlat": "0", "dlon": "0"}, near)
    ]
    assert statuses == ["TOO_FAR_AWAY", "OK"]


async def test_driving_car_does_not_tell_where_it_is(old: OldProgram) -> None:
    await old.command(BEV, "drive", minutes=20)
    await old.pass_time(120)
    status = await old.status(BEV)
    assert (status["position"], status["updateReason"]) == ({"status": "VEHICLE_ACTIVE"}, "VEHICLE_MOVING")


async def test_state_is_that_of_the_last_telling(old: OldProgram) -> None:
    before = await old.status(BEV)
    await old.pass_time(600)
    assert await old.status(BEV) == before


async def test_command_goes_its_way_and_changes_the_car(old: OldProgram) -> None:
    begun = (await old.execute(BEV, "DOOR_UNLOCK")).body["executionStatus"]
    assert (begun["serviceType"], begun["status"]) == ("DOOR_UNLOCK", "INITIATED")
    assert begun["eventId"].endswith("@bmw.de")
    states = [await old.poll(BEV, "DOOR_UNLOCK")]
    for seconds in (2, 3):
        await old.pass_time(seconds)
        states.append(await old.poll(BEV, "DOOR_UNLOCK"))
    assert states == ["PENDING", "DELIVERED", "EXECUTED"]
    assert (await old.status(BEV))["doorLockState"] == "UNLOCKED"
    assert old.truth(BEV).lock == "UNLOCKED"


async def test_remote_lock_is_another_word_than_the_keys(old: OldProgram) -> None:
    await old.execute(BEV, "DOOR_LOCK")
    await old.pass_time(5)
    assert (await old.status(BEV))["doorLockState"] == "LOCKED"


async def test_lights_flash_as_often_as_asked(old: OldProgram) -> None:
    await old.execute(BEV, "LIGHT_FLASH", count="2")
    await old.pass_time(6)
    assert await old.poll(BEV, "LIGHT_FLASH") == "EXECUTED"
    assert old.truth(BEV).signals.flashes == 2


async def test_charge_now_wants_a_plug(old: OldProgram) -> None:
    await old.execute(BEV, "CHARGE_NOW")
    await old.pass_time(6)
    assert await old.poll(BEV, "CHARGE_NOW") == "NOT_EXECUTED"
    await old.command(BEV, "plug_in")
    await old.execute(BEV, "CHARGE_NOW")
    await old.pass_time(120)
    status = await old.status(BEV)
    assert (await old.poll(BEV, "CHARGE_NOW"), status["chargingStatus"]) == ("EXECUTED", "CHARGING")
    assert (status["singleImmediateCharging"], status["updateReason"]) == (True, "CHARGIN_STARTED")
    assert status["chargingTimeRemaining"] > 0


async def test_car_out_of_reach_times_out(old: OldProgram) -> None:
    await old.command(BEV, "lose_reception", minutes=60)
    await old.execute(BEV, "DOOR_LOCK")
    states = []
    for seconds in (4, 60, 120):
        await old.pass_time(seconds)
        states.append(await old.poll(BEV, "DOOR_LOCK"))
    assert states == ["PENDING", "PENDING", "TIMED_OUT"]
    assert old.truth(BEV).lock == "SECURED"


async def test_car_that_comes_back_in_reach_does_it(old: OldProgram) -> None:
    await old.command(BEV, "lose_reception", minutes=1)
    await old.execute(BEV, "DOOR_LOCK")
    await old.pass_time(100)
    assert (await old.poll(BEV, "DOOR_LOCK"), old.truth(BEV).lock) == ("EXECUTED", "LOCKED")


async def test_slow_car(old: OldProgram) -> None:
    switch_on(old, "car-slow", 90)
    await old.execute(BEV, "LIGHT_FLASH")
    states = []
    for seconds in (20, 30, 45):
        await old.pass_time(seconds)
        states.append(await old.poll(BEV, "LIGHT_FLASH"))
    assert states == ["PENDING", "DELIVERED", "EXECUTED"]


@pytest.mark.parametrize(
    ("fault", "end"), [("command-not-executed", "NOT_EXECUTED"), ("command-times-out", "TIMED_OUT")]
)
async def test_commands_can_be_made_to_fail(old: OldProgram, fault: str, end: str) -> None:
    switch_on(old, fault)
    await old.execute(BEV, "DOOR_UNLOCK")
    await old.pass_time(180)
    assert (await old.poll(BEV, "DOOR_UNLOCK"), old.truth(BEV).lock) == (end, "SECURED")


async def test_second_command_takes_the_place_of_the_first(old: OldProgram) -> None:
    for _ in range(2):
        await old.execute(BEV, "LIGHT_FLASH")
    await old.pass_time(10)
    assert old.truth(BEV).signals.flashes == 1


async def test_secret_is_wanted(old: OldProgram) -> None:
    switch_on(old, "secret-wanted")
    refused = await old.execute(BEV, "DOOR_UNLOCK")
    assert refused.status == 500
    assert "(SmartPhoneUtil-A-2013)" in refused.body["error"]["description"]
    assert (await old.execute(BEV, "DOOR_UNLOCK", bmwSkAnswer="Rex")).status == 200


async def test_misspelt_content_type_is_a_form(old: OldProgram) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencode"}
    reply = await old.call("POST", f"{WEBAPI}/{BEV}/executeService", data=b"serviceType=LIGHT_FLASH", headers=headers)
    assert reply.body["executionStatus"]["status"] == "INITIATED"


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("older-500", 500),
        ("older-503", 503),
        ("older-403", 403),
        ("older-not-json", 502),
        ("older-tokens-refused", 401),
        ("mobile-access-disabled", 405),
        ("vehicle-unavailable", 408),
        ("iremote-gone", 410),
        ("status-404", 404),
        ("status-400", 400),
        ("account-locked", 423),
        ("too-many-requests", 429),
    ],
)
async def test_refusals(old: OldProgram, fault: str, status: int) -> None:
    switch_on(old, fault)
    assert (await old.call("GET", f"{WEBAPI}/{BEV}/status")).status == status


@pytest.mark.parametrize("path", [WEBAPI, "/api/me/vehicles/v2", f"/remoteservices/rsapi/v1/{BEV}/state/execution"])
async def test_answers_come_through_the_gateway(old: OldProgram, path: str) -> None:
    for token in (old.token, "another"):
        headers = (await old.call("GET", path, token=token)).headers
        assert (headers["Server"], headers["X-Powered-By"], headers["Connection"]) == (
            "BMW Group API Gateway",
            "JOY",
            "close",
        )
        assert headers["X-NodeID"]


async def test_2021_keeps_the_list_and_nothing_else(old: OldProgram) -> None:
    switch_on(old, "era", 2021)
    assert (await old.call("GET", WEBAPI)).status == 200
    assert (await old.call("GET", f"{WEBAPI}/{BEV}/status")).status == 410


async def test_foreign_car_is_not_found(old: OldProgram) -> None:
    assert (await old.call("GET", f"{WEBAPI}/WBA00000000000000/status")).status == 404


async def test_state_of_a_command_fails_and_has_none(old: OldProgram) -> None:
    await old.execute(BEV, "LIGHT_FLASH")
    path = f"{WEBAPI}/{BEV}/serviceExecutionStatus"
    switch_on(old, "service-status-missing")
    assert "status" not in (await old.get(path, serviceType="LIGHT_FLASH"))["executionStatus"]
    switch_on(old, "service-status-i300")
    refused = await old.call("GET", path, params={"serviceType": "LIGHT_FLASH"})
    assert "(SmartPhoneUtil-I-300)" in refused.body["error"]["description"]


async def test_service_type_that_was_never_started_is_not_found(old: OldProgram) -> None:
    reply = await old.call("GET", f"{WEBAPI}/{BEV}/serviceExecutionStatus", params={"serviceType": "HORN_BLOW"})
    assert reply.status == 404


async def test_commands_are_refused_by_a_switch(old: OldProgram) -> None:
    switch_on(old, "commands-403")
    assert (await old.execute(BEV, "LIGHT_FLASH")).status == 403


async def test_right_spelling_of_a_started_charge(old: OldProgram) -> None:
    await old.command(BEV, "charge", soc_percent=40)
    await old.pass_time(120)
    assert (await old.status(BEV))["updateReason"] == "CHARGIN_STARTED"
    switch_on(old, "charging-started-spelt")
    assert (await old.status(BEV))["updateReason"] == "CHARGING_STARTED"


async def test_answers_can_be_late(old: OldProgram) -> None:
    switch_on(old, "older-slow", 5)
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(old.call("GET", WEBAPI))
        while not asking.done():
            await old.pass_time(1)
            await asyncio.sleep(0.01)
    assert asking.result().status == 200


async def test_some_cars_have_two_keys_beside_the_state(old: OldProgram) -> None:
    beside, inside = [await old.get(f"{WEBAPI}/{vin}/status", dlat="0", dlon="0") for vin in (MINI, BEV)]
    assert beside.keys() == {"vehicleStatus", "DCS_CCH_Activation", "DCS_CCH_Ongoing"}
    assert (inside.keys(), inside["vehicleStatus"]["DCS_CCH_Activation"]) == ({"vehicleStatus"}, "NA")


async def test_british_car_blows_no_horn(
    make_settings: Callable[..., EmulatorSettings], old_program_of: Callable[[Emulator], OldProgram]
) -> None:
    async with Emulator(make_settings(accounts=(EmulatedAccount(models=("330e-gb",)),))) as emulator:
        old = await old_program_of(emulator).sign_in()
        [british] = (await old.get(WEBAPI))["vehicles"]
        assert (british["countryCode"], british["steering"], british["hornBlow"]) == ("V1-UK", "RH", "NOT_SUPPORTED")
        assert (await old.execute(british["vin"], "HORN_BLOW")).status == 403
        assert (await old.call("POST", f"/api/vehicle/remoteservices/v1/{british['vin']}/RHB")).status == 404
        assert (await old.dynamic(british["vin"]))["unitOfLength"] == "mls"


async def test_car_that_tells_little_and_driver_who_does(
    make_settings: Callable[..., EmulatorSettings], old_program_of: Callable[[Emulator], OldProgram]
) -> None:
    async with Emulator(make_settings(accounts=(EmulatedAccount(models=("motorcycle", "x3-30e")),))) as emulator:
        old = await old_program_of(emulator).sign_in()
        motorcycle, hybrid = (await old.get(WEBAPI))["vehicles"]
        assert motorcycle["lscType"] == "NOT_SUPPORTED"
        minimal = await old.status(motorcycle["vin"])
        assert minimal.keys() == {"vin", "updateTime", "position", "DCS_CCH_Activation", "DCS_CCH_Ongoing"}
        trips = (await old.get(f"{WEBAPI}/{hybrid['vin']}/statistics/allTrips"))["allTrips"]
        assert not any(key.startswith("user") for group in trips.values() if isinstance(group, dict) for key in group)


async def test_polls_may_still_show_initiated(old: OldProgram) -> None:
    old.emulator.faults.switch_on(FaultSwitch(name="command-initiated", value=1, times=1))
    await old.execute(BEV, "LIGHT_FLASH")
    states = [await old.poll(BEV, "LIGHT_FLASH")]
    await old.pass_time(1)
    assert [*states, await old.poll(BEV, "LIGHT_FLASH")] == ["INITIATED", "PENDING"]


async def test_i3_with_a_range_extender(
    make_settings: Callable[..., EmulatorSettings], old_program_of: Callable[[Emulator], OldProgram]
) -> None:
    async with Emulator(make_settings(accounts=(EmulatedAccount(models=("i3-rex",)),))) as emulator:
        old = await old_program_of(emulator).sign_in()
        [car] = (await old.get(WEBAPI))["vehicles"]
        assert (car["driveTrain"], car["bodytype"], car["fuelType"]) == ("BEV_REX", "I01", "PETROL")
        status = await old.status(car["vin"])
        assert status["maxFuel"] == 8.5
        assert {"chargingLevelHv", "maxRangeElectric", "remainingFuel", "remainingRangeFuel"} <= status.keys()
        [portal] = await old.get("/api/me/vehicles/v2")
        assert (portal["hasRex"], portal["maxFuel"]) == (True, "8.5")
        assert (await old.get(f"/api/vehicle/navigation/v1/{car['vin']}"))["driveTrain"] == "bev_rex"


async def test_nothing_new_is_known_of_a_car_out_of_reach(old: OldProgram) -> None:
    await old.pass_time(30 * 3600)
    await old.sign_in()
    await old.command(BEV, "lose_reception", minutes=60)
    before = await old.status(BEV)
    await old.command(BEV, "open", what="trunk")
    await old.pass_time(1800)
    assert await old.status(BEV) == before
    await old.pass_time(1900)
    assert (await old.status(BEV))["trunk"] == "OPEN"


async def test_field_can_be_changed_for_a_test_of_it_alone(old: OldProgram) -> None:
    before = await old.status(BEV)
    old.emulator.account_vehicles.retouches[Vin(BEV)] = lambda truth: replace(truth, heading_deg=123)
    after = await old.status(BEV)
    assert after == {**before, "position": {**before["position"], "heading": 123}}
