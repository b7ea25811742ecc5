"""Routes: BMW's catalogue of descriptors, and what models make of it."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from bimmerhub.views.cars.catalogue import (
    CatalogueAnswer,
    CatalogueFilter,
    Category,
    Drivetrain,
    Endpoint,
    Language,
    view_catalogue,
)
from bimmerhub.views.cars.catalogue_check import MOST_LIST_BYTES, CatalogueCheckAnswer, check_catalogue
from bimmerhub.views.cars.coverage import (
    ModelCoverageAnswer,
    ModelFactAnswer,
    view_model_coverage,
    view_model_facts,
)
from bimmerhub.views.fields import Page
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.routes.context import Caller, Ports, WhoAsks

router = APIRouter(tags=["hub"])


@router.get("/catalogue", **answer_of(Page[CatalogueAnswer]))
async def search_catalogue(
    ports: Ports,
    viewer: Caller,
    *,
    q: Annotated[str, Query(max_length=200, description="words that key and titles must hold")] = "",
    streamable: Annotated[bool | None, Query(description="only what comes by stream, or only what does not")] = None,
    category: Annotated[Category | None, Query(description="BMW's own grouping")] = None,
    drivetrain: Annotated[Drivetrain | None, Query(description="only what BMW lists for it")] = None,
    endpoint: Annotated[Endpoint | None, Query(description="BMW's REST resource with the value")] = None,
    language: Annotated[Language, Query(description="of the titles")] = "en",
) -> Response:
    """Return the descriptors of BMW's catalogue: the best match first, all of them by key without words."""
    wanted = CatalogueFilter(is_streamable=streamable, category=category, drivetrain=drivetrain, endpoint=endpoint)
    catalogue = await ports.catalogue.load()
    return json_answer(await view_catalogue(viewer, catalogue, words=q, wanted=wanted, language=language))


@router.post(
    "/catalogue/check",
    **answer_of(CatalogueCheckAnswer),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def check_list(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    asker: WhoAsks,
    request: Request,
    dry_run: Annotated[bool, Query(description="only tell the differences")] = False,  # noqa: FBT002 - FastAPI
) -> Response:
    """Hold BMW's public list (its page, or CSV; the body) against the catalogue. New descriptors are known from now on.

    BMW is not asked for the list: send it.
    """
    document = bytearray()
    async for chunk in request.stream():
        document += chunk
        if len(document) > MOST_LIST_BYTES:
            break  # what it is then refused for
    if dry_run:
        return json_answer(await check_catalogue(viewer, ports.catalogue, bytes(document), dry_run=True))
    async with ports.acts.noting(asker, "catalogue_checked"):
        return json_answer(await check_catalogue(viewer, ports.catalogue, bytes(document), dry_run=False))


@router.get("/catalogue/models", **answer_of(Page[ModelFactAnswer]))
async def list_model_facts(viewer: Caller) -> Response:
    """Return what models are known to send otherwise than the catalogue says, each with its source."""
    return json_answer(await view_model_facts(viewer))


@router.get("/coverage/export", **answer_of(Page[ModelCoverageAnswer]))
async def export_all_coverage(ports: Ports, viewer: Caller) -> Response:
    """Return key, verdict and cadence of all cars by model and iDrive generation, without VINs and times."""
    return json_answer(await view_model_coverage(viewer, ports.coverage, ports.vehicles))
