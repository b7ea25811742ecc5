"""Requests to the control API: who may send them, what their bodies hold, and how they are refused."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.host.info import CONTROL_PATH
from bimmerhub.emulator.host.json_bodies import read_json
from bimmerhub.emulator.host.listener import is_loopback
from bimmerhub.emulator.owners.emulated_accounts import MappingType
from bimmerhub.emulator.sign_in.grants import TokenKind
from bimmerhub.errors import BimmerhubError
from bimmerhub.ids import Gcid, Vin
from bimmerhub.json_faults import NOT_JSON

BodyT = TypeVar("BodyT", bound=msgspec.Struct)
ControlHandler = Callable[[Request], Awaitable[Mapping[str, object] | Response]]


class ControlRefusal(BimmerhubError):
    """An answer of `status` with words for the caller."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class NewLivesWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """New cars: None keeps the seed, and begins now."""

    seed: int | None = None
    start_ms: int | None = None


class ClockWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A change of the clock's pace, and a jump by or to some milliseconds."""

    speed: float | None = None
    jump_ms: int | None = None
    jump_to_ms: int | None = None
    pause: bool | None = None


class CommandWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A command to a car."""

    name: str
    arguments: dict[str, object] = msgspec.field(default_factory=dict)


class SignInWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The decision about a device code, for an account (its user or GCID); None: the owner of the client.

    `vins` are the cars that a service provider gets; None: all.
    """

    user_code: str
    approve: bool = True
    account: str | None = None
    vins: tuple[Vin, ...] | None = None


class ExpireWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which tokens are to be worthless."""

    kind: TokenKind
    gcid: Gcid | None = None


class QuotaWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How many of today's calls are spent."""

    spent: int
    gcid: Gcid | None = None


class MapWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An account (its user or GCID) that gets a car; with `stream` the data stream is configured with every key."""

    account: str
    mapping: MappingType = MappingType.PRIMARY
    stream: bool = True


class UnmapWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An account (its user or GCID) that loses a car."""

    account: str


class SellWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The account (its user or GCID) that buys a car; None: somebody without a BMW account."""

    to: str | None = None


class WithdrawWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What an account (its user or GCID) takes back from a provider: all, or one car, or one container."""

    account: str
    client_id: str
    vin: str | None = None
    container_id: str | None = None


class FaultWish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A fault to be switched on."""

    name: str
    value: float | None = None
    times: int | None = None
    from_ms: int | None = None
    until_ms: int | None = None
    for_s: float | None = None


def control_route(path: str, method: str, handler: ControlHandler) -> Route:
    """Return a route below the control API's path, for this machine only; ValueError of the handler answers 409."""

    async def endpoint(request: Request) -> Response:
        try:
            check_local(request)
            answer = await handler(request)
            return answer if isinstance(answer, Response) else JSONResponse(answer)
        except ControlRefusal as refusal:
            return JSONResponse({"error": str(refusal)}, status_code=refusal.status)
        except ValueError as error:  # a car or the clock cannot do that; the words say why
            return JSONResponse({"error": str(error)}, status_code=409)

    return Route(CONTROL_PATH + path, endpoint, methods=[method])


def check_local(request: Request) -> None:
    """Refuse other machines, and web pages that reach this one under another name (DNS rebinding)."""
    caller = request.client.host if request.client else ""
    if not (is_loopback(caller) and is_loopback(request.url.hostname or "")):
        raise ControlRefusal(403, "the control API is for this machine only, under localhost or 127.0.0.1")


async def read_wish(request: Request, kind: type[BodyT]) -> BodyT:
    """Return the JSON body of a POST; an empty one is an empty object."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise ControlRefusal(415, "send the body as application/json")
    try:
        return read_json(await request.body() or b"{}", kind)
    except NOT_JSON as error:  # also what fits the JSON but not the fields
        raise ControlRefusal(400, str(error)) from error
