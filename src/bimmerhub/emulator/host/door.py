"""The emulator's door: what came in and went out over HTTP, for tests that want to see it or to change it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer. `headers` are the request's, `host` among them, `query` is as it was sent.

    `media_type` is the answer's, without its parameters; `faults` are those that were on when the request came in.
    """

    method: str
    host: str
    headers: Headers
    path: str
    query: str
    request_body: bytes
    status: int
    media_type: str
    response_body: bytes
    faults: frozenset[str]


OnExchange = Callable[[Exchange], None]
Rewrite = Callable[[Exchange], bytes]
"""Returns the body that goes out instead of an answer's own."""


class Door:
    """Passes requests to `app`. `rewrite` decides what bodies go out; `on_exchange` is called with what went out.

    `faults_on` returns the names of the faults that are on.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        faults_on: Callable[[], frozenset[str]],
        rewrite: Rewrite | None,
        on_exchange: OnExchange | None,
    ) -> None:
        self._app = app
        self._faults_on = faults_on
        self._rewrite = rewrite
        self._on_exchange = on_exchange

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        incoming, outgoing, start = bytearray(), bytearray(), dict[str, Any]()
        faults = self._faults_on()

        async def hear() -> Message:
            message = await receive()
            incoming.extend(message.get("body", b""))
            return message

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            outgoing.extend(message.get("body", b""))
            if not message.get("more_body", False):
                exchange = _sum_up(scope, bytes(incoming), start=start, outgoing=bytes(outgoing), faults=faults)
                await self._answer(exchange, start, send)

        await self._app(scope, hear, say)

    async def _answer(self, exchange: Exchange, start: Message, send: Send) -> None:
        if self._rewrite is not None:
            exchange = replace(exchange, response_body=self._rewrite(exchange))
            headers = MutableHeaders(raw=list(start["headers"]))
            headers["content-length"] = str(len(exchange.response_body))
            start = {**start, "headers": headers.raw}
        if self._on_exchange is not None:
            self._on_exchange(exchange)
        await send(start)
        await send({"type": "http.response.body", "body": exchange.response_body})


def _sum_up(scope: Scope, incoming: bytes, *, start: Message, outgoing: bytes, faults: frozenset[str]) -> Exchange:
    headers = Headers(scope=scope)
    return Exchange(
        method=str(scope["method"]),
        host=headers.get("host", ""),
        headers=headers,
        path=str(scope["path"]),
        query=bytes(scope["query_string"]).decode(),
        request_body=incoming,
        status=int(start["status"]),
        media_type=Headers(raw=start["headers"]).get("content-type", "").partition(";")[0],
        response_body=outgoing,
        faults=faults,
    )
