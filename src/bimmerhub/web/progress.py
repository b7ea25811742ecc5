"""An answer that comes line by line, as the work behind it goes on."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bimmerhub.errors import BimmerhubError
from bimmerhub.views.problems import Problem, to_problem
from bimmerhub.web.answers import Declaration, Shape, response_of, schema_name
from bimmerhub.web.problems import error_response

NDJSON = "application/x-ndjson"


def progress_of(shape: Shape) -> Declaration:
    """Return the keyword arguments that declare a route which answers with progress in lines of this shape."""
    description = f"One `{schema_name(shape)}` a line; the last has `done` set, or is a `Problem` if the work failed."
    return {
        "response_class": Response,  # of one with a media type FastAPI says that it is a string
        "responses": {200: response_of(shape, Problem, description=description, media_type=NDJSON)},
    }


class ProgressResponse(Response):
    """Reports as they come, one JSON object a line. A request body is read by the work alone."""

    media_type = NDJSON

    def __init__(self, progress: AsyncGenerator[msgspec.Struct]) -> None:
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

    async def _send_line(self, send: Send, line: msgspec.Struct | Problem, *, is_first: bool) -> None:
        if is_first:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": msgspec.json.encode(line) + b"\n", "more_body": True})
