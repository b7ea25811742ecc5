"""Bytes that the MyBMW app's interface answers, turned into models and readings. Pure: no clock, no sockets.

In: a body. Out: a model, or `FieldReadings`. MalformedPayload when the body is not what BMW sends; nothing else is
raised for bad bytes.

Here end: the four versions of the vehicle list and the two of the state, `eventStatus` and `rsEventStatus`, the year 1
that stands for never, left and right (`sides`), and China's coordinates (`gcj02`), for which `is_gcj` says that a
position is in them. The words of `domain.no_value` mean in readings that the car has no value.
Sources: stored answers of nine (v4, v5), seven (v2) and twelve cars (v1), 2021-2025.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bimmerhub.bmw.answers.field_readings import AnswerStamp, FieldReadings
from bimmerhub.bmw.answers.lenient_structs import decode_document, read_needed, read_object, read_objects
from bimmerhub.bmw.mybmw.charging_models import CarChargingSettings, ChargingStatistics, SessionPage
from bimmerhub.bmw.mybmw.models import (
    AccountMapping,
    EventError,
    EventPosition,
    EventStatus,
    FoundPlace,
    ListedVehicle,
    PastCommand,
    TakenCommand,
    VehicleList,
    VehicleProfile,
)
from bimmerhub.bmw.mybmw.state.app_readings import read_state
from bimmerhub.bmw.mybmw.state.capability_models import Capabilities
from bimmerhub.bmw.mybmw.state.gcj02 import to_wgs84
from bimmerhub.bmw.mybmw.state.sides import with_driver_sides
from bimmerhub.bmw.mybmw.state.state_models import CarState
from bimmerhub.bmw.mybmw.state.v1_models import V1Vehicle
from bimmerhub.bmw.mybmw.state.v1_state import (
    to_capability_members,
    to_mapping_members,
    to_profile_members,
    to_state_members,
)
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Vin, is_vin
from bimmerhub.times import format_time

_NEVER: Final = "0001-"
_MOST_DEGREES: Final = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedState:
    """What a car's state says: how it stands, and what it can do."""

    state: CarState
    capabilities: Capabilities


def decode_vehicle_list(body: bytes) -> VehicleList:
    """Return the cars of a list, of any version, those whose VIN can be one."""
    document = decode_document(body)
    if isinstance(document, dict):
        items = document.get("mappingInfos")
        gcid = document.get("gcid")
    else:
        items, gcid = document, None
    if not isinstance(items, list):
        raise MalformedPayload("a vehicle list without vehicles")
    vehicles = (_listed(item) for item in items if isinstance(item, dict))
    return VehicleList(
        vehicles=tuple(vehicle for vehicle in vehicles if vehicle is not None),
        gcid=gcid if isinstance(gcid, str) else None,
    )


def decode_v1_vehicles(body: bytes) -> tuple[V1Vehicle, ...]:
    """Return all that version 1 tells of the cars of the list."""
    vehicles = read_objects(V1Vehicle, _v1_items(body))
    return tuple(vehicle for vehicle in vehicles if is_vin(vehicle.vin))


def decode_profile(body: bytes) -> VehicleProfile:
    """Return what a car is."""
    return read_needed(VehicleProfile, decode_document(body), "a profile")


def decode_state(body: bytes, *, vin: Vin, is_gcj: bool = False) -> DecodedState:
    """Return a car's state and capabilities, of version 2 or 4, or out of a list of version 1."""
    state, capabilities = _state_members(body, vin, is_gcj=is_gcj)
    return DecodedState(
        state=read_needed(CarState, state, "a state"),
        capabilities=read_needed(Capabilities, capabilities, "capabilities"),
    )


def decode_state_readings(body: bytes, stamp: AnswerStamp, *, is_gcj: bool = False) -> FieldReadings:
    """Return the readings of a car's state; MalformedPayload when it does not say of when it is."""
    return read_state(_state_members(body, stamp.vin, is_gcj=is_gcj)[0], stamp)


def decode_position_readings(body: bytes, stamp: AnswerStamp, *, is_gcj: bool = False) -> FieldReadings:
    """Return where a car was found, as readings of its location of when BMW answered; none where it was not found."""
    place = decode_event_position(body, is_gcj=is_gcj).place
    if place is None or place.latitude_deg is None or place.longitude_deg is None:
        return FieldReadings()
    location: dict[str, object] = {
        "coordinates": {"latitude": place.latitude_deg, "longitude": place.longitude_deg},
    }
    if place.heading_deg is not None:
        location["heading"] = place.heading_deg
    return read_state({"lastUpdatedAt": format_time(stamp.at_ms), "location": location}, stamp)


def decode_taken_command(body: bytes) -> TakenCommand:
    """Return BMW's receipt of a command; without an event when the body is empty, as it may be."""
    return read_needed(TakenCommand, decode_document(body) if body.strip() else {}, "a receipt of a command")


