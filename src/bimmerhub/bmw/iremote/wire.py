"""Bytes that i Remote answers, turned into models and readings. Pure: no clock, no sockets.

In: a body. Out: a model of `models`, or `FieldReadings`. MalformedPayload when the body is not what BMW sends; nothing
else is raised for bad bytes.

Here end: the three shapes of the vehicle list, the wrapper of each answer, the two DCS keys that some cars tell beside
the state, BMW's misspellings (CHARGIN_STARTED, CHARGING_INTERRUPED), its two ways to write a month, its times without
zone. The words of `domain.no_value` (INVALID, UNKNOWN, NA) mean that the car has no value; of a part INVALID means that
the car does not have it, which is no reading.
Sources: documentation of i Remote (2014-2015), stored answers of eleven cars (2018-2021).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from bimmerhub.bmw.answers.cockpit_answers import decode_navigation
from bimmerhub.bmw.answers.field_readings import AnswerStamp, FieldReader, FieldReadings, encode_document
from bimmerhub.bmw.answers.field_values import read_time_ms
from bimmerhub.bmw.answers.lenient_structs import decode_document, read_needed, read_objects
from bimmerhub.bmw.iremote.catalogue import CATALOGUE, PREFIX
from bimmerhub.bmw.iremote.models import (
    AllTrips,
    Destination,
    ExecutionStatus,
    LastTrip,
    ListedVehicle,
    RangeMap,
    ServiceExecution,
    VehicleStatus,
)
from bimmerhub.bmw.iremote.words import Opening
from bimmerhub.domain.reading import Source
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Descriptor, is_vin

_REASONS: Final = {"CHARGIN_STARTED": "CHARGING_STARTED", "CHARGING_INTERRUPED": "CHARGING_INTERRUPTED"}
_SERVICE_IDS: Final = {
    "OIL": 1,
    "BRAKE_PADS_FRONT": 2,
    "BRAKE_FLUID": 3,
    "BRAKE_PADS_REAR": 6,
    "VEHICLE_CHECK": 100,
    "VEHICLE_TUV": 32,
}
"""BMW's numbers of service items, as CarData and the portal tell them (rear pads: inferred)."""
_DCS_KEYS: Final = ("DCS_CCH_Activation", "DCS_CCH_Ongoing")
_MONTH_FIRST: Final = re.compile(r"(\d{2})\.(\d{4})", re.ASCII)
_ZONE: Final = re.compile(r"(Z|[+-]\d{2}:?\d{2})$")
_UNLISTED_KEY: Final = re.compile(r"[A-Za-z]\w{0,59}", re.ASCII)
_READER: Final = FieldReader(prefix=PREFIX, catalogue=CATALOGUE, source=Source.IREMOTE)


def decode_vehicles(body: bytes) -> tuple[ListedVehicle, ...]:
    """Return the cars of the account, those whose VIN can be one; an array, `vehicles` or a single `vehicle`."""
    document = decode_document(body)
    if isinstance(document, dict):
        single = document.get("vehicle")
        document = document.get("vehicles", [single] if isinstance(single, dict) else document)
    if isinstance(document, dict) and "vin" in document:
        document = [document]
    if not isinstance(document, list):
        raise MalformedPayload("a vehicle list without vehicles")
    return tuple(vehicle for vehicle in read_objects(ListedVehicle, document) if is_vin(vehicle.vin))


def decode_status(body: bytes) -> VehicleStatus:
    """Return the state of a car."""
    return read_needed(VehicleStatus, _status_members(body), "a status")


def decode_last_trip(body: bytes) -> LastTrip:
    """Return the last trip; every field is None where BMW tells nothing of it."""
    return read_needed(LastTrip, _wrapped(body, "lastTrip"), "a last trip")


def decode_all_trips(body: bytes) -> AllTrips:
    """Return the statistics of all trips."""
    return read_needed(AllTrips, _wrapped(body, "allTrips"), "statistics")


def decode_destinations(body: bytes) -> tuple[Destination, ...]:
    """Return the destinations, in BMW's order."""
    return read_objects(Destination, _list(body, "destinations"))


def decode_range_map(body: bytes) -> RangeMap:
    """Return the range map; without center and lines where BMW tells none."""
    return read_needed(RangeMap, _wrapped(body, "rangemap"), "a range map")


def decode_execution(body: bytes) -> ExecutionStatus:
    """Return how a service stands."""
    return read_needed(ExecutionStatus, _wrapped(body, "executionStatus"), "an execution status")


def decode_history(body: bytes) -> tuple[ServiceExecution, ...]:
    """Return the executed services, in BMW's order."""
    return read_objects(ServiceExecution, _list(body, "serviceExecutionHistory"))


def decode_status_readings(body: bytes, stamp: AnswerStamp) -> FieldReadings:
    """Return the readings of a status, measured when the car reported, or as its internal data say (inferred).

    MalformedPayload when neither is there, or it is another car's.
    """
    members = _status_members(body)
    if isinstance(other := members.pop("vin", None), str) and other != stamp.vin:
        raise MalformedPayload("a status of another car")
    measured_at_ms = read_time_ms(members.pop("updateTime", None) or members.get("internalDataTimeUTC"))
    if measured_at_ms is None:
        raise MalformedPayload("a status that does not say of when it is")
    fields = _flattened(_with_documents(members))
    return _READER.read(_without_missing_parts(fields), stamp, measured_at_ms=measured_at_ms)


