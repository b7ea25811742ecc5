"""Towns of the USA with their zip codes, and how far it is between them.

A zip code that is not listed counts as the listed one next to it by number: zip codes run with the land.
"""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_MILES = 3_958.8
_ZIP_DIGITS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A town; degrees of WGS 84, `state` as the post writes it."""

    zip_code: str
    name: str
    state: str
    latitude_deg: float
    longitude_deg: float


def _town(zip_code: str, name: str, state: str, latitude_deg: float, longitude_deg: float) -> Town:  # noqa: PLR0917
    return Town(zip_code=zip_code, name=name, state=state, latitude_deg=latitude_deg, longitude_deg=longitude_deg)


TOWNS = (
    _town("02116", "Boston", "MA", 42.350, -71.076),
    _town("06103", "Hartford", "CT", 41.767, -72.674),
    _town("07677", "Woodcliff Lake", "NJ", 41.023, -74.060),
    _town("10019", "New York", "NY", 40.765, -73.985),
    _town("15222", "Pittsburgh", "PA", 40.447, -79.993),
    _town("19103", "Philadelphia", "PA", 39.953, -75.174),
    _town("20001", "Washington", "DC", 38.910, -77.017),
    _town("23220", "Richmond", "VA", 37.550, -77.458),
    _town("28202", "Charlotte", "NC", 35.227, -80.843),
    _town("29615", "Greenville", "SC", 34.866, -82.320),
    _town("30308", "Atlanta", "GA", 33.772, -84.378),
    _town("32801", "Orlando", "FL", 28.542, -81.373),
    _town("33130", "Miami", "FL", 25.768, -80.203),
    _town("37203", "Nashville", "TN", 36.150, -86.792),
    _town("43215", "Columbus", "OH", 39.967, -83.004),
    _town("46204", "Indianapolis", "IN", 39.771, -86.157),
    _town("48226", "Detroit", "MI", 42.332, -83.048),
    _town("53202", "Milwaukee", "WI", 43.045, -87.900),
    _town("55403", "Minneapolis", "MN", 44.970, -93.283),
    _town("60611", "Chicago", "IL", 41.895, -87.621),
    _town("63103", "St. Louis", "MO", 38.632, -90.214),
    _town("64108", "Kansas City", "MO", 39.084, -94.585),
    _town("70130", "New Orleans", "LA", 29.933, -90.073),
    _town("75201", "Dallas", "TX", 32.788, -96.800),
    _town("77002", "Houston", "TX", 29.756, -95.365),
    _town("78701", "Austin", "TX", 30.271, -97.742),
    _town("80202", "Denver", "CO", 39.752, -104.999),
    _town("84101", "Salt Lake City", "UT", 40.757, -111.899),
    _town("85004", "Phoenix", "AZ", 33.452, -112.069),
    _town("87102", "Albuquerque", "NM", 35.082, -106.648),
    _town("89101", "Las Vegas", "NV", 36.172, -115.122),
    _town("90210", "Beverly Hills", "CA", 34.103, -118.416),
    _town("90401", "Santa Monica", "CA", 34.016, -118.494),
    _town("92101", "San Diego", "CA", 32.720, -117.162),
    _town("94103", "San Francisco", "CA", 37.773, -122.411),
    _town("97201", "Portland", "OR", 45.508, -122.690),
    _town("98101", "Seattle", "WA", 47.611, -122.335),
    _town("99501", "Anchorage", "AK", 61.217, -149.876),
)
"""In the order of their zip codes."""


def find_town(zip_code: str) -> Town | None:
    """Return the town of a zip code, or the one next to it by number; None for what is no zip code."""
    if not (len(zip_code) == _ZIP_DIGITS and zip_code.isdecimal() and zip_code.isascii()):
        return None
    return min(TOWNS, key=lambda town: abs(int(town.zip_code) - int(zip_code)))


def miles_between(one: Town, other: Town) -> float:
    """Return the distance as the crow flies."""
    latitude, other_latitude = radians(one.latitude_deg), radians(other.latitude_deg)
    north = sin((other_latitude - latitude) / 2) ** 2
    east = sin(radians(other.longitude_deg - one.longitude_deg) / 2) ** 2
    return 2 * EARTH_RADIUS_MILES * asin(sqrt(north + cos(latitude) * cos(other_latitude) * east))
