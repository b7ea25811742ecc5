"""Routes: the vehicles, their pictures, their live state, and whether their descriptors arrive."""

import hashlib
from http import HTTPStatus
from typing import (
    Annotated,
    Final,
    NotRequired,  # pydantic refuses the one of `typing` before Python 3.12
)

from fastapi import APIRouter, Body, Query
from pydantic import Field, with_config
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from bimmerhub.ids import mask_vin
from bimmerhub.views.cars.coverage import CoverageAnswer, ModelCoverageAnswer, view_coverage, view_model_coverage
from bimmerhub.views.cars.erasure import ErasedAnswer, erase_vehicle
from bimmerhub.views.cars.fingerprint import view_fingerprint
from bimmerhub.views.cars.state import StateAnswer, view_state
from bimmerhub.views.cars.vehicles import (
    CarPage,
    VehicleAnswer,
    archive_vehicle,
    restore_vehicle,
    view_picture,
    view_vehicle,
    view_vehicles,
)
from bimmerhub.views.fields import Page
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.json_body import STRICT, JsonBodyRoute
from bimmerhub.web.routes.context import Caller, KnownVin, Ports, WhoAsks

PNG: Final = "image/png"
NDJSON: Final = "application/x-ndjson"

router = APIRouter(prefix="/vehicles", tags=["vehicles"], route_class=JsonBodyRoute)


@router.get("", **answer_of(Page[VehicleAnswer]))
async def list_vehicles(ports: Ports, viewer: Caller) -> Response:
    """Return every known vehicle, in order of VIN."""
    return json_answer(await view_vehicles(viewer, ports.vehicles, ports.pictures))


@router.get("/{vin}", **answer_of(VehicleAnswer))
async def show_vehicle(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return one vehicle."""
    return json_answer(await view_vehicle(viewer, ports.vehicles, ports.pictures, vin))


@with_config(STRICT)
class ArchiveRequest(TypedDict):
    """When the vehicle was sold."""

    sold_on: NotRequired[Annotated[str, Field(max_length=20, description="2026-01-31; left out: today")]]


@router.post("/{vin}/archive", **answer_of(VehicleAnswer))
async def archive(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports, viewer: Caller, asker: WhoAsks, vin: KnownVin, body: Annotated[ArchiveRequest | None, Body()] = None
) -> Response:
    """Put a sold vehicle away: what is stored stays, what it tells after the day of sale is not stored any more.

    Nothing is asked of it either.
    """
    sold_on = None if body is None else body.get("sold_on")
    details = {} if sold_on is None else {"sold_on": sold_on}
    async with ports.acts.noting(asker, "vehicle_archived", vin=vin, details=details):
        await archive_vehicle(viewer, ports.keeping, vin, sold_on=sold_on)
    return json_answer(await view_vehicle(viewer, ports.vehicles, ports.pictures, vin))


@router.delete("/{vin}/archive", **answer_of(VehicleAnswer))
async def take_back(ports: Ports, viewer: Caller, asker: WhoAsks, vin: KnownVin) -> Response:
    """Take a vehicle that was put away into use again."""
    async with ports.acts.noting(asker, "vehicle_restored", vin=vin):
        await restore_vehicle(viewer, ports.keeping, vin)
    return json_answer(await view_vehicle(viewer, ports.vehicles, ports.pictures, vin))


@with_config(STRICT)
class ErasureRequest(TypedDict):
    """What proves that the right vehicle is meant."""

    confirmation: Annotated[str, Field(max_length=17, description="the last 7 characters of the VIN, or all of it")]


@router.post("/{vin}/erase", **answer_of(ErasedAnswer))
async def erase(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports, viewer: Caller, asker: WhoAsks, vin: KnownVin, body: Annotated[ErasureRequest, Body()]
) -> Response:
    """Erase all that is stored of a vehicle, for good; backups keep it. What comes of it later makes it known anew."""
    async with ports.acts.noting(asker, "vehicle_erased", details={"car": mask_vin(vin)}) as noted:
        erased = await erase_vehicle(viewer, ports.keeping, vin, confirmation=body["confirmation"])
        noted |= {"readings": erased.readings, "documents": erased.documents}
    return json_answer(erased)


@router.get(
    "/{vin}/image",
    response_class=Response,
    responses={
        200: {"description": "the picture", "content": {PNG: {"schema": {"type": "string", "format": "binary"}}}},
        304: {"description": "the caller has it already (If-None-Match)"},
    },
)
async def show_image(ports: Ports, viewer: Caller, request: Request, vin: KnownVin) -> Response:
    """Return BMW's picture of the vehicle, as the hub has stored it: BMW is not asked."""
    png = await view_picture(viewer, ports.pictures, vin)
    headers = {"etag": f'"{hashlib.sha256(png).hexdigest()[:20]}"', "cache-control": "private, max-age=86400"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(png, media_type=PNG, headers=headers)


@router.get(
    "/{vin}/fingerprint",
    response_class=Response,
    responses={200: {"description": "a capture", "content": {NDJSON: {"schema": {"type": "string"}}}}},
)
async def make_fingerprint(
    ports: Ports,
    viewer: Caller,
    vin: KnownVin,
    days: Annotated[float, Query(ge=0.01, le=3_660, description="the newest so many")] = 7,
) -> Response:
    """Return what the vehicle sends as an anonymous capture, for a bug report: a message a line.

    Descriptors, words, units, order and gaps stay; VIN, dates, places, the odometer and unknown texts are others.
    """
    capture = await view_fingerprint(viewer, ports.fingerprints, vin, days=days)
    headers = {"content-disposition": 'attachment; filename="bimmerhub-car.ndjson"', "cache-control": "no-store"}
    return Response(capture, media_type=NDJSON, headers=headers)


@router.get("/{vin}/state", **answer_of(StateAnswer))
async def show_state(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return the newest value of every signal that this vehicle has reported; what it never reported is not there."""
    return json_answer(await view_state(viewer, ports.vehicles, vin, now_ms=ports.now_ms()))


@router.get("/{vin}/coverage", **answer_of(CarPage[CoverageAnswer]))
async def show_coverage(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return for each descriptor whether it arrives, and if not, why; judged from the last 30 days.

    Only time in which the stream was connected counts.
    """
    return json_answer(await view_coverage(viewer, ports.coverage, ports.vehicles, vin))


@router.get("/{vin}/coverage/export", **answer_of(Page[ModelCoverageAnswer]))
async def export_coverage(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return key, verdict and cadence of one car by its model and iDrive generation, without VIN and times."""
    return json_answer(await view_model_coverage(viewer, ports.coverage, ports.vehicles, vin))
