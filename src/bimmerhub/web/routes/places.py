"""Routes: the places that a person has named, and the meters there."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Path, Query
from pydantic import Field, with_config
from starlette.responses import Response
from typing_extensions import TypedDict

from bimmerhub.times import parse_time
from bimmerhub.views import places as views
from bimmerhub.views.fields import Page
from bimmerhub.views.places import (
    LARGEST_RADIUS_M,
    MOST_METER_READINGS,
    SMALLEST_RADIUS_M,
    MeterAnswer,
    MeterReadingsTaken,
    PlaceAnswer,
)
from bimmerhub.views.ports.places import MeterReading
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.json_body import MOMENT_PATTERN, STRICT, JsonBodyRoute
from bimmerhub.web.routes.context import Caller, Ports, WhoAsks

router = APIRouter(tags=["places"], route_class=JsonBodyRoute)

_LATITUDE: Final = r"[+-]?(90(\.0*)?|[0-8]?[0-9](\.[0-9]*)?)"
_LONGITUDE: Final = r"[+-]?(180(\.0*)?|(1[0-7][0-9]|[0-9]?[0-9])(\.[0-9]*)?)"
AT_PATTERN: Final = f"^([^,]+|{_LATITUDE} *, *{_LONGITUDE})$"

Name = Annotated[str, Path(max_length=60, description="as you name it")]


@with_config(STRICT)
class PlaceRequest(TypedDict):
    """Where a place is."""

    at: Annotated[
        str,
        Field(
            max_length=100,
            pattern=AT_PATTERN,
            description="LAT,LON in degrees, or the VIN or key of a car that is there",
        ),
    ]
    radius_m: Annotated[float, Field(ge=SMALLEST_RADIUS_M, le=LARGEST_RADIUS_M)]


@with_config(STRICT)
class MeterRequest(TypedDict):
    """Where a meter is."""

    place: Annotated[str, Field(max_length=60, description="name of the place")]


@with_config(STRICT)
class MeterReadingItem(TypedDict):
    """What a meter showed at a time."""

    measured_at: Annotated[str, Field(max_length=40, pattern=MOMENT_PATTERN, description="ISO 8601 with zone")]
    energy_kwh: Annotated[float, Field(ge=0, le=1e9, description="counted since the meter was made")]


@with_config(STRICT)
class MeterReadingsRequest(TypedDict):
    """What a meter showed."""

    items: Annotated[list[MeterReadingItem], Field(min_length=1, max_length=MOST_METER_READINGS)]


@router.get("/places", **answer_of(Page[PlaceAnswer]))
async def list_places(ports: Ports, viewer: Caller) -> Response:
    """Return every place in order of name."""
    return json_answer(await views.view_places(viewer, ports.places))


@router.put("/places/{name}", **answer_of(PlaceAnswer))
async def save_place(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports, viewer: Caller, asker: WhoAsks, name: Name, body: Annotated[PlaceRequest, Body()]
) -> Response:
    """Add a place, or put it in place of the one with its name."""
    async with ports.acts.noting(asker, "place_saved", details={"name": name}):
        place = await views.save_place(
            viewer, ports.place_keeping, ports.vehicles, name, at=body["at"], radius_m=body["radius_m"]
        )
    return json_answer(place)


@router.delete("/places/{name}", **answer_of(Page[PlaceAnswer]))
async def remove_place(ports: Ports, viewer: Caller, asker: WhoAsks, name: Name) -> Response:
    """Forget a place and its meters; return the places that are left."""
    async with ports.acts.noting(asker, "place_removed", details={"name": name}):
        left = await views.remove_place(viewer, ports.place_keeping, ports.places, name)
    return json_answer(left)


@router.get("/meters", **answer_of(Page[MeterAnswer]))
async def list_meters(ports: Ports, viewer: Caller) -> Response:
    """Return every meter in order of name, with what it counted last."""
    return json_answer(await views.view_meters(viewer, ports.places, ports.readings))


@router.put("/meters/{name}", **answer_of(MeterAnswer))
async def save_meter(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports, viewer: Caller, asker: WhoAsks, name: Name, body: Annotated[MeterRequest, Body()]
) -> Response:
    """Add a meter at a place, or move it there. It counts for charges of cars that are at that place."""
    async with ports.acts.noting(asker, "meter_saved", details={"name": name}):
        meter = await views.save_meter(viewer, ports.place_keeping, ports.readings, name, place=body["place"])
    return json_answer(meter)


@router.delete("/meters/{name}", **answer_of(Page[MeterAnswer]))
async def remove_meter(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    asker: WhoAsks,
    name: Name,
    readings: Annotated[bool, Query(description="erase what it counted, too; of one removed before as well")] = False,  # noqa: FBT002 - FastAPI
) -> Response:
    """Forget a meter, and with `readings` what it counted; return the meters that are left."""
    async with ports.acts.noting(asker, "meter_removed", details={"name": name, "readings": readings}):
        left = await views.remove_meter(
            viewer,
            ports.place_keeping,
            ports.places,
            readings=ports.readings,
            name=name,
            with_readings=readings,
        )
    return json_answer(left)


@router.post("/meters/{name}/readings", **answer_of(MeterReadingsTaken))
async def take_meter_readings(
    ports: Ports, viewer: Caller, name: Name, body: Annotated[MeterReadingsRequest, Body()]
) -> Response:
    """Store what a meter showed: a counter that only grows. The same reading twice changes nothing."""
    items = [
        MeterReading(measured_at_ms=parse_time(item["measured_at"], name="measured_at"), energy_kwh=item["energy_kwh"])
        for item in body["items"]
    ]
    return json_answer(await views.take_meter_readings(viewer, ports.place_keeping, name, items))
