"""Signals that follow from other signals."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.test_state import read, state_of, value_of

from bimmerhub.domain.reading import Reading, Value
from bimmerhub.domain.signals.composites import COMPOSITES, SAME_TIME_MS
from bimmerhub.domain.signals.table import SIGNALS
from bimmerhub.ids import Descriptor

DRIVER, PASSENGER = (Descriptor(f"vehicle.cabin.door.row1.{side}.isOpen") for side in ("driver", "passenger"))
WINDOW = Descriptor("vehicle.cabin.window.row2.driver.status")
TOTAL = Descriptor("vehicle.drivetrain.lastRemainingRange")
ELECTRIC = Descriptor("vehicle.drivetrain.electricEngine.kombiRemainingElectricRange")
FUEL = Descriptor("vehicle.drivetrain.fuelSystem.level")


def test_they_follow_from_signals_that_there_are_and_have_names_of_their_own() -> None:
    names = {signal.name for signal in SIGNALS}
    assert all(set(composite.parts) <= names for composite in COMPOSITES)
    assert not names & {composite.name for composite in COMPOSITES}


@pytest.mark.parametrize(
    ("driver", "passenger", "expected"),
    [("CLOSED", "CLOSED", False), ("CLOSED", "OPEN", True), (None, "OPEN", True), (None, "CLOSED", None)],
)
def test_any_door_is_closed_only_when_all_say_so(driver: Value, passenger: Value, expected: Value) -> None:
    state = state_of([read(DRIVER, driver, 1), read(PASSENGER, passenger, 2)])
    assert value_of(state, "is_any_door_open") == expected


def test_doors_that_the_car_never_reports_do_not_matter_and_without_any_it_is_missing() -> None:
    assert value_of(state_of([read(DRIVER, "CLOSED")]), "is_any_door_open") is False
    assert "is_any_door_open" not in state_of([read(WINDOW, "CLOSED")]).signals()


def test_it_tells_which_door_decides() -> None:
    state = state_of([read(DRIVER, "OPEN", 1), read(PASSENGER, "CLOSED", 2)])
    signal = state.signals()["is_any_door_open"]
    assert (signal.descriptor, signal.measured_at_ms, signal.quality) == (DRIVER, 1_000, "measured")


@pytest.mark.parametrize(("word", "expected"), [("INTERMEDIATE", True), ("CLOSED", False), ("PURPLE", None)])
def test_a_window_that_is_partly_open_is_open(word: str, *, expected: bool | None) -> None:
    assert value_of(state_of([read(WINDOW, word)]), "is_any_window_open") is expected


def test_a_change_of_a_part_tells_the_whole_and_only_when_it_changes() -> None:
    state = state_of([read(DRIVER, "CLOSED", 1)])
    signals = state.fold([read(DRIVER, "OPEN", 2)]).signals
    assert {signal.name: signal.value for signal in signals} == {
        "is_door_front_driver_open": True,
        "is_any_door_open": True,
    }
    assert [signal.name for signal in state.fold([read(PASSENGER, "CLOSED", 3)]).signals] == [
        "is_door_front_passenger_open"
    ]


def test_fuel_range_of_a_plug_in_hybrid_is_what_the_total_leaves() -> None:
    state = state_of([read(TOTAL, 640, 5), read(ELECTRIC, 55, 3), read(FUEL, 96)])
    signal = state.signals()["fuel_range_km"]
    assert (signal.value, signal.unit, signal.quality, signal.measured_at_ms) == (585, "km", "approximate", 3_000)


def test_fuel_range_needs_both_ranges_of_one_time_and_fuel() -> None:
    late_s = SAME_TIME_MS // 1000 + 1
    assert "fuel_range_km" not in state_of([read(TOTAL, 300), read(ELECTRIC, 300)]).signals()
    assert "fuel_range_km" not in state_of([read(TOTAL, 600), read(FUEL, 80)]).signals()
    no_tank = state_of([read(TOTAL, 300), read(ELECTRIC, 300), read(FUEL, None)])
    assert value_of(no_tank, "fuel_range_km") is None
    apart = state_of([read(TOTAL, 600), read(ELECTRIC, 50, late_s), read(FUEL, 80)])
    assert value_of(apart, "fuel_range_km") is None


parts = st.builds(
    read,
    st.sampled_from([DRIVER, PASSENGER, WINDOW, TOTAL, ELECTRIC, FUEL]),
    st.sampled_from(["OPEN", "CLOSED", None, 10, 400]),
    st.integers(0, 2_000),
)


@given(readings=st.lists(parts, max_size=30), rng=st.randoms(use_true_random=False))
def test_they_do_not_depend_on_the_order_of_readings(readings: list[Reading], rng: random.Random) -> None:
    one_by_one = state_of([])
    for reading in rng.sample(readings, len(readings)):
        one_by_one.fold([reading])
    assert dict(one_by_one.signals()) == dict(state_of(readings).signals())
