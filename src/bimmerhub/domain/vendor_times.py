"""BMW's ways to write a time inside a value, turned into one.

Observed by clients 2025-2026: ISO 8601 with or without a zone and with any fraction, a date alone, a month alone,
`17.01.2027 00:00:00 UTC` and, on cars set to miles, `01/17/2027 12:00 UTC`; seconds since 1970, as a number or as text
(BMW's catalogue types the end of a trip so). Inferred: milliseconds, days and months of one digit, a comma before the
clock, AM and PM, since programs and portals write times so.

A time before 2000 or from 2100 on stands for "never": 1970, 0001 and 9999 are what a field holds that was never set.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from bimmerhub.errors import MalformedPayload

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST: Final = 40
_HOURS_OF_HALF: Final = 12
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2099
_CLOCK: Final = r"(?:,? (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AP])M)?)?(?: (?:UTC|GMT|Z))?"
_DAY_FIRST: Final = re.compile(rf"(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}){_CLOCK}", re.ASCII | re.IGNORECASE)
_MONTH_FIRST: Final = re.compile(rf"(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}){_CLOCK}", re.ASCII | re.IGNORECASE)
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_SECONDS: Final = re.compile(r"(0|\d{9,10})(?:\.\d+)?", re.ASCII)
_MILLISECONDS: Final = re.compile(r"\d{12,13}", re.ASCII)
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?", re.ASCII)


def parse_vendor_time(text: str | int) -> datetime:
    """Return the time in UTC; what has no zone counts as UTC, a month as its first day. MalformedPayload otherwise."""
    try:
        parsed = _EPOCH + timedelta(seconds=text) if isinstance(text, int) else _parse(text.strip())
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedPayload(f"not a time: {str(text)[:_LONGEST]!r}") from error


def vendor_instant(text: str) -> str | None:
    """Return BMW's `17.01.2027 08:30:00 UTC` as `2027-01-17T08:30:00Z`, None for "never".

    MalformedPayload for what is no time.
    """
    instant = parse_vendor_time(text)
    return None if _is_never(instant) else instant.isoformat(timespec="seconds").replace("+00:00", "Z")


def vendor_date(text: str) -> date | None:
    """Return the date of BMW's `17.01.2027 00:00:00 UTC`, None for "never"; MalformedPayload for what is no time."""
    instant = parse_vendor_time(text)
    return None if _is_never(instant) else instant.date()


def _is_never(instant: datetime) -> bool:
    """Tell whether a time is none that a car's life holds, but what stands where none was set."""
    return not _FIRST_YEAR <= instant.year <= _LAST_YEAR


def _parse(text: str) -> datetime:
    if len(text) > _LONGEST:
        raise ValueError("too long")
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year, *clock = match.groups("0")
    elif match := _MONTH_FIRST.fullmatch(text):
        month, day, year, *clock = match.groups("0")
    elif match := _MONTH.fullmatch(text):
        return datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC)
    elif match := _SECONDS.fullmatch(text):
        return _EPOCH + timedelta(seconds=int(match[1]))
    elif _MILLISECONDS.fullmatch(text):
        return _EPOCH + timedelta(milliseconds=int(text))
    elif _ISO.fullmatch(text):
        return datetime.fromisoformat(text)
    else:
        raise ValueError("no known shape")
    hour, minute, second, half = clock
    return datetime(int(year), int(month), int(day), _hour(hour, half), int(minute), int(second), tzinfo=UTC)


def _hour(hour: str, half: str) -> int:
    """Return the hour of the day; `half` is A or P behind an hour of 1 to 12, "0" for none."""
    if half == "0":
        return int(hour)
    if not 1 <= int(hour) <= _HOURS_OF_HALF:
        raise ValueError("no hour of half a day")
    return int(hour) % _HOURS_OF_HALF + (_HOURS_OF_HALF if half in "Pp" else 0)
