"""What only the ConnectedDrive portal tells of a car: technical data, booked services, the dealer, sent messages."""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.documents import BOOKED_SERVICES, MESSAGES, SERVICE_PARTNER, SPECS, Document
from bimmerhub.ids import Vin
from bimmerhub.times import EARLIEST_MS, LATEST_MS, format_time
from bimmerhub.views.documents.members import Members, items_of, members_of
from bimmerhub.views.documents.offered import MissingNotice, OlderDocuments
from bimmerhub.views.fields import SOURCE_NAMES, Number, Page, Time
from bimmerhub.views.viewer import Viewer

PORTAL_ONLY: Final = frozenset({Family.CONNECTEDDRIVE})

_SPECS: Final[Mapping[str, tuple[str, str | None]]] = {
    "TANK_CAPACITY": ("tank", "l"),
    "PERFORMANCE_TOP_SPEED": ("top speed", "km/h"),
    "PERFORMANCE_ACCELERATION": ("acceleration to 100 km/h", "s"),
    "WEIGHT_UNLADEN": ("unladen weight", "kg"),
    "WEIGHT_MAX": ("permitted total weight", "kg"),
    "WEIGHT_PERMITTED_LOAD": ("permitted load", "kg"),
    "WEIGHT_PERMITTED_LOAD_FRONT": ("permitted front axle load", "kg"),
    "WEIGHT_PERMITTED_LOAD_REAR": ("permitted rear axle load", "kg"),
    "ENGINE_CYLINDERS": ("cylinders", None),
    "ENGINE_VALVES": ("valves", None),
    "ENGINE_STROKE": ("stroke", "mm"),
    "ENGINE_BORE": ("bore", "mm"),
    "ENGINE_OUTPUT_MAX_KW": ("output", "kW"),
    "ENGINE_OUTPUT_MAX_HP": ("output in horsepower", "hp"),
    "ENGINE_SPEED_OUTPUT_MAX": ("engine speed at that output", "1/min"),
    "ENGINE_TORQUE_MAX": ("torque", "Nm"),
    "ENGINE_SPEED_TORQUE_MAX": ("engine speed at that torque", "1/min"),
    "ENGINE_COMPRESSION": ("compression", None),
}
"""By BMW's keys, a name and the unit (stored answers, 2015-2021; the unit of engine speeds is inferred)."""

FetchedAt = Annotated[Time | None, msgspec.Meta(description="null: BMW never told of it")]


class SpecAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the technical data."""

    key: Annotated[str, msgspec.Meta(description="BMW's word")]
    name: Annotated[str | None, msgspec.Meta(description="what it is; null for a key that is not known")]
    value: Number | str | None
    unit: str | None


class SpecsAnswer(Page[SpecAnswer], frozen=True, kw_only=True):
    """A car's technical data as built, in BMW's order."""

    notice: MissingNotice
    fetched_at: FetchedAt
    source: str | None


class BookedServiceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A service that is booked for a car."""

    group: Annotated[str | None, msgspec.Meta(description="BMW's word; cdpFeatures are what a car can be asked to do")]
    name: Annotated[str | None, msgspec.Meta(description="BMW's code, such as RDL")]
    status: Annotated[str | None, msgspec.Meta(description="BMW's word: ACTIVE and others")]


class BookedServicesAnswer(Page[BookedServiceAnswer], frozen=True, kw_only=True):
    """The services that are booked for a car, in BMW's order."""

    notice: MissingNotice
    fetched_at: FetchedAt
    source: str | None


class DealerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The dealer who looks after a car; each field is null where BMW does not tell it."""

    notice: MissingNotice
    fetched_at: FetchedAt
    source: str | None
    name: str | None = None
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None
    phone: str | None = None


class SentMessageAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was sent to a car."""

    subject: str | None
    text: str | None
    status: Annotated[str | None, msgspec.Meta(description="BMW's word: OK and others")]
    sent_at: Annotated[str | None, msgspec.Meta(description="ISO 8601; as BMW wrote it where that cannot be read")]


