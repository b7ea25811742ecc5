import random
from collections.abc import Iterable
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.positions import LATITUDE, LONGITUDE, Coordinate, Position, pair_positions
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.domain.sent_units import UNKNOWN_UNIT
from bimmerhub.domain.signals.table import SIGNALS
from bimmerhub.domain.signals.value import SignalValue
from bimmerhub.domain.state import VehicleState
from bimmerhub.ids import Descriptor, Vin

HEADER = Descriptor("vehicle.drivetrain.batteryManagement.header")
LEVEL = Descriptor("vehicle.drivetrain.electricEngine.charging.level")
STATUS = Descriptor("vehicle.drivetrain.electricEngine.charging.status")
POWER = Descriptor("vehicle.powertrain.electric.battery.charging.power")
DISPLAY_UNIT = Descriptor("vehicle.cabin.infotainment.displayUnit.distance")
RANGE = Descriptor("vehicle.drivetrain.electricEngine.kombiRemainingElectricRange")
UNLISTED = Descriptor("mybmw.state.currentMileage")


def read(
    descriptor: Descriptor,
    value: Value,
    at_s: int = 0,
    *,
    sent_after_ms: int | None = 0,
    received_at_ms: int = 0,
    source: Source = Source.STREAM,
) -> Reading:
    entry = load_catalogue().get(descriptor)
    return Reading(
        vin=Vin("WBA00000000000001"),
        descriptor=descriptor,
        value=value,
        unit=None if entry is None else entry.unit,
        measured_at_ms=at_s * 1000,
        sent_at_ms=None if sent_after_ms is None else at_s * 1000 + sent_after_ms,
        received_at_ms=received_at_ms,
        source=source,
    )


def state_of(readings: Iterable[Reading]) -> VehicleState:
    state = VehicleState()
    state.fold(readings)
    return state


def value_of(state: VehicleState, name: str) -> Value:
    return state.signals()[name].value


def test_what_was_never_reported_is_missing() -> None:
    state = VehicleState()
    assert dict(state.signals()) == {}
    assert dict(state.readings()) == {}
    assert state.position() is None


def test_a_reading_becomes_the_newest_and_changes_its_signals() -> None:
    state = VehicleState()
    reading = read(STATUS, "CHARGINGACTIVE", 5)
    changes = state.fold([reading])
    assert changes.readings == (reading,)
    assert {(signal.name, signal.value) for signal in changes.signals} == {
        ("charging_status", "charging"),
        ("is_charging", True),
    }


def test_a_signal_tells_where_it_comes_from() -> None:
    state = state_of([read(POWER, 11_260, 7, source=Source.REST)])
    assert state.signals()["charging_power_kw"] == SignalValue(
        name="charging_power_kw",
        value=11.26,
        unit="kW",
        measured_at_ms=7000,
        descriptor=POWER,
        source=Source.REST,
        quality="measured",
    )


def test_late_and_repeated_readings_change_nothing() -> None:
    state = state_of([read(HEADER, 67, 10)])
    changes = state.fold([read(HEADER, 80, 9), read(HEADER, 67, 10, received_at_ms=99)])
    assert (changes.readings, changes.signals) == ((), ())
    assert value_of(state, "soc_percent") == 67


def test_unchanged_value_with_a_newer_time_is_a_change() -> None:
    state = state_of([read(HEADER, 67, 10)])
    (signal,) = state.fold([read(HEADER, 67, 20)]).signals
    assert (signal.value, signal.measured_at_ms) == (67, 20_000)


def test_one_second_with_two_values_ends_at_the_one_sent_later() -> None:
    state = state_of([read(HEADER, 67, 10, sent_after_ms=900), read(HEADER, 99, 10, sent_after_ms=100)])
    assert value_of(state, "soc_percent") == 67


def test_a_batch_tells_each_change_once() -> None:
    changes = VehicleState().fold([read(HEADER, percent, percent) for percent in (1, 3, 2)])
    assert [reading.value for reading in changes.readings] == [3]
    assert [signal.value for signal in changes.signals] == [3]


def test_no_value_as_the_newest_word_makes_the_signal_none() -> None:
    state = state_of([read(HEADER, 67, 10), read(HEADER, None, 20)])
    signal = state.signals()["soc_percent"]
    assert (signal.value, signal.quality, signal.measured_at_ms) == (None, "no_value", 20_000)


