"""The public reads that commands print: each with its address in the API and its view."""

from typing import TYPE_CHECKING

from bimmerhub.cli.reads.port import Read
from bimmerhub.domain.catalogue.descriptors import Language, load_catalogue
from bimmerhub.domain.catalogue.search import CatalogueFilter
from bimmerhub.domain.signals.signal import Signal
from bimmerhub.ids import Vin
from bimmerhub.times import format_time
from bimmerhub.views.account.accounts import AccountAnswer, view_accounts
from bimmerhub.views.account.quota import QuotaAnswer, view_quotas
from bimmerhub.views.audit import AuditPage, view_audit
from bimmerhub.views.cars.car_warnings import CarWarningAnswer, view_car_warnings
from bimmerhub.views.cars.catalogue import CatalogueAnswer, view_catalogue
from bimmerhub.views.cars.coverage import (
    CoverageAnswer,
    ModelCoverageAnswer,
    ModelFactAnswer,
    view_coverage,
    view_model_coverage,
    view_model_facts,
)
from bimmerhub.views.cars.history import (
    BucketAnswer,
    DescriptorAnswer,
    Quantity,
    ReadingAnswer,
    view_buckets,
    view_descriptors,
    view_readings,
)
from bimmerhub.views.cars.positions import PositionAnswer, view_positions
from bimmerhub.views.cars.state import StateAnswer, view_state
from bimmerhub.views.cars.vehicles import CarPage, VehicleAnswer, view_vehicles
from bimmerhub.views.documents.app_service import AppServiceAnswer, view_recalls, view_service_demands
from bimmerhub.views.documents.basic_data import BasicDataAnswer, view_basic_data
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
from bimmerhub.views.stored.judgements import JudgementAnswer, view_judgements
from bimmerhub.views.stored.quarantine import QuarantinePage, view_quarantine
from bimmerhub.views.viewer import OWNER

if TYPE_CHECKING:
    from bimmerhub.cli.reads.stored import Stored


def vehicles() -> Read[Page[VehicleAnswer]]:
    """Read every vehicle."""

    async def view(stored: "Stored") -> Page[VehicleAnswer]:
        return await view_vehicles(OWNER, await stored.vehicles(), stored.pictures())

    return Read(path="vehicles", shape=Page[VehicleAnswer], view=view)


def state(vin: Vin) -> Read[StateAnswer]:
    """Read a vehicle's signals."""

    async def view(stored: "Stored") -> StateAnswer:
        return await view_state(OWNER, await stored.vehicles(), vin, now_ms=await stored.now_ms())

    return Read(path=f"vehicles/{vin}/state", shape=StateAnswer, view=view)


def car_warnings(vin: Vin) -> Read[Page[CarWarningAnswer]]:
    """Read what a vehicle warned of."""
    return Read(
        path=f"vehicles/{vin}/warnings",
        shape=Page[CarWarningAnswer],
        view=lambda stored: view_car_warnings(OWNER, stored.store, vin),
    )


def readings(
    vin: Vin, quantity: Quantity, *, from_ms: int, to_ms: int, limit: int, after: str | None = None
) -> Read[Page[ReadingAnswer]]:
    """Read one page of stored readings; `after` is the `next` of the page before."""
    query = {
        **_range_query(quantity, from_ms, to_ms),
        "limit": str(limit),
        **({} if after is None else {"after": after}),
    }

    async def view(stored: "Stored") -> Page[ReadingAnswer]:
        return await view_readings(
            OWNER,
            stored.store,
            vin,
            quantity,
            vehicles=await stored.vehicles(),
            catalogue=await stored.catalogue(),
            from_ms=from_ms,
            to_ms=to_ms,
            limit=limit,
            after=after,
        )

    return Read(path=f"vehicles/{vin}/readings", query=query, shape=Page[ReadingAnswer], view=view)


