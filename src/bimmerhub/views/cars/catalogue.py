"""BMW's catalogue of descriptors, searched by words. Everybody may see it: it says nothing of anybody's car."""

from typing import Annotated

import msgspec

from bimmerhub.domain.catalogue.descriptors import CatalogueEntry, load_catalogue
from bimmerhub.views.fields import Page
from bimmerhub.views.viewer import Viewer


class CatalogueAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One descriptor of BMW's catalogue."""

    descriptor: str
    title: str
    category: str
    datatype: str
    unit: str | None
    values: Annotated[list[str], msgspec.Meta(description="the words of a closed list; empty when it is open")]
    streamable: bool
    drivetrains: list[str]
    note: str | None


async def view_catalogue(viewer: Viewer, *, words: str = "") -> Page[CatalogueAnswer]:  # noqa: ARG001 - as every view
    """Return the descriptors whose key and title hold all the words, ordered by key."""
    return Page(items=[_describe_entry(entry) for entry in load_catalogue().search(words)], next=None)


def _describe_entry(entry: CatalogueEntry) -> CatalogueAnswer:
    return CatalogueAnswer(
        descriptor=entry.key,
        title=entry.title,
        category=entry.category,
        datatype=entry.datatype,
        unit=entry.unit,
        values=list(entry.values),
        streamable=entry.streamable,
        drivetrains=list(entry.drivetrains),
        note=entry.note,
    )
