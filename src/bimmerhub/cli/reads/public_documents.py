"""The public reads of BMW's answers that are no readings: each with its address in the API and its view."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from bimmerhub.cli.reads.port import Read
from bimmerhub.cli.reads.queries import page_query, span_query
from bimmerhub.ids import Vin
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.times import EARLIEST_MS, LATEST_MS
from bimmerhub.views.documents.app_service import AppServiceAnswer, view_recalls, view_service_demands
from bimmerhub.views.documents.basic_data import BasicDataAnswer, view_basic_data
from bimmerhub.views.documents.bmw_charge import BmwChargeDetailsAnswer, view_bmw_charge
from bimmerhub.views.documents.bmw_charges import BmwChargesAnswer, view_bmw_charges
from bimmerhub.views.documents.bmw_trips import BmwTripsAnswer, view_bmw_trips
from bimmerhub.views.documents.changes import ChangesOf, DocumentChangeAnswer, view_document_changes
from bimmerhub.views.documents.charging_history import BmwChargingAnswer, view_bmw_charging
from bimmerhub.views.documents.charging_profile import ChargingProfileAnswer, view_charging_profile
from bimmerhub.views.documents.charging_settings import ChargingPlaceAnswer, view_charging_settings
from bimmerhub.views.documents.destinations import DestinationsAnswer, view_destinations
from bimmerhub.views.documents.mappings import MappingAnswer, view_mappings
from bimmerhub.views.documents.offered import OlderDocuments
from bimmerhub.views.documents.portal import (
    BookedServicesAnswer,
    DealerAnswer,
    SentMessagesAnswer,
    SpecsAnswer,
    view_booked_services,
    view_dealer,
    view_sent_messages,
    view_specs,
)
from bimmerhub.views.documents.range_map import RangeMapAnswer, view_range_map
from bimmerhub.views.documents.tyres import TyresAnswer, view_tyres
from bimmerhub.views.fields import NewestPage, Page
from bimmerhub.views.viewer import OWNER, Viewer

if TYPE_CHECKING:
    from bimmerhub.cli.reads.stored import Stored

T = TypeVar("T")


def basic_data(vin: Vin) -> Read[BasicDataAnswer]:
    """Read all of a vehicle's basicData."""
    return _of_cardata(vin, "basic-data", BasicDataAnswer, view_basic_data)


def tyres(vin: Vin) -> Read[TyresAnswer]:
    """Read a vehicle's tyres."""
    return _of_cardata(vin, "tyres", TyresAnswer, view_tyres)


def charging_settings(vin: Vin) -> Read[Page[ChargingPlaceAnswer]]:
    """Read the charging settings of each place."""
    return _of_cardata(vin, "charging-settings", Page[ChargingPlaceAnswer], view_charging_settings)


def charging_history(
    vin: Vin, *, from_ms: int, to_ms: int, limit: int, after: str | None = None
) -> Read[NewestPage[BmwChargingAnswer]]:
    """Read one page of BMW's charging history, the newest first; `after` is the `next` of the page before."""
    return Read(
        path=f"vehicles/{vin}/charging-history",
        query={**span_query(from_ms, to_ms), **page_query(limit, after)},
        shape=NewestPage[BmwChargingAnswer],
        view=lambda stored: view_bmw_charging(
            OWNER, stored.store.documents, vin, from_ms=from_ms, to_ms=to_ms, limit=limit, after=after
        ),
    )


def document_changes(
    vin: Vin, of: ChangesOf, *, limit: int, after: str | None = None
) -> Read[NewestPage[DocumentChangeAnswer]]:
    """Read one page of what changed, the newest first; `after` is the `next` of the page before."""
    return Read(
        path=f"vehicles/{vin}/document-changes",
        query={"of": of, **page_query(limit, after)},
        shape=NewestPage[DocumentChangeAnswer],
        view=lambda stored: view_document_changes(OWNER, stored.store.documents, vin, of, limit=limit, after=after),
    )


def bmw_trips(
    vin: Vin, *, limit: int, after: str | None = None, span: tuple[int, int] | None = None
) -> Read[BmwTripsAnswer]:
    """Read one page of BMW's own trips, of a stretch of time or all; `after` is the `next` of the page before."""
    from_ms, to_ms = span or (EARLIEST_MS, LATEST_MS)

    async def view(stored: "Stored") -> BmwTripsAnswer:
        return await view_bmw_trips(
            OWNER, await _older(stored), vin, from_ms=from_ms, to_ms=to_ms, limit=limit, after=after
        )

    return Read(
        path=f"vehicles/{vin}/bmw-trips",
        query={**({} if span is None else span_query(*span)), **page_query(limit, after)},
        shape=BmwTripsAnswer,
        view=view,
    )


