"""Routes: readings and positions of a stretch of time, and what is stored at all.

A range is half open (`from` <= time < `to`). Without `to` it ends now; without `from` it is 24 hours long.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from bimmerhub.errors import ConfigError
from bimmerhub.times import DAY_MS, parse_time
from bimmerhub.views.cars.car_warnings import CarWarningAnswer, view_car_warnings
from bimmerhub.views.cars.history import (
    DEFAULT_ROWS,
    MOST_BUCKETS,
    MOST_ROWS,
    BucketAnswer,
    DescriptorAnswer,
    ReadingAnswer,
    parse_quantity,
    view_buckets,
    view_descriptors,
    view_readings,
)
from bimmerhub.views.cars.positions import PositionAnswer, view_positions
from bimmerhub.views.fields import NewestPage, Page
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.routes.context import Caller, KnownVin, PageToken, Ports

router = APIRouter(prefix="/vehicles/{vin}", tags=["history"])


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRange:
    """A stretch of time in milliseconds UTC, `from_ms` <= t < `to_ms`."""

    from_ms: int
    to_ms: int


async def _time_range(
    ports: Ports,
    from_: Annotated[
        str | None,
        Query(alias="from", max_length=40, description="ISO 8601 with zone, or a date; else 24 h before `to`"),
    ] = None,
    to: Annotated[str | None, Query(max_length=40, description="ISO 8601 with zone, or a date; else now")] = None,
) -> TimeRange:
    to_ms = parse_time(to, name="to") if to else ports.now_ms()
    from_ms = parse_time(from_, name="from") if from_ else max(0, to_ms - DAY_MS)
    if from_ms >= to_ms:
        raise ConfigError("from= must be earlier than to=", hint="The range holds from, and ends before to.")
    return TimeRange(from_ms=from_ms, to_ms=to_ms)


Range = Annotated[TimeRange, Depends(_time_range)]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]


@router.get("/readings", **answer_of(Page[ReadingAnswer], Page[BucketAnswer]))
async def list_readings(
    *,
    ports: Ports,
    viewer: Caller,
    vin: KnownVin,
    span: Range,
    descriptor: Annotated[str | None, Query(max_length=200, description="BMW's key")] = None,
    signal: Annotated[str | None, Query(max_length=100, description="one of ours, instead of a descriptor")] = None,
    buckets: Annotated[int | None, Query(ge=1, le=MOST_BUCKETS, description="sum up in so many stretches")] = None,
    limit: Limit = DEFAULT_ROWS,
    after: PageToken = None,
) -> Response:
    """Return the stored readings of one descriptor or one signal, oldest first.

    `signal=` takes the readings of all descriptors that can feed the signal, each value in the signal's unit and words;
    a value that the signal has no reading for is null, and `descriptor` says where each value came from. What two
    descriptors said within 5 seconds is there once (of one page), so that a page can be shorter than `limit`. With
    `buckets` it takes, for each stretch, the best descriptor that has readings in it. Stretches of an hour or more have
    whole hours as edges, so that there may be fewer of them; `mean` is over readings, not over time. `limit` and
    `after` are for answers without buckets.
    """
    quantity = parse_quantity(descriptor=descriptor, signal=signal)
    from_ms, to_ms = span.from_ms, span.to_ms
    catalogue = await ports.catalogue.load()
    if buckets is not None:
        return json_answer(
            await view_buckets(
                viewer,
                ports.readings,
                vin,
                quantity,
                vehicles=ports.vehicles,
                catalogue=catalogue,
                from_ms=from_ms,
                to_ms=to_ms,
                buckets=buckets,
            )
        )
    return json_answer(
        await view_readings(
            viewer,
            ports.readings,
            vin,
            quantity,
            vehicles=ports.vehicles,
            catalogue=catalogue,
            from_ms=from_ms,
            to_ms=to_ms,
            limit=limit,
            after=after,
        )
    )


@router.get("/positions", **answer_of(NewestPage[PositionAnswer]))
async def list_positions(
    *, ports: Ports, viewer: Caller, vin: KnownVin, span: Range, limit: Limit = DEFAULT_ROWS, after: PageToken = None
) -> Response:
    """Return where the car was, oldest first: latitudes and longitudes paired by their own times.

    There is none where a car says 0,0, for then it does not know. When there are more than `limit`, the newest are
    returned, and `next` leads to those before them.
    """
    return json_answer(
        await view_positions(
            viewer, ports.readings, vin, from_ms=span.from_ms, to_ms=span.to_ms, limit=limit, after=after
        )
    )


@router.get("/descriptors", **answer_of(Page[DescriptorAnswer]))
async def list_descriptors(
    ports: Ports,
    viewer: Caller,
    vin: KnownVin,
    q: Annotated[str, Query(max_length=200, description="part of the descriptor")] = "",
) -> Response:
    """Return what is stored of each descriptor: how many readings, and from when to when."""
    catalogue = await ports.catalogue.load()
    return json_answer(await view_descriptors(viewer, ports.readings, vin, catalogue=catalogue, containing=q))


@router.get("/warnings", **answer_of(Page[CarWarningAnswer]))
async def list_warnings(ports: Ports, viewer: Caller, vin: KnownVin) -> Response:
    """Return the Check Control messages and fault codes of all time: first seen, came back, gone; present ones first.

    They follow from the lists that are stored: a warning is gone with the first list that does not hold it.
    """
    return json_answer(await view_car_warnings(viewer, ports.readings, vin))
