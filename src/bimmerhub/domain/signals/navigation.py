"""Signals of the navigation: the destination, and how well the car knows where it is."""

from typing import Final

from bimmerhub.domain.signals.forms import number, text

_DESTINATION: Final = "cabin.infotainment.navigation.destinationSet"

_FIX_WORDS: Final = {"NO_FIX": "none", "GPS_FIX_2D": "2d", "2D": "2d", "GPS_FIX_3D": "3d", "3D": "3d"}

NAVIGATION_SIGNALS: Final = (
    number(
        "destination_distance_km", "km", "Distance to the destination of the navigation", f"{_DESTINATION}.distance"
    ),
    text("destination_arrival", "Time of arrival that the navigation shows, hh:mm", f"{_DESTINATION}.arrivalTime"),
    number(
        "destination_latitude_deg",
        "deg",
        "Destination, north of the equator",
        f"{_DESTINATION}.latitude",
        zero="absent_without_destination",
    ),
    number(
        "destination_longitude_deg",
        "deg",
        "Destination, east of Greenwich",
        f"{_DESTINATION}.longitude",
        zero="absent_without_destination",
    ),
    number(
        "navigation_range_km",
        "km",
        "Range that the navigation plans with",
        "cabin.infotainment.navigation.remainingRange",
    ),
    text(
        "gps_fix",
        "none, 2d or 3d: how well the position is known",
        "cabin.infotainment.navigation.currentLocation.fixStatus",
        words=_FIX_WORDS,
    ),
    number(
        "gps_satellites", None, "Satellites in use", "cabin.infotainment.navigation.currentLocation.numberOfSatellites"
    ),
)
