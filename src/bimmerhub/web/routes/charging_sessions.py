"""Routes: the charging sessions of a vehicle, and one of them with its curve and what there is to say about it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from bimmerhub.times import EARLIEST_MS, LATEST_MS, parse_time
from bimmerhub.views.cars.charge_rows import ChargeReads
from bimmerhub.views.cars.charge_shapes import ChargesPage, ChargingSessionDetails
from bimmerhub.views.cars.charging_sessions import (
    DEFAULT_SESSIONS,
    MOST_SESSIONS,
    view_charging_session,
    view_charging_sessions,
)
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.routes.context import Caller, Context, KnownVin, PageToken, Ports

router = APIRouter(prefix="/vehicles/{vin}/charging-sessions", tags=["charging"])

Begin = Annotated[str | None, Query(alias="from", max_length=40, description="ISO 8601 with zone, or a date")]
End = Annotated[str | None, Query(alias="to", max_length=40, description="the same; else now")]


def _reads(ports: Context) -> ChargeReads:
    return ChargeReads(
        records=ports.records,
        documents=ports.documents,
        readings=ports.readings,
        vehicles=ports.vehicles,
        places=ports.places,
    )


@router.get("", **answer_of(ChargesPage))
async def list_charging_sessions(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    vin: KnownVin,
    begin: Annotated[
        str | None, Query(alias="from", max_length=40, description="ISO 8601 with zone, or a date")
    ] = None,
    end: Annotated[str | None, Query(alias="to", max_length=40, description="the same; else now")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_SESSIONS)] = DEFAULT_SESSIONS,
    after: PageToken = None,
) -> Response:
    """Return the charging sessions that began in a stretch of time, else all, newest first, with the totals of all.

    They are made from the readings; BMW's own charging history is laid over, and what only BMW knows of is listed too.
    """
    from_ms = EARLIEST_MS if begin is None else parse_time(begin, name="from")
    to_ms = LATEST_MS if end is None else parse_time(end, name="to")
    page = await view_charging_sessions(
        viewer, _reads(ports), vin, from_ms=from_ms, to_ms=to_ms, limit=limit, after=after
    )
    return json_answer(page)


@router.get("/{session_id}", **answer_of(ChargingSessionDetails))
async def show_charging_session(
    *,
    ports: Ports,
    viewer: Caller,
    vin: KnownVin,
    session_id: Annotated[str, Path(max_length=60, description="the id that the list shows")],
    evidence: Annotated[bool, Query(description="with the readings that it rests on")] = False,
) -> Response:
    """Return one session with its curve, and why it started late, ran slow or stopped.

    An id that is gone, since older readings came in, answers with the session that covers its instant now.
    """
    details = await view_charging_session(viewer, _reads(ports), vin, session_id, with_evidence=evidence)
    return json_answer(details)
