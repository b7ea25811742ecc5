"""Identifiers as distinct types: text in, the same text typed out, or ValueError."""

import re
from typing import NewType

Vin = NewType("Vin", str)
"""Vehicle identification number: 17 upper-case characters without I, O and Q."""

Gcid = NewType("Gcid", str)
"""BMW's id of an account (a UUID in text form)."""

Descriptor = NewType("Descriptor", str)
"""BMW's dotted key of one value, e.g. `vehicle.isMoving`."""

_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_LIKE_VIN = re.compile(rf"{_VIN.pattern}|(?i:[A-HJ-NPR-Z0-9]{{13}}[0-9]{{4}})")
"""In any case when its last four are digits, as all of BMW's cars have them."""


def parse_vin(text: str) -> Vin:
    """Return `text` as a Vin; ValueError when it is not 17 characters of the VIN alphabet (BMW's own rule, swagger)."""
    if _VIN.fullmatch(text) is None:
        raise ValueError(f"not a VIN: {len(text)} characters; a VIN has 17, upper-case, without I, O and Q")
    return Vin(text)


def is_vin(value: object) -> bool:
    """Tell whether a value is the text of a VIN."""
    try:
        parse_vin(value if isinstance(value, str) else "")
    except ValueError:
        return False
    return True


def vin_end(vin: str) -> str:
    """Return the last four characters: how a car is named where a person may type it back, as in a command."""
    return vin[-4:]


def mask_vin(vin: str) -> str:
    """Return the last four characters behind an ellipsis: all that a log or an error message may show of a VIN."""
    return f"…{vin_end(vin)}"


def mask_vins(text: str) -> str:
    """Return a text of BMW's with every VIN in it masked, in whichever case."""
    return _LIKE_VIN.sub(lambda match: mask_vin(match[0]), text)
