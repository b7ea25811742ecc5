"""Route: how the batteries of a vehicle are."""

from fastapi import APIRouter
from starlette.responses import Response

from bimmerhub.views.cars.battery import BatteryAnswer, BatteryReads, view_battery
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.routes.context import Caller, KnownVin, Ports

router = APIRouter(prefix="/vehicles/{vin}/battery", tags=["charging"])


@router.get("", **answer_of(BatteryAnswer))
async def show_battery(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return what a full battery holds by its charges, beside what BMW says, and how the 12 V battery is at rest."""
    reads = BatteryReads(records=ports.records, readings=ports.readings)
    return json_answer(await view_battery(viewer, reads, vin))
