"""What changed in what BMW answers about a car: one row a field, newest first."""

from typing import Annotated, Final, Literal

import msgspec

from bimmerhub.domain.document_changes import Cell, DocumentChange, derive_changes
from bimmerhub.domain.documents import BASIC_DATA, CHARGING_PLACE, CHARGING_SESSION, MAPPING, TYRES
from bimmerhub.ids import Vin
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.times import format_time
from bimmerhub.views.documents.members import cut
from bimmerhub.views.fields import ListTokens, NewestPage, Time
from bimmerhub.views.viewer import Viewer

ChangesOf = Literal["basic-data", "tyres", "charging-settings", "charging-history", "mappings"]
"""Whose changes: the words by which it is asked for."""
KINDS: Final[dict[ChangesOf, str]] = {
    "basic-data": BASIC_DATA,
    "tyres": TYRES,
    "charging-settings": CHARGING_PLACE,
    "charging-history": CHARGING_SESSION,
    "mappings": MAPPING,
}
DEFAULT_CHANGES: Final = 100
MOST_CHANGES: Final = 10_000


class DocumentChangeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One field that differs from the answer before."""

    of: ChangesOf
    key: Annotated[
        str,
        msgspec.Meta(description="which: a session's start (unix seconds), a place's id, an account's GCID, or empty"),
    ]
    what: Annotated[
        Literal["added", "changed", "gone"], msgspec.Meta(description="added, gone: the whole of it; field is empty")
    ]
    field: Annotated[str, msgspec.Meta(description="the path of BMW's names, with dots")]
    before: Cell
    after: Cell
    before_at: Annotated[Time, msgspec.Meta(description="when BMW said `before` last")]
    after_at: Annotated[Time, msgspec.Meta(description="when BMW said `after` first")]


async def view_document_changes(
    viewer: Viewer,
    documents: StoredDocuments,
    vin: Vin,
    of: ChangesOf,
    *,
    limit: int = DEFAULT_CHANGES,
    after: str | None = None,
) -> NewestPage[DocumentChangeAnswer]:
    """Return one page of the changes, newest first; none while BMW was asked once only."""
    viewer.require_vehicle(vin)
    tokens = ListTokens("changes", vin, of)
    begin = 0 if after is None else tokens.parse_number(after)
    changes = derive_changes(await documents.versions(vin, KINDS[of]))
    if of == "charging-history":  # a new session is no change
        changes = [change for change in changes if change.what == "changed"]
    end = begin + limit
    is_complete = end >= len(changes)
    return NewestPage(
        items=[_describe(of, change) for change in changes[begin:end]],
        next=None if is_complete else tokens.token(end),
        is_complete=is_complete,
    )


def _describe(of: ChangesOf, change: DocumentChange) -> DocumentChangeAnswer:
    return DocumentChangeAnswer(
        of=of,
        key=change.natural_key,
        what=change.what,
        field=change.field,
        before=cut(change.before),
        after=cut(change.after),
        before_at=format_time(change.before_at_ms),
        after_at=format_time(change.at_ms),
    )