def test_prediction_takes_over_only_from_a_stale_display() -> None:
    state = state_of([read(HEADER, 40, 0), read(LEVEL, 45, 600)])
    assert value_of(state, "soc_percent") == 40
    state.fold([read(LEVEL, 52, 1800)])
    assert (value_of(state, "soc_percent"), state.signals()["soc_percent"].quality) == (52, "approximate")
    state.fold([read(HEADER, 50, 1700)])
    assert value_of(state, "soc_percent") == 50


def test_unlisted_descriptor_is_kept_and_feeds_no_signal() -> None:
    reading = read(UNLISTED, 48_260, received_at_ms=5)
    state = VehicleState()
    assert state.fold([reading]).signals == ()
    assert state.readings() == {UNLISTED: reading}


def test_coordinates_of_one_time_make_a_position() -> None:
    state = state_of([read(LATITUDE, 50.7664, 10), read(LONGITUDE, 6.0834, 10)])
    assert state.position() == Position(
        measured_at_ms=10_000, latitude_deg=50.7664, longitude_deg=6.0834, quality="measured"
    )
    assert (value_of(state, "latitude_deg"), value_of(state, "longitude_deg")) == (50.7664, 6.0834)


def test_one_coordinate_alone_is_no_position() -> None:
    state = state_of([read(LATITUDE, 50.7664, 10)])
    assert state.position() is None
    assert "latitude_deg" not in state.signals()


def test_a_new_latitude_is_not_put_together_with_an_old_longitude() -> None:
    state = state_of([read(LATITUDE, 50.0, 10), read(LONGITUDE, 6.0, 10)])
    assert state.fold([read(LATITUDE, 50.5, 130)]).signals == ()
    assert value_of(state, "latitude_deg") == 50.0
    changes = state.fold([read(LONGITUDE, 6.5, 130)])
    assert {signal.name: signal.value for signal in changes.signals} == {"latitude_deg": 50.5, "longitude_deg": 6.5}


def test_coordinates_minutes_apart_make_an_approximate_position() -> None:
    state = state_of([read(LATITUDE, 50.0, 10), read(LONGITUDE, 6.0, 190)])
    assert [(s.quality, s.measured_at_ms) for s in state.signals().values()] == [("approximate", 10_000)] * 2
    far = state_of([read(LATITUDE, 50.0, 0), read(LONGITUDE, 6.0, 301)])
    assert far.position() is None


def test_a_late_coordinate_can_complete_a_newer_position() -> None:
    state = state_of([read(LATITUDE, 50.0, 10), read(LONGITUDE, 6.0, 10), read(LATITUDE, 50.1, 100)])
    state.fold([read(LATITUDE, 50.9, 400), read(LONGITUDE, 6.1, 100)])
    assert state.position() == Position(
        measured_at_ms=100_000, latitude_deg=50.1, longitude_deg=6.1, quality="measured"
    )


def test_position_is_none_while_the_newest_word_is_no_value() -> None:
    state = state_of([read(LATITUDE, 50.0, 10), read(LONGITUDE, 6.0, 10), read(LATITUDE, None, 20)])
    signal = state.signals()["longitude_deg"]
    assert (state.position(), signal.value, signal.quality) == (None, None, "no_value")
    assert signal.measured_at_ms == 20_000
    state.fold([read(LATITUDE, 50.2, 30), read(LONGITUDE, 6.2, 30)])
    assert value_of(state, "latitude_deg") == 50.2


def test_a_coordinate_that_comes_alone_for_ever_costs_little() -> None:
    state = state_of([read(LATITUDE, 50.0, 10), read(LONGITUDE, 6.0, 10)])
    state.fold(read(LONGITUDE, 6.1, 10 + second) for second in range(1, 20_000))
    assert state.position() == Position(measured_at_ms=10_000, latitude_deg=50.0, longitude_deg=6.0, quality="measured")
    state.fold([read(LATITUDE, 50.1, 20_000)])
    assert state.position() == Position(
        measured_at_ms=20_000_000, latitude_deg=50.1, longitude_deg=6.1, quality="measured"
    )


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_late_word_for_the_displayed_unit_counts_as_if_it_came_in_time(order: tuple[int, ...]) -> None:
    readings = (
        read(DISPLAY_UNIT, "MILES", 1),
        read(DISPLAY_UNIT, "FURLONGS", 2),
        read(RANGE, 100, 3)._replace(unit=UNKNOWN_UNIT),
    )
    state = VehicleState()
    for place in order:
        state.fold([readings[place]])
    assert (state.car.displayed_unit, value_of(state, "electric_range_km")) == ("mi", 160.9344)


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(-5, 5), st.sampled_from(["OPEN", "CHARGINGACTIVE", "?"])
)
DESCRIPTORS = st.sampled_from(sorted({key for signal in SIGNALS for key in signal.descriptors()} | {UNLISTED}))
READINGS = st.builds(
    read,
    st.one_of(st.sampled_from([HEADER, LEVEL, STATUS, LATITUDE, LONGITUDE]), DESCRIPTORS),
    VALUES,
    st.one_of(st.integers(0, 5), st.integers(0, 3000)),
    sent_after_ms=st.one_of(st.none(), st.integers(0, 3)),
    received_at_ms=st.integers(0, 3),
    source=st.sampled_from(Source),
)


