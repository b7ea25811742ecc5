"""What all routes of the dealers' sites share: misbehaviour, and bodies that are JSON."""

import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.remote.broken_site import broken_answer
from bimmerhub.errors import BimmerhubError

SiteHandler = Callable[[Request], Awaitable[Response]]


class NoJson(BimmerhubError):
    """A body that is no JSON."""


class SiteCalls:
    """Makes routes that can be told to misbehave."""

    def __init__(self, *, clock: EmulatorClock, faults: Faults) -> None:
        self._clock = clock
        self._faults = faults

    def route(self, path: str, method: str, handler: SiteHandler) -> Route:
        """Return a route; a body that is no JSON is 400."""

        async def endpoint(request: Request) -> Response:
            broken = await broken_answer("inventory", faults=self._faults, clock=self._clock)
            if broken is not None:
                return broken
            try:
                return await handler(request)
            except NoJson:
                return JSONResponse({"Message": "The request is invalid."}, status_code=400)

        return Route(path, endpoint, methods=[method])


async def read_json(request: Request) -> object:
    """Return the body of a request; NoJson when it is none."""
    try:
        body: object = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise NoJson("the body is no JSON") from error
    return body
