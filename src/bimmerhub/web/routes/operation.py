"""Routes about the hub itself: live events, health, quarantine, metrics, and the catalogue."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Header, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.errors import ConfigError
from bimmerhub.views.describe import (
    describe_entry,
    describe_health,
    describe_quarantined,
    describe_refused,
    json_answer,
)
from bimmerhub.views.shapes import CatalogueAnswer, HealthAnswer, Page, RefusedAnswer, ReleasedAnswer
from bimmerhub.web.events import KINDS, EventStream
from bimmerhub.web.metrics import METRICS_TYPE, encode_metrics
from bimmerhub.web.problems import NotFound
from bimmerhub.web.routes.context import Used, require_vin

MOST_REFUSED: Final = 1_000

router = APIRouter(tags=["hub"])
metrics_router = APIRouter(tags=["hub"])

_SSE_EXAMPLE: Final = (
    "event: signal\nid: 1790000000000001\n"
    'data: {"vin":"…","name":"soc_percent","value":71,"unit":"%","measured_at":"2026-01-31T08:15:00.000Z", …}\n\n'
)


@router.get(
    "/events",
    response_class=Response,
    responses={
        200: {
            "description": "Server-sent events, for as long as the client listens.",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _SSE_EXAMPLE}},
        }
    },
)
async def stream_events(
    *,
    used: Used,
    vin: Annotated[str | None, Query(max_length=40, description="only readings and signals of this vehicle")] = None,
    kind: Annotated[list[str] | None, Query(max_length=20, description="only these; repeat it or use commas")] = None,
    last_event_id: Annotated[str | None, Header(description="go on after this event")] = None,
    last_event_id_query: Annotated[
        str | None, Query(alias="lastEventId", description="the same, for clients that cannot send the header")
    ] = None,
) -> Response:
    """Stream live events: `reading`, `signal`, `link`, `quota`, each with an increasing `id`.

    `Last-Event-ID` resumes after that event, out of the newest 10,000. When events were missed, because the client was
    too slow or away for too long, a `gap` event says how many (null: not known): read the state again. An idle
    stream carries a comment every 15 s.
    """
    last_id = last_event_id or last_event_id_query or ""
    after_id = int(last_id) if last_id.isdecimal() and len(last_id) < 20 else None  # noqa: PLR2004 - digits of a 64-bit number
    known_vin = None if vin is None else require_vin(used, vin)
    return EventStream(used.feed, vin=known_vin, kinds=_parse_kinds(kind), after_id=after_id)


def _parse_kinds(texts: Sequence[str] | None) -> frozenset[str]:
    kinds = frozenset(word.strip() for text in texts or () for word in text.split(",") if word.strip())
    if unknown := kinds - KINDS:
        raise ConfigError(
            f"no such kind of event: {', '.join(sorted(unknown))}", hint=f"Known: {', '.join(sorted(KINDS))}."
        )
    return kinds or KINDS


@router.get(
    "/health",
    response_model=HealthAnswer,
    responses={503: {"model": HealthAnswer, "description": "down: nothing can be stored"}},
)
async def show_health(used: Used, request: Request) -> Response:
    """Return whether the hub does its work; open to everybody, but only callers who may read see the links."""
    health = used.health.health()
    links = used.accounts.links() if request.state.is_trusted else ()
    status = HTTPStatus.SERVICE_UNAVAILABLE if health.status == "down" else HTTPStatus.OK
    return json_answer(describe_health(health, links), status=status)


@router.get("/quarantine", response_model=Page[RefusedAnswer])
async def list_quarantine(used: Used, limit: Annotated[int, Query(ge=1, le=MOST_REFUSED)] = 100) -> Response:
    """Return what was not understood or not believed, newest first."""
    refused = await used.quarantine.refused(limit=limit)
    return json_answer({"items": [describe_refused(one) for one in refused], "next": None})


@router.post("/quarantine/{refused_id}/release", response_model=ReleasedAnswer)
async def release_quarantined(used: Used, refused_id: Annotated[int, Path(ge=1, lt=2**63)]) -> Response:
    """Store a reading that was not believed; an odometer is judged by it from then on.

    What was not understood has `reading` null and cannot be released.
    """
    reading = await used.releases.release(refused_id)
    if reading is None:
        raise NotFound(f"nothing with the id {refused_id} is in quarantine", hint="bimmerhub quarantine list shows it.")
    return json_answer(ReleasedAnswer(id=refused_id, reading=describe_quarantined(reading)))


@router.get("/catalogue", response_model=Page[CatalogueAnswer])
async def search_catalogue(
    q: Annotated[str, Query(max_length=200, description="words that key and title must hold")] = "",
) -> Response:
    """Return the descriptors of BMW's catalogue, ordered by key."""
    return json_answer({"items": [describe_entry(entry) for entry in load_catalogue().search(q)], "next": None})


@metrics_router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"description": "Prometheus", "content": {METRICS_TYPE: {"schema": {"type": "string"}}}}},
)
async def show_metrics(used: Used) -> Response:
    """Return the hub's figures and every numeric signal for Prometheus; of a VIN, the last four."""
    return Response(await encode_metrics(used), media_type=METRICS_TYPE)
