"""How often a value comes, in words of the trade, as it was observed.

The words for trips are High Mobility's (its documentation of vehicle data). What they mean here is ours: a car's
drives and charges are read off its own readings, and each descriptor is held against them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import Final

from bimmerhub.domain.coverage.listening import Span, unite
from bimmerhub.domain.reading import Value
from bimmerhub.domain.signals.charging import WORDS_WHILE_CHARGING
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

_RED_LIGHT_MS: Final = 6 * MINUTE_MS
"""isMoving is false at every red light (observed by clients 2025-2026); a shorter halt is the same drive."""
_LONGEST_MS: Final = 12 * HOUR_MS
"""A longer drive or charge is one whose end never came."""
_BEGINNING_MS: Final = 5 * MINUTE_MS
_END_MS: Final = 3 * MINUTE_MS
_LATE_MS: Final = 15 * MINUTE_MS
"""Values of a trip's end come late (the first odometer 3-7 minutes after getting in; observed by users, 2025-2026)."""
_HIGH_GAP_MS: Final = MINUTE_MS
_FEWEST: Final = 3
"""Fewer drives show no rhythm."""
ELSEWHERE_SHARE: Final = 1 / 3
"""What comes more often at other times than this share of what comes with drives does not follow the drives."""


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
    """What a car did, as far as its readings tell, in order of time.

    A drive of which only the end is known begins where it ends. Charges are given by the descriptor that told them.
    """

    drives: Sequence[Span] = ()
    told_charges: Mapping[Descriptor, Sequence[Span]] = field(default_factory=dict)

    @property
    def charges(self) -> tuple[Span, ...]:
        """All charges, those that overlap made one."""
        return unite(span for spans in self.told_charges.values() for span in spans)

    def charges_told_besides(self, descriptor: Descriptor) -> tuple[Span, ...]:
        """Return the charges that other descriptors tell: of those this one can be missing."""
        return unite(span for key, spans in self.told_charges.items() if key != descriptor for span in spans)


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


def observe_cadence(minutes: Sequence[int], activity: Activity) -> Cadence | None:
    """Return when the values of a descriptor come, judged from the minutes since 1970 in which one came, in order.

    None when fewer than three drives tell, or when values come at other times too. What comes while the car charges
    speaks neither for a drive nor against it.
    """
    times_ms = [minute * MINUTE_MS for minute in minutes]
    if not times_ms:
        return None
    charges = [_widen(charge) for charge in activity.charges]
    if len(times_ms) >= _FEWEST and _count(times_ms, charges) == len(times_ms):
        return Cadence.CHARGING
    drives = [drive for drive in activity.drives if drive.from_ms >= times_ms[0] - _LATE_MS]
    telling = [drive for drive in drives if drive.from_ms == drive.to_ms or _has_middle(drive)]
    if len(telling) < _FEWEST:
        return None
    since_begin = times_ms[bisect_left(times_ms, drives[0].from_ms - _END_MS) :]
    in_drives = _count(since_begin, map(_widen, drives))
    elsewhere = len(since_begin) - _count(since_begin, [*charges, *map(_widen, drives)])
    return None if elsewhere > ELSEWHERE_SHARE * in_drives else _cadence_of(since_begin, telling)


def _cadence_of(times_ms: Sequence[int], drives: Sequence[Span]) -> Cadence | None:
    """Return the word for values that come with drives; each of these drives tells its end, or its middle too."""
    counts = [_count_parts(times_ms, drive) for drive in drives]
    long_drives = [parts for drive, parts in zip(drives, counts, strict=True) if _has_middle(drive)]
    if long_drives and sum(parts.middle > 0 for parts in long_drives) >= len(long_drives) / 2:
        return Cadence.TRIP_HIGH if _gap_ms(times_ms, drives) <= _HIGH_GAP_MS else Cadence.TRIP
    half = len(drives) / 2
    if sum(parts.end > 0 for parts in counts) < half:
        return None
    return Cadence.TRIP_START_END if sum(parts.start > 0 for parts in counts) >= half else Cadence.TRIP_END


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """How many values came at which part of a drive."""

    start: int
    middle: int
    end: int


def _count_parts(times_ms: Sequence[int], drive: Span) -> _Parts:
    near = _widen(drive)
    if drive.from_ms == drive.to_ms:
        return _Parts(start=0, middle=0, end=_count(times_ms, [near]))
    places = [
        bisect_left(times_ms, at_ms)
        for at_ms in (near.from_ms, drive.from_ms + _BEGINNING_MS, drive.to_ms - _END_MS, near.to_ms + 1)
    ]
    start, middle, end = (later - earlier for earlier, later in pairwise(places))
    return _Parts(start=start, middle=middle, end=end)


def _widen(span: Span) -> Span:
    """Return a drive or charge with the time in which its first and last values come."""
    return Span(span.from_ms - _END_MS, span.to_ms + _LATE_MS)


def _count(times_ms: Sequence[int], spans: Iterable[Span]) -> int:
    """Return how many of the times, which are in order, lie in any of the spans."""
    return sum(bisect_right(times_ms, span.to_ms) - bisect_left(times_ms, span.from_ms) for span in unite(spans))


def _has_middle(drive: Span) -> bool:
    return drive.to_ms - drive.from_ms > _BEGINNING_MS + 2 * _END_MS


def _gap_ms(times_ms: Sequence[int], drives: Sequence[Span]) -> float:
    gaps = [
        later - earlier
        for drive in drives
        for earlier, later in pairwise(
            times_ms[bisect_left(times_ms, drive.from_ms) : bisect_right(times_ms, drive.to_ms)]
        )
    ]
    return median(gaps) if gaps else _LONGEST_MS


def _is_on(value: Value) -> bool:
    if isinstance(value, str):
        return value.strip().upper() in WORDS_WHILE_CHARGING
    return value is not None and value > 0
