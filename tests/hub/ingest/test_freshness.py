"""An activity is told as present only as long as the car speaks of it, by the car's own habits."""

import asyncio
import json

import msgspec
import pytest
from tests.hub.conftest import ManualClock
from tests.hub.ingest.speaking_car import START, SpeakingCar, to_ms

from bimmerhub.domain.events import Event
from bimmerhub.hub.ingest.freshness_timer import keep_telling_freshness
from bimmerhub.times import HOUR_MS, MINUTE_MS
from bimmerhub.views.events import describe_event

STATUS = "drivetrain.electricEngine.charging.status"
POWER = "powertrain.electric.battery.charging.power"
HEADER = "drivetrain.batteryManagement.header"
PLUG = "body.chargingPort.status"
LATITUDE = "cabin.infotainment.navigation.currentLocation.latitude"
MOVING = "isMoving"
START_MS = to_ms(START)


async def freshness(car: SpeakingCar, name: str, *minutes: int) -> list[str]:
    return [(await car.signals(minute=minute))[name].freshness for minute in minutes]


async def test_a_charge_ages_by_the_gaps_in_which_this_car_speaks_of_it(car: SpeakingCar) -> None:
    await car.stream({STATUS: "CHARGINGACTIVE"})
    for minute in range(0, 121, 20):
        await car.stream({HEADER: 20 + minute}, minute=minute)
    assert await freshness(car, "is_charging", 120, 179, 180, 359, 360) == [
        "fresh",
        "fresh",
        "ageing",
        "ageing",
        "stale",
    ]
    signal = (await car.signals(minute=360))["is_charging"]
    assert (signal.value, signal.age_s) == (True, 360 * 60)


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ((STATUS, "CHARGINGACTIVE"), "charging_status"),
        ((STATUS, "INITIALIZATION"), "charging_status"),
        ((POWER, 7_400), "charging_power_kw"),
        (("drivetrain.electricEngine.charging.timeToFullyCharged", 90), "time_to_full_min"),
        ((PLUG, "CONNECTED"), "is_plugged_in"),
        ((MOVING, True), "is_moving"),
        (("drivetrain.engine.isIgnitionOn", True), "is_ignition_on"),
        (("vehicle.preConditioning.activity", "HEATING"), "climate_activity"),
        (("vehicle.preConditioning.activity", "COOLING"), "is_climate_on"),
    ],
)
async def test_what_was_told_once_ages_after_a_quarter_and_is_stale_after_two_hours(
    car: SpeakingCar, row: tuple[str, object], name: str
) -> None:
    await car.stream(dict([row]))
    assert await freshness(car, name, 0, 14, 15, 119, 120) == ["fresh", "fresh", "ageing", "ageing", "stale"]


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ((HEADER, 50), "soc_percent"),
        ((STATUS, "NOCHARGING"), "is_charging"),
        ((STATUS, "CHARGINGENDED"), "charging_status"),
        ((POWER, 0), "charging_power_kw"),
        ((PLUG, "DISCONNECTED"), "is_plugged_in"),
        ((MOVING, False), "is_moving"),
        (("vehicle.preConditioning.activity", "INACTIVE"), "is_climate_on"),
        (("cabin.door.status", "LOCKED"), "lock_state"),
    ],
)
async def test_levels_and_rest_never_age(car: SpeakingCar, row: tuple[str, object], name: str) -> None:
    await car.stream(dict([row]))
    assert await freshness(car, name, 0, 60 * 24 * 30) == ["fresh", "fresh"]


async def test_a_drive_ends_a_charge_whose_end_was_never_sent(stored_car: SpeakingCar) -> None:
    await stored_car.stream({STATUS: "CHARGINGACTIVE", PLUG: "CONNECTED"})
    await stored_car.stream({MOVING: True}, minute=5)
    await stored_car.stream({MOVING: False, HEADER: 60}, minute=6)
    for name in ("is_charging", "is_plugged_in"):
        assert await freshness(stored_car, name, 6) == ["stale"]


@pytest.mark.parametrize("end", [(STATUS, "CHARGINGENDED"), (STATUS, "NOCHARGING"), (PLUG, "DISCONNECTED")])
async def test_what_was_said_of_a_charge_is_stale_once_it_is_over(
    stored_car: SpeakingCar, end: tuple[str, object]
) -> None:
    of_the_charge = {
        POWER: 11_000,
        "drivetrain.electricEngine.charging.phaseNumber": "3-PHASES",
        "drivetrain.electricEngine.charging.acAmpere": 16,
        "drivetrain.electricEngine.charging.timeToFullyCharged": 90,
    }
    names = ["charging_power_kw", "charging_phases", "charging_current_a", "time_to_full_min"]
    await stored_car.stream({STATUS: "CHARGINGACTIVE", PLUG: "CONNECTED", **of_the_charge})
    assert [(await freshness(stored_car, name, 5))[0] for name in names] == ["fresh"] * 4
    await stored_car.stream({"drivetrain.electricEngine.charging.phaseNumber": "1-PHASES", **dict([end])}, minute=5)
    assert [(await freshness(stored_car, name, 5))[0] for name in names] == ["stale"] * 4
    if end[0] == PLUG:
        assert await freshness(stored_car, "is_charging", 5) == ["stale"]
    await stored_car.stream({STATUS: "CHARGINGACTIVE", PLUG: "CONNECTED"}, minute=6)
    assert [(await freshness(stored_car, name, 6))[0] for name in names] == ["fresh"] * 4


