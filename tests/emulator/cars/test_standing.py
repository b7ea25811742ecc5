"""What time and carelessness do to a car that stands, and to its parts over months."""

import json
from itertools import pairwise
from typing import Any, cast
from xml.etree import ElementTree as ET

import pytest
from tests.emulated import HeardCars

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.keys import tyre
from bimmerhub.emulator.cardata.voice.message import StreamMessage
from bimmerhub.emulator.cars import MODELS
from bimmerhub.emulator.cars.machine.starter import Starter
from bimmerhub.emulator.cars.machine.tyre_air import Tyres
from bimmerhub.emulator.cars.states import WHEELS
from bimmerhub.emulator.cars.world.agenda import Fate

SUMMER_MS = 1_780_272_000_000  # 2026-06-01T00:00:00Z, a Monday
WINTER_MS = 1_768_176_000_000  # 2026-01-12T00:00:00Z, a Monday
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
BEV, ICE = MODELS["bev"].vin, MODELS["ice"].vin
LEFT = "row1.wheel.left"


def live(name: str, days: float, *, start_ms: int = SUMMER_MS, seed: int = 1) -> tuple[HeardCars, list[StreamMessage]]:
    garage = HeardCars(seed=seed, start_ms=start_ms, models=[name])
    return garage, list(garage.advance(start_ms + round(days * DAY_MS)))


def truth(garage: HeardCars) -> dict[str, Any]:
    return garage.truth(garage.cars[0].vin)


def values(messages: list[StreamMessage], key: str) -> list[Any]:
    return [message.value for message in messages if message.descriptor == key]


def held(garage: HeardCars, key: str) -> Any:
    return garage.known_of(garage.cars[0].vin)[key].value


def test_something_is_left_open_now_and_then_and_looked_after() -> None:
    garage = HeardCars(seed=3, start_ms=SUMMER_MS, models=["bev"])
    open_hours = 0
    for hour in range(24 * 60):
        list(garage.advance(SUMMER_MS + hour * HOUR_MS))
        now = truth(garage)
        open_hours += not now["is_driving"] and (bool(now["open"]) or now["lock"] == "UNLOCKED")
    assert 0 < open_hours < 24 * 60 * 0.2


def test_unlocked_car_loses_more_than_a_locked_one() -> None:
    locked, unlocked = (HeardCars(seed=1, start_ms=SUMMER_MS, models=["bev"]) for _ in range(2))
    unlocked.command(BEV, "unlock")
    before = truth(locked)["soc_percent"]
    for garage in (locked, unlocked):
        list(garage.advance(SUMMER_MS + 4 * HOUR_MS))
    assert before > truth(locked)["soc_percent"] > truth(unlocked)["soc_percent"] > before - 1


def test_heating_the_cabin_costs_and_is_told() -> None:
    garage = HeardCars(seed=1, start_ms=WINTER_MS, models=["bev"])
    before = truth(garage)["soc_percent"]
    garage.command(BEV, "precondition", minutes=20)
    messages = list(garage.advance(WINTER_MS + 30 * MINUTE_MS))
    assert values(messages, keys.CLIMATE) == ["heating", "standby"]
    assert values(messages, keys.COMFORT) == ["COMFORT_HEATING", "NOT_ACTIVE"]
    assert values(messages, keys.CLIMATE_MINUTES) == [20, 10, 0]
    assert before - truth(garage)["soc_percent"] == pytest.approx(0.74, abs=0.1)


def test_cabin_is_heated_before_departure_on_cold_mornings() -> None:
    _, messages = live("bev", 12, start_ms=WINTER_MS)
    assert "heating" in values(messages, keys.CLIMATE)


def test_nail_lets_one_wheel_down_and_the_car_warns() -> None:
    garage = HeardCars(seed=1, start_ms=SUMMER_MS, models=["bev"])
    garage.command(BEV, "puncture", wheel=LEFT, kpa_per_day=20)
    messages = list(garage.advance(SUMMER_MS + 4 * DAY_MS))
    pressures, others = values(messages, tyre(LEFT, "pressure")), values(messages, tyre("row2.wheel.left", "pressure"))
    assert min(pressures) <= min(others) - 50
    assert "Tyre pressure" in held(garage, keys.CHECK_CONTROL)
    garage.command(BEV, "inflate")
    assert truth(garage)["tyres_cold_kpa"][LEFT] > 260


