"""Fields and lists that the shapes of many subjects share."""

from typing import Annotated, Final, Generic, TypeVar

import msgspec

from bimmerhub.domain.reading import Source

Time = Annotated[str, msgspec.Meta(description="ISO 8601, UTC, milliseconds", examples=["2026-01-31T08:15:00.000Z"])]
Number = int | float
"""A number as stored: a whole one stays whole, so that decoding and encoding a shape gives the same bytes."""

SOURCE_NAMES: Final = ("", *(source.name.lower() for source in sorted(Source)))
"""`stream`, `rest`, `archive`, `capture`: how a source is spelled in every shape, by its number. A tuple, because an
enum is slow to hash and every row asks."""

Row = TypeVar("Row")


class Page(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """A list. `next` is the token to pass as `after` for the rest, null when this is all."""

    items: list[Row]
    next: str | None


class NewestPage(Page[Row], Generic[Row], frozen=True, kw_only=True):
    """The newest rows of a list that cannot be paged: `next` is always null."""

    is_complete: Annotated[bool, msgspec.Meta(description="false when there are older rows than `limit` let through")]
