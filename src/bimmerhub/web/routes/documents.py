"""Routes: what BMW answered about a vehicle besides readings, and what of it changed. BMW is not asked here."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from bimmerhub.times import EARLIEST_MS, LATEST_MS, parse_time
from bimmerhub.views.documents.app_service import AppServiceAnswer, view_recalls, view_service_demands
from bimmerhub.views.documents.basic_data import BasicDataAnswer, view_basic_data
from bimmerhub.views.documents.bmw_charge import BmwChargeDetailsAnswer, view_bmw_charge
from bimmerhub.views.documents.bmw_charges import DEFAULT_CHARGES, MOST_CHARGES, BmwChargesAnswer, view_bmw_charges
from bimmerhub.views.documents.bmw_trips import DEFAULT_TRIPS, MOST_TRIPS, BmwTripsAnswer, view_bmw_trips
from bimmerhub.views.documents.changes import (
    DEFAULT_CHANGES,
    MOST_CHANGES,
    ChangesOf,
    DocumentChangeAnswer,
    view_document_changes,
)
from bimmerhub.views.documents.charging_history import (
    DEFAULT_SESSIONS,
    MOST_SESSIONS,
    BmwChargingAnswer,
    view_bmw_charging,
)
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
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.routes.context import Caller, KnownVin, PageToken, Ports

router = APIRouter(tags=["documents"])

Begin = Annotated[str | None, Query(alias="from", max_length=40, description="ISO 8601 with zone, or a date")]
End = Annotated[str | None, Query(alias="to", max_length=40, description="the same; else now")]


@router.get("/vehicles/{vin}/basic-data", **answer_of(BasicDataAnswer))
async def show_basic_data(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return all that BMW's basicData said of this vehicle last."""
    return json_answer(await view_basic_data(viewer, ports.documents, vin))


