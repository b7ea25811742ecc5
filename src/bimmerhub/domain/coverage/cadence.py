"""How often a value comes, in words of the trade, as it was observed.

The words for trips are High Mobility's (its documentation of vehicle data). What they mean here is ours: a car's
drives and charges are read off its own readings, and each descriptor is held against them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import Final

from bimmerhub.domain.coverage.listening import Span, unite
from bimmerhub.domain.reading import Value
from bimmerhub.ids import Descriptor
from bimmerhub.times import HOUR_MS, MINUTE_MS

MOTION: Final = tuple(
    Descriptor(f"vehicle.{path}")
    for path in ("isMoving", "drivetrain.engine.isActive", "drivetrain.engine.isIgnitionOn")
)
"""What tells a drive from start to end, the best first."""
ODOMETER: Final = Descriptor("vehicle.vehicle.travelledDistance")
"""What tells at least that there was a drive, where the car tells nothing better."""
CHARGING_STATE: Final = Descriptor("vehicle.drivetrain.electricEngine.charging.status")
CHARGING_POWER: Final = Descriptor("vehicle.powertrain.electric.battery.charging.power")
_CHARGING_WORDS: Final = frozenset({"INITIALIZATION", "CHARGINGACTIVE", "CHARGING"})

_RED_LIGHT_MS: Final = 6 * MINUTE_MS
"""isMoving is false at every red light (observed by clients 2025-2026); a shorter halt is the same drive."""
_LONGEST_MS: Final = 12 * HOUR_MS
"""A longer drive or charge is one whose end never came."""
_BEGINNING_MS: Final = 5 * MINUTE_MS
_END_MS: Final = 3 * MINUTE_MS
_LATE_MS: Final = 15 * MINUTE_MS
"""Values of a trip's end come late (the first odometer 3-7 minutes after getting in; observed by clients)."""
_HIGH_GAP_MS: Final = MINUTE_MS
_FEWEST: Final = 3
"""So many drives say something of a rhythm."""


class Cadence(StrEnum):
    """When a value comes.

    TRIP_HIGH: during drives, mostly within a minute of the one before; TRIP: during drives; TRIP_START_END: at their
    start and end; TRIP_END: at their end only; CHARGING: only while the car charges.
    """

    TRIP_HIGH = "trip_high"
    TRIP = "trip"
    TRIP_START_END = "trip_start_end"
    TRIP_END = "trip_end"
    CHARGING = "charging"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What a car did, as far as its readings tell. A drive of which only the end is known begins where it ends."""

    drives: Sequence[Span] = ()
    charges: Sequence[Span] = ()


def derive_stretches(readings: Iterable[tuple[int, Value]], *, gap_ms: int = _RED_LIGHT_MS) -> tuple[Span, ...]:
    """Return the stretches in which something was on, from its values in order of time.

    On is True, a number above 0 or a word for charging. A stretch without an end in sight is left out.
    """
    spans, began_ms = [], None
    for at_ms, value in readings:
        if _is_on(value):
            began_ms = at_ms if began_ms is None else began_ms
        elif began_ms is not None:
            spans.append(Span(began_ms, at_ms))
            began_ms = None
    return unite((span for span in spans if span.to_ms - span.from_ms <= _LONGEST_MS), gap_ms=gap_ms)


def derive_ends(odometer: Iterable[tuple[int, Value]]) -> tuple[Span, ...]:
    """Return the ends of drives, from the odometer's values in order of time: wherever it has grown after a pause."""
    numbers = [(at_ms, value) for at_ms, value in odometer if isinstance(value, int | float)]
    grown = [Span(later_ms, later_ms) for (_, before), (later_ms, after) in pairwise(numbers) if after > before]
    return tuple(Span(span.to_ms, span.to_ms) for span in unite(grown, gap_ms=_RED_LIGHT_MS))


def observe_cadence(times_ms: Sequence[int], activity: Activity) -> Cadence | None:
    """Return when values come that came at these times; None when there were too few drives, or there is no rule."""
    if not times_ms:
        return None
    if _is_charging_only(times_ms, activity):
        return Cadence.CHARGING
    drives = [drive for drive in activity.drives if drive.from_ms >= min(times_ms) - _LATE_MS]
    if len(drives) < _FEWEST:
        return None
    counts = [_places(times_ms, drive) for drive in drives]
    half = len(drives) / 2
    long_drives = [(drive, places) for drive, places in zip(drives, counts, strict=True) if _has_middle(drive)]
    if long_drives and sum(places.middle > 0 for _, places in long_drives) >= len(long_drives) / 2:
        return Cadence.TRIP_HIGH if _gap_ms(times_ms, drives) <= _HIGH_GAP_MS else Cadence.TRIP
    if sum(places.end > 0 for places in counts) < half:
        return None
    return Cadence.TRIP_START_END if sum(places.start > 0 for places in counts) >= half else Cadence.TRIP_END


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """How many values came at which part of a drive."""

    start: int
    middle: int
    end: int


def _places(times_ms: Sequence[int], drive: Span) -> _Places:
    near = [at_ms for at_ms in times_ms if drive.from_ms - _END_MS <= at_ms <= drive.to_ms + _LATE_MS]
    if drive.from_ms == drive.to_ms:
        return _Places(start=0, middle=0, end=len(near))
    half_ms = (drive.to_ms - drive.from_ms) // 2
    starts_until_ms = drive.from_ms + min(_BEGINNING_MS, half_ms)
    ends_from_ms = drive.to_ms - min(_END_MS, half_ms)
    return _Places(
        start=sum(at_ms < starts_until_ms for at_ms in near),
        middle=sum(starts_until_ms <= at_ms < ends_from_ms for at_ms in near),
        end=sum(at_ms >= ends_from_ms for at_ms in near),
    )


def _has_middle(drive: Span) -> bool:
    return drive.to_ms - drive.from_ms > _BEGINNING_MS + 2 * _END_MS


def _gap_ms(times_ms: Sequence[int], drives: Sequence[Span]) -> float:
    gaps = [
        later - earlier
        for drive in drives
        for earlier, later in pairwise(sorted(at_ms for at_ms in times_ms if drive.holds(at_ms)))
        if later > earlier
    ]
    return median(gaps) if gaps else _LONGEST_MS


def _is_charging_only(times_ms: Sequence[int], activity: Activity) -> bool:
    charges = [Span(charge.from_ms - _END_MS, charge.to_ms + _LATE_MS) for charge in activity.charges]
    return len(times_ms) >= _FEWEST and all(any(charge.holds(at_ms) for charge in charges) for at_ms in times_ms)


def _is_on(value: Value) -> bool:
    if isinstance(value, str):
        return value.strip().upper() in _CHARGING_WORDS
    return value is not None and value > 0
