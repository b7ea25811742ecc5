"""The destinations that were entered last in a car's navigation, as i Remote tells them."""

from typing import Annotated

import msgspec

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.documents import DESTINATIONS
from bimmerhub.ids import Vin
from bimmerhub.times import format_time
from bimmerhub.views.documents.members import Members, items_of
from bimmerhub.views.documents.offered import IREMOTE_ONLY, MissingNotice, OlderDocuments
from bimmerhub.views.fields import SOURCE_NAMES, Number, Page, Time
from bimmerhub.views.viewer import Viewer


class DestinationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One destination; names are in upper case, as BMW writes them."""

    latitude_deg: Number | None
    longitude_deg: Number | None
    street: str | None
    city: str | None
    country: str | None
    kind: Annotated[str | None, msgspec.Meta(description="BMW's word: DESTINATION and others")]
    created_at: Annotated[str | None, msgspec.Meta(description="as BMW wrote it, ISO 8601")]


class DestinationsAnswer(Page[DestinationAnswer], frozen=True, kw_only=True):
    """A car's last destinations, in BMW's order (the newest first)."""

    notice: MissingNotice
    fetched_at: Annotated[Time | None, msgspec.Meta(description="null: BMW never told of any")]
    source: str | None


async def view_destinations(viewer: Viewer, older: OlderDocuments, vin: Vin) -> DestinationsAnswer:
    """Return the destinations that BMW told last."""
    viewer.require_vehicle(vin)
    document = await older.documents.document(vin, DESTINATIONS)
    if document is None:
        notice = await older.why_missing("destinations", IREMOTE_ONLY, vin)
        if Family.CONNECTEDDRIVE in await older.families_of(vin):
            notice += " Places that were sent to the car stand in its messages."
        return DestinationsAnswer(items=[], next=None, notice=notice, fetched_at=None, source=None)
    return DestinationsAnswer(
        items=[_describe(destination) for destination in items_of(document.body)],
        next=None,
        notice=None,
        fetched_at=format_time(document.fetched_at_ms),
        source=SOURCE_NAMES[document.source],
    )


def _describe(destination: Members) -> DestinationAnswer:
    return DestinationAnswer(
        latitude_deg=destination.figure("lat"),
        longitude_deg=destination.figure("lon"),
        street=destination.text("street"),
        city=destination.text("city"),
        country=destination.text("country"),
        kind=destination.text("type"),
        created_at=destination.text("createdAt"),
    )
