"""Route: where a vehicle stood, and what its battery lost there."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from bimmerhub.errors import ConfigError
from bimmerhub.times import DAY_MS, parse_time
from bimmerhub.views.cars.history import DEFAULT_ROWS, MOST_ROWS
from bimmerhub.views.cars.parking import ParkingPage, ParkingReads, view_parking
from bimmerhub.views.cars.trips import DEFAULT_DAYS
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.routes.context import Caller, KnownVin, PageToken, Ports

router = APIRouter(prefix="/vehicles/{vin}/parking", tags=["parking"])

Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]
Moment = Annotated[str | None, Query(max_length=40, description="ISO 8601 with zone, or a date")]


@router.get("", **answer_of(ParkingPage))
async def list_stops(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    vin: KnownVin,
    from_: Annotated[Moment, Query(alias="from")] = None,
    to: Moment = None,
    limit: Limit = DEFAULT_ROWS,
    after: PageToken = None,
) -> Response:
    """Return the stops between trips that begin in `from` <= t < `to`, oldest first; without `from` those of 30 days.

    When there are more than `limit`, the newest are returned, and `next` leads to those before them. `totals` are of
    the stops on the page; they say over how many hours the loss is known.
    """
    to_ms = parse_time(to, name="to") if to else ports.now_ms() + DAY_MS
    from_ms = parse_time(from_, name="from") if from_ else max(0, to_ms - (DEFAULT_DAYS + 1) * DAY_MS)
    if from_ms >= to_ms:
        raise ConfigError("from= must be earlier than to=", hint="The range holds from, and ends before to.")
    reads = ParkingReads(records=ports.records, readings=ports.readings, places=ports.places)
    return json_answer(await view_parking(viewer, reads, vin, from_ms=from_ms, to_ms=to_ms, limit=limit, after=after))
