"""The portal's `dynamic` answer, a car's state as a flat map of texts; i Remote's hosts tell it alike. Pure.

In: a body. Out: the map with clean keys, or the typed `Dynamic`; MalformedPayload when it is neither JSON nor empty.
Every value is a text or null, numbers too. While a car drives the body may be empty: then nothing is told.
Here end: control characters inside texts, the key with a blank at its end (`DCS_CCH_Ongoing `), miles of a car that is
set to them, BMW's ways to write a time, a month, and a list of services in one text.
Sources: stored answers of several cars (2015-2021) and clients of the portal; which keys a car tells differs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from bimmerhub.bmw.answers.lenient_structs import decode_members, read_object, read_objects
from bimmerhub.domain.no_value import is_no_value
from bimmerhub.domain.units import KM_PER_MILE
from bimmerhub.domain.vendor_times import parse_vendor_time
from bimmerhub.errors import MalformedPayload

Number = int | float

MILES: Final = "mls"
"""What `unitOfLength` says of a car that is set to miles."""
_TIMES: Final = ("updateTime", "Segment_LastTrip_time_segment_end")
_CONTROL: Final = re.compile(rb"[\x00-\x1f]")
_MONTH_FIRST: Final = re.compile(r"(\d{2})\.(\d{4})", re.ASCII)
_DIGITS: Final = 6


class DynamicAttributes(msgspec.Struct, frozen=True, kw_only=True):
    """A car's state by the portal. Words are as BMW writes them; those known are in the comments.

    Doors, hood and trunk are CLOSED, OPEN or INTERMEDIATE, windows and roofs OPEN_TILT besides.
    `soc_percent` is as the car displays it, `gross_soc_percent` of the gross capacity.
    """

    updated_at: datetime | None = msgspec.field(default=None, name="updateTime")
    update_reason: str | None = msgspec.field(default=None, name="lastUpdateReason")
    lsc_trigger: str | None = None
    unit_of_length: str | None = msgspec.field(default=None, name="unitOfLength")  # km, mls
    unit_of_energy: str | None = msgspec.field(default=None, name="unitOfEnergy")
    unit_of_electric_consumption: str | None = msgspec.field(default=None, name="unitOfElectricConsumption")
    unit_of_combustion_consumption: str | None = msgspec.field(default=None, name="unitOfCombustionConsumption")
    odometer_km: Number | None = msgspec.field(default=None, name="mileage")
    head_unit: str | None = None  # NBT, NBTEvo, EntryNav, EntryEvo
    head_unit_pu_software: str | None = None
    is_tracking_allowed: bool | None = msgspec.field(default=None, name="vehicle_tracking")
    latitude_deg: Number | None = msgspec.field(default=None, name="gps_lat")
    longitude_deg: Number | None = msgspec.field(default=None, name="gps_lng")
    heading_deg: Number | None = msgspec.field(default=None, name="heading")
    door_driver_front: str | None = None
    door_driver_rear: str | None = None
    door_passenger_front: str | None = None
    door_passenger_rear: str | None = None
    hood: str | None = msgspec.field(default=None, name="hood_state")
    trunk: str | None = msgspec.field(default=None, name="trunk_state")
    window_driver_front: str | None = None
    window_driver_rear: str | None = None
    window_passenger_front: str | None = None
    window_passenger_rear: str | None = None
    rear_window: str | None = None
    sunroof: str | None = msgspec.field(default=None, name="sunroof_state")
    sunroof_unified: str | None = msgspec.field(default=None, name="shdStatusUnified")
    sunroof_position: Number | None = None
    convertible_roof: str | None = msgspec.field(default=None, name="convertible_roof_state")
    door_lock_state: str | None = None  # UNLOCKED, LOCKED, SECURED, SELECTIVELOCKED
    parking_light: str | None = msgspec.field(default=None, name="lights_parking")  # OFF, ON, LEFT, RIGHT
    check_control: str | None = msgspec.field(default=None, name="check_control_messages")
    fuel_l: Number | None = msgspec.field(default=None, name="remaining_fuel")
    fuel_percent: Number | None = msgspec.field(default=None, name="fuelPercent")
    fuel_range_km: Number | None = msgspec.field(default=None, name="beRemainingRangeFuelKm")
    fuel_range_mi: Number | None = msgspec.field(default=None, name="beRemainingRangeFuelMile")
    electric_range_km: Number | None = msgspec.field(default=None, name="beRemainingRangeElectricKm")
    electric_range_mi: Number | None = msgspec.field(default=None, name="beRemainingRangeElectricMile")
    max_electric_range_km: Number | None = msgspec.field(default=None, name="beMaxRangeElectricKm")
    max_electric_range_mi: Number | None = msgspec.field(default=None, name="beMaxRangeElectricMile")
    instruments_fuel_range_km: Number | None = msgspec.field(default=None, name="kombi_current_remaining_range_fuel")
    total_range_km: Number | None = msgspec.field(default=None, name="remaining_range")
    soc_percent: Number | None = msgspec.field(default=None, name="chargingLevelHv")
    gross_soc_percent: Number | None = msgspec.field(default=None, name="soc_hv_percent")
    be_soc_percent: Number | None = msgspec.field(default=None, name="beChargingLevelHv")
    be_energy_kwh: Number | None = msgspec.field(default=None, name="beEnergyLevelHv")  # unit inferred
    battery_capacity_wh: Number | None = msgspec.field(default=None, name="battery_size_max")
    charging_status: str | None = None  # NOCHARGING, CHARGINGACTIVE, CHARGINGENDED, CHARGINGPAUSED, CHARGINGERROR
    charging_system_status: str | None = msgspec.field(default=None, name="chargingSystemStatus")  # the same words
    charging_hv_status: str | None = msgspec.field(default=None, name="chargingHVStatus")  # i Remote's words
    charging_logic: str | None = msgspec.field(default=None, name="chargingLogicCurrentlyActive")
    charging_time_remaining_min: Number | None = msgspec.field(default=None, name="chargingTimeRemaining")
    connector_status: str | None = msgspec.field(default=None, name="connectorStatus")  # CONNECTED, DISCONNECTED
    charging_connection_type: str | None = None
    charging_inductive_positioning: str | None = None
    charge_now_allowed: str | None = msgspec.field(default=None, name="chargeNowAllowed")  # ALLOWED, NOT_ALLOWED
    single_immediate_charging: str | None = None  # isUnused and others
    prognosis_while_charging: str | None = msgspec.field(default=None, name="prognosisWhileChargingStatus")
    last_charging_end_reason: str | None = msgspec.field(default=None, name="lastChargingEndReason")
    last_charging_end_result: str | None = msgspec.field(default=None, name="lastChargingEndResult")
    energy_consumption_kwh_per_100km: Number | None = msgspec.field(default=None, name="overall_energy_consumption")
    last_trip_ended_at: datetime | None = msgspec.field(default=None, name="Segment_LastTrip_time_segment_end")
    last_trip_electric_percent: Number | None = msgspec.field(
        default=None, name="Segment_LastTrip_ratio_electric_driven_distance"
    )
    dcs_cch_activation: str | None = msgspec.field(default=None, name="DCS_CCH_Activation")
    dcs_cch_ongoing: str | None = msgspec.field(default=None, name="DCS_CCH_Ongoing")


class ServiceMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A service item, in the language of the account. `due_month` is YYYY-MM; the distance is in the car's unit."""

    id: int | None = None
    title: str | None = msgspec.field(default=None, name="text")
    description: str | None = None
    state: str | None = msgspec.field(default=None, name="status")  # OK, PENDING, OVERDUE
    due_month: str | None = msgspec.field(default=None, name="date")
    remaining_distance: Number | None = msgspec.field(default=None, name="unitOfLengthRemaining")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionBasedService:
    """A service item of the text in the map: BMW's number, OK or PENDING or OVERDUE, YYYY-MM, the car's unit."""

    id: int
    state: str
    due_month: str | None
    remaining_distance: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dynamic:
    """A car's state. `raw` is the map as it came, but for its keys' blanks.

    `has_messages` tells an answer that knows of no services and messages from one that does not speak of them.
    """

    attributes: DynamicAttributes
    conditions: tuple[ConditionBasedService, ...]
    services: tuple[ServiceMessage, ...]
    check_control: tuple[Mapping[str, object], ...]
    has_messages: bool
    raw: Mapping[str, object]


