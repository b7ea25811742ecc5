"""Routes: asking BMW now, out of the calls that are kept for a person; and what that costs, which asks nobody."""

from email.utils import formatdate
from typing import (
    Annotated,
    Final,
    NotRequired,  # pydantic refuses the one of `typing` before Python 3.12
)

from fastapi import APIRouter, Body, Query
from pydantic import Field, with_config
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from bimmerhub.times import parse_time
from bimmerhub.views import fetch as views
from bimmerhub.views.fetch import CarQuestion, FetchAnswer, FetchPriceAnswer
from bimmerhub.views.fields import Page
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.json_body import STRICT, JsonBodyRoute
from bimmerhub.web.routes.context import AccountName, Caller, KnownVin, Ports

PNG: Final = "image/png"

router = APIRouter(tags=["fetch"], route_class=JsonBodyRoute)

Moment = Annotated[str, Field(max_length=40, description="ISO 8601 with zone, or a date")]
Fresh = Annotated[bool, Field(description="spend the call also when the stored answer is fresh enough")]
Raw = Annotated[bool, Field(description="give the JSON as it came, too")]


@with_config(STRICT)
class MappingsRequest(TypedDict):
    """How an account's vehicles are asked for."""

    fresh: NotRequired[Fresh]
    raw: NotRequired[Raw]


FetchRequest = TypedDict(
    "FetchRequest",
    {
        "what": CarQuestion,
        "account": NotRequired[Annotated[str, Field(max_length=100, description="else the one whose car it is")]],
        "container": NotRequired[Annotated[str, Field(max_length=100, description="values: else the hub's own")]],
        "from": NotRequired[Moment],
        "to": NotRequired[Moment],
        "month": NotRequired[Annotated[str, Field(max_length=7, description="YYYY-MM, of what BMW tells by months")]],
        "id": NotRequired[Annotated[str, Field(max_length=200, description="bmw-charges: one session, in detail")]],
        "fresh": NotRequired[Fresh],
        "raw": NotRequired[Raw],
    },
)
with_config(STRICT)(FetchRequest)
"""One thing of a car to ask for; `from` and `to` are for the charging history (else the last 45 days)."""


@with_config(STRICT)
class PictureRequest(TypedDict):
    """From which side, in the family's word, and by which account; else as the family shows it, by the first.

    A picture of the last 30 days is given from the store unless it is to be `fresh`.
    """

    view: NotRequired[Annotated[str | None, Field(max_length=40)]]
    account: NotRequired[Annotated[str | None, Field(max_length=100)]]
    fresh: NotRequired[bool]


@router.post(
    "/vehicles/{vin}/picture",
    response_class=Response,
    responses={
        200: {"description": "the picture", "content": {PNG: {"schema": {"type": "string", "format": "binary"}}}},
    },
)
async def fetch_picture(
    ports: Ports, viewer: Caller, vin: KnownVin, body: Annotated[PictureRequest | None, Body()] = None
) -> Response:
    """Return a picture of this car from a side, of families other than CarData; BMW is asked once in 30 days for each.

    `Last-Modified` is when BMW gave it, and `Age` how many seconds ago that was: 0 when it was asked just now.
    """
    wanted = body or {}
    picture = await views.fetch_picture(
        viewer,
        ports.questions,
        vin,
        view=wanted.get("view"),
        account=wanted.get("account"),
        fresh=wanted.get("fresh", False),
    )
    age_s = 0 if picture.is_from_bmw else max(0, ports.now_ms() - picture.fetched_at_ms) // 1000
    headers = {"Last-Modified": formatdate(picture.fetched_at_ms / 1000, usegmt=True), "Age": str(age_s)}
    return Response(picture.png, media_type=PNG, headers=headers)


@router.get("/vehicles/{vin}/fetch", **answer_of(Page[FetchPriceAnswer]))
async def show_fetch_prices(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    vin: KnownVin,
    account: Annotated[str | None, Query(max_length=100, description="else the one whose car it is")] = None,
    container: Annotated[str | None, Query(max_length=100, description="of values; else the hub's own")] = None,
    begin: Annotated[str | None, Query(alias="from", max_length=40, description="of the charging history")] = None,
    end: Annotated[str | None, Query(alias="to", max_length=40, description="of the charging history")] = None,
) -> Response:
    """Return what can be asked of BMW for this car, what each costs, and what is left of the day. Asks nobody."""
    wanted = views.FetchWanted(
        account=account,
        container=container,
        from_ms=None if begin is None else parse_time(begin, name="from"),
        to_ms=None if end is None else parse_time(end, name="to"),
    )
    return json_answer(await views.view_car_prices(viewer, ports.questions, vin, wanted, now_ms=ports.now_ms()))


@router.post("/vehicles/{vin}/fetch", **answer_of(FetchAnswer))
async def fetch_of_vehicle(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports, viewer: Caller, vin: KnownVin, body: Annotated[FetchRequest, Body()], request: Request
) -> Response:
    """Ask BMW for one thing of this car now; the answer is stored, and shown by the address of its subject.

    `basic-data` is what BMW's guide calls `fetch_basic_data` for home automation. An answer that is fresh enough comes
    from the store and costs nothing.
    """
    begin, end = body.get("from"), body.get("to")
    wanted = views.FetchWanted(
        account=body.get("account"),
        container=body.get("container"),
        from_ms=None if begin is None else parse_time(begin, name="from"),
        to_ms=None if end is None else parse_time(end, name="to"),
        month=body.get("month"),
        item=body.get("id"),
    )
    asking = views.to_asking(body["what"], vin, wanted, now_ms=ports.now_ms())

    async def is_awaited() -> bool:
        return not await request.is_disconnected()

    fresh, raw = body.get("fresh", False), body.get("raw", False)
    answer = await views.fetch(viewer, ports.questions, asking, fresh=fresh, raw=raw, is_awaited=is_awaited)
    return json_answer(answer)


@router.get("/accounts/{name}/fetch", **answer_of(Page[FetchPriceAnswer]))
async def show_mappings_price(ports: Ports, viewer: Caller, name: AccountName) -> Response:
    """Return what it costs to ask BMW which cars the account has, and what is left of the day. Asks nobody."""
    return json_answer(await views.view_prices(viewer, ports.questions, [views.to_mappings_asking(name)]))


@router.post("/accounts/{name}/fetch", **answer_of(FetchAnswer))
async def fetch_vehicle_mappings(
    ports: Ports, viewer: Caller, name: AccountName, body: Annotated[MappingsRequest, Body()]
) -> Response:
    """Ask BMW now which cars the account has, and how: mappings.

    BMW's guide calls it `fetch_vehicle_mappings` for home automation. An answer that is fresh enough comes from the
    store and costs nothing.
    """
    asking = views.to_mappings_asking(name)
    fresh, raw = body.get("fresh", False), body.get("raw", False)
    return json_answer(await views.fetch(viewer, ports.questions, asking, fresh=fresh, raw=raw))
