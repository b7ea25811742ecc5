"""Headers of every answer: Date, those of BMW's gateway, and what faults make of Date and of Retry-After."""

from collections.abc import Callable, Iterable
from email.utils import formatdate

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bimmerhub.emulator.faults.switches import Faults

_FAR_DATE = "Fri, 31 Dec 9999 23:59:59 GMT"
_DIGITS = 5_000  # more than Python makes a number of
_FIRST_REFUSAL = 400
_GATEWAY_PATHS = ("/webapi", "/remoteservices", "/api/me/", "/api/vehicle/", "/api/store/")
_BMW_PATHS = ("/customers", "/gcdm", "/cms", "/api/", "/eadrax", *_GATEWAY_PATHS)
_GATEWAY = (
    ("server", "BMW Group API Gateway"),
    ("x-nodeid", "emulator"),
    ("x-powered-by", "JOY"),
    ("connection", "close"),
)
"""What answers of the older services' API carried (seen 2018-2021)."""


class OddHeaders:
    """Adds headers to what `app` answers. Of BMW's services they tell the time of `now_ms`, and faults strike them.

    A connection that asks for an older service's API is closed after the answer.
    """

    def __init__(self, app: ASGIApp, *, now_ms: Callable[[], int], faults: Faults) -> None:
        self._app = app
        self._now_ms = now_ms
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                path = str(scope["path"])
                added = self._headers(status=int(message["status"]), is_bmws=path.startswith(_BMW_PATHS))
                added = [*added, *(_GATEWAY if path.startswith(_GATEWAY_PATHS) else ())]
                encoded = [(name.encode(), text.encode()) for name, text in added]
                message = {**message, "headers": [*message["headers"], *encoded]}
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _headers(self, *, status: int, is_bmws: bool) -> Iterable[tuple[str, str]]:
        if not is_bmws:
            yield "date", formatdate(usegmt=True)
            return
        is_far = self._faults.take("date-far")
        yield "date", _FAR_DATE if is_far else formatdate(self._now_ms() // 1000, usegmt=True)
        if status < _FIRST_REFUSAL:
            return
        wait_s = self._faults.value("retry-after")
        if wait_s is not None and self._faults.take("retry-after"):
            yield "retry-after", f"{wait_s:.0f}"
        elif self._faults.take("retry-after-endless"):
            yield "retry-after", "9" * _DIGITS
        elif self._faults.take("retry-after-date"):
            yield "retry-after", _FAR_DATE
