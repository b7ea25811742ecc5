"""Route: making the records of a vehicle, or of all, anew from their readings."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from bimmerhub.views.cars.vehicles import find_vehicle
from bimmerhub.views.stored import rebuild as views
from bimmerhub.views.stored.rebuild import RebuildAnswer
from bimmerhub.web.progress import ProgressResponse, progress_of
from bimmerhub.web.routes.context import Caller, Ports, WhoAsks

router = APIRouter(tags=["hub"])


@router.post("/rebuild", **progress_of(RebuildAnswer))
async def rebuild(
    ports: Ports,
    viewer: Caller,
    asker: WhoAsks,
    vin: Annotated[str | None, Query(max_length=40, description="only this vehicle: its VIN or its key")] = None,
) -> Response:
    """Judge all odometer readings anew, then derive all records (daily roll-ups) anew from the readings.

    The old records are served until the new ones are there.

    A client that goes away stops nothing that has begun: what is left is derived in the background.
    """
    await ports.acts.note(
        asker, "rebuild_begun", vin=None if vin is None else find_vehicle(viewer, ports.vehicles, vin)
    )
    return ProgressResponse(views.rebuild(viewer, ports.vehicles, ports.rebuilding, vin))