def decode_event_status(body: bytes) -> EventStatus:
    """Return how a command stands."""
    document = decode_document(body)
    if isinstance(document, dict) and "eventStatus" not in document:
        document = {**document, "eventStatus": document.get("rsEventStatus")}
    return read_needed(EventStatus, document, "an event's status")


def decode_event_position(body: bytes, *, is_gcj: bool = False) -> EventPosition:
    """Return what the finder found."""
    document = decode_document(body)
    if not isinstance(document, dict):
        raise MalformedPayload("an event's position that is no object")
    data = document.get("positionData")
    data = data if isinstance(data, dict) else {}
    status = data.get("status")
    place = data.get("position")
    return EventPosition(
        status=status if isinstance(status, str) else None,
        place=read_object(FoundPlace, _in_wgs84(place) if is_gcj else place),
        error=read_object(EventError, document.get("errorDetails")),
    )


def decode_history(body: bytes) -> tuple[PastCommand, ...]:
    """Return the commands of the history, in BMW's order (inferred: an array)."""
    document = decode_document(body)
    if not isinstance(document, list):
        raise MalformedPayload("a history that is no list")
    return read_objects(PastCommand, document)


def decode_charging_settings(body: bytes) -> CarChargingSettings:
    """Return how and when a car charges."""
    return read_needed(CarChargingSettings, decode_document(body), "charging settings")


def decode_charging_statistics(body: bytes) -> ChargingStatistics:
    """Return the charging of a month in figures."""
    return read_needed(ChargingStatistics, decode_document(body), "charging statistics")


def decode_session_page(body: bytes) -> SessionPage:
    """Return a page of charging sessions."""
    return read_needed(SessionPage, decode_document(body), "charging sessions")


def _listed(item: dict[str, object]) -> ListedVehicle | None:
    """Return a car of a list; None when its VIN cannot be one."""
    vin = item.get("vin")
    if not isinstance(vin, str) or not is_vin(vin):
        return None
    is_v1 = "properties" in item or "capabilities" in item
    if is_v1:
        mapping: object = to_mapping_members(item)
        profile: object = to_profile_members(item)
    else:
        inner = item.get("mappingInfo")
        mapping = {**inner, "vehicleMappingType": item.get("appVehicleType")} if isinstance(inner, dict) else item
        profile = item.get("attributes", _in_china(item.get("cnData")))
    read = read_object(VehicleProfile, profile)
    return ListedVehicle(
        vin=Vin(vin),
        mapping=read_object(AccountMapping, mapping) or AccountMapping(),
        profile=None if read == VehicleProfile() else read,
    )


def _in_china(data: object) -> object:
    """Return what China's list tells of a car; whether it is in `vehicle` or beside it is not known."""
    return data.get("vehicle", data) if isinstance(data, dict) else data


def _state_members(body: bytes, vin: Vin, *, is_gcj: bool) -> tuple[dict[str, object], dict[str, object]]:
    """Return the members of a car's state and capabilities, in the spelling of version 4."""
    document = decode_document(body)
    if isinstance(document, list):
        item = next((item for item in document if isinstance(item, dict) and item.get("vin") == vin), None)
        if item is None:
            raise MalformedPayload("a list without this car")
        state, capabilities = to_state_members(item), to_capability_members(item)
    else:
        inner = document.get("state") if isinstance(document, dict) else None
        if not isinstance(document, dict) or not isinstance(inner, dict):
            raise MalformedPayload("an answer without a state")
        able = document.get("capabilities")
        state, capabilities = dict(inner), able if isinstance(able, dict) else {}
    for name in ("lastUpdatedAt", "lastFetched"):
        if isinstance(text := state.get(name), str) and text.startswith(_NEVER):
            del state[name]
    for name in ("doorsState", "windowsState"):
        if isinstance(openings := state.get(name), dict):
            state[name] = with_driver_sides(openings, is_left_steering=state.get("isLeftSteering"))
    if is_gcj and isinstance(location := state.get("location"), dict):
        state["location"] = {**location, "coordinates": _in_wgs84(location.get("coordinates"))}
    return state, capabilities


def _in_wgs84(place: object) -> object:
    """Return a place of GCJ-02 with latitude and longitude of WGS 84; what is none as it came."""
    if not isinstance(place, dict):
        return place
    latitude, longitude = _degrees(place, "latitude"), _degrees(place, "longitude")
    if latitude is None or longitude is None:
        return place
    latitude, longitude = to_wgs84(latitude, longitude)
    return {**place, "latitude": latitude, "longitude": longitude}


def _degrees(members: Mapping[str, object], name: str) -> float | None:
    value = members.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= _MOST_DEGREES else None


def _v1_items(body: bytes) -> list[object]:
    document = decode_document(body)
    if not isinstance(document, list):
        raise MalformedPayload("a vehicle list that is no list")
    return document
