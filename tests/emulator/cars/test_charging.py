"""Charging from plug-in to plug-out: what is told, and what is true afterwards."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, cast

import pytest
from tests.emulated import HeardCars

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.message import StreamMessage
from bimmerhub.emulator.cars import MODELS
from bimmerhub.ids import Vin

START_MS = 1_780_272_000_000  # 2026-06-01T00:00:00Z, a Monday
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
BEV = MODELS["bev"].vin


def charging(**wish: object) -> HeardCars:
    garage = HeardCars(seed=1, start_ms=START_MS, models=["bev"])
    garage.command(BEV, "charge", **{"soc_percent": 40, "target_percent": 80, **wish})
    return garage


def wait(garage: HeardCars, minutes: float) -> list[StreamMessage]:
    return list(garage.advance(garage.now_ms + round(minutes * MINUTE_MS)))


def sent(messages: Sequence[StreamMessage], key: str) -> list[Any]:
    return [message.value for message in messages if message.descriptor == key]


def sessions(garage: HeardCars, vin: Vin = BEV) -> list[dict[str, Any]]:
    return garage.charging_sessions(vin)


def test_charge_is_told_from_plug_to_plug() -> None:
    garage = charging()
    messages = wait(garage, 240)
    garage.command(BEV, "unplug")
    messages += wait(garage, 1)
    assert sent(messages, keys.CHARGING_STATUS) == ["INITIALIZATION", "CHARGINGACTIVE", "CHARGINGENDED", "NOCHARGING"]
    phases = sent(messages, keys.CHARGING_PHASES)
    assert (phases[0], phases[-1]) == ("3-PHASES", "1-PHASES")
    assert sent(messages, keys.PORT_STATUS) == ["CONNECTED"] * 3 + ["DISCONNECTED"]
    assert sent(messages, keys.PORT_TEXT)[0] == "CONNECTED"
    assert sent(messages, keys.PORT_TEXT)[-1] == "DISCONNECTED"


def test_session_goes_from_plug_in_to_plug_out() -> None:
    garage = charging()
    wait(garage, 240)
    assert sessions(garage)[0]["unplugged_ms"] is None
    garage.command(BEV, "unplug")
    (session,) = sessions(garage)
    assert session["plugged_in_ms"] == START_MS < session["start_ms"] < session["end_ms"] < session["unplugged_ms"]
    assert session["unplugged_ms"] == garage.now_ms
    assert (session["start_soc_percent"], session["end_soc_percent"], session["error"]) == (40, 80, None)
    assert session["place"].endswith("home")
    assert isinstance(session["latitude"], float)


def test_charge_under_way_is_no_session_yet() -> None:
    garage = charging()
    wait(garage, 30)
    assert sessions(garage) == []


def test_pause_splits_the_charge_into_blocks() -> None:
    garage = charging()
    messages = wait(garage, 60)
    garage.command(BEV, "pause_charging", minutes=45)
    messages += wait(garage, 20)
    assert sessions(garage) == []
    assert garage.truth(BEV)["is_charging"] is False
    messages += wait(garage, 240)
    (session,) = sessions(garage)
    first, second = session["blocks"]
    assert session["paused_s"] == (second["start_ms"] - first["end_ms"]) / 1000 == pytest.approx(45 * 60, abs=60)
    words = sent(messages, keys.CHARGING_STATUS)
    assert words[1:] == ["CHARGINGACTIVE", "CHARGINGPAUSED", "INITIALIZATION", "CHARGINGACTIVE", "CHARGINGENDED"]
    assert session["end_soc_percent"] == 80


def test_energy_of_the_blocks_is_that_of_the_session() -> None:
    garage = charging()
    wait(garage, 60)
    garage.command(BEV, "pause_charging", minutes=10)
    wait(garage, 240)
    (session,) = sessions(garage)
    kwh = sum(block["average_kw"] * (block["end_ms"] - block["start_ms"]) / HOUR_MS for block in session["blocks"])
    assert kwh == pytest.approx(session["grid_kwh"], abs=0.01)


def test_failed_charge_says_why() -> None:
    garage = charging()
    messages = wait(garage, 30)
    garage.command(BEV, "fail_charging", hint="No current.")
    messages += wait(garage, 5)
    (session,) = sessions(garage)
    assert (session["error"], session["errors"]) == ("No current.", ["No current."])
    assert sent(messages, keys.CHARGING_STATUS)[-1] == "CHARGINGERROR"
    assert garage.known_of(BEV)[keys.HV_STATUS].value == "ERROR"
    assert garage.known_of(BEV)[keys.LAST_CHARGE_RESULT].value == "FAILED"


def test_charge_can_begin_again_in_the_same_session() -> None:
    garage = charging()
    wait(garage, 30)
    garage.command(BEV, "fail_charging")
    garage.command(BEV, "charge", target_percent=70)
    wait(garage, 240)
    (session,) = sessions(garage)
    assert len(session["blocks"]) == 2
    assert session["end_soc_percent"] == 70


def test_each_plug_in_has_a_number_of_its_own() -> None:
    garage, numbers = charging(), []
    for _ in range(3):
        numbers += sent(wait(garage, 5), keys.PORT_EVENT)
        garage.command(BEV, "unplug")
        garage.command(BEV, "plug_in")
    assert sorted(set(numbers)) == list(range(numbers[0], numbers[0] + 3))


def test_session_remembers_that_the_cabin_was_heated() -> None:
    garage = charging()
    wait(garage, 10)
    garage.command(BEV, "precondition")
    wait(garage, 240)
    assert sessions(garage)[0]["is_preconditioned"] is True


@pytest.fixture(scope="module")
def year() -> HeardCars:
    garage = HeardCars(seed=2, start_ms=START_MS, models=["i3"])
    for _ in garage.advance(START_MS + 300 * DAY_MS):
        pass
    return garage


def test_long_trips_have_fast_charges_on_the_way(year: HeardCars) -> None:
    i3 = MODELS["i3"].vin
    on_the_way = [session for session in sessions(year, i3) if "fast charger" in session["place"]]
    assert on_the_way
    for session in on_the_way:
        assert session["is_dc"]
        assert session["start_soc_percent"] >= 5
    trips = cast("list[dict[str, Any]]", year.truth(i3)["trips"])
    assert min(trip["soc_end_percent"] for trip in trips) >= 5


def test_some_charges_pause_and_some_fail(year: HeardCars) -> None:
    all_of_them = [session for car in year.cars for session in sessions(year, car.vin)]
    assert 0 < sum(session["paused_s"] > 0 for session in all_of_them) < 0.2 * len(all_of_them)
    assert 0 < sum(session["error"] is not None for session in all_of_them) < 0.1 * len(all_of_them)


def test_sessions_do_not_overlap_and_are_newest_first(year: HeardCars) -> None:
    for car in year.cars:
        for later, earlier in pairwise(sessions(year, car.vin)):
            assert earlier["unplugged_ms"] <= later["plugged_in_ms"]
            assert earlier["end_ms"] <= earlier["unplugged_ms"]


@pytest.mark.parametrize("name", ["pause_charging", "fail_charging", "stop_charging"])
def test_charge_that_is_not_there_cannot_be_disturbed(name: str) -> None:
    garage = HeardCars(seed=1, start_ms=START_MS, models=["bev"])
    with pytest.raises(ValueError, match="not charging"):
        garage.command(BEV, name)
