"""The short forms in which the tables of signals are written; descriptors without their leading `vehicle.`."""

from collections.abc import Callable, Mapping
from typing import Final

from bimmerhub.domain.signals.signal import Signal
from bimmerhub.ids import Descriptor

Group = str | tuple[str, ...]
"""One descriptor, or several of which the newest wins."""

Words = Mapping[str, bool | int | str]

OPEN_WORDS: Final = {"OPEN": True, "INTERMEDIATE": True, "CLOSED": False}


def key(path: str) -> Descriptor:
    """Return the descriptor of that path."""
    return Descriptor(f"vehicle.{path}")


def groups(*paths: Group) -> tuple[tuple[Descriptor, ...], ...]:
    """Return groups of descriptors, best first."""
    return tuple(tuple(map(key, (group,) if isinstance(group, str) else group)) for group in paths)


def number(
    name: str, unit: str | None, meaning: str, *paths: Group, parse: Callable[[str], int | None] | None = None
) -> Signal:
    """Return a signal that is a number in `unit`; `parse` reads it out of a text."""
    return Signal(name=name, kind="number", unit=unit, meaning=meaning, groups=groups(*paths), parse=parse)


def flag(name: str, meaning: str, *paths: Group, words: Words | None = None) -> Signal:
    """Return a signal that is true or false; `words` are upper-case words of the car for either."""
    return Signal(name=name, kind="bool", unit=None, meaning=meaning, groups=groups(*paths), words=words)


def text(
    name: str,
    meaning: str,
    *paths: Group,
    words: Words | None = None,
    parse: Callable[[str], str | None] | None = None,
) -> Signal:
    """Return a signal that is a text: one of `words`, or what `parse` makes of the car's, or the car's own."""
    return Signal(name=name, kind="text", unit=None, meaning=meaning, groups=groups(*paths), words=words, parse=parse)
