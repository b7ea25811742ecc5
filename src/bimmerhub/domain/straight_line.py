"""A straight line through samples over time, and when it reaches a limit, with what the samples leave open."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

FEWEST = 3
"""Two points lie on a line whatever they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StraightLine:
    """A line of least squares: its slope per day, plus or minus `slope_band` at 95 %, and its value at the end."""

    slope_per_day: float
    slope_band: float
    last_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysLeft:
    """In how many days a limit is reached: `days`, and at 95 % between `least` and `most`."""

    days: float
    least: float
    most: float


def fit_line(samples: Sequence[tuple[float, float]]) -> StraightLine | None:
    """Return the line through samples of (days, value); None for fewer than three, or all of one time."""
    count = len(samples)
    if count < FEWEST:
        return None
    mean_day = sum(day for day, _ in samples) / count
    mean_value = sum(value for _, value in samples) / count
    spread = sum((day - mean_day) ** 2 for day, _ in samples)
    if spread <= 0:
        return None
    slope = sum((day - mean_day) * (value - mean_value) for day, value in samples) / spread
    error = sum((value - mean_value - slope * (day - mean_day)) ** 2 for day, value in samples)
    band = student_95(count - 2) * sqrt(max(0.0, error) / (count - 2) / spread)
    last_day = max(day for day, _ in samples)
    return StraightLine(slope_per_day=slope, slope_band=band, last_value=mean_value + slope * (last_day - mean_day))


def days_left(line: StraightLine, limit: float) -> DaysLeft | None:
    """Return in how many days a falling line reaches a limit; None unless it falls for sure. 0 when it is below."""
    flattest = line.slope_per_day + line.slope_band
    if flattest >= 0:
        return None
    above = max(0.0, line.last_value - limit)
    return DaysLeft(
        days=above / -line.slope_per_day,
        least=above / (line.slope_band - line.slope_per_day),
        most=above / -flattest,
    )


def student_95(freedom: int) -> float:
    """Return how many standard errors 95 % lie within, by degrees of freedom (4 and more to 0.5 %, below too small).

    The expansion of Student's distribution about the normal one (Abramowitz and Stegun 26.7.5).
    """
    return 1.96 + 2.372 / freedom + 2.823 / freedom**2 + 2.556 / freedom**3
