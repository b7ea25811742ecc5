"""The value of one field of a JSON answer, as it is stored: by the type that a family's catalogue names. Pure.

number: native or written as text; bool: native or as a word; text: as it came. The words of `domain.no_value` mean
that there is no value. Out: a canonical value (decisions on integers, finite numbers) or MalformedPayload.
"""

import math
import re
from datetime import datetime
from typing import Final, Literal

from bimmerhub.domain.no_value import is_no_value
from bimmerhub.domain.reading import Value
from bimmerhub.errors import MalformedPayload
from bimmerhub.times import EARLIEST_MS, LATEST_MS

FieldType = Literal["number", "bool", "text", "document"]

_INT64: Final = 2**63
_LONGEST_TEXT: Final = 1 << 20
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,40}(\.\d*)?|(\.\d+))([eE][+-]?\d{1,3})?", re.ASCII)
_TRUE: Final = frozenset({"TRUE", "ON", "YES", "1", "ACTIVE"})
_FALSE: Final = frozenset({"FALSE", "OFF", "NO", "0", "INACTIVE"})


def read_value(kind: FieldType | None, raw: object) -> Value:
    """Return the value of a field of this type; None (no type is known) takes it as it came."""
    if raw is None:
        return None
    match kind:
        case "number":
            return _read_number(raw)
        case "bool":
            return _read_bool(raw)
        case "text" | "document":
            return _read_text(raw)
        case None:
            return raw if isinstance(raw, bool) else _read_text(raw) if isinstance(raw, str) else _read_number(raw)


def read_time_ms(raw: object) -> int | None:
    """Return a time with zone in milliseconds UTC; None for what is none, or is none of this age."""
    if not isinstance(raw, str):
        return None
    try:
        at = datetime.fromisoformat(raw.strip())
        at_ms = None if at.tzinfo is None else round(at.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
    return at_ms if at_ms is not None and EARLIEST_MS <= at_ms <= LATEST_MS else None


def _read_number(raw: object) -> int | float | None:
    if isinstance(raw, str):
        text = raw.strip()
        if is_no_value(text):
            return None
        match = _NUMBER.fullmatch(text)
        if match is None:
            raise MalformedPayload("a text where a number belongs")
        return canonical_number(float(text) if any(match.groups()) else int(text))
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise MalformedPayload(f"a {type(raw).__name__} where a number belongs")
    return canonical_number(raw)


def canonical_number(number: float) -> int | float:
    """Return an int for an integral number of up to 64 bits, else the float; MalformedPayload beyond what is stored."""
    if isinstance(number, int):
        if not -_INT64 <= number < _INT64:
            raise MalformedPayload("an integer beyond 64 bits")
        return number
    if not math.isfinite(number):
        raise MalformedPayload("a number that is not finite")
    return int(number) if number.is_integer() and -_INT64 <= number < _INT64 else number


def _read_bool(raw: object) -> bool | str | None:
    """Return the bool that a word stands for; any other word stays text."""
    if isinstance(raw, bool):
        return raw
    text = _read_text(raw)
    word = (text or "").strip().upper()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    return text


def _read_text(raw: object) -> str | None:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int | float):
        return str(canonical_number(raw))
    if not isinstance(raw, str):
        raise MalformedPayload(f"a {type(raw).__name__} where a text belongs")
    if "\0" in raw or len(raw) > _LONGEST_TEXT or not is_unicode(raw):
        raise MalformedPayload("a text that cannot be stored")
    return None if is_no_value(raw) else raw


def is_unicode(text: str) -> bool:
    """Tell whether text can be stored: whole surrogate pairs only."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