class SentMessagesAnswer(Page[SentMessageAnswer], frozen=True, kw_only=True):
    """The messages that were sent to a car, in BMW's order."""

    notice: MissingNotice
    fetched_at: FetchedAt
    source: str | None


async def view_specs(viewer: Viewer, older: OlderDocuments, vin: Vin) -> SpecsAnswer:
    """Return the technical data that BMW told last."""
    document, notice = await _load(viewer, older, vin, kind=SPECS, what="technical data")
    lines = [] if document is None else [_spec(line) for line in items_of(document.body) if line.text("key")]
    return SpecsAnswer(items=lines, next=None, notice=notice, fetched_at=_at(document), source=_source(document))


async def view_booked_services(viewer: Viewer, older: OlderDocuments, vin: Vin) -> BookedServicesAnswer:
    """Return the booked services that BMW told last."""
    document, notice = await _load(viewer, older, vin, kind=BOOKED_SERVICES, what="booked services")
    items = [
        BookedServiceAnswer(group=group.text("name"), name=service.text("name"), status=service.text("status"))
        for group in ([] if document is None else items_of(document.body))
        for service in group.objects("services")
    ]
    return BookedServicesAnswer(
        items=items, next=None, notice=notice, fetched_at=_at(document), source=_source(document)
    )


async def view_dealer(viewer: Viewer, older: OlderDocuments, vin: Vin) -> DealerAnswer:
    """Return the dealer that BMW told last."""
    document, notice = await _load(viewer, older, vin, kind=SERVICE_PARTNER, what="dealers")
    dealer = Members({}) if document is None else members_of(document.body).at("dealer")
    return DealerAnswer(
        notice=notice,
        fetched_at=_at(document),
        source=_source(document),
        name=dealer.text("name"),
        street=dealer.text("street"),
        postal_code=dealer.text("postalCode"),
        city=dealer.text("city"),
        country=dealer.text("country"),
        phone=dealer.text("phone"),
    )


async def view_sent_messages(viewer: Viewer, older: OlderDocuments, vin: Vin) -> SentMessagesAnswer:
    """Return the messages to a car that BMW told last."""
    document, notice = await _load(viewer, older, vin, kind=MESSAGES, what="messages")
    items = [
        SentMessageAnswer(
            subject=message.text("subject"),
            text=message.text("message"),
            status=message.text("status"),
            sent_at=_sent_at(message),
        )
        for message in ([] if document is None else items_of(document.body))
    ]
    return SentMessagesAnswer(items=items, next=None, notice=notice, fetched_at=_at(document), source=_source(document))


async def _load(
    viewer: Viewer, older: OlderDocuments, vin: Vin, *, kind: str, what: str
) -> tuple[Document | None, str | None]:
    """Return the newest document of a kind, or why there is none."""
    viewer.require_vehicle(vin)
    document = await older.documents.document(vin, kind)
    return document, None if document is not None else await older.why_missing(what, PORTAL_ONLY, vin)


def _spec(line: Members) -> SpecAnswer:
    key = line.text("key") or ""
    name, unit = _SPECS.get(key, (None, None))
    figure = line.figure("value")
    return SpecAnswer(key=key, name=name, value=line.text("value") if figure is None else figure, unit=unit)


def _sent_at(message: Members) -> str | None:
    """Return when a message was sent: BMW writes milliseconds, as a number or a text (clients of the portal)."""
    at_ms = message.figure("created")
    if isinstance(at_ms, int) and EARLIEST_MS <= at_ms <= LATEST_MS:
        return format_time(at_ms)
    return message.text("created")


def _at(document: Document | None) -> str | None:
    return None if document is None else format_time(document.fetched_at_ms)


def _source(document: Document | None) -> str | None:
    return None if document is None else SOURCE_NAMES[document.source]
