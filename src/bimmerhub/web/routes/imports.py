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
from bimmerhub.views import imports as views
from bimmerhub.views.imports import ImportAnswer
from bimmerhub.views.problems import Problem, to_problem
from bimmerhub.web.answers import response_of
from bimmerhub.web.problems import error_response
from bimmerhub.web.routes.context import Caller, Used

NDJSON = "application/x-ndjson"

router = APIRouter(tags=["imports"])


class _ImportResponse(Response):
    """Progress as it comes. The body is read by the import alone: nothing else may call `receive` meanwhile."""

    media_type = NDJSON

    def __init__(self, progress: AsyncGenerator[ImportAnswer]) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._progress = progress

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send each report at once; a failure before the first one still has a status of its own."""
        has_started = False
        try:
            async with aclosing(self._progress) as reports:
                async for report in reports:
                    await self._send_line(send, report, is_first=not has_started)
                    has_started = True
        except BimmerhubError as error:
            if not has_started:
                await error_response(error)(scope, receive, send)
                return
            await self._send_line(send, to_problem(error), is_first=False)
        except ClientDisconnect:
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_line(self, send: Send, line: ImportAnswer | Problem, *, is_first: bool) -> None:
        if is_first:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": msgspec.json.encode(line) + b"\n", "more_body": True})


@router.post(
    "/imports",
    response_class=_ImportResponse,
    status_code=200,
    responses={
        200: response_of(
            ImportAnswer, description="One `ImportAnswer` a line; the last has `done` set.", media_type=NDJSON
        )
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {NDJSON: {"schema": {"type": "string", "format": "binary"}}}}
    },
)
async def import_capture(
    used: Used,
    viewer: Caller,
    request: Request,
    origin: Annotated[str, Query(min_length=1, max_length=255, description="the file's name")] = "upload",
) -> Response:
    """Store a capture (plain NDJSON, one message a line). The same capture again changes nothing.

    The body is taken no faster than it can be stored, and may be as long as it likes. Progress comes about once a
    second, while the body is still under way. A failure in mid-import ends the answer with a line `{"error": ...}`;
    what the lines before counted as new is stored.
    """
    return _ImportResponse(views.import_capture(viewer, used.imports, request.stream(), origin=origin))
