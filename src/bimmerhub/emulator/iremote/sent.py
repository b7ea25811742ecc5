"""`POST …/sendpoi`: a place or a message for the car."""

from collections.abc import Mapping

import msgspec

from bimmerhub.emulator.host.json_bodies import read_json
from bimmerhub.emulator.remote.desk import CarAction
from bimmerhub.emulator.remote.refusals import util_error
from bimmerhub.json_faults import NOT_JSON

FIELDS = ("data", "body")
"""In which field of the form the JSON may be: programs and the documentation differ."""
LONGEST_TEXT = 255


class _Poi(msgspec.Struct, kw_only=True):
    lat: float | None = None
    lon: float | None = None
    name: str = ""
    text: str = msgspec.field(default="", name="additionalInfo")
    street: str = ""
    city: str = ""
    postal_code: str = msgspec.field(default="", name="postalCode")
    country: str = ""
    website: str = ""
    phone_numbers: tuple[str, ...] = msgspec.field(default=(), name="phoneNumbers")
    rating: float | None = None


class _Sent(msgspec.Struct, kw_only=True):
    poi: _Poi


def read_sent(form: Mapping[str, str]) -> CarAction:
    """Return what the car is sent; RemoteRefusal when the form holds neither a place nor a message."""
    text = next((form[name] for name in FIELDS if form.get(name)), "")
    try:
        poi = read_json(text, _Sent).poi
    except NOT_JSON:
        raise util_error("A-101", "mandatory parameter(s) missed or blank: poi.") from None
    has_place = poi.lat is not None and poi.lon is not None
    if len(poi.text) > LONGEST_TEXT or not (has_place or (poi.name and poi.text)):
        raise util_error("A-101", "mandatory parameter(s) missed or blank: lat and lon.")
    return CarAction(
        name="receive",
        arguments={
            "name": poi.name,
            "text": poi.text,
            "latitude_deg": poi.lat if has_place else None,
            "longitude_deg": poi.lon if has_place else None,
            "street": poi.street,
            "postal_code": poi.postal_code,
            "town": poi.city,
            "country": poi.country,
        },
    )
