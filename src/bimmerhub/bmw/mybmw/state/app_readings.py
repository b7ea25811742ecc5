"""Readings out of a car's state, as the MyBMW app gets it. Pure.

In: the members of a state in one spelling (`wire`), and whose answer it is. Out: `FieldReadings`; MalformedPayload when
the state does not say of when it is. Values that come as objects of hour and minute become HH:MM, lists become JSON
documents: that of services and that of messages in CarData's shape, for the readers of `domain.signals.conditions`. A
message whose severity is OK says that all is well, and is left out.
Source: stored answers, 2021-2025. BMW's numbers of service items are CarData's; those of rear pads and of tyres are
inferred or missing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from bimmerhub.bmw.answers.field_readings import AnswerStamp, FieldReader, FieldReadings, encode_document
from bimmerhub.bmw.answers.field_values import read_time_ms
from bimmerhub.bmw.mybmw.catalogue import CATALOGUE, PREFIX
from bimmerhub.bmw.mybmw.state.sides import without_sides
from bimmerhub.bmw.mybmw.words import Opening, Severity
from bimmerhub.domain.reading import Source
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Descriptor

_SERVICE_IDS: Final = {
    "OIL": 1,
    "BRAKE_PADS_FRONT": 2,
    "BRAKE_FLUID": 3,
    "BRAKE_PADS_REAR": 6,
    "VEHICLE_CHECK": 100,
    "VEHICLE_TUV": 32,
}
_TIMES: Final = frozenset({"lastFetched", "lastUpdatedAt"})
_DEEPEST: Final = 5
_UNLISTED_KEY: Final = re.compile(r"[A-Za-z]\w{0,59}", re.ASCII)
_READER: Final = FieldReader(prefix=PREFIX, catalogue=CATALOGUE, source=Source.MYBMW)


def read_state(members: Mapping[str, object], stamp: AnswerStamp) -> FieldReadings:
    """Return the readings of a state, measured when the car reported, or when BMW asked it last (inferred)."""
    at_ms = read_time_ms(members.get("lastUpdatedAt"))
    measured_at_ms = read_time_ms(members.get("lastFetched")) if at_ms is None else at_ms
    if measured_at_ms is None:
        raise MalformedPayload("a state that does not say of when it is")
    untimed = {name: without_sides(value) for name, value in members.items() if name not in _TIMES}
    return _READER.read(_fields(untimed), stamp, measured_at_ms=measured_at_ms)


def _fields(members: Mapping[str, object], path: str = "") -> Iterator[tuple[str, object]]:
    """Yield what becomes readings: listed keys, and scalars under names that are not listed but could be a key."""
    for name, raw in members.items():
        key = path + name
        listed = CATALOGUE.get(Descriptor(PREFIX + key))
        value = _scalar(key, raw)
        if isinstance(value, dict):
            if _UNLISTED_KEY.fullmatch(name) and key.count(".") < _DEEPEST:
                yield from _fields(value, f"{key}.")
        elif listed is None:
            if _UNLISTED_KEY.fullmatch(name) and not isinstance(value, list):
                yield key, value
        elif not (listed.is_part and value == Opening.INVALID):
            yield key, value


def _scalar(key: str, raw: object) -> object:
    """Return a value as the catalogue has it: clock times as HH:MM, lists as documents; anything else as it came."""
    match raw:
        case {"hour": int(hour), "minute": int(minute)}:
            return f"{hour:02d}:{minute:02d}"
        case list() if key == "requiredServices":
            return encode_document(_services(raw))
        case list() if key == "checkControlMessages":
            return encode_document(_messages(raw))
        case list() if Descriptor(PREFIX + key) in CATALOGUE:
            return encode_document(item for item in raw if isinstance(item, dict))
    return raw


def _services(items: Iterable[object]) -> Iterator[dict[str, object]]:
    for item in items:
        if isinstance(item, dict):
            yield {
                "messageType": "CBS",
                "id": _SERVICE_IDS.get(str(item.get("type"))),
                "title": item.get("type"),
                "description": item.get("description"),
                "status": item.get("status"),
                "date": item.get("dateTime"),
                "unitOfLengthRemaining": item.get("mileage"),
            }


def _messages(items: Iterable[object]) -> Iterator[dict[str, object]]:
    for item in items:
        if isinstance(item, dict) and str(item.get("severity")).upper() != Severity.OK:
            yield {
                "messageType": "CCM",
                "title": item.get("type"),
                "text": item.get("longDescription"),
                "status": item.get("severity"),
            }
