"""The public reads that commands print: each with its address in the API and its view."""

from typing import TYPE_CHECKING
from urllib.parse import quote

from bimmerhub.cli.reads.port import Read
from bimmerhub.cli.reads.queries import page_query, span_query
from bimmerhub.domain.catalogue.descriptors import Language, load_catalogue
from bimmerhub.domain.catalogue.search import CatalogueFilter
from bimmerhub.domain.retention import AgeLimits
from bimmerhub.domain.signals.signal import Signal
from bimmerhub.ids import Vin
from bimmerhub.views.account.accounts import AccountAnswer, view_accounts
from bimmerhub.views.account.quota import QuotaAnswer, view_quotas
from bimmerhub.views.audit import AuditPage, view_audit
from bimmerhub.views.cars.battery import BatteryAnswer, BatteryReads, view_battery
from bimmerhub.views.cars.car_warnings import CarWarningAnswer, view_car_warnings
from bimmerhub.views.cars.catalogue import CatalogueAnswer, view_catalogue
from bimmerhub.views.cars.charge_rows import ChargeReads
from bimmerhub.views.cars.charge_shapes import ChargesPage, ChargingSessionDetails
from bimmerhub.views.cars.charging_sessions import view_charging_session, view_charging_sessions
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
from bimmerhub.views.cars.parking import ParkingPage, ParkingReads, view_parking
from bimmerhub.views.cars.positions import PositionAnswer, view_positions
from bimmerhub.views.cars.state import StateAnswer, view_state
from bimmerhub.views.cars.trip_evidence import TripEvidenceAnswer, view_trip_evidence
from bimmerhub.views.cars.trip_path import PathAnswer, view_trip_path
from bimmerhub.views.cars.trips import TripAnswer, TripPage, TripReads, view_trip, view_trips
from bimmerhub.views.cars.tyre_pressure import TyrePressuresAnswer, view_tyre_pressures
from bimmerhub.views.cars.vehicles import CarPage, VehicleAnswer, find_vehicle, view_vehicles
from bimmerhub.views.fields import NewestPage, Page
from bimmerhub.views.places import MeterAnswer, PlaceAnswer, view_meters, view_places
from bimmerhub.views.record_ids import parse_record_id
from bimmerhub.views.stored.damages import NOT_CHECKED, SoundnessAnswer, view_soundness
from bimmerhub.views.stored.judgements import JudgementAnswer, view_judgements
from bimmerhub.views.stored.quarantine import QuarantinePage, view_quarantine
from bimmerhub.views.stored.retention import RetentionAnswer, view_retention
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
    query = {**_range_query(quantity, from_ms, to_ms), **page_query(limit, after)}

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
    query = {**span_query(from_ms, to_ms), **page_query(limit, after)}
    return Read(
        path=f"vehicles/{vin}/positions",
        query=query,
        shape=NewestPage[PositionAnswer],
        view=lambda stored: view_positions(
            OWNER, stored.store, vin, from_ms=from_ms, to_ms=to_ms, limit=limit, after=after
        ),
    )


def charging_sessions(vin: Vin, *, from_ms: int, to_ms: int, limit: int, after: str | None = None) -> Read[ChargesPage]:
    """Read one page of charging sessions, the newest first; `after` is the `next` of the page before."""

    async def view(stored: "Stored") -> ChargesPage:
        reads = await _charge_reads(stored)
        return await view_charging_sessions(OWNER, reads, vin, from_ms=from_ms, to_ms=to_ms, limit=limit, after=after)

    query = {**span_query(from_ms, to_ms), **page_query(limit, after)}
    return Read(path=f"vehicles/{vin}/charging-sessions", query=query, shape=ChargesPage, view=view)


def charging_session(vin: Vin, session_id: str, *, evidence: bool) -> Read[ChargingSessionDetails]:
    """Read one charging session."""

    async def view(stored: "Stored") -> ChargingSessionDetails:
        reads = await _charge_reads(stored)
        return await view_charging_session(OWNER, reads, vin, session_id, with_evidence=evidence)

    return Read(
        path=f"vehicles/{vin}/charging-sessions/{quote(session_id, safe='')}",
        query={"evidence": str(evidence).lower()},
        shape=ChargingSessionDetails,
        view=view,
    )


def parking(vin: Vin, *, from_ms: int, to_ms: int, limit: int, after: str | None = None) -> Read[ParkingPage]:
    """Read one page of stops, the newest first; `after` is the `next` of the page before."""

    async def view(stored: "Stored") -> ParkingPage:
        store = stored.store
        reads = ParkingReads(records=store.derived, readings=store, places=store.places)
        return await view_parking(OWNER, reads, vin, from_ms=from_ms, to_ms=to_ms, limit=limit, after=after)

    query = {**span_query(from_ms, to_ms), **page_query(limit, after)}
    return Read(path=f"vehicles/{vin}/parking", query=query, shape=ParkingPage, view=view)


def battery(vin: Vin) -> Read[BatteryAnswer]:
    """Read how the batteries of a vehicle are."""

    async def view(stored: "Stored") -> BatteryAnswer:
        return await view_battery(OWNER, BatteryReads(records=stored.store.derived, readings=stored.store), vin)

    return Read(path=f"vehicles/{vin}/battery", shape=BatteryAnswer, view=view)


