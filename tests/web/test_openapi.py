"""The OpenAPI document: committed as the app gives it, only growing, and true of every answer."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema
import msgspec
import pytest
from tools.openapi import DOCUMENT as COMMITTED
from tools.openapi import format_document

from bimmerhub.domain.command import CommandKind
from bimmerhub.domain.documents import (
    ALL_TRIPS,
    BASIC_DATA,
    BMW_CHARGE_DETAILS,
    BMW_CHARGES,
    BMW_TRIPS,
    BOOKED_SERVICES,
    CHARGING_PLACE,
    CHARGING_PROFILE,
    CHARGING_SESSION,
    CHARGING_STATISTICS,
    DESTINATIONS,
    LAST_TRIP,
    MAPPING,
    RANGE_MAP,
    RECALLS,
    SERVICE_DEMANDS,
    SERVICE_PARTNER,
    SPECS,
    TRIP_STATISTICS,
    TYRES,
    Document,
)
from bimmerhub.domain.documents import MESSAGES as SENT
from bimmerhub.domain.events import (
    AccountLinkChanged,
    CommandChanged,
    QuotaChanged,
    ReadingStored,
    RecordChanged,
    SignalChanged,
)
from bimmerhub.domain.reading import Source
from bimmerhub.domain.trips.trips_fold import TripsFold
from bimmerhub.errors import StoreError
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.ids import Vin
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch
from bimmerhub.views.access import AccessAnswer
from bimmerhub.views.account.accounts import AccountAnswer, SignedOut, SignInAnswer, SignInPlan, SliderAnswer
from bimmerhub.views.account.checks import ExaminationAnswer
from bimmerhub.views.account.containers import ContainerAnswer, ContainerDeleted
from bimmerhub.views.account.garage import GarageOrderAnswer, OffersAnswer
from bimmerhub.views.account.links import LinkAnswer
from bimmerhub.views.account.quota import QuotaAnswer
from bimmerhub.views.audit import AuditPage
from bimmerhub.views.calls import CallOutcomeAnswer
from bimmerhub.views.cars.battery import BatteryAnswer
from bimmerhub.views.cars.car_warnings import CarWarningAnswer
from bimmerhub.views.cars.catalogue import CatalogueAnswer
from bimmerhub.views.cars.charge_shapes import ChargesPage, ChargingSessionDetails
from bimmerhub.views.cars.commands import AbilitiesAnswer, CommandAnswer, CommandsPage, OpeningAnswer
from bimmerhub.views.cars.coverage import CoverageAnswer, ModelCoverageAnswer, ModelFactAnswer
from bimmerhub.views.cars.erasure import ErasedAnswer
from bimmerhub.views.cars.hints import HintAnswer
from bimmerhub.views.cars.history import BucketAnswer, DescriptorAnswer, ReadingAnswer
from bimmerhub.views.cars.parking import ParkingPage
from bimmerhub.views.cars.positions import PositionAnswer
from bimmerhub.views.cars.state import StateAnswer
from bimmerhub.views.cars.trip_evidence import TripEvidenceAnswer
from bimmerhub.views.cars.trip_path import PathAnswer
from bimmerhub.views.cars.trips import TripAnswer, TripPage
from bimmerhub.views.cars.tyre_pressure import TyrePressuresAnswer
from bimmerhub.views.cars.vehicles import CarPage, VehicleAnswer
from bimmerhub.views.documents.app_service import AppServiceAnswer
from bimmerhub.views.documents.basic_data import BasicDataAnswer
from bimmerhub.views.documents.bmw_charge import BmwChargeDetailsAnswer
from bimmerhub.views.documents.bmw_charges import BmwChargesAnswer
from bimmerhub.views.documents.bmw_trips import BmwTripsAnswer
from bimmerhub.views.documents.changes import DocumentChangeAnswer
from bimmerhub.views.documents.charging_history import BmwChargingAnswer
from bimmerhub.views.documents.charging_profile import ChargingProfileAnswer
from bimmerhub.views.documents.charging_settings import ChargingPlaceAnswer
from bimmerhub.views.documents.destinations import DestinationsAnswer
from bimmerhub.views.documents.mappings import MappingAnswer
from bimmerhub.views.documents.portal import BookedServicesAnswer, DealerAnswer, SentMessagesAnswer, SpecsAnswer
from bimmerhub.views.documents.range_map import RangeMapAnswer
from bimmerhub.views.documents.tyres import TyresAnswer
from bimmerhub.views.events import EVENT_SHAPES
from bimmerhub.views.fetch import FetchAnswer, FetchPriceAnswer
from bimmerhub.views.fields import NewestPage, Page
from bimmerhub.views.health import HealthAnswer
from bimmerhub.views.places import MeterAnswer, MeterReadingsTaken, PlaceAnswer
from bimmerhub.views.problems import Problem
from bimmerhub.views.record_ids import format_record_id
from bimmerhub.views.stored.backups import BackupsAnswer
from bimmerhub.views.stored.damages import SoundnessAnswer
from bimmerhub.views.stored.imports import ImportAnswer
from bimmerhub.views.stored.judgements import JudgedAnswer, JudgementAnswer
from bimmerhub.views.stored.quarantine import QuarantinePage, ReleasedAnswer
from bimmerhub.views.stored.rebuild import RebuildAnswer
from bimmerhub.views.stored.retention import RetentionAnswer
from bimmerhub.views.support_bundle import BundleAnswer
from bimmerhub.views.wire import WireAnswer
from bimmerhub.web.app import describe_api

if TYPE_CHECKING:
    from tests.web.conftest import ReadingMaker, Site

BASELINES = sorted(Path(__file__).parent.glob("openapi_*.json"))
MAKE_AGAIN = "write it again: python -m tools.openapi"
VIN = Vin("WBY00000000000042")
OWNER = {"authorization": "Bearer local"}
CAR = f"vehicles/{VIN}"
TRIP = format_record_id("qwertzui", 1_770_000_000_000 - 3_600_000)
"""That of the trip which the readings make."""
SOC = "vehicle.drivetrain.batteryManagement.header"
LATITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.latitude"
LONGITUDE = "vehicle.cabin.infotainment.navigation.currentLocation.longitude"
CONTAINERS = "accounts/home/containers"
EVER = {"signal": "soc_percent", "at": "2000-01-01", "until": "2100-01-01"}


COUNTED = {"items": [{"measured_at": "2026-01-31T08:15:00Z", "energy_kwh": 12.5}]}


class Answer(NamedTuple):
    """A request, the path that describes it, and the shape of what it gives."""

    method: str
    target: str
    path: str
    shape: Any
    body: object = None


ANSWERS = [
    Answer("GET", "access", "access", AccessAnswer),
    Answer("GET", "vehicles", "vehicles", Page[VehicleAnswer]),
    Answer("GET", CAR, "vehicles/{vin}", VehicleAnswer),
    Answer("POST", f"{CAR}/archive", "vehicles/{vin}/archive", VehicleAnswer, {"sold_on": "2026-01-31"}),
    Answer("DELETE", f"{CAR}/archive", "vehicles/{vin}/archive", VehicleAnswer),
    Answer("POST", f"{CAR}/erase", "vehicles/{vin}/erase", ErasedAnswer, {"confirmation": VIN[-7:]}),
    Answer("GET", f"{CAR}/state", "vehicles/{vin}/state", StateAnswer),
    Answer("GET", f"{CAR}/warnings", "vehicles/{vin}/warnings", Page[CarWarningAnswer]),
    Answer("GET", f"{CAR}/coverage", "vehicles/{vin}/coverage", CarPage[CoverageAnswer]),
    Answer("GET", f"{CAR}/coverage/export", "vehicles/{vin}/coverage/export", Page[ModelCoverageAnswer]),
    Answer("GET", "coverage/export", "coverage/export", Page[ModelCoverageAnswer]),
    Answer("GET", "catalogue/models", "catalogue/models", Page[ModelFactAnswer]),
    Answer("GET", f"{CAR}/descriptors", "vehicles/{vin}/descriptors", Page[DescriptorAnswer]),
    Answer("GET", f"{CAR}/readings?descriptor={SOC}", "vehicles/{vin}/readings", Page[ReadingAnswer]),
    Answer("GET", f"{CAR}/readings?signal=soc_percent", "vehicles/{vin}/readings", Page[ReadingAnswer]),
    Answer("GET", f"{CAR}/readings?signal=soc_percent&buckets=5", "vehicles/{vin}/readings", Page[BucketAnswer]),
    Answer("GET", f"{CAR}/positions", "vehicles/{vin}/positions", NewestPage[PositionAnswer]),
    Answer("GET", f"{CAR}/trips", "vehicles/{vin}/trips", TripPage),
    Answer("GET", f"{CAR}/trips/{TRIP}", "vehicles/{vin}/trips/{trip_id}", TripAnswer),
    Answer("GET", f"{CAR}/trips/{TRIP}/path", "vehicles/{vin}/trips/{trip_id}/path", PathAnswer),
    Answer(
        "GET",
        f"{CAR}/trips/{TRIP}/evidence",
        "vehicles/{vin}/trips/{trip_id}/evidence",
        Page[TripEvidenceAnswer],
    ),
    Answer("GET", f"{CAR}/battery", "vehicles/{vin}/battery", BatteryAnswer),
    Answer("GET", f"{CAR}/tyre-pressure", "vehicles/{vin}/tyre-pressure", TyrePressuresAnswer),
    Answer("GET", f"{CAR}/parking", "vehicles/{vin}/parking", ParkingPage),
    Answer("POST", f"{CAR}/hints", "vehicles/{vin}/hints", HintAnswer, {"hint": "driving", "value": True}),
    Answer("GET", f"{CAR}/basic-data", "vehicles/{vin}/basic-data", BasicDataAnswer),
    Answer("GET", f"{CAR}/tyres", "vehicles/{vin}/tyres", TyresAnswer),
    Answer("GET", f"{CAR}/charging-history", "vehicles/{vin}/charging-history", NewestPage[BmwChargingAnswer]),
    Answer("GET", f"{CAR}/charging-settings", "vehicles/{vin}/charging-settings", Page[ChargingPlaceAnswer]),
    Answer("GET", f"{CAR}/charging-sessions", "vehicles/{vin}/charging-sessions", ChargesPage),
    Answer(
        "GET",
        f"{CAR}/charging-sessions/qwertzui-t9t8qo?evidence=true",
        "vehicles/{vin}/charging-sessions/{session_id}",
        ChargingSessionDetails,
    ),
    Answer("GET", f"{CAR}/bmw-charges", "vehicles/{vin}/bmw-charges", BmwChargesAnswer),
    Answer("GET", f"{CAR}/bmw-charges/s1", "vehicles/{vin}/bmw-charges/{charge_id}", BmwChargeDetailsAnswer),
    Answer("GET", f"{CAR}/recalls", "vehicles/{vin}/recalls", AppServiceAnswer),
    Answer("GET", f"{CAR}/service-demands", "vehicles/{vin}/service-demands", AppServiceAnswer),
    Answer("GET", f"{CAR}/bmw-trips", "vehicles/{vin}/bmw-trips", BmwTripsAnswer),
    Answer("GET", f"{CAR}/charging-profile", "vehicles/{vin}/charging-profile", ChargingProfileAnswer),
    Answer("GET", f"{CAR}/destinations", "vehicles/{vin}/destinations", DestinationsAnswer),
    Answer("GET", f"{CAR}/specs", "vehicles/{vin}/specs", SpecsAnswer),
    Answer("GET", f"{CAR}/booked-services", "vehicles/{vin}/booked-services", BookedServicesAnswer),
    Answer("GET", f"{CAR}/dealer", "vehicles/{vin}/dealer", DealerAnswer),
    Answer("GET", f"{CAR}/messages", "vehicles/{vin}/messages", SentMessagesAnswer),
    Answer("GET", f"{CAR}/range-map", "vehicles/{vin}/range-map", RangeMapAnswer),
    Answer(
        "GET",
        f"{CAR}/document-changes?of=tyres",
        "vehicles/{vin}/document-changes",
        NewestPage[DocumentChangeAnswer],
    ),
    Answer("POST", f"{CAR}/commands", "vehicles/{vin}/commands", CommandAnswer, {"command": "lights", "count": 2}),
    Answer("GET", f"{CAR}/commands", "vehicles/{vin}/commands", CommandsPage),
    Answer("GET", f"{CAR}/abilities", "vehicles/{vin}/abilities", AbilitiesAnswer),
    Answer("PUT", f"{CAR}/opening", "vehicles/{vin}/opening", OpeningAnswer, {"is_opening_allowed": True}),
    Answer("GET", "commands/1", "commands/{command_id}", CommandAnswer),
    Answer("GET", "audit", "audit", AuditPage),
    Answer("GET", "backups", "backups", BackupsAnswer),
    Answer("POST", "backups", "backups", BackupsAnswer),
    Answer("GET", "database", "database", SoundnessAnswer),
    Answer("GET", "retention", "retention", RetentionAnswer),
    Answer("POST", "retention/apply", "retention/apply", RetentionAnswer),
    Answer("POST", "database/check", "database/check", SoundnessAnswer),
    Answer("POST", "database/clearing", "database/clearing", SoundnessAnswer),
    Answer("POST", "database/acknowledgement", "database/acknowledgement", SoundnessAnswer),
    Answer("GET", "mappings", "mappings", Page[MappingAnswer]),
    Answer("GET", f"{CAR}/fetch", "vehicles/{vin}/fetch", Page[FetchPriceAnswer]),
    Answer("POST", f"{CAR}/fetch", "vehicles/{vin}/fetch", FetchAnswer, {"what": "tyres", "raw": True}),
    Answer("GET", "accounts/home/fetch", "accounts/{name}/fetch", Page[FetchPriceAnswer]),
    Answer("POST", "accounts/home/call", "accounts/{name}/call", CallOutcomeAnswer, {"operation": "status"}),
    Answer("POST", "accounts/home/fetch", "accounts/{name}/fetch", FetchAnswer, {"fresh": True}),
    Answer("GET", "accounts", "accounts", Page[AccountAnswer]),
    Answer("POST", "accounts/home/sign-in", "accounts/{name}/sign-in", SignInAnswer, {"client_id": "c"}),
    Answer("GET", "accounts/home/sign-in", "accounts/{name}/sign-in", SignInAnswer),
    Answer(
        "POST",
        "accounts/home/password-sign-in",
        "accounts/{name}/password-sign-in",
        AccountAnswer,
        {"family": "iremote", "password": "p"},
    ),
    Answer(
        "POST",
        "accounts/home/password-sign-in/plan",
        "accounts/{name}/password-sign-in/plan",
        SignInPlan,
        {"family": "iremote"},
    ),
    Answer(
        "POST",
        "accounts/home/password-sign-in/slider",
        "accounts/{name}/password-sign-in/slider",
        SliderAnswer,
        {"family": "mybmw", "region": "cn"},
    ),
    Answer("POST", "accounts/home/examination", "accounts/{name}/examination", ExaminationAnswer),
    Answer("GET", "quota", "quota", Page[QuotaAnswer]),
    Answer("POST", "accounts/home/garage/orders", "accounts/{name}/garage/orders", Page[GarageOrderAnswer]),
    Answer("POST", "accounts/home/garage/offers", "accounts/{name}/garage/offers", OffersAnswer),
    Answer("POST", f"{CONTAINERS}/query", "accounts/{name}/containers/query", Page[ContainerAnswer]),
    Answer(
        "POST",
        CONTAINERS,
        "accounts/{name}/containers",
        ContainerAnswer,
        {"name": "n", "purpose": "p", "descriptors": ["d"]},
    ),
    Answer("POST", f"{CONTAINERS}/X/query", "accounts/{name}/containers/{container_id}/query", ContainerAnswer),
    Answer("DELETE", f"{CONTAINERS}/X", "accounts/{name}/containers/{container_id}", ContainerDeleted),
    Answer("POST", f"{CONTAINERS}/collection", "accounts/{name}/containers/collection", Page[ContainerAnswer]),
    Answer("GET", "health", "health", HealthAnswer),
    Answer("GET", "support-bundle", "support-bundle", BundleAnswer),
    Answer("POST", "accounts/home/wire?stream_s=1.5", "accounts/{name}/wire", WireAnswer),
    Answer("GET", "quarantine", "quarantine", QuarantinePage),
    Answer("POST", "quarantine/1/release", "quarantine/{refused_id}/release", ReleasedAnswer),
    Answer("GET", f"{CAR}/judgements", "vehicles/{vin}/judgements", Page[JudgementAnswer]),
    Answer("POST", f"{CAR}/readings/reject", "vehicles/{vin}/readings/reject", JudgedAnswer, EVER),
    Answer("POST", f"{CAR}/readings/restore", "vehicles/{vin}/readings/restore", JudgedAnswer, EVER),
    Answer("PUT", "places/home", "places/{name}", PlaceAnswer, {"at": "48.1,11.5", "radius_m": 80}),
    Answer("GET", "places", "places", Page[PlaceAnswer]),
    Answer("PUT", "meters/box", "meters/{name}", MeterAnswer, {"place": "home"}),
    Answer("PUT", "meters/other", "meters/{name}", MeterAnswer, {"place": "home"}),
    Answer("POST", "meters/box/readings", "meters/{name}/readings", MeterReadingsTaken, COUNTED),
    Answer("GET", "meters", "meters", Page[MeterAnswer]),
    Answer("DELETE", "meters/box", "meters/{name}", Page[MeterAnswer]),
    Answer("PUT", "places/work", "places/{name}", PlaceAnswer, {"at": VIN, "radius_m": 80}),
    Answer("DELETE", "places/work", "places/{name}", Page[PlaceAnswer]),
    Answer("GET", "catalogue?q=header", "catalogue", Page[CatalogueAnswer]),
    Answer("POST", "accounts/home/retry", "accounts/{name}/retry", LinkAnswer),
    Answer("DELETE", "accounts/home/tokens", "accounts/{name}/tokens", SignedOut),
]
MOVING = "vehicle.isMoving"
MESSAGES = "vehicle.status.checkControlMessages"
NO_JSON = {
    "vehicles/{vin}/fingerprint",
    "vehicles/{vin}/image",
    "vehicles/{vin}/picture",
    "imports",
    "rebuild",
    "events",
    "catalogue/check",
}


SESSION = {
    "startTime": 1_770_000_000,
    "displayedSoc": 80,
    "mileage": 100,
    "mileageUnits": "MILES",
    "chargingBlocks": [{"startTime": 1_770_000_000, "averagePowerGridKw": 10.5}],
    "chargingCostInformation": {"currency": "EUR", "calculatedChargingCost": 1.5},
    "businessErrors": [{"hint": "plug"}],
    "publicChargingPoint": {"potentialChargingPointMatches": [{"providerName": "P"}, 5]},
}
PLACE = {"id": "p", "latitude": 48.1, "startChargingTimePeriodHour": 22, "startChargingTimePeriodMinute": 30}
CORNER = {"lat": 48.1, "lon": 11.5}
ANSWERED: list[tuple[str, object]] = [
    (BASIC_DATA, {"modelName": "i5", "numberOfDoors": 4, "chargingModes": ["AC"], "odd": {"a": 1}}),
    (TYRES, {"passengerCar": {"mountedTyres": {"frontLeft": {"dimension": {"sectionWidth": 245}}}}}),
    (TYRES, {"passengerCar": {"mountedTyres": {"frontLeft": {"dimension": {"sectionWidth": 255}}}}}),
    (CHARGING_SESSION, SESSION),
    (CHARGING_PLACE, PLACE),
    (LAST_TRIP, {"totalDistance": 12.5, "date": "2026-01-31T11:00:00+0100"}),
    (ALL_TRIPS, {"avgRecuperation": {"communityLow": 0.0, "userAverage": 3}}),
    (CHARGING_PROFILE, {"weeklyPlanner": {"timer1": {"departureTime": "07:30", "weekdays": ["MONDAY"]}}}),
    (BMW_CHARGES, {"id": "2026-01-31T11:00:00Z_1", "energyCharged": "~ 22 kWh", "isPublic": False}),
    (BMW_CHARGE_DETAILS, {"startBatteryPc": "20%", "totalMileage": "12,345 km", "locationName": "Home"}),
    (TRIP_STATISTICS, {"quantity": 3}),
    (CHARGING_STATISTICS, {"statistics": {"totalEnergyCharged": 22, "numberOfChargingSessions": 1}}),
    (BMW_TRIPS, {"trip": {"end": {"time": "2026-01-31T12:00:00Z"}, "distance": {"distance": 3.5}}}),
    (RECALLS, {"recalls": []}),
    (SERVICE_DEMANDS, {"demands": [{"type": "OIL"}]}),
    (DESTINATIONS, [{"lat": 48.1, "lon": 11.5, "city": "TOWN"}]),
    (RANGE_MAP, {"center": CORNER, "rangemaps": [{"type": "COMFORT", "polyline": [CORNER, CORNER, CORNER]}]}),
    (SPECS, [{"key": "TANK_CAPACITY", "value": "55"}, {"key": "NEW", "value": "word"}]),
    (BOOKED_SERVICES, [{"name": "cdpFeatures", "services": [{"name": "RDL", "status": "ACTIVE"}]}]),
    (SERVICE_PARTNER, {"dealer": {"name": "Autohaus", "city": "Town"}}),
    (SENT, [{"vin": VIN, "subject": "Hello", "message": "World", "created": 1_770_000_000_000}]),
    (MAPPING, {"mappingType": "PRIMARY", "mappedSince": "2024-03-01T10:11:12.345Z"}),
]


def answered() -> list[Document]:
    keys = {CHARGING_SESSION: "1770000000", CHARGING_PLACE: "p", MAPPING: "gcid", LAST_TRIP: "2026-01-31T11:00:00+0100"}
    keys[BMW_CHARGE_DETAILS] = "s1"
    return [
        Document(
            subject=VIN,
            kind=kind,
            natural_key=keys.get(kind, ""),
            body=json.dumps(body),
            source=Source.REST,
            fetched_at_ms=at_ms,
        )
        for at_ms, (kind, body) in enumerate(ANSWERED)
    ]


async def fill(site: "Site", reading: "ReadingMaker") -> None:
    doubted = reading(250)
    await site.fold(
        reading(64, ago_s=20),
        reading(65.5, ago_s=10),
        reading('[{"id": 907, "title": "Washer fluid"}]', descriptor=MESSAGES, unit=None),
        reading(48, descriptor=LATITUDE, unit="degrees", ago_s=30),
        reading(11.5, descriptor=LONGITUDE, unit="degrees", ago_s=30),
    )
    driven = [
        reading(value=True, descriptor=MOVING, unit=None, ago_s=3_600),
        reading(48.1, descriptor=LATITUDE, unit="deg", ago_s=3_000),
        reading(11.5, descriptor=LONGITUDE, unit="deg", ago_s=3_000),
        reading(value=True, descriptor=MOVING, unit=None, ago_s=2_900),
        reading(48.2, descriptor=LATITUDE, unit="deg", ago_s=2_400),
        reading(11.5, descriptor=LONGITUDE, unit="deg", ago_s=2_400),
        reading(value=False, descriptor=MOVING, unit=None, ago_s=1_800),
    ]
    await site.store.append(Batch(readings=driven))
    await Derivation(site.store.derived, site.store, [TripsFold()]).catch_up()
    refused = Refused(received_at_ms=0, reason="250 %", payload=b"{}", origin="stream", descriptor=SOC, reading=doubted)
    await site.store.append(Batch(refused=[refused], documents=answered()))
    await site.accounts.start_sign_in("home", "c")


def schema_of(document: dict[str, Any], answer: Answer) -> dict[str, Any]:
    operation = document["paths"][f"/api/v1/{answer.path}"][answer.method.lower()]
    (content,) = operation["responses"]["200"]["content"].values()
    return {**content["schema"], "components": document["components"]}


async def test_every_answer_is_what_is_described_and_decodes_to_its_shape(
    site: "Site", reading: "ReadingMaker"
) -> None:
    await fill(site, reading)
    document = describe_api()
    for answer in ANSWERS:
        async with site.client.request(
            answer.method,
            f"{site.address}/api/v1/{answer.target}",
            json=answer.body,
            headers=OWNER,
        ) as response:
            body = await response.read()
        assert response.status == 200, (answer, body)
        assert json.loads(body).get("items") != [], answer
        jsonschema.validate(json.loads(body), schema_of(document, answer))
        shape = msgspec.json.decode(body, type=answer.shape)
        assert msgspec.json.encode(shape) == body, "decoding and encoding gives the same bytes"


async def test_every_line_of_progress_is_what_is_described(site: "Site", reading: "ReadingMaker") -> None:
    await fill(site, reading)
    document = describe_api()
    imported, rebuilt = await lines_of(site, "imports"), await lines_of(site, "rebuild")
    site.imports.failure, site.imports.chunks_seen, site.imports.fail_after = StoreError("disk full"), 0, 1
    begun, failed = await lines_of(site, "imports")
    for path, shape, lines in (("imports", ImportAnswer, [*imported, begun]), ("rebuild", RebuildAnswer, rebuilt)):
        schema = schema_of(document, Answer("POST", path, path, shape))
        for line in [*lines, failed]:
            jsonschema.validate(line, schema)
            assert msgspec.to_builtins(msgspec.convert(line, Problem if line is failed else shape)) == line


async def lines_of(site: "Site", path: str) -> list[Any]:
    async with site.post(f"/api/v1/{path}", data=b"{}\n" * 3, headers=OWNER) as answer:
        return [json.loads(line) async for line in answer.content]


def test_every_path_is_among_those_answers() -> None:
    described = {
        (method.upper(), path.removeprefix("/api/v1/"))
        for path, operations in describe_api()["paths"].items()
        for method in operations
        if path.startswith("/api/v1/")
    }
    assert {(answer.method, answer.path) for answer in ANSWERS} == {
        (method, path) for method, path in described if path not in NO_JSON
    }


async def test_every_event_is_what_is_described(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(reading(64))
    signal = (site.vehicles.state(VIN) or {})["soc_percent"]
    await site.accounts.start_sign_in("home", "c")
    command = await site.store.commands.begin(VIN, CommandKind.LOCK, account="home", details={}, at_ms=0)
    schemas = event_schemas(describe_api())
    async with site.listen() as events:
        site.events.publish(
            [
                ReadingStored(reading=reading(64)),
                SignalChanged(vin=VIN, signal=signal),
                AccountLinkChanged(link=site.accounts.links()[0]),
                QuotaChanged(quota=(await site.accounts.quotas())[0]),
                CommandChanged(command=command),
                RecordChanged(vin=VIN, name="trip_ended", at_ms=0),
                RecordChanged(vin=VIN, name="charging_started", at_ms=0),
            ]
        )
        received = [await events.next() for _ in range(7)]
    async with site.listen("", **{"Last-Event-ID": "7"}) as events:
        received.append(await events.next())
    assert [event.kind for event in received] == list(EVENT_SHAPES) == list(schemas)
    for event in received:
        jsonschema.validate(event.data, schemas[event.kind])
        shape: Any = msgspec.convert(event.data, EVENT_SHAPES[event.kind])
        assert msgspec.to_builtins(shape) == event.data


def event_schemas(document: dict[str, Any]) -> dict[str, Any]:
    """Return the described schema of the data of each kind of event."""
    content = document["paths"]["/api/v1/events"]["get"]["responses"]["200"]["content"]["text/event-stream"]
    return {
        variant["properties"]["event"]["const"]: {
            **variant["properties"]["data"],
            "components": document["components"],
        }
        for variant in content["schema"]["oneOf"]
    }


async def test_signal_event_is_the_signal_of_the_state(site: "Site", reading: "ReadingMaker") -> None:
    await site.fold(reading(64, ago_s=90))
    signal = (site.vehicles.state(VIN) or {})["soc_percent"]
    async with site.listen() as events:
        site.events.publish([SignalChanged(vin=VIN, signal=signal)])
        event = (await events.next()).data
    async with site.get(f"/api/v1/{CAR}/state") as answer:
        state = await answer.json()
    assert event == {**state["signals"]["soc_percent"], "vin": VIN, "name": "soc_percent"}


async def test_failures_are_what_is_described(site: "Site") -> None:
    document = describe_api()
    schema = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    for target in ("vehicles/nonsense", "events?kind=nonsense", "quarantine?limit=x", "nothing"):
        async with site.get(f"/api/v1/{target}") as response:
            body = await response.read()
        assert response.status in {404, 422}
        jsonschema.validate(json.loads(body), schema)
        assert msgspec.json.encode(msgspec.json.decode(body, type=Problem)) == body


def test_committed_document_is_what_the_app_gives() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == format_document(), MAKE_AGAIN
    assert json.loads(format_document()) == describe_api()


def resolve(document: Mapping[str, Any], node: Any) -> Any:
    while "$ref" in node:
        target = document
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        node = target
    return node


def fields_of(document: Mapping[str, Any], node: Any, place: str) -> Iterator[tuple[str, bool]]:
    """Yield the place of each field below a schema, and whether it is always there."""
    schema = resolve(document, node)
    for part in schema.get("anyOf", ()):
        yield from fields_of(document, part, place)
    for below in ("items", "additionalProperties"):
        if isinstance(schema.get(below), dict):
            yield from fields_of(document, schema[below], f"{place}[]")
    for name, field in schema.get("properties", {}).items():
        yield f"{place}.{name}", name in schema.get("required", ())
        yield from fields_of(document, field, f"{place}.{name}")


def answers_of(document: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield each path with the name that generated clients give it, and its fields, for answers of every status."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield f"{method} {path} {operation['operationId']}", True
            for status, response in operation["responses"].items():
                for content in resolve(document, response).get("content", {}).values():
                    place = f"{method} {path} {status} "
                    yield place, True
                    yield from fields_of(document, content.get("schema", {}), place)


def requests_of(document: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield each parameter and field of a body, and whether it has to be given."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for parameter in operation.get("parameters", ()):
                yield f"{method} {path} {parameter['in']} {parameter['name']}", parameter.get("required", False)
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield from fields_of(document, content["schema"], f"{method} {path} body ")


@pytest.mark.parametrize("baseline", BASELINES, ids=lambda path: path.stem)
def test_nothing_that_was_released_disappears(baseline: Path) -> None:
    released, committed = json.loads(baseline.read_text()), json.loads(COMMITTED.read_text())
    assert {field for field, is_sure in answers_of(released)} <= {field for field, is_sure in answers_of(committed)}
    always = {field for field, is_sure in answers_of(committed) if is_sure}
    assert {field for field, is_sure in answers_of(released) if is_sure} <= always


@pytest.mark.parametrize("baseline", BASELINES, ids=lambda path: path.stem)
def test_no_request_that_was_right_becomes_wrong(baseline: Path) -> None:
    released, committed = json.loads(baseline.read_text()), json.loads(COMMITTED.read_text())
    accepted = dict(requests_of(committed))
    assert dict(requests_of(released)).keys() <= accepted.keys()
    needed = {name for name, is_needed in accepted.items() if is_needed}
    assert needed <= {name for name, is_needed in requests_of(released) if is_needed} | {
        name for name in needed if name.split(" ")[1] not in released["paths"]
    }


def test_there_is_a_baseline() -> None:
    assert BASELINES
