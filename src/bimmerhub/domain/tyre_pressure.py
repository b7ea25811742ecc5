"""The pressure of a tyre as if it were always 20 °C, whether it leaks, and for how long that is still good.

A tyre that warms by 10 °C gains some 12 kPa, more than a slow leak loses in a month. A car tells pressures in steps of
10 kPa (observed by clients 2025-2026), so it takes weeks to tell a leak from a step.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from bimmerhub.domain.straight_line import DaysLeft, days_left, fit_line
from bimmerhub.times import DAY_MS, MINUTE_MS

REFERENCE_C: Final = 20.0
ATMOSPHERE_KPA: Final = 101.3
"""At sea level; tyre pressures are above it, and gas laws are not."""
ZERO_C_K: Final = 273.15
TOGETHER_MS: Final = 10 * MINUTE_MS
"""Pressure and temperature of one moment lie at most so far apart; a tyre warms by 10 °C in that time (inferred)."""
LOW_SHARE: Final = 0.92
"""Of the target; what is less is too low (as another program has it: 8 % below)."""
FEWEST_DAYS: Final = 10
SHORTEST_SPAN_DAYS: Final = 21
INFLATED_KPA: Final = 15.0
"""A rise from one day to the next of more than one step: somebody pumped it up, and the trend begins anew."""
FURTHEST_DAYS: Final = 365

Samples = Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TyrePressure:
    """One tyre. `kpa` at `celsius` is what was told last with both; `cold_kpa` is the same at 20 °C.

    `target_cold_kpa` is the target at 20 °C, and `limit_kpa` the pressure below which it is too low, at 20 °C too.
    `per_30_days_kpa` is the trend plus or minus `trend_band_kpa` (95 %), None while too few days carry it. `left` is
    when the limit is reached; None unless the pressure falls for sure, and gets there within a year.
    """

    at_ms: int
    kpa: float
    celsius: float
    cold_kpa: float
    target_cold_kpa: float | None
    limit_kpa: float | None
    days: int
    per_30_days_kpa: float | None
    trend_band_kpa: float | None
    left: DaysLeft | None


def at_reference(kpa: float, celsius: float) -> float:
    """Return what a pressure above the atmosphere's is at 20 °C (the volume of a tyre hardly changes)."""
    return (kpa + ATMOSPHERE_KPA) * (REFERENCE_C + ZERO_C_K) / (celsius + ZERO_C_K) - ATMOSPHERE_KPA


def derive_tyre_pressure(
    pressures: Iterable[tuple[int, float]],
    targets: Iterable[tuple[int, float]],
    temperatures: Iterable[tuple[int, float]],
) -> TyrePressure | None:
    """Return what samples of (time in ms, value) tell of a tyre; None when no pressure came with a temperature."""
    warmth = sorted(set(temperatures))
    pressed = _with_temperature(pressures, warmth)
    if not pressed:
        return None
    at_ms, kpa, celsius = pressed[-1]
    by_day: dict[int, list[float]] = defaultdict(list)
    for moment_ms, pressure_kpa, warm_c in pressed:
        by_day[moment_ms // DAY_MS].append(at_reference(pressure_kpa, warm_c))
    days = _since_inflated([(float(day), median(cold)) for day, cold in sorted(by_day.items())])
    is_carried = len(days) >= FEWEST_DAYS and days[-1][0] - days[0][0] >= SHORTEST_SPAN_DAYS
    line = fit_line(days) if is_carried else None
    aims = _with_temperature(targets, warmth)
    target_kpa = at_reference(*aims[-1][1:]) if aims else None
    limit_kpa = None if target_kpa is None else LOW_SHARE * target_kpa
    left = None if line is None or limit_kpa is None else days_left(line, limit_kpa)
    return TyrePressure(
        at_ms=at_ms,
        kpa=kpa,
        celsius=celsius,
        cold_kpa=round(at_reference(kpa, celsius), 1),
        target_cold_kpa=None if target_kpa is None else round(target_kpa, 1),
        limit_kpa=None if limit_kpa is None else round(limit_kpa, 1),
        days=len(days),
        per_30_days_kpa=None if line is None else round(30 * line.slope_per_day, 1),
        trend_band_kpa=None if line is None else round(30 * line.slope_band, 1),
        left=left if left is not None and left.days <= FURTHEST_DAYS else None,
    )


def _with_temperature(values: Iterable[tuple[int, float]], warmth: Samples) -> list[tuple[int, float, float]]:
    """Return (time, value, temperature) of what was told together, in order of time."""
    together = []
    for at_ms, value in sorted(set(values)):
        place = bisect_left(warmth, (at_ms, float("-inf")))
        near = [(abs(moment_ms - at_ms), celsius) for moment_ms, celsius in warmth[max(0, place - 1) : place + 1]]
        if value > 0 and near and min(near)[0] <= TOGETHER_MS:
            together.append((at_ms, value, min(near)[1]))
    return together


def _since_inflated(days: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the days since it was pumped up last."""
    first = 0
    for place, ((_, before), (_, after)) in enumerate(pairwise(days), start=1):
        if after - before >= INFLATED_KPA:
            first = place
    return days[first:]
