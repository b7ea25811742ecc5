"""BMW's ways to write a time inside a value, turned into one.

Observed by clients 2025-2026: ISO 8601 with or without a zone and with any fraction, a date alone, a month alone,
`17.01.2027 00:00:00 UTC` and, on cars set to miles, `01/17/2027 12:00 UTC`; seconds since 1970, as a number or as text
(BMW's catalogue types the end of a trip so).
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from bimmerhub.errors import MalformedPayload

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST: Final = 40
_CLOCK: Final = r"(?: (\d{2}):(\d{2})(?::(\d{2}))?)?(?: (?:UTC|GMT|Z))?"
_DAY_FIRST: Final = re.compile(rf"(\d{{2}})\.(\d{{2}})\.(\d{{4}}){_CLOCK}", re.ASCII)
_MONTH_FIRST: Final = re.compile(rf"(\d{{2}})/(\d{{2}})/(\d{{4}}){_CLOCK}", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_SECONDS: Final = re.compile(r"\d{9,10}", re.ASCII)
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?", re.ASCII)


def parse_vendor_time(text: str | int) -> datetime:
    """Return the time in UTC; what has no zone counts as UTC, a month as its first day. MalformedPayload otherwise."""
    try:
        parsed = _EPOCH + timedelta(seconds=text) if isinstance(text, int) else _parse(text.strip())
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedPayload(f"not a time: {str(text)[:_LONGEST]!r}") from error


def vendor_instant(text: str) -> str:
    """Return BMW's `17.01.2027 08:30:00 UTC` as `2027-01-17T08:30:00Z`; MalformedPayload for what is no time."""
    return parse_vendor_time(text).isoformat(timespec="seconds").replace("+00:00", "Z")


def _parse(text: str) -> datetime:
    if len(text) > _LONGEST:
        raise ValueError("too long")
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year, hour, minute, second = match.groups("0")
    elif match := _MONTH_FIRST.fullmatch(text):
        month, day, year, hour, minute, second = match.groups("0")
    elif match := _MONTH.fullmatch(text):
        return datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC)
    elif _SECONDS.fullmatch(text):
        return _EPOCH + timedelta(seconds=int(text))
    elif _ISO.fullmatch(text):
        return datetime.fromisoformat(text)
    else:
        raise ValueError("no known shape")
    return datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=UTC)
