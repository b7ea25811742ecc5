"""Queries in ASCII: what a client forgot to encode reaches the emulated services encoded, for they read text."""

from collections.abc import Awaitable, Callable
from string import printable
from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send


def with_plain_query(app: ASGIApp) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """Return the application; bytes of a query that are no printable ASCII reach it as `%..`."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        query = bytes(scope.get("query_string", b""))
        if not query.isascii():
            scope = {**scope, "query_string": quote(query, safe=printable).encode()}
        await app(scope, receive, send)

    return serve
