"""Bodies of BMW's REST answers, read as the structs of `models` and its siblings. Pure.

An item that cannot be read is left out and logged; BmwUnavailable is raised when nothing of an answer can be read, for
that is a fault of BMW's which passes. `operation` is the word for the call in messages and in the quota ledger.
"""

import logging

import msgspec

from bimmerhub.bmw.cardata.charging_history import BmwChargingSession, ChargingPage
from bimmerhub.bmw.cardata.charging_settings import LocationChargingSettings, SettingsPage
from bimmerhub.bmw.cardata.models import Container, Mapping, S, read_object, read_objects
from bimmerhub.errors import BmwUnavailable
from bimmerhub.ids import parse_vin

_log = logging.getLogger(__name__)

MAPPINGS, CONTAINERS = "mappings", "containers"
CHARGING_HISTORY, CHARGING_SETTINGS = "chargingHistory", "locationBasedChargingSettings"


def decode_answer(body: bytes, operation: str) -> object:
    """Return an answer's JSON as Python objects."""
    try:
        document: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unreadable(operation) from error
    return document


def read_answer(kind: type[S], body: bytes, operation: str) -> S:
    """Return an answer that is one object."""
    answer = read_object(kind, decode_answer(body, operation))
    if answer is None:
        raise unreadable(operation)
    return answer


def read_mappings(body: bytes) -> tuple[Mapping, ...]:
    """Return the vehicles of a mappings answer, those whose VIN can be one.

    BmwUnavailable when there is no list in it: only an empty list says that the account has no car any more.
    """
    items = mapping_items(decode_answer(body, MAPPINGS))
    if items is None:
        raise unreadable(MAPPINGS)
    return tuple(mapping for mapping in _read_list(Mapping, items, MAPPINGS) if _is_vin(mapping.vin))


def mapping_items(document: object) -> object:
    """Return the list in a mappings answer: BMW sends an array, its swagger shows one, clients met both others."""
    if isinstance(document, dict):
        return [document] if "vin" in document else document.get("mappings", document.get("vehicles"))
    return document


def read_containers(body: bytes) -> tuple[Container, ...]:
    """Return the containers of a list."""
    return _read_list(Container, member(decode_answer(body, CONTAINERS), "containers"), CONTAINERS)


def read_charging_page(body: bytes) -> ChargingPage:
    """Return one page of the charging history."""
    document = decode_answer(body, CHARGING_HISTORY)
    return ChargingPage(
        data=_read_list(BmwChargingSession, member(document, "data"), CHARGING_HISTORY),
        next_token=_token(document, "next_token", "nextToken"),
    )


def read_settings_page(body: bytes) -> SettingsPage:
    """Return one page of the location-based charging settings."""
    document = decode_answer(body, CHARGING_SETTINGS)
    return SettingsPage(
        data=_read_list(LocationChargingSettings, member(document, "data"), CHARGING_SETTINGS),
        next_token=_token(document, "nextToken", "next_token"),
    )


def member(document: object, name: str) -> object:
    """Return a member of an object; what is no object counts as the member itself."""
    return document.get(name) if isinstance(document, dict) else document


def _read_list(kind: type[S], items: object, operation: str) -> tuple[S, ...]:
    """Return the items that can be read; BmwUnavailable when it is no list, or none of them can."""
    if items is None:
        return ()
    readable = read_objects(kind, items)
    if not isinstance(items, list) or (items and not readable):
        raise unreadable(operation)
    if len(readable) < len(items):
        _log.warning("%s: %d of %d items cannot be read", operation, len(items) - len(readable), len(items))
    return readable


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
