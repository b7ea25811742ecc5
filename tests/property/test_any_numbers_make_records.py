"""Whatever numbers a car sends, and whenever: no fold stumbles, and no record holds a number that is none."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimmerhub.domain.charging_sessions.session_fold import ChargingSessionsFold
from bimmerhub.domain.folds.day_rollups import DaysFold
from bimmerhub.domain.folds.fold import Fold, fold_order
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.domain.trips.trips_fold import TripsFold
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.times import DAY_MS, LATEST_MS, MINUTE_MS, format_time

VIN = Vin("WBA00000000000001")
LAST_MS = 4_102_444_800_000
"""The year 2100."""
FOLDS: Sequence[Fold[Any]] = (ChargingSessionsFold(), TripsFold(), DaysFold())
CHARGING = "vehicle.drivetrain.electricEngine.charging"

NUMBERS = st.one_of(
    st.sampled_from([0, 0.0, 1e-310, 5e-324, -1e-310, 1e-308, 1.7e308, -1.7e308, 1e306, 2**63 - 1, -(2**63)]),
    st.sampled_from([0.2, 1, 3, 11, 16, 50, 52.5, 80, 99, 100, 230, 400, 11_000, 50_000]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**63), 2**63 - 1),
)
WORDS: st.SearchStrategy[Value] = st.sampled_from(
    ["CONNECTED", "DISCONNECTED", "CHARGINGACTIVE", "CHARGINGENDED", "3-PHASES", "AC_TYPE2PLUG", True, False, None]
)
TIMES = st.one_of(
    st.integers(0, LAST_MS // 1000).map(lambda second: second * 1000),
    st.integers(0, 600).map(lambda minute: 20_000 * DAY_MS + minute * MINUTE_MS),
)
UNITS = st.sampled_from([None, "km", "W", "kWh", "%", "min"])


def readings_for(fold: Fold[Any]) -> st.SearchStrategy[list[Reading]]:
    def build(descriptor: Descriptor, value: Value, unit: str | None, at_ms: int) -> Reading:
        return Reading(VIN, descriptor, value, unit, at_ms, at_ms + 1_000, at_ms, Source.STREAM)

    def of(descriptors: list[Descriptor]) -> st.SearchStrategy[list[Reading]]:
        one = st.builds(build, st.sampled_from(descriptors), st.one_of(NUMBERS, WORDS), UNITS, TIMES)
        return st.lists(one, max_size=40)

    return st.lists(st.sampled_from(sorted(fold.descriptors)), min_size=1, max_size=8, unique=True).flatmap(of)


def numbers_in(value: object) -> Iterator[float]:
    if isinstance(value, dict):
        for member in value.values():
            yield from numbers_in(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from numbers_in(member)
    elif isinstance(value, int | float):
        yield value


def check(fold: Fold[Any], readings: Sequence[Reading]) -> None:
    state = fold.initial
    for reading in sorted(set(readings), key=fold_order):
        fold.is_at_rest(state, reading.measured_at_ms)
        step = fold.step(state, reading)
        if step is None:
            continue
        state = step.state
        check_outcome([*step.records, *step.events])
        stored = msgspec.json.decode(msgspec.json.encode(state), type=type(fold.initial))
        assert stored == state
        for now_ms in (reading.measured_at_ms, LAST_MS + DAY_MS):
            check_outcome([*fold.open_records(state, now_ms), *fold.open_events(state, now_ms)])
            due_ms = fold.due_ms(state, now_ms)
            assert due_ms is None or now_ms < due_ms < LATEST_MS + DAY_MS


def check_outcome(outcome: Sequence[Any]) -> None:
    for one in outcome:
        assert all(math.isfinite(number) for number in numbers_in(msgspec.to_builtins(one.body)))
        for at_ms in (getattr(one, name) for name in ("start_at_ms", "end_at_ms", "at_ms") if hasattr(one, name)):
            format_time(at_ms)


@pytest.mark.parametrize("fold", FOLDS, ids=lambda fold: fold.name)
def test_any_numbers_make_finite_records(fold: Fold[Any]) -> None:
    @settings(max_examples=150, deadline=None)
    @given(readings=readings_for(fold))
    def hold(readings: list[Reading]) -> None:
        check(fold, readings)

    hold()


@settings(max_examples=150, deadline=None)
@given(
    numbers=st.fixed_dictionaries(
        {
            Descriptor(key): NUMBERS
            for key in (
                "vehicle.powertrain.electric.battery.charging.power",
                "vehicle.drivetrain.batteryManagement.maxEnergy",
                "connecteddrive.battery_size_max",
                f"{CHARGING}.acVoltage",
                f"{CHARGING}.acAmpere",
                f"{CHARGING}.timeRemaining",
                f"{CHARGING}.smeEnergyDeltaFullyCharged",
            )
        }
    ),
    later=st.lists(st.tuples(st.integers(1, 2_000), NUMBERS), max_size=6),
)
def test_any_numbers_make_a_charge(numbers: dict[Descriptor, int | float], later: list[tuple[int, float]]) -> None:
    power, *_ = numbers
    start_ms = 20_000 * DAY_MS
    words: dict[Descriptor, Value] = {
        Descriptor("vehicle.body.chargingPort.status"): "CONNECTED",
        Descriptor(f"{CHARGING}.status"): "CHARGINGACTIVE",
        Descriptor("vehicle.drivetrain.batteryManagement.header"): 50,
        Descriptor(f"{CHARGING}.phaseNumber"): "3-PHASES",
    }
    said: list[tuple[Descriptor, Value, int]] = [
        (descriptor, value, start_ms) for descriptor, value in {**words, **numbers}.items()
    ]
    said += [
        (descriptor, value, start_ms + minute * MINUTE_MS)
        for minute, value in later
        for descriptor in (power, Descriptor(f"{CHARGING}.acAmpere"), Descriptor(f"{CHARGING}.level"))
    ]
    check(
        ChargingSessionsFold(),
        [
            Reading(VIN, descriptor, value, None, at_ms, at_ms, at_ms, Source.STREAM)
            for descriptor, value, at_ms in said
        ],
    )