def test_nails_come_by_themselves_in_some_seasons() -> None:
    least = []
    for seed in range(8):
        tyres = Tyres(Fate(seed, BEV), target_kpa=250, wheels=WHEELS)
        days = range(SUMMER_MS, SUMMER_MS + 240 * DAY_MS, DAY_MS)
        least.append(min(tyres.cold_kpa(wheel, at_ms) for wheel in WHEELS for at_ms in days))
    holed = [kpa for kpa in least if kpa < 235]
    assert 0 < len(holed) < 8
    assert min(holed) > 190


def test_tyre_pressure_follows_the_temperature_in_steps_of_ten() -> None:
    summer, winter = (live("bev", 6, start_ms=start_ms)[1] for start_ms in (SUMMER_MS, WINTER_MS))
    targets = [values(messages, tyre(LEFT, "pressureTarget")) for messages in (summer, winter)]
    assert min(targets[0]) > min(targets[1])
    assert all(250 <= target <= 290 and target % 10 == 0 for target in targets[0] + targets[1])


def test_twelve_volt_battery_rests_lower_than_it_drives() -> None:
    _, messages = live("bev", 3)
    volts = values(messages, keys.STARTER_VOLTAGE)
    assert max(volts) > 14
    assert 11.5 < min(volts) < 12.9


def test_twelve_volt_battery_grows_old() -> None:
    starter = Starter(made_ms=SUMMER_MS)
    years = [SUMMER_MS + round(year * 365.25 * DAY_MS) for year in range(7)]
    volts = [starter.volts(at_ms, parked_days=0.5, celsius=15, is_awake=False) for at_ms in years]
    assert volts == sorted(volts, reverse=True)
    assert [starter.health(at_ms) for at_ms in years] == [
        "ok",
        "ok",
        "ok",
        "limited",
        "limited",
        "inadequate",
        "worn out",
    ]
    assert starter.is_deep_asleep(years[5], parked_days=6)
    assert not starter.is_deep_asleep(years[0], parked_days=6)


def test_service_comes_nearer_with_each_kilometre() -> None:
    garage, messages = live("bev", 30)
    distances = values(messages, keys.SERVICE_DISTANCE)
    falls = [before - after for before, after in pairwise(distances)]
    assert sum(fall >= 0 for fall in falls) >= len(falls) - 1
    services = json.loads(held(garage, keys.SERVICES))
    assert {item["messageType"] for item in services} == {"CBS"}
    lengths = [item["unitOfLengthRemaining"] for item in services]
    assert str(distances[-1]) in lengths
    assert "-" in lengths
    assert not any(message.descriptor == keys.SERVICES for message in messages)


def test_petrol_car_needs_oil_and_an_electric_one_does_not() -> None:
    needs = {
        name: {
            item["id"] for item in json.loads(held(HeardCars(seed=1, start_ms=SUMMER_MS, models=[name]), keys.SERVICES))
        }
        for name in ("bev", "ice")
    }
    assert needs["ice"] - needs["bev"] == {1}


def test_fault_memory_is_xml_whose_count_is_another_number() -> None:
    garage, _ = live("bev", 1)
    memory = ET.fromstring(held(garage, keys.TROUBLE_CODES))
    assert memory.tag == "dtcData"
    assert 0 < len(memory) < int(memory.attrib["dtcCount"])


def test_trip_is_summed_up_when_it_is_over() -> None:
    garage, messages = live("bev", 2)
    trip = truth(garage)["trips"][-1]
    assert values(messages, keys.ODOMETER_AT_TRIP_END)[-1] == round(trip["odometer_end_km"])
    assert values(messages, keys.SOC_AT_TRIP_END)[-1] == trip["soc_end_percent"]
    assert values(messages, keys.TIME_AT_TRIP_END)[-1].endswith(" UTC")
    assert 0 <= values(messages, keys.STARS_BRAKING)[-1] <= 5


def test_tank_is_filled_at_a_petrol_station_on_the_way() -> None:
    garage, _ = live("ice", 60)
    now = truth(garage)
    assert now["refuels"]
    for refuel in now["refuels"]:
        assert "petrol station" in refuel["place"]
        assert refuel["litres"] == pytest.approx(refuel["fuel_after_l"] - refuel["fuel_before_l"], abs=0.002)
        assert 25 < refuel["litres"] < 44
    assert cast("float", now["fuel_l"]) > 1


def test_refuelling_on_command() -> None:
    garage = HeardCars(seed=1, start_ms=SUMMER_MS, models=["ice"])
    garage.command(ICE, "refuel")
    assert truth(garage)["fuel_l"] == pytest.approx(0.96 * 44)
    with pytest.raises(ValueError, match="no tank"):
        HeardCars(seed=1, start_ms=SUMMER_MS, models=["bev"]).command(BEV, "refuel")
