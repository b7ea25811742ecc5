"""Route: live events as server-sent events."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query
from starlette.requests import Request
from starlette.responses import Response

from bimmerhub.errors import ConfigError
from bimmerhub.views.cars.vehicles import find_vehicle
from bimmerhub.views.events import EVENT_KINDS, EVENT_SHAPES
from bimmerhub.web.answers import SCHEMA_REF, schema_name
from bimmerhub.web.event_stream import EventStream
from bimmerhub.web.routes.context import Caller, Ports

LONGEST_ID: Final = 19
"""Digits of a number of 64 bits."""

_EXAMPLE: Final = (
    "    event: signal\n    id: 1790000000000001\n"
    '    data: {"value":71,"unit":"%","measured_at":"2026-01-31T08:15:00.000Z", …,"vin":"…","name":"soc_percent"}\n'
)

router = APIRouter(tags=["hub"])


def _event_schema() -> dict[str, Any]:
    """Return the schema of one event: OpenAPI 3.1 has no other way to say what follows `event:` and `data:`."""
    variants = [
        {
            "title": f"{kind} event",
            "type": "object",
            "properties": {
                "event": {"const": kind},
                "id": {"type": "integer"},
                "data": {"$ref": SCHEMA_REF.format(name=schema_name(shape))},
            },
            "required": ["event", "data"],
            "additionalProperties": False,
        }
        for kind, shape in EVENT_SHAPES.items()
    ]
    return {"description": "One event; `data` is one line of JSON.", "oneOf": variants}


@router.get(
    "/events",
    response_class=Response,
    responses={
        200: {
            "description": f"Server-sent events, for as long as the client listens. One of them:\n\n{_EXAMPLE}",
            "content": {"text/event-stream": {"schema": _event_schema()}},
        }
    },
)
async def stream_events(
    *,
    ports: Ports,
    viewer: Caller,
    request: Request,
    vin: Annotated[str | None, Query(max_length=40, description="only readings and signals of this vehicle")] = None,
    kind: Annotated[list[str] | None, Query(max_length=20, description="only these; repeat it or use commas")] = None,
    last_event_id: Annotated[str | None, Header(description="go on after this event")] = None,
    last_event_id_query: Annotated[
        str | None, Query(alias="lastEventId", description="the same, for clients that cannot send the header")
    ] = None,
) -> Response:
    """Stream live events: `reading`, `signal`, `link`, `quota`, `command`, `trip`, `charging_session`.

    Each has an increasing `id`: `Last-Event-ID` resumes after that event, out of the newest 10,000. When events were
    missed, because the client was too slow or away for too long, a `gap` event says how many (null: not known): read
    the state again. An idle stream carries a comment every 15 s. The stream ends with the session or token that opened
    it.
    """
    known_vin = None if vin is None else find_vehicle(viewer, ports.vehicles, vin)
    after_id = _parse_id(last_event_id or last_event_id_query or "")
    return EventStream(
        ports.events,
        viewer,
        vin=known_vin,
        kinds=_parse_kinds(kind),
        after_id=after_id,
        is_still_let_in=request.state.is_still_let_in,
        revocations=ports.entrance.revocations,
    )


def _parse_id(text: str) -> int | None:
    """Return the id to go on after; None for what is none: the stream then begins at the present."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_ID else None


def _parse_kinds(texts: Sequence[str] | None) -> frozenset[str]:
    kinds = frozenset(word.strip() for text in texts or () for word in text.split(",") if word.strip())
    if unknown := kinds - EVENT_KINDS:
        raise ConfigError(
            f"no such kind of event: {', '.join(sorted(unknown))}", hint=f"Known: {', '.join(sorted(EVENT_KINDS))}."
        )
    return kinds or EVENT_KINDS
