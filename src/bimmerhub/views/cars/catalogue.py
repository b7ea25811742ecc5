"""BMW's catalogue of descriptors, searched by words. Everybody may see it: it says nothing of anybody's car."""

from typing import Annotated

import msgspec

from bimmerhub.domain.catalogue.descriptors import (
    Catalogue,
    CatalogueEntry,
    Category,
    Drivetrain,
    Endpoint,
    Language,
)
from bimmerhub.domain.catalogue.search import CatalogueFilter, search_catalogue
from bimmerhub.views.fields import Page
from bimmerhub.views.viewer import Viewer

__all__ = [
    "CatalogueAnswer",
    "CatalogueFilter",
    "Category",
    "Drivetrain",
    "Endpoint",
    "Language",
    "view_catalogue",
]


class CatalogueAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One descriptor of BMW's catalogue."""

    descriptor: str
    title: Annotated[str, msgspec.Meta(description="in the language that was asked for")]
    category: str
    datatype: str
    unit: str | None
    values: Annotated[list[str], msgspec.Meta(description="the words of a closed list; empty when it is open")]
    streamable: bool
    endpoint: Annotated[str, msgspec.Meta(description="BMW's REST resource with the value; archive: none has it")]
    drivetrains: list[str]
    note: str | None


async def view_catalogue(
    viewer: Viewer,  # noqa: ARG001 - as every view
    catalogue: Catalogue,
    *,
    words: str = "",
    wanted: CatalogueFilter | None = None,
    language: Language = "en",
) -> Page[CatalogueAnswer]:
    """Return the descriptors whose key and titles hold all the words, the best first; all by key without words."""
    entries = search_catalogue(catalogue.values(), words, wanted)
    return Page(items=[_describe_entry(entry, language) for entry in entries], next=None)


def _describe_entry(entry: CatalogueEntry, language: Language) -> CatalogueAnswer:
    return CatalogueAnswer(
        descriptor=entry.key,
        title=entry.title_in(language),
        category=entry.category,
        datatype=entry.datatype,
        unit=entry.unit,
        values=list(entry.values),
        streamable=entry.streamable,
        endpoint=entry.endpoint,
        drivetrains=list(entry.drivetrains),
        note=entry.note,
    )
