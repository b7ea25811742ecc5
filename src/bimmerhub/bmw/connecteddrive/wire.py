"""Bytes that the portal answers, turned into models. Pure: no clock, no sockets.

In: a body, JSON or (remote services) XML. Out: a model of `models`; MalformedPayload when the body is not what BMW
sends, and nothing else for bad bytes. `state_readings` makes readings of the answers that tell a car's state.

Here end: the object that a command's answer has around its event and the later ones have not, times in milliseconds,
angles and numbers as text, data sheets as lines, a country's link with its slash.
Sources: stored answers of several cars, clients of the portal (2015-2021).
"""

from datetime import UTC, datetime
from typing import Final

from bimmerhub.bmw.answers.lenient_structs import decode_document, decode_members, read_needed, read_objects
from bimmerhub.bmw.connecteddrive.models import (
    CarImage,
    Country,
    DataSheet,
    Dealer,
    ListedVehicle,
    PastCommand,
    RemoteStatus,
    SentMessage,
    ServiceGroup,
    ServicePartner,
    Specs,
)
from bimmerhub.bmw.connecteddrive.remote_xml import decode_xml, is_xml
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import is_vin
from bimmerhub.times import EARLIEST_MS, LATEST_MS

EVENT: Final = "remoteServiceEvent"


def decode_countries(body: bytes) -> tuple[Country, ...]:
    """Return the countries of the portal, those that have a name and an address."""
    groups = decode_members(body, "country-selection").get("countryData")
    if not isinstance(groups, dict):
        raise MalformedPayload("country-selection: no countryData")
    return tuple(
        Country(group=group, name=name, url=link.rstrip("/"))
        for group, parts in groups.items()
        for part in _dicts(parts)
        for country in _dicts(part.get("countries"))
        if isinstance(name := country.get("name"), str) and isinstance(link := country.get("link"), str) and link
    )


def decode_vehicles(body: bytes) -> tuple[ListedVehicle, ...]:
    """Return the cars of the account, those whose VIN can be one."""
    return tuple(vehicle for vehicle in read_objects(ListedVehicle, _list(body, "vehicles")) if is_vin(vehicle.vin))


def decode_specs(body: bytes) -> Specs:
    """Return the technical data."""
    raw = {
        key: value
        for line in _dicts(_list(body, "specs"))
        if isinstance(key := line.get("key"), str) and isinstance(value := line.get("value"), str)
    }
    return Specs(sheet=read_needed(DataSheet, raw, "specs"), raw=raw)


def decode_services(body: bytes) -> tuple[ServiceGroup, ...]:
    """Return the booked services."""
    return read_objects(ServiceGroup, _list(body, "service"))


def decode_service_partner(body: bytes) -> ServicePartner:
    """Return the dealer; all of it None where BMW knows none."""
    raw = decode_members(body, "servicepartner").get("dealer") or {}
    if not isinstance(raw, dict):
        raise MalformedPayload("servicepartner: the dealer is no object")
    return ServicePartner(dealer=read_needed(Dealer, raw, "servicepartner"), raw=raw)


def decode_images(body: bytes) -> tuple[CarImage, ...]:
    """Return where pictures of the car are, by angle."""
    return read_objects(CarImage, decode_members(body, "image").get("angleUrls"))


def decode_event(body: bytes) -> RemoteStatus:
    """Return how a command stands: of the answer to it, which has an object around the event, or of a later one."""
    document = decode_xml(body) if is_xml(body) else decode_document(body)
    if not isinstance(document, dict):
        raise MalformedPayload("a command's answer that is no object")
    inner = document.get(EVENT, document)
    if not isinstance(inner, dict):
        raise MalformedPayload("a command's answer without its event")
    event = read_needed(
        RemoteStatus, {"nextRequestInSec": document.get("nextRequestInSec"), **inner}, "a command's answer"
    )
    if event.status is None and event.event_id is None:
        raise MalformedPayload("a command's answer that says nothing of it")
    return event


def decode_history(body: bytes) -> tuple[PastCommand, ...]:
    """Return the commands of the history, in BMW's order."""
    document = decode_xml(body) if is_xml(body) else decode_document(body)
    if isinstance(document, dict) and len(document) == 1:  # XML with a single command
        document = [next(iter(document.values()))]
    if not isinstance(document, list):
        raise MalformedPayload("a history that is no list")
    return read_objects(PastCommand, [_with_time(item, "creationTime") for item in document])


def decode_messages(body: bytes) -> tuple[SentMessage, ...]:
    """Return the messages that were sent to the account's cars."""
    return read_objects(SentMessage, [_with_time(item, "created") for item in _list(body, "myinfo")])


def decode_receipt(body: bytes) -> str | None:
    """Return what BMW says of a message that was sent (`OK`); None when it says nothing of it."""
    try:
        status = decode_members(body, "myinfo").get("status")
    except MalformedPayload:
        return None
    return status if isinstance(status, str) else None


def _with_time(item: object, name: str) -> object:
    """Return an item whose time in milliseconds is written as a text with its zone."""
    at_ms = item.get(name) if isinstance(item, dict) else None
    if isinstance(at_ms, str) and at_ms.isascii() and at_ms.isdecimal() and len(at_ms) <= len(str(LATEST_MS)):
        at_ms = int(at_ms)
    if isinstance(at_ms, bool) or not isinstance(at_ms, int) or not EARLIEST_MS <= at_ms <= LATEST_MS:
        return item
    at = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return {**item, name: at} if isinstance(item, dict) else item


def _list(body: bytes, what: str) -> list[object]:
    document = decode_document(body)
    if not isinstance(document, list):
        raise MalformedPayload(f"{what}: no list")
    return document


def _dicts(items: object) -> list[dict[str, object]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
