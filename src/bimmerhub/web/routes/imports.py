"""Route: a capture on its way into the store, with its progress on the way back."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bimmerhub.errors import BimmerhubError
from bimmerhub.views.describe import describe_progress
from bimmerhub.views.ports import ImportProgress
from bimmerhub.views.shapes import ImportAnswer
from bimmerhub.web.problems import describe_error, error_response
from bimmerhub.web.routes.context import Used

NDJSON = "application/x-ndjson"

router = APIRouter(tags=["imports"])

_encode = msgspec.json.Encoder().encode


class _ImportResponse(Response):
    """Progress as it comes. The body is read by the import alone: nothing else may call `receive` meanwhile."""

    media_type = NDJSON

    def __init__(self, progress: AsyncGenerator[ImportProgress]) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._progress = progress

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send each report at once; a failure before the first one still has a status of its own."""
        has_started = False
        try:
            async with aclosing(self._progress) as reports:
                async for report in reports:
                    await self._send_line(send, describe_progress(report), is_first=not has_started)
                    has_started = True
        except BimmerhubError as error:
            if not has_started:
                await error_response(error)(scope, receive, send)
                return
            await self._send_line(send, describe_error(error), is_first=False)
        except ClientDisconnect:
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_line(self, send: Send, line: object, *, is_first: bool) -> None:
        if is_first:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": _encode(line) + b"\n", "more_body": True})


@router.post(
    "/imports",
    response_model=ImportAnswer,
    response_class=_ImportResponse,
    status_code=200,
    response_description="One `ImportAnswer` a line; the last has `done` set.",
    openapi_extra={
        "requestBody": {"required": True, "content": {NDJSON: {"schema": {"type": "string", "format": "binary"}}}}
    },
)
async def import_capture(
    used: Used,
    request: Request,
    origin: Annotated[str, Query(min_length=1, max_length=255, description="the file's name")] = "upload",
) -> Response:
    """Store a capture (plain NDJSON, one message a line). The same capture again changes nothing.

    The body is taken no faster than it can be stored, and may be as long as it likes. Progress comes about once a
    second, while the body is still under way. A failure in mid-import ends the answer with a line `{"error": ...}`;
    what the lines before counted as new is stored.
    """
    return _ImportResponse(used.imports.import_capture(request.stream(), origin=origin))
