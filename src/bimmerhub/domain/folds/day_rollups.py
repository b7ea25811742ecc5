"""Daily roll-ups of a car: a fold with one record for each day in which something came.

A day is a UTC day until the time zones of places are known; the record says so. Nothing is shown of it yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bimmerhub.domain.folds.fold import FoldEvent, Record, Step
from bimmerhub.domain.folds.possible_numbers import ODOMETER_KM, PERCENT, is_possible
from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.signals.older_families import family_descriptors
from bimmerhub.ids import Descriptor
from bimmerhub.times import DAY_MS

CHARGE_LEVELS: Final = (
    Descriptor("vehicle.drivetrain.batteryManagement.header"),
    Descriptor("vehicle.powertrain.electric.battery.stateOfCharge.displayed"),
    *family_descriptors("soc_percent"),
)
TIME_ZONE: Final = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of a car. None means that nothing of it was reported that day.

    `distance_km` is how far the odometer went since it was last seen before the day, or, on the first day of all, since
    it was first seen in it. `readings` counts the readings that this record was made of.
    """

    time_zone: str
    odometer_first_km: float | None
    odometer_last_km: float | None
    distance_km: float | None
    soc_min_percent: float | None
    soc_max_percent: float | None
    readings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayState:
    """What is known in the middle of a day. `day` counts days since 1970; None before the first reading."""

    day: int | None = None
    odometer_before_km: float | None = None
    odometer_first_km: float | None = None
    odometer_last_km: float | None = None
    soc_min_percent: float | None = None
    soc_max_percent: float | None = None
    readings: int = 0


class DaysFold:
    """The fold of days: satisfies `Fold[DayState]`."""

    name: Final = "days"
    version: Final = 2
    descriptors: Final = (*ODOMETERS, *CHARGE_LEVELS)
    initial: Final = DayState()

    def step(self, state: DayState, reading: Reading) -> Step[DayState]:
        """Return the state with the reading in it; the first reading of a day settles the day before."""
        day = reading.measured_at_ms // DAY_MS
        if day == state.day:
            return Step(state=_with(state, reading))
        fresh = DayState(day=day, odometer_before_km=_last_known_km(state))
        return Step(state=_with(fresh, reading), records=_records(state))

    def is_at_rest(self, state: DayState, next_ms: int) -> bool:
        """Tell whether the day is over."""
        return state.day != next_ms // DAY_MS

    def open_records(self, state: DayState, now_ms: int) -> Sequence[Record]:  # noqa: ARG002 - a day is a day
        """Return the day under way."""
        return _records(state)

    def open_events(self, state: DayState, now_ms: int) -> Sequence[FoldEvent]:  # noqa: ARG002 - as above
        """Return nothing: a day has no events."""
        return ()

    def due_ms(self, state: DayState, now_ms: int) -> int | None:  # noqa: ARG002 - as above
        """Return None: a day looks the same whenever it is asked for."""
        return None


def _records(state: DayState) -> Sequence[Record]:
    if state.day is None:
        return ()
    start_at_ms = state.day * DAY_MS
    return (Record(start_at_ms=start_at_ms, end_at_ms=start_at_ms + DAY_MS, body=_to_day(state)),)


def _with(state: DayState, reading: Reading) -> DayState:
    state = replace(state, readings=state.readings + 1)
    value = reading.value
    if not isinstance(value, int | float) or isinstance(value, bool):
        return state
    number = float(value)
    is_odometer = reading.descriptor in ODOMETERS
    if not is_possible(number, ODOMETER_KM if is_odometer else PERCENT):
        return state
    if is_odometer:
        first_km = number if state.odometer_first_km is None else state.odometer_first_km
        return replace(state, odometer_first_km=first_km, odometer_last_km=number)
    return replace(
        state,
        soc_min_percent=number if state.soc_min_percent is None else min(state.soc_min_percent, number),
        soc_max_percent=number if state.soc_max_percent is None else max(state.soc_max_percent, number),
    )


def _last_known_km(state: DayState) -> float | None:
    return state.odometer_before_km if state.odometer_last_km is None else state.odometer_last_km


def _to_day(state: DayState) -> Day:
    return Day(
        time_zone=TIME_ZONE,
        odometer_first_km=state.odometer_first_km,
        odometer_last_km=state.odometer_last_km,
        distance_km=_distance_km(state),
        soc_min_percent=state.soc_min_percent,
        soc_max_percent=state.soc_max_percent,
        readings=state.readings,
    )


def _distance_km(state: DayState) -> float | None:
    """Return the distance; never negative, for an odometer may seem to fall by its rounding."""
    if state.odometer_first_km is None or state.odometer_last_km is None:
        return None
    before_km = state.odometer_first_km if state.odometer_before_km is None else state.odometer_before_km
    return max(0.0, state.odometer_last_km - before_km)
