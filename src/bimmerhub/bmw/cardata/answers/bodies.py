"""Bodies of BMW's REST answers, read as the structs of `models` and its siblings. Pure.

An item that cannot be read is left out and counted, so that nobody takes what it stood for as absent. BmwUnavailable is
raised when nothing of an answer can be read, for that is a fault of BMW's which passes; only an empty list says that
there is nothing. `operation` is the word for the call in messages and in the quota ledger.
"""

import logging

import msgspec

from bimmerhub.bmw.answers.lenient_structs import S, read_object, read_objects
from bimmerhub.bmw.answers.pictures import PNG_BEGIN
from bimmerhub.bmw.cardata.answers.charging_history import BmwChargingSession, ChargingPage
from bimmerhub.bmw.cardata.answers.charging_settings import LocationChargingSettings, SettingsPage
from bimmerhub.bmw.cardata.answers.models import Container, Mapping, MappingList
from bimmerhub.errors import BmwUnavailable
from bimmerhub.ids import parse_vin
from bimmerhub.json_faults import NOT_JSON

_log = logging.getLogger(__name__)

MAPPINGS, CONTAINERS, IMAGE = "mappings", "containers", "image"
CHARGING_HISTORY, CHARGING_SETTINGS = "chargingHistory", "locationBasedChargingSettings"


def decode_answer(body: bytes, operation: str) -> object:
    """Return an answer's JSON as Python objects."""
    try:
        document: object = msgspec.json.decode(body)
    except NOT_JSON as error:
        raise unreadable(operation) from error
    return document


def read_answer(kind: type[S], body: bytes, operation: str) -> S:
    """Return an answer that is one object."""
    answer = read_object(kind, decode_answer(body, operation))
    if answer is None:
        raise unreadable(operation)
    return answer


def read_mappings(body: bytes) -> MappingList:
    """Return the vehicles of a mappings answer; one whose VIN cannot be a VIN counts as not readable."""
    mappings, unreadable_items = _read_list(Mapping, mapping_items(decode_answer(body, MAPPINGS)), MAPPINGS)
    vehicles = tuple(mapping for mapping in mappings if _is_vin(mapping.vin))
    if mappings and not vehicles:
        raise unreadable(MAPPINGS)
    return MappingList(data=vehicles, unreadable_items=unreadable_items + len(mappings) - len(vehicles))


def mapping_items(document: object) -> object:
    """Return the list in a mappings answer: BMW sends an array, its swagger shows one, clients met both others."""
    if isinstance(document, dict):
        return [document] if "vin" in document else document.get("mappings", document.get("vehicles"))
    return document


def read_containers(body: bytes) -> tuple[Container, ...]:
    """Return the containers of a list; a missing list is none (observed by clients 2025-2026)."""
    items = member(decode_answer(body, CONTAINERS), "containers")
    return () if items is None else _read_list(Container, items, CONTAINERS)[0]


def read_charging_page(body: bytes) -> ChargingPage:
    """Return one page of the charging history."""
    document = decode_answer(body, CHARGING_HISTORY)
    sessions, unreadable_items = _read_list(BmwChargingSession, member(document, "data"), CHARGING_HISTORY)
    return ChargingPage(
        data=sessions,
        next_token=_token(document, "next_token", "nextToken"),
        unreadable_items=unreadable_items,
    )


def read_settings_page(body: bytes) -> SettingsPage:
    """Return one page of the location-based charging settings."""
    document = decode_answer(body, CHARGING_SETTINGS)
    places, unreadable_items = _read_list(LocationChargingSettings, member(document, "data"), CHARGING_SETTINGS)
    return SettingsPage(
        data=places,
        next_token=_token(document, "nextToken", "next_token"),
        unreadable_items=unreadable_items,
    )


def read_image(body: bytes) -> bytes:
    """Return a picture; BmwUnavailable when it is no PNG, such as a page in HTML or nothing at all."""
    if not body.startswith(PNG_BEGIN):
        raise unreadable(IMAGE)
    return body


def member(document: object, name: str) -> object:
    """Return a member of an object; what is no object counts as the member itself."""
    return document.get(name) if isinstance(document, dict) else document


def _read_list(kind: type[S], items: object, operation: str) -> tuple[tuple[S, ...], int]:
    """Return the items that can be read and how many cannot; BmwUnavailable when it is no list, or none of them can."""
    readable = read_objects(kind, items)
    if not isinstance(items, list) or (items and not readable):
        raise unreadable(operation)
    if len(readable) < len(items):
        _log.warning("%s: %d of %d items cannot be read", operation, len(items) - len(readable), len(items))
    return readable, len(items) - len(readable)


def _token(document: object, *names: str) -> str | None:
    """Return the token of the next page under the first name that has one; an empty one is none."""
    tokens = [document.get(name) for name in names] if isinstance(document, dict) else []
    return next((token for token in tokens if isinstance(token, str) and token), None)


def _is_vin(text: str) -> bool:
    try:
        parse_vin(text)
    except ValueError as error:
        _log.warning("mappings: an item is left out: %s", error)
        return False
    return True


def unreadable(operation: str) -> BmwUnavailable:
    """Return the error for an answer that is not what BMW sends."""
    return BmwUnavailable(f"{operation}: BMW's answer cannot be read")
