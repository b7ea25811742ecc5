"""Local time where the simulated cars live: Europe/Berlin, by the rule of the EU (Directive 2000/84/EC).

Worked out instead of read from the system's time zone files, which Windows and slim containers do not have.
"""

import datetime as dt
from functools import lru_cache

from bimmerhub.times import DAY_MS, HOUR_MS

SATURDAY, SUNDAY = 5, 6
_EPOCH = dt.date(1970, 1, 1).toordinal()
_MARCH, _OCTOBER = 3, 10


def utc_offset_ms(at_ms: int) -> int:
    """Return how far local time is ahead of UTC: two hours in summer time, else one."""
    begin_ms, end_ms = _summer_time(date_of(at_ms // DAY_MS).year)
    return 2 * HOUR_MS if begin_ms <= at_ms < end_ms else HOUR_MS


def local_day(at_ms: int) -> int:
    """Return the local calendar day, in days since 1970-01-01."""
    return (at_ms + utc_offset_ms(at_ms)) // DAY_MS


def local_ms(day: int, hour: float) -> int:
    """Return when clocks show an hour of a calendar day (milliseconds since 1970 UTC).

    An hour that the change of clocks skips or repeats is taken as winter time.
    """
    winter_ms = day * DAY_MS + round(hour * HOUR_MS) - HOUR_MS
    return winter_ms - (utc_offset_ms(winter_ms) - HOUR_MS)


def weekday(day: int) -> int:
    """Return the weekday of a calendar day: 0 is Monday."""
    return (day + 3) % 7  # 1970-01-01 was a Thursday


@lru_cache(maxsize=256)
def date_of(day: int) -> dt.date:
    """Return the date of a calendar day."""
    return dt.date.fromordinal(_EPOCH + day)


@lru_cache(maxsize=64)
def _summer_time(year: int) -> tuple[int, int]:
    """Return when summer time begins and ends: at 01:00 UTC of the last Sundays of March and October."""
    begin, end = (_last_sunday(year, month) for month in (_MARCH, _OCTOBER))
    return begin * DAY_MS + HOUR_MS, end * DAY_MS + HOUR_MS


def _last_sunday(year: int, month: int) -> int:
    """Return the last Sunday of a month of 31 days, in days since 1970-01-01."""
    last_day = dt.date(year, month, 31).toordinal() - _EPOCH
    return last_day - (weekday(last_day) - SUNDAY) % 7
