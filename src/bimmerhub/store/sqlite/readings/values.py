"""How one value is held in the untyped column of SQLite, and how it comes back.

Numbers and text are stored as they are; False, True and "no value" are blobs of one byte, which SQLite sorts after all
text: the order of `domain.reading.value_rank`.
"""

import math

from bimmerhub.domain.reading import Value

Stored = int | float | str | bytes
"""What SQLite holds for a value."""

_FALSE, _TRUE, _NO_VALUE = b"\x00", b"\x01", b"\x02"
_BY_BLOB: dict[bytes, Value] = {_FALSE: False, _TRUE: True, _NO_VALUE: None}
_LIMIT = 2**63


def encode_value(value: Value) -> Stored:
    """Return what is stored for a value; a whole number is always an int, so that 1.0 and 1 are one value.

    ValueError for NaN, an infinity or an integer beyond 64 bits: those are no canonical values, and SQLite would mangle
    them.
    """
    if value is None:
        return _NO_VALUE
    if isinstance(value, bool):
        return _TRUE if value else _FALSE
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a stored number must be finite")
        return int(value) if value.is_integer() and -_LIMIT <= value < _LIMIT else value
    if isinstance(value, int) and not -_LIMIT <= value < _LIMIT:
        raise ValueError("a stored integer must fit into 64 bits")
    return value


def decode_value(stored: Stored) -> Value:
    """Return the value that `encode_value` made `stored` of."""
    return _BY_BLOB[stored] if isinstance(stored, bytes) else stored