def decode_attributes(body: bytes) -> dict[str, object]:
    """Return the map of the answer as it came, its keys without blanks; an empty one when BMW tells nothing."""
    return _attributes(_document(body))


def decode_dynamic(body: bytes) -> Dynamic:
    """Return the state of a car."""
    document = _document(body)
    raw = _attributes(document)
    messages = document.get("vehicleMessages")
    return Dynamic(
        attributes=read_object(DynamicAttributes, _in_our_terms(raw)) or DynamicAttributes(),
        conditions=read_conditions_text(raw.get("condition_based_services")),
        services=read_objects(ServiceMessage, [_with_month(item) for item in _list(messages, "cbsMessages")]),
        check_control=tuple(item for item in _list(messages, "ccmMessages") if isinstance(item, dict)),
        has_messages=isinstance(messages, dict),
        raw=raw,
    )


def _list(messages: object, name: str) -> list[object]:
    items = messages.get(name) if isinstance(messages, dict) else None
    return items if isinstance(items, list) else []


def read_conditions_text(text: object) -> tuple[ConditionBasedService, ...]:
    """Return the service items of `00001,OK,2020-01,28000;00003,OK,2021-01,`, those that can be read."""
    if not isinstance(text, str):
        return ()
    items = (_read_condition(item.split(",")) for item in text.split(";") if item.strip())
    return tuple(item for item in items if item is not None)


