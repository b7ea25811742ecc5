"""Units of time in milliseconds, durations in words, and times as text: ISO 8601 in UTC, milliseconds and a Z."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from bimmerhub.errors import ConfigError

SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000
EARLIEST_MS: Final = 0
LATEST_MS: Final = 253_402_300_799_999
"""The last millisecond of the year 9999: what ISO 8601 with four digits can say."""

_UNITS: Final = ((DAY_MS, "days"), (HOUR_MS, "h"), (MINUTE_MS, "min"), (SECOND_MS, "s"))
_SECONDS: Final = tuple(f":{second:02d}." for second in range(60))
_MILLISECONDS: Final = tuple(f"{millisecond:03d}Z" for millisecond in range(1000))
_TIME_TEXT = re.compile(
    r"(?:(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"|(?P<first_day>\d\d)\.(?P<its_month>\d\d)\.(?P<last_year>\d{4}))"
    r"(?:(?P<gap>[T ])(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
    r"(?P<rest>(?:\.\d{1,9})?(?:Z| UTC|[+-]\d\d:?\d\d)?))?",
    re.ASCII,
)
_LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")


@lru_cache(maxsize=4096)
def _minute(minute: int) -> str:
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%M")


def format_time(at_ms: int) -> str:
    """Return `at_ms` (milliseconds since 1970 UTC) as `2026-01-31T08:15:00.000Z`.

    Thousands of rows go through here for one answer, so the texts of minutes are remembered and the rest is looked
    up: a row costs a third of a microsecond instead of one and a half.
    """
    minute, rest_ms = divmod(at_ms, MINUTE_MS)
    return _minute(minute) + _SECONDS[rest_ms // 1000] + _MILLISECONDS[rest_ms % 1000]


def format_optional_time(at_ms: int | None) -> str | None:
    """Return `format_time(at_ms)`, None for None."""
    return None if at_ms is None else format_time(at_ms)


def spell_duration(duration_ms: int) -> str:
    """Return `30 days`, `3 h 12 min`, `4 min 10 s` or `12 s`: the largest unit and the one below; 0 s at least."""
    largest = next((place for place, (unit_ms, _) in enumerate(_UNITS) if duration_ms >= unit_ms), len(_UNITS) - 1)
    rest_ms = max(0, duration_ms)
    words: list[str] = []
    for unit_ms, name in _UNITS[largest : largest + 2]:
        count, rest_ms = divmod(rest_ms, unit_ms)
        if count or not words:
            words.append(f"{count} {'day' if name == 'days' and count == 1 else name}")
    return " ".join(words)


def parse_time(text: str, *, name: str) -> int:
    """Return the milliseconds since 1970 UTC of an ISO 8601 time with zone, or of a bare date (midnight UTC).

    A `+` that a query string turned into a space is understood. ConfigError names the parameter `name`.
    """
    try:
        at = datetime.fromisoformat(_LOST_PLUS.sub(r"+\1", text.strip()))
    except ValueError as error:
        raise _not_a_time(name, "is no time") from error
    if at.tzinfo is None:
        if len(text.strip()) > len("2026-01-31"):
            raise _not_a_time(name, "has no time zone")
        at = at.replace(tzinfo=UTC)
    try:
        at_ms = (at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000
    except OverflowError as error:
        raise _not_a_time(name, "is out of range") from error
    if not EARLIEST_MS <= at_ms <= LATEST_MS:
        raise _not_a_time(name, "is out of range")
    return round(at_ms)


def parse_time_text(text: str) -> datetime | None:
    """Return the time that a text of BMW's says, as if it were UTC; None for what is none of its forms.

    The forms: ISO 8601 with seconds, `17.01.2027 00:00:00 UTC`, and either without the time or the seconds.
    """
    match = _TIME_TEXT.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.group("year", "month", "day")
    if year is None:
        year, month, day = match.group("last_year", "its_month", "first_day")
    hour, minute, second = (int(part or 0) for part in match.group("hour", "minute", "second"))
    try:
        return datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def shift_time_text(text: str, by_s: int) -> str | None:
    """Return a time that a text of BMW's says, so many seconds later, in the form that it has.

    A bare date is moved by whole days, what has no seconds by whole minutes. None for what is no time, and for a time
    that would leave the years 1 to 9999.
    """
    at, match = parse_time_text(text), _TIME_TEXT.fullmatch(text)
    if at is None or match is None:
        return None
    try:
        moved = at + timedelta(seconds=by_s)
    except OverflowError:
        return None
    is_iso = match["year"] is not None
    day = f"{moved.year:04d}-{moved:%m-%d}" if is_iso else f"{moved:%d.%m}.{moved.year:04d}"
    if match["hour"] is None:
        return day
    clock = f"{moved:%H:%M}" if match["second"] is None else f"{moved:%H:%M:%S}"
    return f"{day}{match['gap']}{clock}{match['rest']}"


def local_day_end_ms(day: str) -> int:
    """Return when a day (2026-01-31) ends in this machine's time zone, in milliseconds since 1970 UTC.

    ValueError when it is no day, or written in another way.
    """
    if date.fromisoformat(day).isoformat() != day:
        raise ValueError(day)
    following = datetime.combine(date.fromisoformat(day) + timedelta(days=1), time())
    return round(following.astimezone().timestamp() * 1000)


def _not_a_time(name: str, what: str) -> ConfigError:
    return ConfigError(
        f"{name}= {what}", hint="Write it like 2026-01-31T08:15:00Z, or 2026-01-31 for midnight UTC; 1970 to 9999."
    )
