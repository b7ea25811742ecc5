"""The car's left and right as the driver's and the passenger's side, by where its steering wheel is. Pure.

BMW tells doors and windows by left and right (version 1: by the driver's side already); our signals go by the driver's.
"""

from collections.abc import Mapping
from typing import Final

_ROWS: Final = ("Front", "Rear")
_DRIVER_KEYS: Final = frozenset(f"{side}{row}" for side in ("driver", "passenger") for row in _ROWS)
_SIDE_KEYS: Final = frozenset(f"{side}{row}" for side in ("left", "right") for row in _ROWS)


def with_driver_sides(members: Mapping[str, object], *, is_left_steering: object) -> dict[str, object]:
    """Return doors or windows with the driver's and passenger's beside left and right, where the side is told."""
    if not isinstance(is_left_steering, bool):
        return dict(members)
    driver, passenger = ("left", "right") if is_left_steering else ("right", "left")
    beside = {
        f"{ours}{row}": members[f"{theirs}{row}"]
        for ours, theirs in (("driver", driver), ("passenger", passenger))
        for row in _ROWS
        if f"{theirs}{row}" in members
    }
    return {**members, **beside}


def without_sides(members: object) -> object:
    """Return doors or windows without left and right where the driver's side is there; anything else as it is."""
    if not isinstance(members, dict) or not members.keys() & _DRIVER_KEYS:
        return members
    return {name: value for name, value in members.items() if name not in _SIDE_KEYS}
