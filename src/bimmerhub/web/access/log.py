"""The access log: one line a request, in which no VIN shows more than its last four, and no secret is."""

import logging
import re
import time
from urllib.parse import unquote_plus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bimmerhub.ids import mask_vin
from bimmerhub.masking import mask_secrets

LOG = logging.getLogger(__name__)

_VIN_LIKE = re.compile(r"[A-Z0-9]{17,}", re.IGNORECASE)


def mask_vins(text: str) -> str:
    """Return `text` with all that could be or hold a VIN (17 or more letters and digits) cut to its last four."""
    return _VIN_LIKE.sub(lambda match: mask_vin(match[0]), text)


class AccessLog:
    """ASGI middleware that logs method, path, status (`-` without an answer) and milliseconds when a request ends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log it at the end."""
        if scope["type"] != "http" or not LOG.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        status: int | None = None
        begun_s = time.perf_counter()

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            elapsed_ms = (time.perf_counter() - begun_s) * 1000
            LOG.info("%s %s %s %.1f ms", scope["method"], _shown_target(scope), status or "-", elapsed_ms)


def _shown_target(scope: Scope) -> str:
    query = unquote_plus(scope.get("query_string", b"").decode("latin-1"))
    target = f"{scope['path']}?{query}" if query else scope["path"]
    return "".join(character if character.isprintable() else "?" for character in mask_secrets(mask_vins(target)))
