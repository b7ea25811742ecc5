"""What a path answers to a method that none of its routes takes: 405, with the methods that it has.

Nobody has seen what BMW answers; this is what HTTP asks for (RFC 9110, 15.5.6), and so inferred.
"""

from collections.abc import Sequence

from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send


class KnownMethods:
    """ASGI middleware in front of `routes`. Those for whatever else is below a path do not count: they refuse."""

    def __init__(self, app: ASGIApp, *, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._routes = [route for route in routes if isinstance(route, Route) and ":path}" not in route.path]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it by the methods that its path has."""
        app = self._app
        if scope["type"] == "http":
            methods = self._methods_of(scope)
            if methods and scope["method"] not in methods:
                allowed = ", ".join(sorted(methods))
                app = PlainTextResponse("Method Not Allowed", status_code=405, headers={"Allow": allowed})
        await app(scope, receive, send)

    def _methods_of(self, scope: Scope) -> set[str]:
        routes = (route for route in self._routes if route.matches(scope)[0] is not Match.NONE)
        return {method for route in routes for method in route.methods or ()}