def buckets(vin: Vin, quantity: Quantity, *, from_ms: int, to_ms: int, count: int) -> Read[Page[BucketAnswer]]:
    """Read stored readings, summed up in at most `count` equal stretches of time."""
    query = {**_range_query(quantity, from_ms, to_ms), "buckets": str(count)}

    async def view(stored: "Stored") -> Page[BucketAnswer]:
        return await view_buckets(
            OWNER,
            stored.store,
            vin,
            quantity,
            vehicles=await stored.vehicles(),
            catalogue=await stored.catalogue(),
            from_ms=from_ms,
            to_ms=to_ms,
            buckets=count,
        )

    return Read(path=f"vehicles/{vin}/readings", query=query, shape=Page[BucketAnswer], view=view)


def descriptors(vin: Vin) -> Read[Page[DescriptorAnswer]]:
    """Read what is stored of each descriptor of a vehicle."""

    async def view(stored: "Stored") -> Page[DescriptorAnswer]:
        return await view_descriptors(OWNER, stored.store, vin, catalogue=await stored.catalogue())

    return Read(path=f"vehicles/{vin}/descriptors", shape=Page[DescriptorAnswer], view=view)


def positions(
    vin: Vin, *, from_ms: int, to_ms: int, limit: int, after: str | None = None
) -> Read[NewestPage[PositionAnswer]]:
    """Read one page of positions, the newest first; `after` is the `next` of the page before."""
    query = {
        **_span_query(from_ms, to_ms),
        "limit": str(limit),
        **({} if after is None else {"after": after}),
    }
    return Read(
        path=f"vehicles/{vin}/positions",
        query=query,
        shape=NewestPage[PositionAnswer],
        view=lambda stored: view_positions(
            OWNER, stored.store, vin, from_ms=from_ms, to_ms=to_ms, limit=limit, after=after
        ),
    )


def coverage(vin: Vin) -> Read[CarPage[CoverageAnswer]]:
    """Read for each descriptor of a vehicle whether it arrives."""

    async def view(stored: "Stored") -> CarPage[CoverageAnswer]:
        return await view_coverage(OWNER, stored, await stored.vehicles(), vin)

    return Read(path=f"vehicles/{vin}/coverage", shape=CarPage[CoverageAnswer], view=view)


def model_coverage(vin: Vin | None) -> Read[Page[ModelCoverageAnswer]]:
    """Read what cars send, by model and without VIN: one car, or all."""

    async def view(stored: "Stored") -> Page[ModelCoverageAnswer]:
        return await view_model_coverage(OWNER, stored, await stored.vehicles(), vin)

    path = "coverage/export" if vin is None else f"vehicles/{vin}/coverage/export"
    return Read(path=path, shape=Page[ModelCoverageAnswer], view=view)


def accounts() -> Read[Page[AccountAnswer]]:
    """Read every account with its link."""
    return Read(path="accounts", shape=Page[AccountAnswer], view=lambda stored: view_accounts(OWNER, stored))


def quotas() -> Read[Page[QuotaAnswer]]:
    """Read the REST calls of every account on this UTC day."""
    return Read(path="quota", shape=Page[QuotaAnswer], view=lambda stored: view_quotas(OWNER, stored))


def quarantine(
    *, limit: int, after: str | None = None, rejected: bool = True, vin: Vin | None = None
) -> Read[QuarantinePage]:
    """Read one page of what was refused (of a vehicle), newest first; `after` is the `next` of the page before."""
    return Read(
        path="quarantine",
        query={
            "limit": str(limit),
            "rejected": str(rejected).lower(),
            **({} if after is None else {"after": after}),
            **({} if vin is None else {"vin": vin}),
        },
        shape=QuarantinePage,
        view=lambda stored: view_quarantine(OWNER, stored.store, limit=limit, after=after, rejected=rejected, vin=vin),
    )


def audit(*, limit: int, after: str | None = None) -> Read[AuditPage]:
    """Read one page of the audit, newest first; `after` is the `next` of the page before."""
    return Read(
        path="audit",
        query={"limit": str(limit), **({} if after is None else {"after": after})},
        shape=AuditPage,
        view=lambda stored: view_audit(OWNER, stored.store.audit, limit=limit, after=after),
    )


def judgements(vin: Vin) -> Read[Page[JudgementAnswer]]:
    """Read what was said of a vehicle's readings."""
    return Read(
        path=f"vehicles/{vin}/judgements",
        shape=Page[JudgementAnswer],
        view=lambda stored: view_judgements(OWNER, stored.store.overlays, vin),
    )