def tyre_pressures(vin: Vin) -> Read[TyrePressuresAnswer]:
    """Read the tyre pressures of a vehicle."""
    return Read(
        path=f"vehicles/{vin}/tyre-pressure",
        shape=TyrePressuresAnswer,
        view=lambda stored: view_tyre_pressures(OWNER, stored.store, vin),
    )


async def _charge_reads(stored: "Stored") -> ChargeReads:
    store = stored.store
    return ChargeReads(
        records=store.derived,
        documents=store.documents,
        readings=store,
        vehicles=await stored.vehicles(),
        places=store.places,
    )


def places() -> Read[Page[PlaceAnswer]]:
    """Read every place."""
    return Read(path="places", shape=Page[PlaceAnswer], view=lambda stored: view_places(OWNER, stored.store.places))


def meters() -> Read[Page[MeterAnswer]]:
    """Read every meter."""
    return Read(
        path="meters",
        shape=Page[MeterAnswer],
        view=lambda stored: view_meters(OWNER, stored.store.places, stored.store),
    )


def trips(vin: Vin, *, from_ms: int, to_ms: int, limit: int, after: str | None = None) -> Read[TripPage]:
    """Read one page of trips, the newest first; `after` is the `next` of the page before."""

    async def view(stored: "Stored") -> TripPage:
        reads = await _trip_reads(stored)
        return await view_trips(OWNER, reads, vin, from_ms=from_ms, to_ms=to_ms, limit=limit, after=after)

    query = {**span_query(from_ms, to_ms), **page_query(limit, after)}
    return Read(path=f"vehicles/{vin}/trips", query=query, shape=TripPage, view=view)


def trip(trip_id: str) -> Read[TripAnswer]:
    """Read one trip."""
    key = parse_record_id(trip_id).vehicle_key

    async def view(stored: "Stored") -> TripAnswer:
        reads = await _trip_reads(stored)
        return await view_trip(OWNER, reads, find_vehicle(OWNER, reads.vehicles, key), trip_id)

    return Read(path=f"vehicles/{key}/trips/{trip_id}", shape=TripAnswer, view=view)


def trip_evidence(trip_id: str) -> Read[Page[TripEvidenceAnswer]]:
    """Read the readings that started and ended a trip."""
    key = parse_record_id(trip_id).vehicle_key

    async def view(stored: "Stored") -> Page[TripEvidenceAnswer]:
        reads = await _trip_reads(stored)
        return await view_trip_evidence(OWNER, reads, find_vehicle(OWNER, reads.vehicles, key), trip_id)

    return Read(path=f"vehicles/{key}/trips/{trip_id}/evidence", shape=Page[TripEvidenceAnswer], view=view)


def trip_path(trip_id: str) -> Read[PathAnswer]:
    """Read where a trip led."""
    key = parse_record_id(trip_id).vehicle_key

    async def view(stored: "Stored") -> PathAnswer:
        reads = await _trip_reads(stored)
        return await view_trip_path(OWNER, reads, find_vehicle(OWNER, reads.vehicles, key), trip_id)

    return Read(path=f"vehicles/{key}/trips/{trip_id}/path", shape=PathAnswer, view=view)


async def _trip_reads(stored: "Stored") -> TripReads:
    store = stored.store
    return TripReads(records=store.derived, readings=store, vehicles=await stored.vehicles(), places=store.places)


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
            **page_query(limit, after),
            "rejected": str(rejected).lower(),
            **({} if vin is None else {"vin": vin}),
        },
        shape=QuarantinePage,
        view=lambda stored: view_quarantine(OWNER, stored.store, limit=limit, after=after, rejected=rejected, vin=vin),
    )


def audit(*, limit: int, after: str | None = None) -> Read[AuditPage]:
    """Read one page of the audit, newest first; `after` is the `next` of the page before."""
    return Read(
        path="audit",
        query=page_query(limit, after),
        shape=AuditPage,
        view=lambda stored: view_audit(OWNER, stored.store.audit, limit=limit, after=after),
    )


def soundness() -> Read[SoundnessAnswer]:
    """Read whether the database is sound, and its damages."""
    return Read(
        path="database",
        shape=SoundnessAnswer,
        view=lambda stored: view_soundness(OWNER, stored.store.soundness, NOT_CHECKED),
    )


def retention(asked: AgeLimits | None, own: AgeLimits) -> Read[RetentionAnswer]:
    """Read what is older than the limits `asked` about, None: than the hub's `own`, and what was dropped."""
    limits = own if asked is None else asked
    days = {"positions_days": limits.positions_days, "readings_days": limits.readings_days}

    async def view(stored: "Stored") -> RetentionAnswer:
        now_ms = await stored.now_ms()
        return await view_retention(OWNER, stored.store.retention, limits, due_at_ms=None, now_ms=now_ms)

    return Read(
        path="retention",
        query={} if asked is None else {name: str(count) for name, count in days.items() if count is not None},
        shape=RetentionAnswer,
        view=view,
    )


def judgements(vin: Vin) -> Read[Page[JudgementAnswer]]:
    """Read what was said of a vehicle's readings."""
    return Read(
        path=f"vehicles/{vin}/judgements",
        shape=Page[JudgementAnswer],
        view=lambda stored: view_judgements(OWNER, stored.store.overlays, vin),
    )


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
    return {**named, **span_query(from_ms, to_ms)}
