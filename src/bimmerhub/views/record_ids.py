"""The public name of a trip or a charging session: its vehicle's key and the second in which it starts, in base 36."""

from typing import Final

from bimmerhub.errors import NotFound
from bimmerhub.times import SECOND_MS

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_LONGEST: Final = 10
"""Digits: the second of the year 9999 has seven."""


def format_record_id(key: str | None, start_at_ms: int) -> str:
    """Return the id of a record; `key` is the vehicle's, None before it is stored."""
    second, text = max(0, start_at_ms // SECOND_MS), ""
    while second or not text:
        second, digit = divmod(second, len(_DIGITS))
        text = _DIGITS[digit] + text
    return f"{key or 'unknown'}-{text}"


def parse_record_id(text: str) -> tuple[str, int]:
    """Return the vehicle's key and the start (milliseconds UTC) that an id names; NotFound for what is none."""
    key, _, second = text.lower().rpartition("-")
    if not key or not second or len(second) > _LONGEST or not set(second) <= set(_DIGITS):
        raise NotFound("that is no id of a record", hint="Ids look like abcdefgh-tk3w5c; the list shows them.")
    return key, int(second, len(_DIGITS)) * SECOND_MS
