"""Pictures of a car as PNG, whatever the header Accept says."""

from bimmerhub.emulator.cardata.answers.image import draw_car
from bimmerhub.emulator.mybmw.access.app_refusals import malformed

VIEWS = (
    *("VehicleStatus", "FrontView", "RearView", "SideViewLeft", "SideViewRight", "FrontLeft", "FrontRight"),
    *("RearLeft", "RearRight", "Dashboard", "Driverdoor", "AngleSideViewForty", "AngleSideViewSixty"),
)
OLD_VIEWS = ("VehicleInfo", "ChargingHistory")
"""What apps of 2022 asked for besides."""
_SIZES = {view.lower(): (480 + 20 * number, 270) for number, view in enumerate((*VIEWS, *OLD_VIEWS))}


def draw_view(vin: str, view: str) -> bytes:
    """Return a PNG; RemoteRefusal for a view that there is not. Upper or lower case does not matter.

    Every view shows the car from the side; they differ in their width.
    """
    if view.lower() not in _SIZES:
        raise malformed("The parameter carView is none of the views.")
    width, height = _SIZES[view.lower()]
    return draw_car(vin, width_px=width, height_px=height)
