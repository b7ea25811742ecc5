"""Route: the tyre pressures of a vehicle, with what the temperature does to them taken out."""

from fastapi import APIRouter
from starlette.responses import Response

from bimmerhub.views.cars.tyre_pressure import TyrePressuresAnswer, view_tyre_pressures
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.routes.context import Caller, KnownVin, Ports

router = APIRouter(prefix="/vehicles/{vin}/tyre-pressure", tags=["vehicles"])


@router.get("", **answer_of(TyrePressuresAnswer))
async def show_tyre_pressures(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return each tyre's pressure at 20 °C beside its target, left against right, and in how many days a leak matters.

    Tyres of which no pressure came together with a temperature are left out.
    """
    return json_answer(await view_tyre_pressures(viewer, ports.readings, vin))
