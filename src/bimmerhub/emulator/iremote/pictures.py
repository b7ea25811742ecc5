"""`GET …/image`: a picture of the car as PNG, in the size that is asked for."""

from starlette.datastructures import QueryParams

from bimmerhub.emulator.cardata.answers.image import draw_car
from bimmerhub.emulator.remote.refusals import util_error

VIEWS = frozenset({"FRONTSIDE", "FRONT", "REARSIDE", "REAR", "SIDE", "DASHBOARD", "DRIVERDOOR", "REARBIRDSEYE"})
LARGEST_PX = 2_000


def draw_view(vin: str, query: QueryParams) -> bytes:
    """Return a PNG; RemoteRefusal for a view or a size that there is not. Every view shows the car from the side."""
    if query.get("view", "FRONT") not in VIEWS:
        raise util_error("A-101", "mandatory parameter(s) missed or blank: view.")
    try:
        width, height = int(query.get("width", "480")), int(query.get("height", "270"))
    except ValueError:
        width = height = 0
    if not (0 < width <= LARGEST_PX and 0 < height <= LARGEST_PX):
        raise util_error("A-101", "mandatory parameter(s) missed or blank: width and height.")
    return draw_car(vin, width_px=width, height_px=height)
