"""The 12 V battery of a car at rest: its voltage day by day, whether that falls, and for how long it is still good."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Final

from bimmerhub.domain.straight_line import DaysLeft, days_left, fit_line
from bimmerhub.times import DAY_MS

CHARGING_V: Final = 13.5
"""From here on the battery is being charged, and its voltage says nothing (needs: other programs leave it out too)."""
TROUBLE_V: Final = 12.0
"""A lead battery at rest is a quarter full at this voltage (common knowledge of such batteries, not BMW's figure)."""
FEWEST_DAYS: Final = 10
SHORTEST_SPAN_DAYS: Final = 21
"""Less does not tell a fall from the weather (inferred)."""
FURTHEST_DAYS: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingVoltage:
    """The resting voltage, in V, by the median of the last day that has one; `days` tell it.

    `per_30_days_v` is its trend plus or minus `trend_band_v` (95 %), None while too few days carry it. `trouble` is
    when it reaches 12.0 V; None unless it falls for sure, and within a year.
    """

    volts: float
    at_ms: int
    days: int
    per_30_days_v: float | None
    trend_band_v: float | None
    trouble: DaysLeft | None


def derive_resting_voltage(samples: Iterable[tuple[int, float]]) -> RestingVoltage | None:
    """Return what voltages at times (milliseconds UTC) tell of the battery at rest; None when none was at rest."""
    by_day: dict[int, list[float]] = defaultdict(list)
    last_ms = 0
    for at_ms, volts in set(samples):
        if 0 < volts < CHARGING_V:
            by_day[at_ms // DAY_MS].append(volts)
            last_ms = max(last_ms, at_ms)
    if not by_day:
        return None
    medians = [(float(day), median(volts)) for day, volts in sorted(by_day.items())]
    span_days = medians[-1][0] - medians[0][0]
    is_carried = len(medians) >= FEWEST_DAYS and span_days >= SHORTEST_SPAN_DAYS
    line = fit_line(medians) if is_carried else None
    trouble = None if line is None else days_left(line, TROUBLE_V)
    return RestingVoltage(
        volts=round(medians[-1][1], 2),
        at_ms=last_ms,
        days=len(medians),
        per_30_days_v=None if line is None else round(30 * line.slope_per_day, 3),
        trend_band_v=None if line is None else round(30 * line.slope_band, 3),
        trouble=trouble if trouble is not None and trouble.days <= FURTHEST_DAYS else None,
    )
