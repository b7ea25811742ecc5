"""Routes about the hub itself: health, the support bundle, quarantine and metrics."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from bimmerhub.views.cars.vehicles import find_vehicle
from bimmerhub.views.health import HealthAnswer, view_health
from bimmerhub.views.problems import Problem
from bimmerhub.views.stored.quarantine import (
    DEFAULT_REFUSED,
    MOST_REFUSED,
    QuarantinePage,
    ReleasedAnswer,
    release_reading,
    view_quarantine,
)
from bimmerhub.views.support_bundle import BundleAnswer, view_bundle
from bimmerhub.web.answers import answer_of, json_answer, response_of
from bimmerhub.web.metrics import METRICS_TYPE, encode_metrics
from bimmerhub.web.routes.context import Caller, PageToken, Ports, WhoAsks

router = APIRouter(tags=["hub"])
metrics_router = APIRouter(tags=["hub"])


@router.get(
    "/health",
    response_class=Response,
    responses={
        200: response_of(HealthAnswer, description="Successful Response"),
        503: response_of(HealthAnswer, description="down: nothing can be stored"),
    },
)
async def show_health(ports: Ports, viewer: Caller) -> Response:
    """Return whether the hub does its work; callers who may not read get the status only."""
    health = await view_health(viewer, ports.health, ports.accounts)
    status = HTTPStatus.SERVICE_UNAVAILABLE if health.status == "down" else HTTPStatus.OK
    return json_answer(health, status=status)


@router.get("/support-bundle", **answer_of(BundleAnswer))
async def make_support_bundle(ports: Ports, viewer: Caller) -> Response:
    """Return what somebody who helps needs to know of this hub, without names, VINs, values and places.

    It takes up to a minute, for the doctor looks at everything; no REST call is spent.
    """
    headers = {"content-disposition": 'attachment; filename="bimmerhub-report.json"'}
    return json_answer(await view_bundle(viewer, ports.bundles), headers=headers)


@router.get("/quarantine", **answer_of(QuarantinePage))
async def list_quarantine(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    limit: Annotated[int, Query(ge=1, le=MOST_REFUSED)] = DEFAULT_REFUSED,
    after: PageToken = None,
    rejected: Annotated[bool, Query(description="also what a person rejected")] = True,  # noqa: FBT002 - FastAPI
    vin: Annotated[str | None, Query(max_length=40, description="only of this vehicle: its VIN or its key")] = None,
) -> Response:
    """Return what was not understood or not believed, newest first."""
    of_vin = None if vin is None else find_vehicle(viewer, ports.vehicles, vin)
    page = await view_quarantine(viewer, ports.quarantine, limit=limit, after=after, rejected=rejected, vin=of_vin)
    return json_answer(page)


@router.post("/quarantine/{refused_id}/release", **answer_of(ReleasedAnswer))
async def release_quarantined(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    asker: WhoAsks,
    refused_id: Annotated[int, Path(ge=1, lt=2**63)],
    dry_run: Annotated[bool, Query(description="only say what would change")] = False,  # noqa: FBT002 - FastAPI
) -> Response:
    """Store a reading that was not believed; an odometer is judged by it from then on.

    What was not understood has `reading` null and cannot be released.
    """
    if dry_run:
        return json_answer(await release_reading(viewer, ports.judging, refused_id, dry_run=True))
    async with ports.acts.noting(asker, "reading_released", details={"quarantine": refused_id}):
        return json_answer(await release_reading(viewer, ports.judging, refused_id, dry_run=False))


@metrics_router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"description": "Prometheus", "content": {METRICS_TYPE: {"schema": {"type": "string"}}}},
        401: response_of(Problem, description="the hub is protected: token or session missing"),
    },
)
async def show_metrics(ports: Ports, viewer: Caller) -> Response:
    """Return the hub's figures and every numeric signal for Prometheus, but no position; of a VIN, the last four."""
    return Response(await encode_metrics(viewer, ports), media_type=METRICS_TYPE)