def decode_last_trip_readings(body: bytes, stamp: AnswerStamp) -> FieldReadings:
    """Return the readings of the last trip, measured when it ended; none when BMW does not say when."""
    members = _wrapped(body, "lastTrip")
    measured_at_ms = read_time_ms(members.get("date"))
    if measured_at_ms is None:
        return FieldReadings()
    return _READER.read(_flattened({"lastTrip": members}), stamp, measured_at_ms=measured_at_ms)


def decode_all_trips_readings(body: bytes, stamp: AnswerStamp) -> FieldReadings:
    """Return the readings of the statistics, measured when BMW answered, for they have no time."""
    fields = _flattened({"allTrips": _wrapped(body, "allTrips")})
    return _READER.read(fields, stamp, measured_at_ms=stamp.at_ms)


def decode_navigation_readings(body: bytes, stamp: AnswerStamp) -> FieldReadings:
    """Return the readings of the navigation twin, measured when BMW answered, for it has no time."""
    navigation = decode_navigation(body)
    fields = {"navigation.soc": navigation.soc_kwh, "navigation.socMax": navigation.soc_max_kwh}
    reported = ((key, value) for key, value in fields.items() if value is not None)
    return _READER.read(reported, stamp, measured_at_ms=stamp.at_ms)


def _without_missing_parts(fields: Iterable[tuple[str, object]]) -> Iterator[tuple[str, object]]:
    """Yield the fields but those of parts that the car does not have."""
    for name, raw in fields:
        key = CATALOGUE.get(Descriptor(PREFIX + name))
        if not (key is not None and key.is_part and raw == Opening.INVALID):
            yield name, raw


def _flattened(members: Mapping[str, object], path: str = "") -> Iterator[tuple[str, object]]:
    """Yield what becomes readings: listed keys, and scalars under names that are not listed but could be a key."""
    for name, raw in members.items():
        key = path + name
        if isinstance(raw, dict):
            if not path or key.count(".") < 2:  # noqa: PLR2004 - no answer nests deeper
                yield from _flattened(raw, f"{key}.")
        elif Descriptor(PREFIX + key) in CATALOGUE or (_UNLISTED_KEY.fullmatch(name) and not isinstance(raw, list)):
            yield key, raw


def _status_members(body: bytes) -> dict[str, object]:
    """Return the members of a status, in one spelling and with the keys that some cars tell beside it."""
    document = decode_document(body)
    if not isinstance(document, dict):
        raise MalformedPayload("a status that is no object")
    inner = document.get("vehicleStatus", document)
    if not isinstance(inner, dict):
        raise MalformedPayload("a status without vehicleStatus")
    members = {**{key: document[key] for key in _DCS_KEYS if key in document}, **inner}
    if isinstance(reason := members.get("updateReason"), str):
        members["updateReason"] = _REASONS.get(reason, reason)
    if isinstance(text := members.get("internalDataTimeUTC"), str) and not _ZONE.search(text):
        members["internalDataTimeUTC"] = f"{text}+00:00"
    if isinstance(items := members.get("cbsData"), list):
        members["cbsData"] = [_with_month(item) for item in items]
    return members


def _with_month(item: object) -> object:
    """Return a service item whose month is written YYYY-MM."""
    if isinstance(item, dict) and isinstance(due := item.get("cbsDueDate"), str):
        return {**item, "cbsDueDate": _MONTH_FIRST.sub(r"\2-\1", due.strip())}
    return item


def _with_documents(members: dict[str, object]) -> dict[str, object]:
    """Return the members with the two lists as documents in the shape that our signals read (CarData's)."""
    if isinstance(items := members.get("cbsData"), list):
        members["cbsData"] = encode_document(
            {
                "messageType": "CBS",
                "id": _SERVICE_IDS.get(str(item.get("cbsType"))),
                "title": item.get("cbsType"),
                "description": item.get("cbsDescription"),
                "status": item.get("cbsState"),
                "date": item.get("cbsDueDate"),
                "unitOfLengthRemaining": item.get("cbsRemainingMileage"),
            }
            for item in items
            if isinstance(item, dict)
        )
    if isinstance(items := members.get("checkControlMessages"), list):
        members["checkControlMessages"] = encode_document(
            {
                "messageType": "CCM",
                "id": item.get("ccmId"),
                "title": item.get("ccmDescriptionShort"),
                "text": item.get("ccmDescriptionLong"),
                "odometer_km": item.get("ccmMileage"),
            }
            for item in items
            if isinstance(item, dict)
        )
    return members


def _wrapped(body: bytes, name: str) -> dict[str, object]:
    """Return the object under a name; an empty one where BMW has nothing to tell."""
    document = decode_document(body)
    inner = document.get(name) if isinstance(document, dict) else document
    if inner is None and isinstance(document, dict) and name in document:
        return {}
    if not isinstance(inner, dict):
        raise MalformedPayload(f"an answer without {name}")
    return inner


def _list(body: bytes, name: str) -> list[object]:
    document = decode_document(body)
    items = document.get(name) if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise MalformedPayload(f"an answer without {name}")
    return items
