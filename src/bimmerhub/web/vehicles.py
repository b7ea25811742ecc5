"""Routes: the vehicles, their live state, and what is stored of them."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from bimmerhub.web.answers import CoverageAnswer, DescriptorAnswer, Page, StateAnswer, VehicleAnswer
from bimmerhub.web.context import KnownVin, Used
from bimmerhub.web.describe import describe_coverage, describe_series, describe_signal, describe_vehicle, json_answer
from bimmerhub.web.problems import NotFound

router = APIRouter(prefix="/vehicles", tags=["vehicles"])


@router.get("", response_model=Page[VehicleAnswer])
async def list_vehicles(used: Used) -> Response:
    """Return every known vehicle, in order of VIN."""
    return json_answer({"items": [describe_vehicle(vehicle) for vehicle in used.vehicles.vehicles()], "next": None})


@router.get("/{vin}", response_model=VehicleAnswer)
async def show_vehicle(used: Used, vin: KnownVin) -> Response:
    """Return one vehicle."""
    vehicle = next((vehicle for vehicle in used.vehicles.vehicles() if vehicle.vin == vin), None)
    if vehicle is None:
        raise NotFound("the vehicle is gone")
    return json_answer(describe_vehicle(vehicle))


@router.get("/{vin}/state", response_model=StateAnswer)
async def show_state(used: Used, vin: KnownVin) -> Response:
    """Return the newest value of every signal that this vehicle has reported; what it never reported is not there."""
    now_ms = used.now_ms()
    signals = used.vehicles.state(vin) or {}
    described = {name: describe_signal(signal, now_ms=now_ms) for name, signal in signals.items()}
    return json_answer(StateAnswer(vin=vin, signals=described))


@router.get("/{vin}/coverage", response_model=Page[CoverageAnswer])
async def show_coverage(used: Used, vin: KnownVin) -> Response:
    """Return for each descriptor whether it arrives, and if not, why; judged from the last 30 days."""
    found = await used.coverage.coverage(vin)
    return json_answer({"items": [describe_coverage(each) for each in found], "next": None})


@router.get("/{vin}/descriptors", response_model=Page[DescriptorAnswer])
async def list_descriptors(
    used: Used, vin: KnownVin, q: Annotated[str, Query(max_length=200, description="part of the descriptor")] = ""
) -> Response:
    """Return what is stored of each descriptor: how many readings, and from when to when."""
    series = await used.readings.series(vin)
    items = [describe_series(one) for one in series if q.casefold() in one.descriptor.casefold()]
    return json_answer({"items": items, "next": None})
