"""BMW's public list of descriptors held against the catalogue."""

from typing import Annotated

import msgspec

from bimmerhub.domain.catalogue.comparison import MOST_LIST_BYTES
from bimmerhub.errors import ConfigError, MalformedPayload
from bimmerhub.views.ports.cars import CheckedList, FullCatalogue
from bimmerhub.views.viewer import Viewer

__all__ = ["MOST_LIST_BYTES", "CatalogueCheckAnswer", "check_catalogue"]


class ListedKeyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One descriptor of BMW's list or of the catalogue."""

    descriptor: str
    title: str | None
    datatype: Annotated[str | None, msgspec.Meta(description="BMW's word")]
    unit: str | None
    streamable: bool | None


class ChangeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What of one descriptor BMW lists otherwise."""

    descriptor: str
    field: Annotated[str, msgspec.Meta(description="datatype, unit, category, streamable, or values")]
    was: str
    now: Annotated[str, msgspec.Meta(description="of values, the words that are new")]


class CatalogueCheckAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How BMW's list of descriptors differs from the catalogue."""

    listed: Annotated[int, msgspec.Meta(description="how many descriptors the list has")]
    added: list[ListedKeyAnswer]
    gone: list[ListedKeyAnswer]
    changed: list[ChangeAnswer]
    faults: Annotated[list[str], msgspec.Meta(description="what was not understood; the first 100")]
    taken: Annotated[int, msgspec.Meta(description="how many new descriptors are known from now on")]


async def check_catalogue(
    viewer: Viewer, catalogue: FullCatalogue, document: bytes, *, dry_run: bool = False
) -> CatalogueCheckAnswer:
    """Return how BMW's list differs; what is new in it is taken, unless it is a dry run.

    ConfigError when the document is no such list.
    """
    viewer.require_owner()
    try:
        return _describe(await catalogue.check_list(document, takes_new=not dry_run), dry_run=dry_run)
    except MalformedPayload as error:
        raise ConfigError(str(error), hint="Save BMW's page with the list, or a table with a key column.") from error


def _describe(checked: CheckedList, *, dry_run: bool) -> CatalogueCheckAnswer:
    differences = checked.differences
    return CatalogueCheckAnswer(
        listed=checked.listed,
        added=[
            ListedKeyAnswer(
                descriptor=row.key, title=row.name, datatype=row.datatype, unit=row.unit, streamable=row.is_streamable
            )
            for row in differences.added
        ],
        gone=[
            ListedKeyAnswer(
                descriptor=entry.key,
                title=entry.title,
                datatype=entry.vendor_datatype,
                unit=entry.unit,
                streamable=entry.streamable,
            )
            for entry in differences.gone
        ],
        changed=[
            ChangeAnswer(descriptor=change.key, field=change.field, was=change.was, now=change.is_now)
            for change in differences.changed
        ],
        faults=list(checked.faults),
        taken=0 if dry_run else len(differences.added),
    )