def basic_data(vin: Vin) -> Read[BasicDataAnswer]:
    """Read all of a vehicle's basicData."""
    return Read(
        path=f"vehicles/{vin}/basic-data",
        shape=BasicDataAnswer,
        view=lambda stored: view_basic_data(OWNER, stored.store.documents, vin),
    )


def tyres(vin: Vin) -> Read[TyresAnswer]:
    """Read a vehicle's tyres."""
    return Read(
        path=f"vehicles/{vin}/tyres",
        shape=TyresAnswer,
        view=lambda stored: view_tyres(OWNER, stored.store.documents, vin),
    )


def charging_settings(vin: Vin) -> Read[Page[ChargingPlaceAnswer]]:
    """Read the charging settings of each place."""
    return Read(
        path=f"vehicles/{vin}/charging-settings",
        shape=Page[ChargingPlaceAnswer],
        view=lambda stored: view_charging_settings(OWNER, stored.store.documents, vin),
    )


def charging_history(
    vin: Vin, *, from_ms: int, to_ms: int, limit: int, after: str | None = None
) -> Read[NewestPage[BmwChargingAnswer]]:
    """Read one page of BMW's charging history, the newest first; `after` is the `next` of the page before."""
    return Read(
        path=f"vehicles/{vin}/charging-history",
        query={**_span_query(from_ms, to_ms), "limit": str(limit), **({} if after is None else {"after": after})},
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
        query={"of": of, "limit": str(limit), **({} if after is None else {"after": after})},
        shape=NewestPage[DocumentChangeAnswer],
        view=lambda stored: view_document_changes(OWNER, stored.store.documents, vin, of, limit=limit, after=after),
    )


def bmw_trips(vin: Vin, *, limit: int, after: str | None = None) -> Read[BmwTripsAnswer]:
    """Read one page of BMW's own trips; `after` is the `next` of the page before."""

    async def view(stored: "Stored") -> BmwTripsAnswer:
        return await view_bmw_trips(OWNER, await _older(stored), vin, limit=limit, after=after)

    return Read(
        path=f"vehicles/{vin}/bmw-trips",
        query={"limit": str(limit), **({} if after is None else {"after": after})},
        shape=BmwTripsAnswer,
        view=view,
    )


def bmw_charges(vin: Vin, *, limit: int, after: str | None = None) -> Read[BmwChargesAnswer]:
    """Read one page of BMW's own charging sessions; `after` is the `next` of the page before."""

    async def view(stored: "Stored") -> BmwChargesAnswer:
        return await view_bmw_charges(OWNER, await _older(stored), vin, limit=limit, after=after)

    return Read(
        path=f"vehicles/{vin}/bmw-charges",
        query={"limit": str(limit), **({} if after is None else {"after": after})},
        shape=BmwChargesAnswer,
        view=view,
    )


def recalls(vin: Vin) -> Read[AppServiceAnswer]:
    """Read the recalls of a vehicle."""

    async def view(stored: "Stored") -> AppServiceAnswer:
        return await view_recalls(OWNER, await _older(stored), vin)

    return Read(path=f"vehicles/{vin}/recalls", shape=AppServiceAnswer, view=view)


def service_demands(vin: Vin) -> Read[AppServiceAnswer]:
    """Read what of a vehicle is due."""

    async def view(stored: "Stored") -> AppServiceAnswer:
        return await view_service_demands(OWNER, await _older(stored), vin)

    return Read(path=f"vehicles/{vin}/service-demands", shape=AppServiceAnswer, view=view)


def charging_profile(vin: Vin) -> Read[ChargingProfileAnswer]:
    """Read when a vehicle is to leave and to charge."""

    async def view(stored: "Stored") -> ChargingProfileAnswer:
        return await view_charging_profile(OWNER, await _older(stored), vin)

    return Read(path=f"vehicles/{vin}/charging-profile", shape=ChargingProfileAnswer, view=view)


