"""Bodies of requests to the emulator: read before anything is answered, up to `LARGEST_BODY_BYTES`."""

from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY_BYTES: Final = 4 << 20
"""Some hundred times the longest that any client of BMW's sends."""

_TOO_LONG: Final = PlainTextResponse("The body is longer than 4 MiB.\n", 413, headers={"connection": "close"})


def with_short_bodies(app: ASGIApp) -> ASGIApp:
    """Return the application; a longer body is answered with 413, whatever it was sent to."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await app(scope, receive, send)
            return
        body = await _read(receive)
        if body is None:
            await _TOO_LONG(scope, receive, send)
            return
        unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def hear() -> Message:
            return unread.pop() if unread else await receive()

        await app(scope, hear, send)

    return answer


async def _read(receive: Receive) -> bytes | None:
    """Return a whole body, as far as it came; None for one that is too long."""
    body = bytearray()
    is_whole = False
    while not is_whole and len(body) <= LARGEST_BODY_BYTES:
        message = await receive()
        body += message.get("body", b"")
        is_whole = not message.get("more_body", False)
    return bytes(body) if len(body) <= LARGEST_BODY_BYTES else None
