"""The weather where the simulated cars live: temperate, by season, hour and seed."""

import math
import random
from functools import lru_cache

from bimmerhub.times import DAY_MS, HOUR_MS

YEAR_DAYS = 365.25
NOON_H = 11.6  # local noon in UTC hours, at 6 degrees east


def outside_celsius(seed: int, at_ms: int) -> float:
    """Return the temperature outside; it runs smoothly from day to day."""
    day, into_ms = divmod(at_ms, DAY_MS)
    share = into_ms / DAY_MS
    season = 10.5 - 8.5 * math.cos(2 * math.pi * (at_ms / DAY_MS / YEAR_DAYS - 0.055))
    hour = -3.5 * math.cos(2 * math.pi * (share - 0.125))
    return season + hour + _spell(seed, day) * (1 - share) + _spell(seed, day + 1) * share


def is_dark(at_ms: int) -> bool:
    """Return whether lights are needed: the sun is up for 8 hours at midwinter and 16.5 at midsummer."""
    half_day_h = 6.1 - 2.1 * math.cos(2 * math.pi * (at_ms / DAY_MS / YEAR_DAYS + 0.027))
    return abs(at_ms % DAY_MS / HOUR_MS - NOON_H) > half_day_h


def effort(celsius: float) -> float:
    """Return what a kilometre costs against mild weather: heating, and air conditioning."""
    return 1.0 + 0.011 * max(0.0, 17.0 - celsius) + 0.008 * max(0.0, celsius - 24.0)


@lru_cache(maxsize=1024)
def _spell(seed: int, day: int) -> float:
    return random.Random(f"{seed} weather {day}").gauss(0, 2.5)  # noqa: S311 - scenery
