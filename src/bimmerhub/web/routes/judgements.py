"""Routes: what a person says of a vehicle's readings."""

from typing import (
    Annotated,
    NotRequired,  # pydantic refuses the one of `typing` before Python 3.12
)

from fastapi import APIRouter, Body
from pydantic import Field, with_config
from starlette.responses import Response
from typing_extensions import TypedDict

from bimmerhub.ids import Vin
from bimmerhub.times import parse_time
from bimmerhub.views.cars.history import parse_quantity
from bimmerhub.views.fields import Page
from bimmerhub.views.ports.readings import ReadingSpan
from bimmerhub.views.stored import judgements as views
from bimmerhub.views.stored.judgements import JudgedAnswer, JudgementAnswer
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.json_body import STRICT, JsonBodyRoute
from bimmerhub.web.routes.context import Caller, KnownVin, Ports, WhoAsks

router = APIRouter(prefix="/vehicles/{vin}", tags=["judgements"], route_class=JsonBodyRoute)

Moment = Annotated[str, Field(max_length=40, description="ISO 8601 with zone, or a date")]


@with_config(STRICT)
class JudgementRequest(TypedDict):
    """Which readings: of a descriptor or of a signal's, measured at `at`, or from then until `until` (included)."""

    descriptor: NotRequired[Annotated[str, Field(max_length=200)]]
    signal: NotRequired[Annotated[str, Field(max_length=100)]]
    at: Moment
    until: NotRequired[Moment]
    dry_run: NotRequired[Annotated[bool, Field(description="only say what would change")]]


@router.get("/judgements", **answer_of(Page[JudgementAnswer]))
async def list_judgements(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return what was rejected and released, in the order in which it was; what was taken back is there too."""
    return json_answer(await views.view_judgements(viewer, ports.overlays, vin))


@router.post("/readings/reject", **answer_of(JudgedAnswer))
async def reject_readings(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports, viewer: Caller, asker: WhoAsks, vin: KnownVin, body: Annotated[JudgementRequest, Body()]
) -> Response:
    """Set readings apart that are not true. What comes later for that time is set apart too.

    An odometer, a position or a charge level is judged by what is left. `/readings/restore` takes it back.
    """
    span = _span_of(vin, body)
    dry_run = body.get("dry_run", False)
    if dry_run:
        return json_answer(await views.reject_readings(viewer, ports.judging, span, dry_run=True))
    async with ports.acts.noting(asker, "readings_rejected", vin=vin, details=_noted(body)) as noted:
        judged = await views.reject_readings(viewer, ports.judging, span, dry_run=False)
        noted |= {"set_apart": judged.set_apart_count, "returned": judged.returned_count}
    return json_answer(judged)


@router.post("/readings/restore", **answer_of(JudgedAnswer))
async def restore_readings(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports, viewer: Caller, asker: WhoAsks, vin: KnownVin, body: Annotated[JudgementRequest, Body()]
) -> Response:
    """Take back every judgement that touches that time: the readings are where they would be had it never been made."""
    span = _span_of(vin, body)
    dry_run = body.get("dry_run", False)
    if dry_run:
        return json_answer(await views.restore_readings(viewer, ports.judging, span, dry_run=True))
    async with ports.acts.noting(asker, "readings_restored", vin=vin, details=_noted(body)) as noted:
        judged = await views.restore_readings(viewer, ports.judging, span, dry_run=False)
        noted |= {"set_apart": judged.set_apart_count, "returned": judged.returned_count}
    return json_answer(judged)


def _noted(body: JudgementRequest) -> dict[str, str]:
    """Return what the audit says of the readings that were meant."""
    return {name: str(value) for name, value in body.items() if name != "dry_run"}


def _span_of(vin: Vin, body: JudgementRequest) -> ReadingSpan:
    until = body.get("until")
    return views.span_of(
        vin,
        parse_quantity(descriptor=body.get("descriptor"), signal=body.get("signal")),
        at_ms=parse_time(body["at"], name="at"),
        until_ms=None if until is None else parse_time(until, name="until"),
    )
