"""Routes: the vehicles, their live state, and what is stored of them."""

import hashlib
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from bimmerhub.views.describe import describe_coverage, describe_series, describe_signal, describe_vehicle, json_answer
from bimmerhub.views.shapes import CoverageAnswer, DescriptorAnswer, Page, StateAnswer, VehicleAnswer
from bimmerhub.web.problems import NotFound
from bimmerhub.web.routes.context import KnownVin, Used

PNG: Final = "image/png"

router = APIRouter(prefix="/vehicles", tags=["vehicles"])


@router.get("", response_model=Page[VehicleAnswer])
async def list_vehicles(used: Used) -> Response:
    """Return every known vehicle, in order of VIN."""
    items = [describe_vehicle(each, has_image=used.images.has_image(each.vin)) for each in used.vehicles.vehicles()]
    return json_answer({"items": items, "next": None})


@router.get("/{vin}", response_model=VehicleAnswer)
async def show_vehicle(used: Used, vin: KnownVin) -> Response:
    """Return one vehicle."""
    vehicle = next((vehicle for vehicle in used.vehicles.vehicles() if vehicle.vin == vin), None)
    if vehicle is None:
        raise NotFound("the vehicle is gone")
    return json_answer(describe_vehicle(vehicle, has_image=used.images.has_image(vin)))


@router.get(
    "/{vin}/image",
    response_class=Response,
    responses={
        200: {"description": "the picture", "content": {PNG: {"schema": {"type": "string", "format": "binary"}}}},
        304: {"description": "the caller has it already (If-None-Match)"},
    },
)
async def show_image(used: Used, request: Request, vin: KnownVin) -> Response:
    """Return BMW's picture of the vehicle, as the hub has kept it: BMW is not asked."""
    png = await used.images.image(vin)
    if png is None:
        raise NotFound(
            "the picture was not fetched yet", hint="The hub does so once, when it has calls of the quota to spare."
        )
    if not png:
        raise NotFound("BMW has no picture of this vehicle", hint=None)
    headers = {"etag": f'"{hashlib.sha256(png).hexdigest()[:20]}"', "cache-control": "private, max-age=86400"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(png, media_type=PNG, headers=headers)


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
