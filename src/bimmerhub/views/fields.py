"""Fields and lists that the shapes of many subjects share."""

import hashlib
from typing import Annotated, Any, Final, Generic, TypeVar

import msgspec

from bimmerhub.domain.reading import Source
from bimmerhub.errors import ConfigError

Time = Annotated[str, msgspec.Meta(description="ISO 8601, UTC, milliseconds", examples=["2026-01-31T08:15:00.000Z"])]
BmwJson = Annotated[dict[str, Any], msgspec.Meta(extra_json_schema={"additionalProperties": True})]
"""An object of which nobody can say what is in it: as BMW sent it."""
Number = int | float
"""A number as stored: a whole one stays whole, so that decoding and encoding a shape gives the same bytes."""

_NAMES: Final = {int(source): source.name.lower() for source in Source}
SOURCE_NAMES: Final = tuple(_NAMES.get(number, "") for number in range(max(_NAMES) + 1))
"""`stream`, `rest`, `archive`, `capture`, or an older family: how a source is spelled in every shape, by its
number. A tuple, because an enum is slow to hash and every row asks."""

_FINGERPRINT_CHARACTERS: Final = 12
_LONGEST_NUMBER: Final = 18
"""Digits: less than a number of 64 bits has."""

Row = TypeVar("Row")


class Page(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """A list. `next` is the token to pass as `after` for the rest, null when this is all."""

    items: list[Row]
    next: str | None


class NewestPage(Page[Row], Generic[Row], frozen=True, kw_only=True):
    """A page of a list that begins with its newest rows: `next` leads to older ones."""

    is_complete: Annotated[bool, msgspec.Meta(description="false when there are older rows: `next` leads to them")]


class ListTokens:
    """The page tokens of one list: those of another list, or of the same one asked about something else, do not fit.

    `query` is what the list was asked about, such as a VIN and descriptors. A range of time is no part of it: when it
    ends now, it differs with each page.
    """

    def __init__(self, list_name: str, *query: str) -> None:
        asked = hashlib.sha256("\0".join(query).encode("utf-8", "replace")).hexdigest()
        self._list_name = list_name
        self._beginning = f"{list_name}.{asked[:_FINGERPRINT_CHARACTERS]}."

    def token(self, place: int | str) -> str:
        """Return the token of the page that begins behind a place in the list."""
        return f"{self._beginning}{place}"

    def parse(self, token: str) -> str:
        """Return the place that `token` was given; ConfigError for the token of anything else."""
        if not token.startswith(self._beginning):
            raise _unfit(f"that is no page token of this list of {self._list_name}")
        return token.removeprefix(self._beginning)

    def parse_number(self, token: str) -> int:
        """Return the place that `token` was given, which was a number and not negative; ConfigError as `parse`."""
        place = self.parse(token)
        if not (place.isascii() and place.isdecimal() and len(place) <= _LONGEST_NUMBER):
            raise _unfit("that is no page token")
        return int(place)


def _unfit(what: str) -> ConfigError:
    return ConfigError(
        what,
        hint="Ask the same again without a token, then pass `next` of each answer as `after`; change nothing else.",
    )