@given(st.lists(READINGS, max_size=60), st.randoms(use_true_random=False))
def test_shuffled_and_repeated_delivery_gives_the_same_state(readings: list[Reading], rng: random.Random) -> None:
    expected = state_of(readings)
    state = VehicleState()
    for reading in rng.sample(readings, len(readings)) + rng.choices(readings or [read(HEADER, 1)], k=len(readings)):
        state.fold([reading])
    assert state.readings() == expected.readings()
    assert state.signals() == expected.signals()
    assert state.position() == expected.position()


@given(st.lists(READINGS, max_size=60), st.integers(1, 7))
def test_told_changes_add_up_to_the_state(readings: list[Reading], size: int) -> None:
    state = VehicleState()
    told_readings: dict[Descriptor, Reading] = {}
    told_signals: dict[str, SignalValue] = {}
    for start in range(0, len(readings), size):
        changes = state.fold(readings[start : start + size])
        told_readings.update({reading.descriptor: reading for reading in changes.readings})
        assert all(told_signals.get(signal.name) != signal for signal in changes.signals)
        told_signals.update({signal.name: signal for signal in changes.signals})
    assert (told_readings, told_signals) == (state.readings(), state.signals())


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0), (2, 0, 1)])
def test_a_value_repeated_late_was_sent_when_it_was_first_sent(order: tuple[int, ...]) -> None:
    readings = (
        read(HEADER, 67, sent_after_ms=1_000),
        read(HEADER, 66, sent_after_ms=5_000),
        read(HEADER, 67, sent_after_ms=3_600_000, source=Source.REST),
    )
    assert state_of([readings[place] for place in order]).signals()["soc_percent"].value == 66


COORDINATES = st.builds(
    read,
    st.sampled_from([LATITUDE, LONGITUDE]),
    st.floats(1, 90),
    st.one_of(st.integers(0, 30), st.integers(0, 2000)),
    sent_after_ms=st.integers(0, 3),
)


@given(st.lists(COORDINATES, max_size=40))
def test_position_is_the_newest_one_that_the_history_has(readings: list[Reading]) -> None:
    latitudes, longitudes = (
        [Coordinate(one.measured_at_ms, one.value, one.sent_after_ms) for one in readings if one.descriptor == key]
        for key in (LATITUDE, LONGITUDE)
    )
    positions = pair_positions(latitudes, longitudes)
    assert state_of(readings).position() == (positions[-1] if positions else None)


def test_zeros_in_a_burst_make_no_place() -> None:
    state = state_of([read(LATITUDE, 0), read(LATITUDE, 48.1), read(LONGITUDE, 11.5), read(LONGITUDE, 0)])
    assert [value_of(state, name) for name in ("latitude_deg", "longitude_deg")] == [48.1, 11.5]


def test_zero_and_zero_is_no_position() -> None:
    state = state_of([read(LATITUDE, 50.8), read(LONGITUDE, 6.1), read(LATITUDE, 0, 300), read(LONGITUDE, 0.0, 300)])
    assert state.position() is None
    for name in ("latitude_deg", "longitude_deg"):
        signal = state.signals()[name]
        assert (signal.value, signal.quality, signal.measured_at_ms) == (None, "no_value", 300_000)
    state.fold([read(LATITUDE, 51.4779, 400), read(LONGITUDE, 0, 401)])
    assert [value_of(state, name) for name in ("latitude_deg", "longitude_deg")] == [51.4779, 0]


@pytest.mark.parametrize("view", ["signals", "readings"])
def test_views_cannot_be_written_through(view: str) -> None:
    state = state_of([read(HEADER, 67)])
    with pytest.raises(TypeError):
        getattr(state, view)()["soc_percent"] = None
