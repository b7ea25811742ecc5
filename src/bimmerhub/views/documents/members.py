"""The members of a document's body, picked by BMW's names: one of another type than expected reads as missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from bimmerhub.json_faults import NOT_JSON

T = TypeVar("T")
_LATEST_S: Final = 253_402_300_799
"""The last second of the year 9999."""
_LONGEST_TEXT: Final = 4_000
"""Characters; the equipment of a car takes some hundreds."""
_LARGEST: Final = 1e15
"""Nothing that BMW counts or measures comes near it; larger ones overflow when a unit is converted."""


def cut(value: T) -> T | str:
    """Return a value as it is shown: a text cut to what a person reads; the whole stays in the document."""
    return value[:_LONGEST_TEXT] if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Members:
    """The members of one JSON object; each method takes the path to one."""

    of: Mapping[str, Any]

    def at(self, *path: str) -> "Members":
        """Return an object inside, empty when there is none."""
        member = self._find(path)
        return Members(member if isinstance(member, dict) else {})

    def objects(self, *path: str) -> "Iterator[Members]":
        """Yield the objects of a list inside."""
        member = self._find(path)
        for item in member if isinstance(member, list) else ():
            if isinstance(item, dict):
                yield Members(item)

    def text(self, *path: str) -> str | None:
        """Return a text that is not empty, cut to what a person reads; a number as text."""
        member = self._find(path)
        if isinstance(member, int | float) and not isinstance(member, bool):
            member = str(member)
        return cut(member.strip()) or None if isinstance(member, str) else None

    def texts(self, *path: str) -> list[str]:
        """Return the texts of a list inside, each cut to what a person reads."""
        member = self._find(path)
        return [cut(item) for item in member if isinstance(item, str)] if isinstance(member, list) else []

    def number(self, *path: str) -> int | float | None:
        """Return a number whose size can be that of something in a car."""
        member = self._find(path)
        if not isinstance(member, int | float) or isinstance(member, bool):
            return None
        return member if abs(member) <= _LARGEST else None

    def numbers(self, *path: str) -> list[int | float]:
        """Return the numbers of a list inside, each as `number`."""
        member = self._find(path)
        numbers = (Members({"": item}).number("") for item in member) if isinstance(member, list) else ()
        return [number for number in numbers if number is not None]

    def figure(self, *path: str) -> int | float | None:
        """Return a number as `number`, also one that is written as text, as older families may do."""
        text = self._find(path)
        if not isinstance(text, str):
            return self.number(*path)
        try:
            figure = msgspec.json.decode(text.strip(), type=int | float)
        except NOT_JSON:
            return None
        return figure if abs(figure) <= _LARGEST else None

    def whole(self, *path: str) -> int | None:
        """Return a number that is whole."""
        number = self.number(*path)
        return number if isinstance(number, int) else None

    def flag(self, *path: str) -> bool | None:
        """Return a yes or no."""
        member = self._find(path)
        return member if isinstance(member, bool) else None

    def time_ms(self, *path: str) -> int | None:
        """Return unix seconds as milliseconds."""
        seconds = self.whole(*path)
        return seconds * 1000 if seconds is not None and 0 <= seconds <= _LATEST_S else None

    def _find(self, path: tuple[str, ...]) -> object:
        member: object = self.of
        for name in path:
            member = member.get(name) if isinstance(member, dict) else None
        return member


def members_of(body: str) -> Members:
    """Return the members of a document's body; none when it is no object."""
    try:
        decoded = msgspec.json.decode(body)
    except NOT_JSON:
        return Members({})
    return Members(decoded if isinstance(decoded, dict) else {})


def items_of(body: str) -> list[Members]:
    """Return the objects of a document's body that is a list; none when it is no list."""
    try:
        decoded = msgspec.json.decode(body)
    except NOT_JSON:
        return []
    return [Members(item) for item in decoded if isinstance(item, dict)] if isinstance(decoded, list) else []
