"""A car's recalls and service demands as the MyBMW app gets them: in BMW's JSON, for nobody has described its shape."""

from typing import Annotated

import msgspec

from bimmerhub.domain.documents import RECALLS, SERVICE_DEMANDS
from bimmerhub.ids import Vin
from bimmerhub.times import format_time
from bimmerhub.views.documents.members import members_of
from bimmerhub.views.documents.offered import APP_ONLY, MissingNotice, OlderDocuments
from bimmerhub.views.fields import SOURCE_NAMES, BmwJson, Time
from bimmerhub.views.viewer import Viewer


class AppServiceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What BMW answered last. `entries` is the first list in it, which is taken for what it is about (inferred)."""

    answer: Annotated[BmwJson | None, msgspec.Meta(description="BMW's JSON as it came; null: never told")]
    entries: Annotated[int | None, msgspec.Meta(description="how many entries its first list has; null: no list")]
    notice: MissingNotice
    fetched_at: Time | None
    source: str | None


async def view_recalls(viewer: Viewer, older: OlderDocuments, vin: Vin) -> AppServiceAnswer:
    """Return the recalls of a car."""
    return await _view(viewer, older, vin, kind=RECALLS, what="recalls")


async def view_service_demands(viewer: Viewer, older: OlderDocuments, vin: Vin) -> AppServiceAnswer:
    """Return what of a car is due."""
    return await _view(viewer, older, vin, kind=SERVICE_DEMANDS, what="service demands")


async def _view(viewer: Viewer, older: OlderDocuments, vin: Vin, *, kind: str, what: str) -> AppServiceAnswer:
    viewer.require_vehicle(vin)
    document = await older.documents.document(vin, kind)
    if document is None:
        notice = await older.why_missing(what, APP_ONLY, vin)
        return AppServiceAnswer(answer=None, entries=None, notice=notice, fetched_at=None, source=None)
    members = members_of(document.body).of
    lists = (member for member in members.values() if isinstance(member, list))
    first = next(lists, None)
    return AppServiceAnswer(
        answer=dict(members),
        entries=None if first is None else len(first),
        notice=None,
        fetched_at=format_time(document.fetched_at_ms),
        source=SOURCE_NAMES[document.source],
    )
