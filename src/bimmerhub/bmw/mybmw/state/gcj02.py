"""China's coordinates (GCJ-02), in which BMW tells positions there, as WGS 84. Pure.

GCJ-02 moves each place of China by some hundred metres; its formula is secret and has been worked out by many. The way
back is an approximation, good to a metre or two. Places outside China's rectangle are not moved.
"""

import math
from typing import Final

_LARGE_AXIS_M: Final = 6_378_245.0
_ECCENTRICITY_SQUARED: Final = 0.006_693_421_622_965_943
_WEST_DEG: Final = 72.004
_EAST_DEG: Final = 137.8347
_SOUTH_DEG: Final = 0.8293
_NORTH_DEG: Final = 55.8271
_ROUNDS: Final = 4
_DIGITS: Final = 6


def to_wgs84(latitude_deg: float, longitude_deg: float) -> tuple[float, float]:
    """Return a place of GCJ-02 in WGS 84 degrees, latitude first."""
    if not (_WEST_DEG <= longitude_deg <= _EAST_DEG and _SOUTH_DEG <= latitude_deg <= _NORTH_DEG):
        return latitude_deg, longitude_deg
    latitude, longitude = latitude_deg, longitude_deg
    for _ in range(_ROUNDS):
        north_deg, east_deg = _offset(latitude, longitude)
        latitude, longitude = latitude_deg - north_deg, longitude_deg - east_deg
    return round(latitude, _DIGITS), round(longitude, _DIGITS)


def from_wgs84(latitude_deg: float, longitude_deg: float) -> tuple[float, float]:
    """Return a place of WGS 84 in GCJ-02 degrees, latitude first."""
    if not (_WEST_DEG <= longitude_deg <= _EAST_DEG and _SOUTH_DEG <= latitude_deg <= _NORTH_DEG):
        return latitude_deg, longitude_deg
    north_deg, east_deg = _offset(latitude_deg, longitude_deg)
    return round(latitude_deg + north_deg, _DIGITS), round(longitude_deg + east_deg, _DIGITS)


def _offset(latitude: float, longitude: float) -> tuple[float, float]:
    """Return by how many degrees north and east GCJ-02 moves a place of WGS 84."""
    x, y = longitude - 105.0, latitude - 35.0
    waves = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + waves
    north_m += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north_m += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + waves
    east_m += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east_m += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    angle = math.radians(latitude)
    curvature = 1 - _ECCENTRICITY_SQUARED * math.sin(angle) ** 2
    meridian_m = _LARGE_AXIS_M * (1 - _ECCENTRICITY_SQUARED) / curvature**1.5
    parallel_m = _LARGE_AXIS_M / math.sqrt(curvature) * math.cos(angle)
    return math.degrees(north_m / meridian_m), math.degrees(east_m / parallel_m)
