"""`GET …/destinations` and `…/rangemap`: where a car was driven to, and how far it gets."""

from math import cos, pi, radians, sin

from bimmerhub.emulator.cars import CarTruth
from bimmerhub.emulator.cars.owner_wishes import PlannerKind
from bimmerhub.emulator.cars.world.addresses import find_address
from bimmerhub.emulator.remote.local_words import local_time

MOST_DESTINATIONS = 10
CORNERS = 36
ROADS_WIND = 0.8
"""How far one gets as the crow flies, of the kilometres on roads."""
ECO_PRO_PLUS_GAIN = 1.15
KM_PER_DEGREE = 111.2
_COUNTRIES = {"DE": "DEUTSCHLAND", "GB": "UNITED KINGDOM"}


def list_destinations(truth: CarTruth) -> list[dict[str, object]]:
    """Return the last destinations, newest first; none for a car without navigation."""
    if not truth.equipment.has_navigation:
        return []
    destinations: list[dict[str, object]] = []
    for trip in reversed(truth.trips[-MOST_DESTINATIONS:]):
        address = find_address(trip.to_place)
        destinations.append(
            {
                "lat": round(trip.end_latitude_deg, 6),
                "lon": round(trip.end_longitude_deg, 6),
                "country": _COUNTRIES.get(truth.equipment.country, truth.equipment.country),
                "city": address.town.upper(),
                "street": address.street.upper(),
                "type": "DESTINATION",
                "createdAt": local_time(trip.start_ms),
            }
        )
    return destinations


def draw_range_map(truth: CarTruth) -> dict[str, object]:
    """Return `rangemap`; empty for a car that shows a circle only (a stored answer is so)."""
    if truth.equipment.planner is not PlannerKind.WEEKLY:
        return {}
    range_km = (truth.levels.electric_range_km or 0.0) * ROADS_WIND
    return {
        "center": {"lat": round(truth.latitude_deg, 6), "lon": round(truth.longitude_deg, 6)},
        "quality": "AVERAGE",
        "rangemaps": [
            {"type": "ECO_PRO_PLUS", "polyline": _outline(truth, range_km * ECO_PRO_PLUS_GAIN)},
            {"type": "COMFORT", "polyline": _outline(truth, range_km)},
        ],
    }


def _outline(truth: CarTruth, range_km: float) -> list[dict[str, float]]:
    """Return the corners of what can be reached; in some directions roads wind more than in others."""
    corners = []
    for number in range(CORNERS):
        angle = 2 * pi * number / CORNERS
        reach_km = range_km * (0.92 + 0.08 * sin(5 * angle))
        north, east = reach_km * cos(angle), reach_km * sin(angle)
        longitude = truth.longitude_deg + east / (KM_PER_DEGREE * cos(radians(truth.latitude_deg)))
        corners.append({"lat": round(truth.latitude_deg + north / KM_PER_DEGREE, 5), "lon": round(longitude, 5)})
    return corners
