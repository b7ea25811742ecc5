"""JSON bodies, read strictly: what cannot be stored, sent on or answered with is refused before a route sees it.

The standard library's reader lets half a surrogate pair through, and NaN; both would fail somewhere behind it.
"""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from json import JSONDecodeError
from typing import Any, Final

import msgspec
from fastapi.routing import APIRoute
from pydantic import ConfigDict
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

STRICT: Final = ConfigDict(strict=True, extra="forbid")
"""For the shape of a body: a member that is misspelt is refused, not left out in silence; 0, 1, "no" and "yes" are no
truth values here, and true is no longitude.
"""

LONGEST_BODY_BYTES: Final = 1024 * 1024
"""Far more than the longest one needs: a container of 1,000 descriptors."""


_DAY: Final = "((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-9])|(0[13-9]|1[0-2])-30|(0[13578]|1[02])-31)"
_TIME_OF_DAY: Final = "([01][0-9]|2[0-3]):[0-5][0-9]"
MOMENT_PATTERN: Final = (
    f"^(19[7-9][0-9]|[2-9][0-9]{{3}})-{_DAY}"
    f"([T ]{_TIME_OF_DAY}(:[0-5][0-9]([.,][0-9]{{1,9}})?)?(Z|[+-]{_TIME_OF_DAY}))?$"
)
"""ISO 8601 with zone, or a date, so that a description promises no other text than `parse_time` reads."""


class JsonBodyRoute(APIRoute):
    """A route with a JSON body; 422 for one that is not JSON by the book, 413 for one that is too long."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return handle_strictly


class _StrictRequest(Request):
    """A request whose body is read by msgspec, up to `LONGEST_BODY_BYTES`; HTTPException for a longer one.

    Whatever else is wrong is a JSONDecodeError: FastAPI makes a RequestValidationError of it.
    """

    @override
    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            body = bytearray()
            async for chunk in self.stream():
                body += chunk
                if len(body) > LONGEST_BODY_BYTES:
                    raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is longer than 1 MiB")
            self._body = bytes(body)
        return self._body

    @override
    async def json(self) -> Any:
        try:
            return msgspec.json.decode(await self.body())
        except (ValueError, RecursionError) as error:  # DecodeError and UnicodeDecodeError are ValueErrors
            raise JSONDecodeError(str(error), "", 0) from error
