"""Routes: any operation of BMW's interfaces, by an account's sign-in, and all that change nothing at once."""

from typing import (
    Annotated,
    NotRequired,  # pydantic refuses the one of `typing` before Python 3.12
)

from fastapi import APIRouter, Body, Query
from pydantic import Field, with_config
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from bimmerhub.views import calls as views
from bimmerhub.views.calls import CallOutcomeAnswer
from bimmerhub.views.cars.vehicles import find_vehicle
from bimmerhub.views.wire import WireAnswer, record_wire
from bimmerhub.web.access.gate import refuse_change
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.json_body import STRICT, JsonBodyRoute
from bimmerhub.web.routes.context import AccountName, Caller, Ports, WhoAsks

router = APIRouter(tags=["calls"], route_class=JsonBodyRoute)

_MOST_PARAMETERS = 50


@with_config(STRICT)
class CallRequest(TypedDict):
    """An operation with its parameters, or a path; `bimmerhub call FAMILY` lists the operations."""

    operation: NotRequired[Annotated[str, Field(max_length=100)]]
    path: NotRequired[Annotated[str, Field(max_length=2_000, description="GET of a path that no operation describes")]]
    vin: NotRequired[Annotated[str, Field(max_length=17, description="the car that a path, or My Garage, is about")]]
    family: NotRequired[
        Annotated[str, Field(max_length=40, description="else the account's; mygarage by an account of mybmw")]
    ]
    params: NotRequired[Annotated[dict[str, object], Field(max_length=_MOST_PARAMETERS)]]
    dry_run: NotRequired[Annotated[bool, Field(description="return the request, and do not send it")]]


@router.post("/accounts/{name}/call", **answer_of(CallOutcomeAnswer))
async def call_operation(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    asker: WhoAsks,
    name: AccountName,
    body: Annotated[CallRequest, Body()],
    request: Request,
) -> Response:
    """Call one operation of the interface that an account is of, and return BMW's answer as it came.

    A question needs a token of scope `write` or `command`; what changes something needs one of scope `command`, is sent
    once, and is in the audit. Of CarData each call is one of the day's quota. Nothing that comes is stored.
    """
    wish = views.to_wish(
        family=body.get("family"),
        operation=body.get("operation"),
        path=body.get("path"),
        params=body.get("params", {}),
        vin=body.get("vin"),
    )
    if body.get("dry_run", False):
        return json_answer(await views.show_call(viewer, ports.calls, name, wish))
    if not asker.may_command and await views.needs_command_scope(ports.calls, name, wish):
        return await refuse_change(request, car=str(wish.values.get("vin", "")))
    return json_answer(await views.call(viewer, ports.calls, name, wish, asker=asker))


@router.post("/accounts/{name}/wire", **answer_of(WireAnswer))
async def record_answers(  # noqa: PLR0917 - FastAPI fills these by name
    ports: Ports,
    viewer: Caller,
    asker: WhoAsks,
    name: AccountName,
    vin: Annotated[str | None, Query(max_length=40, description="the car that is asked about: its VIN or key")] = None,
    stream_s: Annotated[
        float, Query(ge=0, le=300, description="how long the stream is listened to; 0: not at all")
    ] = 0,
) -> Response:
    """Ask BMW once for everything that changes nothing, and return the forms of the answers: no value, no name.

    Of CarData that is a call of the day's quota for each operation. It takes up to some minutes.
    """
    car = None if vin is None else find_vehicle(viewer, ports.vehicles, vin)
    return json_answer(await record_wire(viewer, ports.wire, name, vin=car, stream_s=stream_s, asker=asker))
