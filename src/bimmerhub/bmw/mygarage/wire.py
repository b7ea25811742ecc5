"""Bytes that My Garage answers, turned into models. Pure: no clock, no sockets.

In: a body. Out: a model of `models`. MalformedPayload when the body is not what BMW sends; nothing else is raised for
bad bytes. Here end: the envelope, the texts "null" and "NA" for nothing, numbers with commas, American dates, a value
that stands in an object of its own, two spellings of the list of cars.
Sources: stored answers and public notes of 2021, a client of 2026.
"""

import re
from collections.abc import Mapping
from typing import Final

from bimmerhub.bmw.answers.lenient_structs import decode_document, decode_members, read_needed, read_objects
from bimmerhub.bmw.mygarage.models import (
    CarPicture,
    ForwardAnswer,
    NearestDealer,
    OrderedVehicle,
    ProfileLink,
    RecallReport,
    ValueService,
    VehicleFeatures,
    WarrantyReport,
)
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import is_vin

_NOTHING: Final = frozenset({"null", "na", ""})
_COMMAS: Final = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_AMERICAN_DATE: Final = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)
_LIMITS: Final = ("expireOdometer", "warrantyTermOdoMeter")
_DATED: Final = ("tcuExpireDate", "tcuConveniencePlanExpireDate")
_DEEPEST: Final = 12
_CAR_LISTS: Final = ("prodVehicleDetails", "ProdVehicleDetails")
_FEATURE_LISTS: Final = ("VehicleDetails", "vehicleDetails")


def decode_recalls(body: bytes) -> RecallReport:
    """Return the recalls of a car: of getRecalls, and of the service behind it."""
    document = decode_members(body)
    if "number_of_recalls" not in document and "recalls" not in document:
        raise MalformedPayload("recalls without a count")
    return read_needed(RecallReport, document, "recalls")


def decode_envelope(body: bytes) -> ForwardAnswer:
    """Return what was forwarded."""
    document = decode_members(body)
    response = document.get("responseContent")
    if "dataContent" not in document or not isinstance(response, Mapping):
        raise MalformedPayload("an answer without its envelope")
    code, message = response.get("responseCode"), response.get("responseMessage")
    return ForwardAnswer(
        code=None if code is None else str(code),
        message=message if isinstance(message, str) else None,
        data=document["dataContent"],
    )


def decode_cars(body: bytes) -> tuple[OrderedVehicle, ...]:
    """Return the cars of a garage, or the order that a link leads to; those that have a production number."""
    return read_objects(OrderedVehicle, [_with_vin(_plain(item)) for item in _listed(body, _CAR_LISTS)])


def decode_features(body: bytes) -> tuple[VehicleFeatures, ...]:
    """Return colours and equipment of cars."""
    return read_objects(VehicleFeatures, _listed(body, _FEATURE_LISTS))


def decode_links(body: bytes) -> tuple[ProfileLink, ...]:
    """Return where more is told of a car."""
    return read_objects(ProfileLink, _member(body, "links"))


def decode_pictures(body: bytes) -> tuple[CarPicture, ...]:
    """Return the pictures around a car."""
    return read_objects(CarPicture, _member(body, "content"))


def decode_warranty(body: bytes) -> WarrantyReport:
    """Return warranty and service of a car; without any of it where BMW does not know the car."""
    document = decode_members(body)
    if "vinResponse" not in document and "overallStatus" not in document:
        raise MalformedPayload("an answer without vinResponse")
    response, status = _plain(document.get("vinResponse")), document.get("overallStatus")
    members = {**(response if isinstance(response, Mapping) else {})}
    members |= (
        {name: status[name] for name in ("statusCode", "statusDescription") if name in status}
        if isinstance(status, Mapping)
        else {}
    )
    return read_needed(WarrantyReport, members, "a warranty")


def decode_value_services(body: bytes) -> tuple[ValueService, ...]:
    """Return the value services, in BMW's order."""
    result = decode_members(body).get("Result")
    services = result.get("Services") if isinstance(result, Mapping) else None
    if not isinstance(services, list):
        raise MalformedPayload("an answer without Result.Services")
    return read_objects(ValueService, services)


def decode_targets(body: bytes) -> dict[str, str]:
    """Return the paths that can be forwarded to, by BMW's names."""
    return {name: path for name, path in decode_members(body).items() if isinstance(path, str)}


def decode_dealer(body: bytes) -> NearestDealer:
    """Return the dealer of a zip code."""
    return read_needed(NearestDealer, decode_members(body), "a dealer")


def decode_json(body: bytes) -> object:
    """Return an answer whose form is not known as it came."""
    return decode_document(body)


def _with_vin(item: object) -> object:
    """Return a car without what cannot be its VIN."""
    return {**item, "vin": item.get("vin") if is_vin(item.get("vin")) else None} if isinstance(item, dict) else item


def _plain(value: object, depth: int = 0) -> object:
    """Return a document with values as we write them; what lies too deep stays as it is."""
    if depth > _DEEPEST:
        return value
    if isinstance(value, str):
        return _plain_text(value)
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, dict):
        members = {name: _plain(part, depth + 1) for name, part in value.items()}
        for name in (*_LIMITS, *_DATED):
            if isinstance(inner := members.get(name), dict):
                members[name] = inner.get("value") if name in _DATED else {**inner, "value": inner.get(name)}
        return members
    return value


def _plain_text(text: str) -> str | None:
    stripped = text.strip()
    if stripped.lower() in _NOTHING:
        return None
    if _COMMAS.fullmatch(stripped):
        return stripped.replace(",", "")
    return _AMERICAN_DATE.sub(r"\3-\1-\2", stripped) if _AMERICAN_DATE.fullmatch(stripped) else text


def _listed(body: bytes, names: tuple[str, ...]) -> list[object]:
    data = decode_envelope(body).data
    items = next((data[name] for name in names if name in data), None) if isinstance(data, Mapping) else None
    if not isinstance(items, list):
        raise MalformedPayload(f"an answer without {names[0]}")
    return items


def _member(body: bytes, name: str) -> list[object]:
    items = decode_members(body).get(name)
    if not isinstance(items, list):
        raise MalformedPayload(f"an answer without {name}")
    return items