@router.get("/vehicles/{vin}/tyres", **answer_of(TyresAnswer))
async def show_tyres(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return the tyres that BMW's tyre diagnosis knew last."""
    return json_answer(await view_tyres(viewer, ports.documents, vin))


def _span(begin: str | None, end: str | None) -> tuple[int, int]:
    """Return a stretch of time in milliseconds UTC; without a begin or an end it is open there."""
    from_ms = EARLIEST_MS if begin is None else parse_time(begin, name="from")
    return from_ms, LATEST_MS if end is None else parse_time(end, name="to")


@router.get("/vehicles/{vin}/charging-history", **answer_of(NewestPage[BmwChargingAnswer]))
async def show_charging_history(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    vin: KnownVin,
    begin: Begin = None,
    end: End = None,
    limit: Annotated[int, Query(ge=1, le=MOST_SESSIONS)] = DEFAULT_SESSIONS,
    after: PageToken = None,
) -> Response:
    """Return BMW's own charging history, newest first: the sessions that began in a stretch of time, else all."""
    from_ms, to_ms = _span(begin, end)
    page = await view_bmw_charging(viewer, ports.documents, vin, from_ms=from_ms, to_ms=to_ms, limit=limit, after=after)
    return json_answer(page)


@router.get("/vehicles/{vin}/charging-settings", **answer_of(Page[ChargingPlaceAnswer]))
async def show_charging_settings(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return BMW's charging settings of each place."""
    return json_answer(await view_charging_settings(viewer, ports.documents, vin))


@router.get("/vehicles/{vin}/bmw-trips", **answer_of(BmwTripsAnswer))
async def show_bmw_trips(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    vin: KnownVin,
    begin: Begin = None,
    end: End = None,
    limit: Annotated[int, Query(ge=1, le=MOST_TRIPS)] = DEFAULT_TRIPS,
    after: PageToken = None,
) -> Response:
    """Return BMW's own trips, newest first, and its figures of all of them beside those of other owners.

    Those that ended in a stretch of time, else all; BMW is asked for months by `POST …/fetch`.
    """
    from_ms, to_ms = _span(begin, end)
    page = await view_bmw_trips(viewer, _older(ports), vin, from_ms=from_ms, to_ms=to_ms, limit=limit, after=after)
    return json_answer(page)


@router.get("/vehicles/{vin}/bmw-charges", **answer_of(BmwChargesAnswer))
async def show_bmw_charges(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    vin: KnownVin,
    begin: Begin = None,
    end: End = None,
    limit: Annotated[int, Query(ge=1, le=MOST_CHARGES)] = DEFAULT_CHARGES,
    after: PageToken = None,
) -> Response:
    """Return BMW's own charging sessions, newest first, and its figures of each month.

    Those that began in a stretch of time, else all.
    """
    from_ms, to_ms = _span(begin, end)
    page = await view_bmw_charges(viewer, _older(ports), vin, from_ms=from_ms, to_ms=to_ms, limit=limit, after=after)
    return json_answer(page)


@router.get("/vehicles/{vin}/bmw-charges/{charge_id}", **answer_of(BmwChargeDetailsAnswer))
async def show_bmw_charge(
    ports: Ports, viewer: Caller, vin: KnownVin, charge_id: Annotated[str, Path(max_length=200)]
) -> Response:
    """Return one of BMW's charging sessions in detail, once BMW was asked for it (`POST …/fetch` with its `id`)."""
    return json_answer(await view_bmw_charge(viewer, _older(ports), vin, charge_id))


@router.get("/vehicles/{vin}/recalls", **answer_of(AppServiceAnswer))
async def show_recalls(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return the recalls of the car as the MyBMW app gets them, in BMW's JSON."""
    return json_answer(await view_recalls(viewer, _older(ports), vin))


@router.get("/vehicles/{vin}/service-demands", **answer_of(AppServiceAnswer))
async def show_service_demands(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return what of the car is due as the MyBMW app gets it, in BMW's JSON."""
    return json_answer(await view_service_demands(viewer, _older(ports), vin))


@router.get("/vehicles/{vin}/charging-profile", **answer_of(ChargingProfileAnswer))
async def show_charging_profile(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return when the car is to leave and to charge, as BMW told it last."""
    return json_answer(await view_charging_profile(viewer, _older(ports), vin))


@router.get("/vehicles/{vin}/destinations", **answer_of(DestinationsAnswer))
async def show_destinations(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return the destinations that were entered last, as BMW told them."""
    return json_answer(await view_destinations(viewer, _older(ports), vin))


@router.get("/vehicles/{vin}/range-map", **answer_of(RangeMapAnswer))
async def show_range_map(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return how far the car gets from where it is, as GeoJSON."""
    return json_answer(await view_range_map(viewer, _older(ports), vin))


@router.get("/vehicles/{vin}/specs", **answer_of(SpecsAnswer))
async def show_specs(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return the technical data of the car, as the portal told them."""
    return json_answer(await view_specs(viewer, _older(ports), vin))


@router.get("/vehicles/{vin}/booked-services", **answer_of(BookedServicesAnswer))
async def show_booked_services(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return the services that are booked for the car, as the portal told them."""
    return json_answer(await view_booked_services(viewer, _older(ports), vin))


@router.get("/vehicles/{vin}/dealer", **answer_of(DealerAnswer))
async def show_dealer(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return the dealer who looks after the car, as the portal told it."""
    return json_answer(await view_dealer(viewer, _older(ports), vin))


@router.get("/vehicles/{vin}/messages", **answer_of(SentMessagesAnswer))
async def show_sent_messages(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return the messages that were sent to the car, as the portal told them."""
    return json_answer(await view_sent_messages(viewer, _older(ports), vin))


@router.get("/vehicles/{vin}/document-changes", **answer_of(NewestPage[DocumentChangeAnswer]))
async def show_document_changes(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    vin: KnownVin,
    of: Annotated[ChangesOf, Query(description="whose changes")],
    limit: Annotated[int, Query(ge=1, le=MOST_CHANGES)] = DEFAULT_CHANGES,
    after: PageToken = None,
) -> Response:
    """Return what changed from one answer of BMW's to the next, field by field, newest first."""
    return json_answer(await view_document_changes(viewer, ports.documents, vin, of, limit=limit, after=after))


@router.get("/mappings", **answer_of(Page[MappingAnswer]))
async def list_mappings(ports: Ports, viewer: Caller) -> Response:
    """Return how each car is mapped to each account, and since when, as BMW told it last."""
    return json_answer(await view_mappings(viewer, ports.documents, ports.vehicles, ports.accounts))


def _older(ports: Ports) -> OlderDocuments:
    return OlderDocuments(documents=ports.documents, vehicles=ports.vehicles, accounts=ports.accounts)
