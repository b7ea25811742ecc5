"""Routes: the vehicles, their pictures, their live state, and whether their descriptors arrive."""

import hashlib
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from bimmerhub.views.coverage import CoverageAnswer, view_coverage
from bimmerhub.views.fields import Page
from bimmerhub.views.state import StateAnswer, view_state
from bimmerhub.views.vehicles import VehicleAnswer, view_picture, view_vehicle, view_vehicles
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.routes.context import Caller, KnownVin, Used

PNG: Final = "image/png"

router = APIRouter(prefix="/vehicles", tags=["vehicles"])


@router.get("", **answer_of(Page[VehicleAnswer]))
async def list_vehicles(used: Used, viewer: Caller) -> Response:
    """Return every known vehicle, in order of VIN."""
    return json_answer(await view_vehicles(viewer, used.vehicles, used.pictures))


@router.get("/{vin}", **answer_of(VehicleAnswer))
async def show_vehicle(used: Used, viewer: Caller, vin: KnownVin) -> Response:
    """Return one vehicle."""
    return json_answer(await view_vehicle(viewer, used.vehicles, used.pictures, vin))


@router.get(
    "/{vin}/image",
    response_class=Response,
    responses={
        200: {"description": "the picture", "content": {PNG: {"schema": {"type": "string", "format": "binary"}}}},
        304: {"description": "the caller has it already (If-None-Match)"},
    },
)
async def show_image(used: Used, viewer: Caller, request: Request, vin: KnownVin) -> Response:
    """Return BMW's picture of the vehicle, as the hub has stored it: BMW is not asked."""
    png = await view_picture(viewer, used.pictures, vin)
    headers = {"etag": f'"{hashlib.sha256(png).hexdigest()[:20]}"', "cache-control": "private, max-age=86400"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(png, media_type=PNG, headers=headers)


@router.get("/{vin}/state", **answer_of(StateAnswer))
async def show_state(used: Used, viewer: Caller, vin: KnownVin) -> Response:
    """Return the newest value of every signal that this vehicle has reported; what it never reported is not there."""
    return json_answer(await view_state(viewer, used.vehicles, vin, now_ms=used.now_ms()))


@router.get("/{vin}/coverage", **answer_of(Page[CoverageAnswer]))
async def show_coverage(used: Used, viewer: Caller, vin: KnownVin) -> Response:
    """Return for each descriptor whether it arrives, and if not, why; judged from the last 30 days."""
    return json_answer(await view_coverage(viewer, used.coverage, vin))
