"""The places that a person has named, such as home, and the electricity meters there. Distances on a sphere."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final

from bimmerhub.ids import Descriptor, Vin

METER_ENERGY: Final = Descriptor("meter.energy_kwh")
"""What a meter has counted since it was made, in kWh."""
METER_SUBJECTS: Final = "meter/"
"""What the subjects begin with under which readings of meters are stored; the meter's name follows."""
EARTH_RADIUS_M: Final = 6_371_000.0
LONGEST_NAME: Final = 60
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Categories of Unicode that show nothing, or change how others show, such as what turns the direction of writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlace:
    """A place: all within `radius_m` of its middle (WGS 84). `time_zone` is an IANA name."""

    name: str
    latitude_deg: float
    longitude_deg: float
    radius_m: float
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """An electricity meter at a place; it counts what is charged there."""

    name: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a counter showed last before a stretch of time and first after it, and whether it fell from one to other."""

    before: float
    after: float
    has_fallen: bool


def meter_subject(name: str) -> Vin:
    """Return the subject under which the readings of a meter are stored."""
    return Vin(f"{METER_SUBJECTS}{name}")


def plain_name(text: str) -> str:
    """Return a name as it is stored and looked for: without blanks around it, each letter with its accent as one."""
    return unicodedata.normalize("NFC", text.strip())


def is_name(text: str) -> bool:
    """Tell whether a place or a meter may be called so: up to 60 characters that show; no slash, no "." or ".."."""
    if not 0 < len(text) <= LONGEST_NAME or text != plain_name(text) or text in {".", ".."}:
        return False
    return "/" not in text and all(unicodedata.category(sign) not in _UNSEEN for sign in text)


def is_vehicle(subject: str) -> bool:
    """Tell whether a subject of readings is a vehicle, and not a meter."""
    return "/" not in subject


def distance_m(latitude_deg: float, longitude_deg: float, place: OwnPlace) -> float:
    """Return how far a position is from the middle of a place, in metres."""
    north, east = radians(latitude_deg), radians(longitude_deg)
    place_north, place_east = radians(place.latitude_deg), radians(place.longitude_deg)
    half = sin((place_north - north) / 2) ** 2
    half += cos(north) * cos(place_north) * sin((place_east - east) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


def find_place(places: Iterable[OwnPlace], latitude_deg: float, longitude_deg: float) -> OwnPlace | None:
    """Return the place that a position is in, the one with the nearest middle; None when it is in none."""
    distances = [(distance_m(latitude_deg, longitude_deg, place), place.name, place) for place in places]
    inside = [item for item in distances if item[0] <= item[2].radius_m]
    return min(inside)[2] if inside else None