def bmw_charges(
    vin: Vin, *, limit: int, after: str | None = None, span: tuple[int, int] | None = None
) -> Read[BmwChargesAnswer]:
    """Read one page of BMW's own charging sessions, as `bmw_trips`."""
    from_ms, to_ms = span or (EARLIEST_MS, LATEST_MS)

    async def view(stored: "Stored") -> BmwChargesAnswer:
        return await view_bmw_charges(
            OWNER, await _older(stored), vin, from_ms=from_ms, to_ms=to_ms, limit=limit, after=after
        )

    return Read(
        path=f"vehicles/{vin}/bmw-charges",
        query={**({} if span is None else span_query(*span)), **page_query(limit, after)},
        shape=BmwChargesAnswer,
        view=view,
    )


def bmw_charge(vin: Vin, charge_id: str) -> Read[BmwChargeDetailsAnswer]:
    """Read one of BMW's own charging sessions in detail."""

    async def view(stored: "Stored") -> BmwChargeDetailsAnswer:
        return await view_bmw_charge(OWNER, await _older(stored), vin, charge_id)

    path = f"vehicles/{vin}/bmw-charges/{quote(charge_id, safe='')}"
    return Read(path=path, shape=BmwChargeDetailsAnswer, view=view)


def recalls(vin: Vin) -> Read[AppServiceAnswer]:
    """Read the recalls of a vehicle."""
    return _of_older(vin, "recalls", AppServiceAnswer, view_recalls)


def service_demands(vin: Vin) -> Read[AppServiceAnswer]:
    """Read what of a vehicle is due."""
    return _of_older(vin, "service-demands", AppServiceAnswer, view_service_demands)


def charging_profile(vin: Vin) -> Read[ChargingProfileAnswer]:
    """Read when a vehicle is to leave and to charge."""
    return _of_older(vin, "charging-profile", ChargingProfileAnswer, view_charging_profile)


def destinations(vin: Vin) -> Read[DestinationsAnswer]:
    """Read a vehicle's last destinations."""
    return _of_older(vin, "destinations", DestinationsAnswer, view_destinations)


def specs(vin: Vin) -> Read[SpecsAnswer]:
    """Read a vehicle's technical data."""
    return _of_older(vin, "specs", SpecsAnswer, view_specs)


def booked_services(vin: Vin) -> Read[BookedServicesAnswer]:
    """Read the services that are booked for a vehicle."""
    return _of_older(vin, "booked-services", BookedServicesAnswer, view_booked_services)


def dealer(vin: Vin) -> Read[DealerAnswer]:
    """Read the dealer who looks after a vehicle."""
    return _of_older(vin, "dealer", DealerAnswer, view_dealer)


def sent_messages(vin: Vin) -> Read[SentMessagesAnswer]:
    """Read the messages that were sent to a vehicle."""
    return _of_older(vin, "messages", SentMessagesAnswer, view_sent_messages)


def range_map(vin: Vin) -> Read[RangeMapAnswer]:
    """Read how far a vehicle gets, as GeoJSON."""
    return _of_older(vin, "range-map", RangeMapAnswer, view_range_map)


def mappings() -> Read[Page[MappingAnswer]]:
    """Read how each car is mapped to each account."""

    async def view(stored: "Stored") -> Page[MappingAnswer]:
        return await view_mappings(OWNER, stored.store.documents, await stored.vehicles(), stored)

    return Read(path="mappings", shape=Page[MappingAnswer], view=view)


def _of_cardata(
    vin: Vin, what: str, shape: type[T], view: Callable[[Viewer, StoredDocuments, Vin], Awaitable[T]]
) -> Read[T]:
    """Return the read of what CarData's documents of a vehicle say."""
    return Read(
        path=f"vehicles/{vin}/{what}", shape=shape, view=lambda stored: view(OWNER, stored.store.documents, vin)
    )


def _of_older(
    vin: Vin, what: str, shape: type[T], view: Callable[[Viewer, OlderDocuments, Vin], Awaitable[T]]
) -> Read[T]:
    """Return the read of what the documents of other families say of a vehicle."""

    async def read(stored: "Stored") -> T:
        return await view(OWNER, await _older(stored), vin)

    return Read(path=f"vehicles/{vin}/{what}", shape=shape, view=read)


async def _older(stored: "Stored") -> OlderDocuments:
    return OlderDocuments(documents=stored.store.documents, vehicles=await stored.vehicles(), accounts=stored)