async def test_a_car_that_waits_for_its_hour_tells_how_long_it_will_charge(car: SpeakingCar) -> None:
    hv_status = "drivetrain.electricEngine.charging.hvStatus"
    await car.stream({hv_status: "WAITING_FOR_CHARGING", "drivetrain.electricEngine.charging.timeToFullyCharged": 90})
    assert await freshness(car, "time_to_full_min", 5) == ["fresh"]


async def test_the_time_that_the_climate_goes_on_is_stale_once_it_is_off(car: SpeakingCar) -> None:
    await car.stream({"vehicle.preConditioning.activity": "HEATING", "vehicle.preConditioning.remainingTime": 20})
    await car.stream({"vehicle.preConditioning.activity": "INACTIVE"}, minute=2)
    assert await freshness(car, "climate_time_left_min", 2) == ["stale"]


async def test_a_battery_is_prepared_on_the_way_too(car: SpeakingCar) -> None:
    await car.stream({"powertrain.electric.battery.preconditioning.state": "REMOTE_ON_DRIVE", STATUS: "NOCHARGING"})
    await car.stream({MOVING: True, STATUS: "NOCHARGING"}, minute=1)
    assert await freshness(car, "is_battery_preconditioning", 1) == ["fresh"]


async def test_a_restart_forgets_no_habit_of_the_car(stored_car: SpeakingCar) -> None:
    await stored_car.stream({STATUS: "CHARGINGACTIVE", LATITUDE: 48.1})
    for minute in (0, 60, 120, 180):
        await stored_car.stream({POWER: 11_000 + minute}, minute=minute)
    assert await freshness(stored_car, "is_charging", 359, 360, 899, 900) == ["fresh", "ageing", "ageing", "stale"]


async def test_a_restart_forgets_no_habit_of_a_car_whose_newest_word_is_no_value(stored_car: SpeakingCar) -> None:
    await stored_car.stream({"drivetrain.electricEngine.charging.hvStatus": "CHARGING"})
    for minute in range(0, 121, 20):
        await stored_car.stream({HEADER: 20 + minute / 10}, minute=minute)
    await stored_car.stream({HEADER: None}, minute=140)
    assert await freshness(stored_car, "is_charging", 179, 180, 360) == ["fresh", "ageing", "stale"]


async def test_a_timer_tells_each_change_once(car: SpeakingCar) -> None:
    clock = ManualClock(now_ms=START_MS)
    told: list[Event] = []
    await car.stream({STATUS: "CHARGINGACTIVE"})
    timer = asyncio.create_task(keep_telling_freshness(car.live, told.extend, clock=clock))
    for now_ms in (START_MS, START_MS + 16 * MINUTE_MS, START_MS + 17 * MINUTE_MS, START_MS + 3 * HOUR_MS):
        clock.advance(now_ms - clock.now_ms())
        await asyncio.wait_for(clock.asleep.wait(), 5)
    timer.cancel()
    events = [json.loads(msgspec.json.encode(describe_event(event, now_ms=clock.now_ms()))) for event in told]
    assert [event["name"] for event in events] == ["charging_status", "is_charging"] * 2
    assert {(event["value"], event["freshness"]) for event in events} == {("charging", "stale"), (True, "stale")}


async def test_a_car_that_speaks_again_is_fresh_again_and_that_is_told(car: SpeakingCar) -> None:
    await car.stream({STATUS: "CHARGINGACTIVE"})
    assert len(car.live.changed_freshness(START_MS + 20 * MINUTE_MS)) == 2
    await car.stream({POWER: 7_400}, minute=20)
    assert [event.signal.name for event in car.live.changed_freshness(START_MS + 21 * MINUTE_MS)] == [  # type: ignore[union-attr]
        "charging_status",
        "is_charging",
    ]


async def test_what_basic_data_changes_is_told(car: SpeakingCar) -> None:
    await car.stream({"drivetrain.fuelSystem.level": 0, HEADER: 50})
    car.is_a("PHEV")
    events = car.live.changed_freshness(START_MS)
    assert [(event.signal.name, event.signal.value) for event in events] == [("fuel_percent", 0)]  # type: ignore[union-attr]