def destinations(vin: Vin) -> Read[DestinationsAnswer]:
    """Read a vehicle's last destinations."""

    async def view(stored: "Stored") -> DestinationsAnswer:
        return await view_destinations(OWNER, await _older(stored), vin)

    return Read(path=f"vehicles/{vin}/destinations", shape=DestinationsAnswer, view=view)


def specs(vin: Vin) -> Read[SpecsAnswer]:
    """Read a vehicle's technical data."""

    async def view(stored: "Stored") -> SpecsAnswer:
        return await view_specs(OWNER, await _older(stored), vin)

    return Read(path=f"vehicles/{vin}/specs", shape=SpecsAnswer, view=view)


def booked_services(vin: Vin) -> Read[BookedServicesAnswer]:
    """Read the services that are booked for a vehicle."""

    async def view(stored: "Stored") -> BookedServicesAnswer:
        return await view_booked_services(OWNER, await _older(stored), vin)

    return Read(path=f"vehicles/{vin}/booked-services", shape=BookedServicesAnswer, view=view)


def dealer(vin: Vin) -> Read[DealerAnswer]:
    """Read the dealer who looks after a vehicle."""

    async def view(stored: "Stored") -> DealerAnswer:
        return await view_dealer(OWNER, await _older(stored), vin)

    return Read(path=f"vehicles/{vin}/dealer", shape=DealerAnswer, view=view)


def sent_messages(vin: Vin) -> Read[SentMessagesAnswer]:
    """Read the messages that were sent to a vehicle."""

    async def view(stored: "Stored") -> SentMessagesAnswer:
        return await view_sent_messages(OWNER, await _older(stored), vin)

    return Read(path=f"vehicles/{vin}/messages", shape=SentMessagesAnswer, view=view)


def range_map(vin: Vin) -> Read[RangeMapAnswer]:
    """Read how far a vehicle gets, as GeoJSON."""

    async def view(stored: "Stored") -> RangeMapAnswer:
        return await view_range_map(OWNER, await _older(stored), vin)

    return Read(path=f"vehicles/{vin}/range-map", shape=RangeMapAnswer, view=view)


def mappings() -> Read[Page[MappingAnswer]]:
    """Read how each car is mapped to each account."""

    async def view(stored: "Stored") -> Page[MappingAnswer]:
        return await view_mappings(OWNER, stored.store.documents, await stored.vehicles(), stored)

    return Read(path="mappings", shape=Page[MappingAnswer], view=view)


def catalogue(words: str, wanted: CatalogueFilter, language: Language) -> Read[Page[CatalogueAnswer]]:
    """Read the descriptors of BMW's catalogue that hold the words."""
    asked = {
        "q": words,
        "streamable": None if wanted.is_streamable is None else str(wanted.is_streamable).lower(),
        "category": wanted.category,
        "drivetrain": wanted.drivetrain,
        "endpoint": wanted.endpoint,
        "language": language,
    }
    query = {name: value for name, value in asked.items() if value}

    async def view(stored: "Stored") -> Page[CatalogueAnswer]:
        return await view_catalogue(OWNER, await stored.catalogue(), words=words, wanted=wanted, language=language)

    return Read(path="catalogue", query=query, shape=Page[CatalogueAnswer], view=view)


async def load_own_catalogue(words: str, wanted: CatalogueFilter, language: Language) -> Page[CatalogueAnswer]:
    """Return the same from this program's own catalogue, where there is neither hub nor store."""
    return await view_catalogue(OWNER, load_catalogue(), words=words, wanted=wanted, language=language)


async def load_model_facts() -> Page[ModelFactAnswer]:
    """Return what models are known to send; it needs neither hub nor store."""
    return await view_model_facts(OWNER)


def _range_query(quantity: Quantity, from_ms: int, to_ms: int) -> dict[str, str]:
    named = {"signal": quantity.name} if isinstance(quantity, Signal) else {"descriptor": str(quantity)}
    return {**named, **_span_query(from_ms, to_ms)}


def _span_query(from_ms: int, to_ms: int) -> dict[str, str]:
    return {"from": format_time(from_ms), "to": format_time(to_ms)}


async def _older(stored: "Stored") -> OlderDocuments:
    return OlderDocuments(documents=stored.store.documents, vehicles=await stored.vehicles(), accounts=stored)
