"""Readings out of the portal's answers: a car's state, its navigation and its efficiency. Pure.

In: a body, the VIN, and the times of the answer. Out: `FieldReadings`;
MalformedPayload when the body is not what BMW sends. Every value of the state is a text or null, and becomes what the
catalogue says. A car that drives may tell nothing, or not of when its values are: then there are no readings.
Sources: stored answers of several cars, clients of the portal (2015-2021).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from bimmerhub.bmw.answers.cockpit_answers import EfficiencyEntry, decode_efficiency, decode_navigation
from bimmerhub.bmw.answers.cockpit_dynamic import Dynamic, decode_dynamic
from bimmerhub.bmw.answers.field_readings import AnswerStamp, FieldReader, FieldReadings, encode_document
from bimmerhub.bmw.answers.field_values import read_value
from bimmerhub.bmw.connecteddrive.catalogue import CATALOGUE, NO_READING, PREFIX
from bimmerhub.domain.reading import Source
from bimmerhub.domain.units import KM_PER_MILE, SIGNIFICANT_DIGITS
from bimmerhub.domain.vendor_times import parse_vendor_time
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Descriptor
from bimmerhub.times import EARLIEST_MS, LATEST_MS

IN_CAR_UNIT: Final = frozenset(
    {
        "mileage",
        "remaining_range",
        "kombi_current_remaining_range_fuel",
        "beRemainingRangeFuel",
        "beRemainingRangeElectric",
        "beMaxRangeElectric",
    }
)
"""Keys of distances in the unit of the car (that the instruments' is the same is inferred)."""
_MILES: Final = frozenset({"MLS", "MI", "MILES"})
_ENTRY_UNITS: Final = {
    "KM": "km",
    "L_PER_100KM": "l/100km",
    "KWH_PER_100KM": "kWh/100km",
    "LITER": "l",
}
_NO_UNIT: Final = "NONE"
_UNLISTED_KEY: Final = re.compile(r"[A-Za-z]\w{0,79}", re.ASCII)
_READER: Final = FieldReader(prefix=PREFIX, catalogue=CATALOGUE, source=Source.CONNECTEDDRIVE)


def decode_state_readings(body: bytes, stamp: AnswerStamp) -> FieldReadings:
    """Return the readings of a car's state, measured when the car reported; it was asked for without an offset."""
    dynamic = decode_dynamic(body)
    measured_at_ms = _reported_at_ms(dynamic.raw)
    if measured_at_ms is None:
        return FieldReadings()
    return _READER.read(_state_fields(dynamic), stamp, measured_at_ms=measured_at_ms)


def decode_navigation_readings(body: bytes, stamp: AnswerStamp) -> FieldReadings:
    """Return the readings of the navigation's figures, measured when BMW answered."""
    navigation = decode_navigation(body)
    fields = {"navigation.soc": navigation.soc_kwh, "navigation.socMax": navigation.soc_max_kwh}
    return _READER.read(_without_none(fields), stamp, measured_at_ms=stamp.at_ms)


def decode_efficiency_readings(body: bytes, stamp: AnswerStamp) -> FieldReadings:
    """Return the readings of the last trip, measured when it ended, and of the car's life, when BMW answered."""
    efficiency = decode_efficiency(body)
    life = {
        "efficiency.efficiencyQuotient": efficiency.efficiency_quotient,
        **{f"efficiency.characteristic.{rating.characteristic}": rating.quantity for rating in efficiency.ratings},
    }
    parts = [
        _read_entries("efficiency.lifeTime.", efficiency.life_time, stamp, stamp.at_ms),
        _READER.read(_listed(life), stamp, measured_at_ms=stamp.at_ms),
    ]
    ended = {entry.name: entry.text for entry in efficiency.last_trip}.get("LASTTRIP_TIME_SEGMENT_END")
    ended_at_ms = _time_ms(ended)
    if ended_at_ms is not None:
        parts.append(_read_entries("efficiency.lastTrip.", efficiency.last_trip, stamp, ended_at_ms))
    return FieldReadings(
        readings=tuple(reading for part in parts for reading in part.readings),
        refused=tuple(error for part in parts for error in part.refused),
    )


def _state_fields(dynamic: Dynamic) -> Iterator[tuple[str, object]]:
    """Yield what becomes readings: listed keys, and texts under names that are not listed but could be a key."""
    unit = dynamic.raw.get("unitOfLength")
    is_in_miles = isinstance(unit, str) and unit.strip().upper() in _MILES
    for key, raw in dynamic.raw.items():
        if key in NO_READING or not (PREFIX + key in CATALOGUE or _UNLISTED_KEY.fullmatch(key)):
            continue
        if key == "condition_based_services":
            if isinstance(raw, str):
                yield key, _conditions(dynamic)
        elif key in IN_CAR_UNIT and is_in_miles:
            yield key, _in_km(raw)
        elif not isinstance(raw, dict | list):
            yield key, raw
    if dynamic.has_messages:
        yield "cbsMessages", _services(dynamic)
        yield "ccmMessages", _check_control(dynamic)


def _in_km(raw: object) -> object:
    """Return miles as kilometres; what is no number as it came, to be refused with its descriptor."""
    try:
        miles = read_value("number", raw)
    except MalformedPayload:
        return raw
    return float(f"{miles * KM_PER_MILE:.{SIGNIFICANT_DIGITS}g}") if isinstance(miles, int | float) else None


def _conditions(dynamic: Dynamic) -> str:
    return encode_document(
        {
            "messageType": "CBS",
            "id": item.id,
            "status": item.state,
            "date": item.due_month,
            "unitOfLengthRemaining": item.remaining_distance,
        }
        for item in dynamic.conditions
    )


def _services(dynamic: Dynamic) -> str:
    return encode_document(
        {
            "messageType": "CBS",
            "id": item.id,
            "title": item.title,
            "description": item.description,
            "status": item.state,
            "date": item.due_month,
            "unitOfLengthRemaining": item.remaining_distance,
        }
        for item in dynamic.services
    )


def _check_control(dynamic: Dynamic) -> str:
    members = ("id", "title", "text", "description", "status")
    return encode_document(
        {
            "messageType": "CCM",
            **{name: value for name in members if isinstance(value := item.get(name), str | int)},
        }
        for item in dynamic.check_control
    )


def _read_entries(
    path: str, entries: Iterable[EfficiencyEntry], stamp: AnswerStamp, measured_at_ms: int
) -> FieldReadings:
    """Return the readings of entries; one in a unit that is not known is refused."""
    fields: dict[str, object] = {}
    refused: list[MalformedPayload] = []
    for entry in entries:
        descriptor = Descriptor(f"{PREFIX}{path}{entry.name}")
        if (listed := CATALOGUE.get(descriptor)) is None:
            continue
        unit = (entry.unit or _NO_UNIT).upper()
        if unit != _NO_UNIT and _ENTRY_UNITS.get(unit) != listed.unit:
            refused.append(MalformedPayload("a figure in a unit that is not known", descriptor=descriptor))
            continue
        fields[f"{path}{entry.name}"] = entry.text
    decoded = _READER.read(fields.items(), stamp, measured_at_ms=measured_at_ms)
    return FieldReadings(readings=decoded.readings, refused=(*decoded.refused, *refused))


def _listed(fields: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    return (field for field in _without_none(fields) if PREFIX + field[0] in CATALOGUE)


def _without_none(fields: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    return ((key, value) for key, value in fields.items() if value is not None)


def _reported_at_ms(raw: Mapping[str, object]) -> int | None:
    """Return when the car reported; the shifted time stands in for the other one, for no offset was asked for."""
    at_ms = _time_ms(raw.get("updateTime"))
    return _time_ms(raw.get("updateTime_converted_timestamp")) if at_ms is None else at_ms


def _time_ms(raw: object) -> int | None:
    """Return a time in milliseconds UTC; None for what is none, or is none of this age."""
    if not isinstance(raw, str):
        return None
    try:
        at_ms = round(parse_vendor_time(raw).timestamp() * 1000)
    except (MalformedPayload, OverflowError):
        return None
    return at_ms if EARLIEST_MS <= at_ms <= LATEST_MS else None
