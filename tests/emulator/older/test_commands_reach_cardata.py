"""A command by an older family changes the car, and CarData tells of it; a car lives by its charging profile."""

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.emulator.older.conftest import WEBAPI, OldProgram
from tests.emulator.older.test_iremote_answers import PROFILE

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

BEV = "WBY00000000E00001"
LOCK, CLIMATE = "vehicle.cabin.door.status", "vehicle.vehicle.preConditioning.activity"
CHARGING = "vehicle.drivetrain.electricEngine.charging.hvStatus"
LIGHTS = "vehicle.body.lights.isRunningOn"
PREFERENCE = "vehicle.drivetrain.electricEngine.charging.profile.preference"
TIMER_HOUR = "vehicle.cabin.climate.timers.weekdaysTimer1.hour"
LATITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.latitude"
KEYS = [LOCK, CLIMATE, CHARGING, LIGHTS, PREFERENCE, TIMER_HOUR, LATITUDE]
MINUTE_MS, HOUR_S = 60_000, 3_600


@pytest.fixture
async def container_id(program: "Program") -> str:
    await program.sign_in()
    wish = {"name": "all", "purpose": "test", "technicalDescriptors": KEYS}
    return str((await program.call("POST", "/containers", json=wish)).body["containerId"])


async def read(program: "Program", container_id: str) -> dict[str, Any]:
    answer = await program.call("GET", f"/vehicles/{BEV}/telematicData?containerId={container_id}")
    return {key: entry["value"] for key, entry in answer.body["telematicData"].items()}


async def do(old: OldProgram, service: str, **form: str) -> None:
    await old.execute(BEV, service, **form)
    await old.pass_time(30)
    assert await old.poll(BEV, service) == "EXECUTED"


async def test_cardata_tells_what_commands_changed(old: OldProgram, program: "Program", container_id: str) -> None:
    before = await read(program, container_id)
    for service in ("DOOR_UNLOCK", "CLIMATE_NOW"):
        await do(old, service)
    await do(old, "CHARGING_CONTROL", data=json.dumps(PROFILE))
    after = await read(program, container_id)
    assert (before[LOCK], after[LOCK]) == ("SECURED", "UNLOCKED")
    assert (before[PREFERENCE], after[PREFERENCE], after[TIMER_HOUR]) == (None, "CHARGING_WINDOW", "6")
    assert before[CLIMATE] != after[CLIMATE]


async def test_cardata_tells_of_a_charge_by_command(old: OldProgram, program: "Program", container_id: str) -> None:
    await old.command(BEV, "plug_in")
    await do(old, "CHARGE_NOW")
    await old.pass_time(120)
    assert (await read(program, container_id))[CHARGING] == "CHARGING"


async def test_lights_are_on_while_they_flash(old: OldProgram, program: "Program", container_id: str) -> None:
    await old.execute(BEV, "LIGHT_FLASH", count="60")
    await old.pass_time(20)
    assert (await read(program, container_id))[LIGHTS] == "true"
    assert (await old.status(BEV))["positionLight"] == "ON"
    await old.pass_time(60)
    assert (await read(program, container_id))[LIGHTS] == "false"


async def test_finder_makes_the_car_tell_where_it_is(old: OldProgram) -> None:
    await do(old, "VEHICLE_FINDER")
    status = await old.status(BEV)
    assert (status["updateReason"], status["updateTime"]) == ("ON_DEMAND", "2026-07-27T14:00:05+0200")


async def test_delayed_charge_waits_for_its_window(old: OldProgram) -> None:
    await do(old, "CHARGING_CONTROL", data=json.dumps(PROFILE))
    for _ in range(21 * 24):  # some evening it comes home with a battery that is not full
        await old.pass_time(HOUR_S)
        charging = old.truth(BEV).charging
        if charging is not None and charging.waits_until_ms is not None:
            break
    await old.sign_in()
    assert charging is not None
    assert charging.waits_until_ms is not None
    assert (await old.status(BEV))["chargingStatus"] == "WAITING_FOR_CHARGING"
    assert (await old.dynamic(BEV))["chargingLogicCurrentlyActive"] == "DELAYED_CHARGING"
    wait_s = (charging.waits_until_ms - old.emulator.clock.now_ms()) / 1000
    await old.pass_time(wait_s + 120)
    assert (await old.status(BEV))["chargingStatus"] == "CHARGING"


async def test_cabin_is_ready_for_a_departure_of_the_profile(old: OldProgram) -> None:
    await do(old, "CHARGING_CONTROL", data=json.dumps(PROFILE))
    friday_0640 = 1_785_472_800_000  # 2026-07-31T06:40:00+02:00
    await old.pass_time((friday_0640 - old.emulator.clock.now_ms()) / 1000)
    assert old.truth(BEV).climate.activity != "standby"


async def test_profile_outlives_the_emulators_memory_of_commands(old: OldProgram) -> None:
    await do(old, "CHARGING_CONTROL", data=json.dumps(PROFILE))
    await old.emulator.forget()
    await old.sign_in()
    assert await old.get(f"{WEBAPI}/{BEV}/chargingprofile") == PROFILE
