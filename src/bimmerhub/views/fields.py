"""Fields and lists that the shapes of many subjects share."""

from typing import Annotated, Final, Generic, TypeVar

import msgspec

from bimmerhub.domain.reading import Source
from bimmerhub.errors import ConfigError

Time = Annotated[str, msgspec.Meta(description="ISO 8601, UTC, milliseconds", examples=["2026-01-31T08:15:00.000Z"])]
Number = int | float
"""A number as stored: a whole one stays whole, so that decoding and encoding a shape gives the same bytes."""

SOURCE_NAMES: Final = ("", *(source.name.lower() for source in sorted(Source)))
"""`stream`, `rest`, `archive`, `capture`: how a source is spelled in every shape, by its number. A tuple, because an
enum is slow to hash and every row asks."""

_LONGEST_TOKEN: Final = 18
"""Digits: less than a number of 64 bits has."""

Row = TypeVar("Row")


class Page(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """A list. `next` is the token to pass as `after` for the rest, null when this is all."""

    items: list[Row]
    next: str | None


class NewestPage(Page[Row], Generic[Row], frozen=True, kw_only=True):
    """A page of a list that begins with its newest rows: `next` leads to older ones."""

    is_complete: Annotated[bool, msgspec.Meta(description="false when there are older rows: `next` leads to them")]


def page_token(place: int) -> str:
    """Return the token of the page that begins behind a place in a list, which is not negative."""
    return str(place)


def parse_page_token(token: str) -> int:
    """Return what `page_token` was given; ConfigError for any other text."""
    if not (token.isascii() and token.isdecimal() and len(token) <= _LONGEST_TOKEN):
        raise ConfigError(
            "that is no page token", hint="Ask again without a token, then follow the one in each answer."
        )
    return int(token)
