"""The schemas of the shapes that routes answer with, as OpenAPI holds them."""

import inspect
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from bimmerhub.views.access import AccessAnswer
from bimmerhub.views.account.accounts import AccountAnswer, SignedOut, SignInAnswer, SignInPlan, SliderAnswer
from bimmerhub.views.account.checks import ExaminationAnswer
from bimmerhub.views.account.containers import ContainerAnswer, ContainerDeleted
from bimmerhub.views.account.garage import GarageOrderAnswer, OffersAnswer
from bimmerhub.views.account.quota import QuotaAnswer
from bimmerhub.views.audit import AuditPage
from bimmerhub.views.calls import CallOutcomeAnswer
from bimmerhub.views.cars.battery import BatteryAnswer
from bimmerhub.views.cars.car_warnings import CarWarningAnswer
from bimmerhub.views.cars.catalogue import CatalogueAnswer
from bimmerhub.views.cars.catalogue_check import CatalogueCheckAnswer
from bimmerhub.views.cars.charge_shapes import ChargesPage, ChargingSessionDetails
from bimmerhub.views.cars.commands import AbilitiesAnswer, CommandsPage, OpeningAnswer
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
from bimmerhub.views.documents.portal import (
    BookedServicesAnswer,
    DealerAnswer,
    SentMessagesAnswer,
    SpecsAnswer,
)
from bimmerhub.views.documents.range_map import RangeMapAnswer
from bimmerhub.views.documents.tyres import TyresAnswer
from bimmerhub.views.events import EVENT_SHAPES
from bimmerhub.views.fetch import FetchAnswer, FetchPriceAnswer
from bimmerhub.views.fields import NewestPage, Page
from bimmerhub.views.health import HealthAnswer
from bimmerhub.views.places import MeterAnswer, MeterReadingsTaken, PlaceAnswer
from bimmerhub.views.problems import Problem
from bimmerhub.views.stored.backups import BackupsAnswer
from bimmerhub.views.stored.damages import SoundnessAnswer
from bimmerhub.views.stored.imports import ImportAnswer
from bimmerhub.views.stored.judgements import JudgedAnswer, JudgementAnswer
from bimmerhub.views.stored.quarantine import QuarantinePage, ReleasedAnswer
from bimmerhub.views.stored.rebuild import RebuildAnswer
from bimmerhub.views.stored.retention import RetentionAnswer
from bimmerhub.views.support_bundle import BundleAnswer
from bimmerhub.views.wire import WireAnswer
from bimmerhub.web.access.gate import OPEN_PATHS, SAFE_METHODS
from bimmerhub.web.access.sessions import PROOF_HEADER
from bimmerhub.web.answers import SCHEMA_REF, Shape

SHAPES: Final[tuple[Shape, ...]] = (
    Page[VehicleAnswer],
    StateAnswer,
    Page[ReadingAnswer],
    Page[BucketAnswer],
    Page[DescriptorAnswer],
    NewestPage[PositionAnswer],
    ChargesPage,
    ChargingSessionDetails,
    TripPage,
    TripAnswer,
    Page[TripEvidenceAnswer],
    PathAnswer,
    HintAnswer,
    ParkingPage,
    BatteryAnswer,
    TyrePressuresAnswer,
    PlaceAnswer,
    Page[PlaceAnswer],
    MeterAnswer,
    Page[MeterAnswer],
    MeterReadingsTaken,
    Page[CarWarningAnswer],
    CarPage[CoverageAnswer],
    Page[ModelCoverageAnswer],
    Page[ModelFactAnswer],
    BasicDataAnswer,
    TyresAnswer,
    AppServiceAnswer,
    BmwChargesAnswer,
    BmwChargeDetailsAnswer,
    BmwTripsAnswer,
    ChargingProfileAnswer,
    DestinationsAnswer,
    SpecsAnswer,
    BookedServicesAnswer,
    DealerAnswer,
    SentMessagesAnswer,
    RangeMapAnswer,
    NewestPage[BmwChargingAnswer],
    Page[ChargingPlaceAnswer],
    NewestPage[DocumentChangeAnswer],
    Page[MappingAnswer],
    Page[FetchPriceAnswer],
    CallOutcomeAnswer,
    FetchAnswer,
    BackupsAnswer,
    CommandsPage,
    AbilitiesAnswer,
    OpeningAnswer,
    AuditPage,
    SoundnessAnswer,
    RetentionAnswer,
    Page[AccountAnswer],
    SignInAnswer,
    SignInPlan,
    SliderAnswer,
    SignedOut,
    Page[QuotaAnswer],
    Page[GarageOrderAnswer],
    OffersAnswer,
    ErasedAnswer,
    ExaminationAnswer,
    Page[ContainerAnswer],
    ContainerDeleted,
    Page[JudgementAnswer],
    JudgedAnswer,
    QuarantinePage,
    ReleasedAnswer,
    ImportAnswer,
    RebuildAnswer,
    HealthAnswer,
    BundleAnswer,
    AccessAnswer,
    WireAnswer,
    Page[CatalogueAnswer],
    CatalogueCheckAnswer,
    *EVENT_SHAPES.values(),
    Problem,
)
"""What routes answer with; the shapes inside them follow by themselves."""

_SECURITY_SCHEMES: Final = {
    "apiToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of `bimmerhub tokens create`. Scope read reads; write changes; command sends to cars.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "bimmerhub_session_8080",
        "description": "The page's, after logging in, or after opening the link of `bimmerhub open`. Its name ends "
        "with the hub's port. Alone it reads.",
    },
    "pageProof": {
        "type": "apiKey",
        "in": "header",
        "name": PROOF_HEADER,
        "description": "What the page keeps of its session, beside the cookie; changes need both.",
    },
}


def add_schemas(document: dict[str, Any]) -> None:
    """Add the shapes to the components of an OpenAPI document."""
    _, schemas = msgspec.json.schema_components(SHAPES, ref_template=SCHEMA_REF)
    for schema in schemas.values():
        schema["description"] = inspect.cleandoc(schema.get("description", ""))
        _close(schema)
    components = document.setdefault("components", {})
    components["schemas"] = dict(sorted({**components.get("schemas", {}), **schemas}.items()))


def _close(schema: dict[str, Any]) -> None:
    """Say of a shape that it has the members which are named, and no others."""
    if "properties" in schema:
        schema["additionalProperties"] = False


def add_security(document: dict[str, Any]) -> None:
    """Add how a caller proves itself: by a token, or in a browser by its session; what is open wants neither.

    Whoever is on the same machine may read without either while the hub has no password.
    """
    document["components"]["securitySchemes"] = _SECURITY_SCHEMES
    reading: list[dict[str, list[str]]] = [{}, {"apiToken": []}, {"session": []}]
    changing: list[dict[str, list[str]]] = [{"apiToken": []}, {"session": [], "pageProof": []}]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            proofs = reading if method.upper() in SAFE_METHODS else changing
            operation["security"] = [{}] if path in OPEN_PATHS else proofs


def share_responses(document: dict[str, Any], shared: Mapping[int | str, Any]) -> None:
    """Replace the responses that every operation has by references to one description: a third of the document."""
    responses = {f"Problem{status}": response for status, response in shared.items()}
    document["components"]["responses"] = responses
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, response in shared.items():
                if operation["responses"].get(str(status)) == response:
                    operation["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
