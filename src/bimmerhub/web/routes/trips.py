"""Routes: a vehicle's trips, and hints from outside that sharpen them."""

from typing import (
    Annotated,
    Literal,
    NotRequired,  # pydantic refuses the one of `typing` before Python 3.12
)

from fastapi import APIRouter, Body, Header, Path, Query
from pydantic import Field, with_config
from starlette.responses import Response
from typing_extensions import TypedDict

from bimmerhub.errors import ConfigError
from bimmerhub.times import DAY_MS, parse_time
from bimmerhub.views.cars.hints import HintAnswer, take_hint
from bimmerhub.views.cars.history import MOST_ROWS
from bimmerhub.views.cars.trip_evidence import TripEvidenceAnswer, view_trip_evidence
from bimmerhub.views.cars.trip_path import GPX_MEDIA_TYPE, PathAnswer, to_gpx, view_trip_path
from bimmerhub.views.cars.trips import (
    DEFAULT_DAYS,
    DEFAULT_TRIPS,
    TripAnswer,
    TripPage,
    TripReads,
    view_trip,
    view_trips,
)
from bimmerhub.views.fields import Page
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.json_body import MOMENT_PATTERN, STRICT, JsonBodyRoute
from bimmerhub.web.routes.context import Caller, Context, KnownVin, PageToken, Ports, WhoAsks

router = APIRouter(prefix="/vehicles/{vin}", tags=["trips"], route_class=JsonBodyRoute)

TripId = Annotated[str, Path(max_length=60, description="as the list names it")]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]
Moment = Annotated[str | None, Query(max_length=40, description="ISO 8601 with zone, or a date")]


@with_config(STRICT)
class HintRequest(TypedDict):
    """What somebody knows: whether it is driven, whether the plug is in. `at` is now when it is left out."""

    hint: Literal["driving", "plugged"]
    value: bool
    at: NotRequired[Annotated[str, Field(max_length=40, pattern=MOMENT_PATTERN, description="ISO 8601 with zone")]]


@router.get("/trips", **answer_of(TripPage))
async def list_trips(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    vin: KnownVin,
    from_: Annotated[Moment, Query(alias="from")] = None,
    to: Moment = None,
    limit: Limit = DEFAULT_TRIPS,
    after: PageToken = None,
) -> Response:
    """Return the trips that start in `from` <= t < `to`, newest first; without `from` those of 30 days.

    When there are more than `limit`, `next` leads to those before them. `totals` are of the whole stretch; they say
    how many of its kilometres the trips explain.
    """
    to_ms = parse_time(to, name="to") if to else ports.now_ms() + DAY_MS
    from_ms = parse_time(from_, name="from") if from_ else max(0, to_ms - (DEFAULT_DAYS + 1) * DAY_MS)
    if from_ms >= to_ms:
        raise ConfigError("from= must be earlier than to=", hint="The range holds from, and ends before to.")
    return json_answer(
        await view_trips(viewer, _reads(ports), vin, from_ms=from_ms, to_ms=to_ms, limit=limit, after=after)
    )


@router.get("/trips/{trip_id}", **answer_of(TripAnswer))
async def show_trip(ports: Ports, viewer: Caller, vin: KnownVin, trip_id: TripId) -> Response:
    """Return one trip. An id that is gone, as after a late reading, leads to the trip that covers its start now."""
    return json_answer(await view_trip(viewer, _reads(ports), vin, trip_id))


@router.get("/trips/{trip_id}/evidence", **answer_of(Page[TripEvidenceAnswer]))
async def list_trip_evidence(ports: Ports, viewer: Caller, vin: KnownVin, trip_id: TripId) -> Response:
    """Return the readings around the start and the end of a trip, and what each says in words."""
    return json_answer(await view_trip_evidence(viewer, _reads(ports), vin, trip_id))


@router.get("/trips/{trip_id}/path", **answer_of(PathAnswer))
async def show_trip_path(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    vin: KnownVin,
    trip_id: TripId,
    format_: Annotated[Literal["geojson", "gpx"] | None, Query(alias="format")] = None,
    accept: Annotated[str | None, Header()] = None,
) -> Response:
    """Return where a trip led, as a GeoJSON feature; gaps are gaps. As GPX with `format=gpx`, or when asked for it."""
    path = await view_trip_path(viewer, _reads(ports), vin, trip_id)
    if format_ == "gpx" or (format_ is None and accept is not None and GPX_MEDIA_TYPE in accept):
        return Response(to_gpx(path, name=trip_id), media_type=GPX_MEDIA_TYPE)
    return json_answer(path)


@router.post("/hints", **answer_of(HintAnswer))
async def take_car_hint(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports, viewer: Caller, asker: WhoAsks, vin: KnownVin, body: Annotated[HintRequest, Body()]
) -> Response:
    """Take a hint from outside, such as a phone's or a garage door's. It sharpens the start or end of a trip or charge.

    The same hint twice changes nothing.
    """
    at = body.get("at")
    at_ms = ports.now_ms() if at is None else parse_time(at, name="at")
    async with ports.acts.noting(asker, "hint_taken", vin=vin, details={"hint": body["hint"]}):
        answer = await take_hint(viewer, ports.hints, vin, hint=body["hint"], value=body["value"], at_ms=at_ms)
    return json_answer(answer)


def _reads(ports: Context) -> TripReads:
    return TripReads(records=ports.records, readings=ports.readings, vehicles=ports.vehicles, places=ports.places)
