"""Routes: how long readings are kept."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from bimmerhub.views.stored import retention as views
from bimmerhub.views.stored.retention import RetentionAnswer
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.routes.context import Caller, Ports, WhoAsks

router = APIRouter(prefix="/retention", tags=["hub"])

Days = Annotated[float | None, Query(ge=1, le=36_500, description="as if this were set")]


@router.get("", **answer_of(RetentionAnswer))
async def show_retention(
    ports: Ports, viewer: Caller, positions_days: Days = None, readings_days: Days = None
) -> Response:
    """Return what is older than the settings allow, and what was dropped so far.

    With days: what would be too old if those were set.
    """
    asked = views.asked_limits(positions_days, readings_days)
    limits = ports.age_keeping.limits if asked is None else asked
    due_at_ms = ports.age_keeping.due_at_ms() if asked is None else None
    return json_answer(
        await views.view_retention(viewer, ports.retention, limits, due_at_ms=due_at_ms, now_ms=ports.now_ms())
    )


@router.post("/apply", **answer_of(RetentionAnswer))
async def apply(ports: Ports, viewer: Caller, asker: WhoAsks) -> Response:
    """Drop what is older than the settings allow, now and for good; `old` says what went."""
    async with ports.acts.noting(asker, "retention_applied") as noted:
        answer = await views.apply_retention(viewer, ports.retention, ports.age_keeping)
        noted["readings"] = sum(item.readings for item in answer.old)
    return json_answer(answer)
