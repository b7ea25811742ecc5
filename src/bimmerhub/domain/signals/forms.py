"""The short forms in which the tables of signals are written; descriptors without their leading `vehicle.`."""

from collections.abc import Callable, Mapping
from typing import Final

from bimmerhub.domain.signals.signal import Signal, Zero
from bimmerhub.ids import Descriptor

Group = str | tuple[str, ...]
"""One descriptor, or several of which the newest wins."""

Words = Mapping[str, bool | int | str]

OPEN_WORDS: Final = {"OPEN": True, "OPENED": True, "INTERMEDIATE": True, "OPEN_TILT": True, "CLOSED": False}
TRUTH_WORDS: Final = {"TRUE": True, "FALSE": False}
"""What a text may hold that is a yes or no. Inferred: doors send now words, now true (observed by clients 2025)."""


def key(path: str) -> Descriptor:
    """Return the descriptor of that path."""
    return Descriptor(f"vehicle.{path}")


def groups(*paths: Group) -> tuple[tuple[Descriptor, ...], ...]:
    """Return groups of descriptors, best first."""
    return tuple(tuple(map(key, (group,) if isinstance(group, str) else group)) for group in paths)


def number(
    name: str, unit: str | None, meaning: str, *paths: Group, zero: Zero = "value", needs_battery: bool = False
) -> Signal:
    """Return a signal that is a number in `unit`."""
    return Signal(
        name=name,
        kind="number",
        unit=unit,
        meaning=meaning,
        groups=groups(*paths),
        zero=zero,
        needs_battery=needs_battery,
    )


def count(
    name: str, meaning: str, path: Group, parse: Callable[[str], int | None], *, null: int | None = None
) -> Signal:
    """Return a signal that counts what `parse` finds in a text; `null` is what "no value" stands for."""
    return Signal(name=name, kind="number", unit=None, meaning=meaning, groups=groups(path), parse=parse, null=null)


def flag(
    name: str, meaning: str, *paths: Group, words: Words | None = None, pick: Callable[[str], str] | None = None
) -> Signal:
    """Return a signal that is true or false; `words` are upper-case words of the car for either.

    `pick` takes the word out of a compound text.
    """
    return Signal(name=name, kind="bool", unit=None, meaning=meaning, groups=groups(*paths), words=words, pick=pick)


def text(
    name: str,
    meaning: str,
    *paths: Group,
    words: Words | None = None,
    parse: Callable[[str], str | None] | None = None,
    pick: Callable[[str], str] | None = None,
) -> Signal:
    """Return a signal that is a text: one of `words`, or what `parse` makes of the car's, or the car's own.

    `pick` takes the word out of a compound text.
    """
    return Signal(
        name=name,
        kind="text",
        unit=None,
        meaning=meaning,
        groups=groups(*paths),
        words=words,
        parse=parse,
        pick=pick,
    )