def _read_condition(parts: list[str]) -> ConditionBasedService | None:
    number, state, month, remaining = (*(part.strip() for part in parts[:4]), "", "", "", "")[:4]
    if not (number.isascii() and number.isdecimal() and len(number) <= _DIGITS and state):
        return None
    is_number = remaining.removeprefix("-").isdecimal() and remaining.isascii() and len(remaining) <= _DIGITS + 1
    return ConditionBasedService(
        id=int(number),
        state=state,
        due_month=_MONTH_FIRST.sub(r"\2-\1", month) or None,
        remaining_distance=int(remaining) if is_number else None,
    )


def _document(body: bytes) -> Mapping[str, object]:
    cleaned = _CONTROL.sub(b" ", body).strip()
    return decode_members(cleaned, "dynamic") if cleaned else {}


def _attributes(document: Mapping[str, object]) -> dict[str, object]:
    inner = document.get("attributesMap", {})
    if inner is None:
        return {}
    if not isinstance(inner, dict):
        raise MalformedPayload("dynamic: attributesMap is no object")
    return {key.strip(): value for key, value in inner.items()}


def _in_our_terms(raw: Mapping[str, object]) -> dict[str, object]:
    """Return the map with times in ISO 8601 and distances in km, without what says nothing."""
    members: dict[str, object] = {
        key: value for key, value in raw.items() if not isinstance(value, str) or not is_no_value(value)
    }
    for name in _TIMES:
        if isinstance(text := members.get(name), str):
            members[name] = _iso(text)
    if members.get("unitOfLength") == MILES:
        for name in ("mileage", "remaining_range", "kombi_current_remaining_range_fuel"):
            members[name] = _to_km(members.get(name))
    return members


def _iso(text: str) -> str | None:
    try:
        return parse_vendor_time(text).isoformat()
    except MalformedPayload:
        return None


def _to_km(value: object) -> float | None:
    try:
        return round(float(value) * KM_PER_MILE, 3) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        return None


def _with_month(item: object) -> object:
    if isinstance(item, dict) and isinstance(month := item.get("date"), str):
        return {**item, "date": _MONTH_FIRST.sub(r"\2-\1", month.strip()) or None}
    return item
