"""What a path answers to a method that none of its routes takes: 405, with the methods that it has.

Nobody has seen what BMW answers; this is what HTTP asks for (RFC 9110, 15.5.6), and so inferred.
"""

from collections.abc import Sequence
from functools import lru_cache

from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

_PATHS = 1_000
"""How many paths' methods are remembered: there are some three hundred routes to compare a path with."""


class KnownMethods:
    """ASGI middleware in front of `routes`. Those for whatever else is below a path do not count: they refuse."""

    def __init__(self, app: ASGIApp, *, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._routes = [route for route in routes if isinstance(route, Route) and ":path}" not in route.path]
        self._methods_at = lru_cache(_PATHS)(self._look_up)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it by the methods that its path has."""
        app = self._app
        if scope["type"] == "http":
            methods = self._methods_at(scope["path"])
            if methods and scope["method"] not in methods:
                allowed = ", ".join(sorted(methods))
                app = PlainTextResponse("Method Not Allowed", status_code=405, headers={"Allow": allowed})
        await app(scope, receive, send)

    def _look_up(self, path: str) -> frozenset[str]:
        scope = {"type": "http", "path": path, "method": ""}
        routes = (route for route in self._routes if route.matches(scope)[0] is not Match.NONE)
        return frozenset(method for route in routes for method in route.methods or ())
