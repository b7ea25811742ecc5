"""HTTP connections with limits: uvicorn's, but that nobody holds one without using it.

| what a client does                                        | what happens                      |
|-----------------------------------------------------------|-----------------------------------|
| opens more connections than there may be                  | see `connection_book`             |
| sends no whole request head within `HEAD_WITHIN_S`        | 408, then the connection is cut   |
| sends a request line, or headers, of over `LONGEST_HEAD_BYTES` | 414, 431                     |
| ends a line of the head by LF alone, which a proxy may have taken for part of a header | 400       |
| has shown no token or session, and sends a body slower than `LEAST_BODY_BYTES_PER_S` | it is cut |
| goes on sending a body that has been answered             | it is cut after `HEAD_WITHIN_S`   |
| takes less than `LEAST_TAKEN_BYTES` in `STUCK_WITHIN_S` of an answer that waits for it | it is cut |

A server looks at all of them about once a second (`check`), so each time is exact to a second.
"""

import asyncio
import re
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

import h11
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

from bimmerhub.views.problems import Problem, problem
from bimmerhub.web.answers import encode_shape, json_answer
from bimmerhub.web.connection_book import ConnectionBook, source_of

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import RequestResponseCycle

HEAD_WITHIN_S: Final = 10.0
BODY_BEGINS_WITHIN_S: Final = 20.0
LEAST_BODY_BYTES_PER_S: Final = 1_024
"""On average, from `BODY_BEGINS_WITHIN_S` on."""
STUCK_WITHIN_S: Final = 30.0
LEAST_TAKEN_BYTES: Final = 16_384
LONGEST_HEAD_BYTES: Final = 32_768
"""Request line and headers together."""

_BUSY_FOR_S: Final = 5

_TOO_MANY: Final = problem(
    "hub_busy",
    "The hub has as many connections as it may have, and all are busy.",
    hint="Try again in some seconds; whose connections these are, `ss -tn` tells on the hub's machine.",
    retry_after_s=_BUSY_FOR_S,
)
_TOO_SLOW: Final = problem("request_timeout", "The request did not come in time.")
_TOO_LONG: Final = problem("uri_too_long", f"The request line is longer than {LONGEST_HEAD_BYTES // 1024} KiB.")
_TOO_LARGE: Final = problem(
    "request_header_fields_too_large", f"The request's headers are longer than {LONGEST_HEAD_BYTES // 1024} KiB."
)
_LONE_LINE_FEED: Final = re.compile(rb"(?<!\r)\n")
_CLOSING: Final = {"connection": "close"}
_NO_HTTP: Final = problem("bad_request", "That is no HTTP request.")


class LimitedProtocol(H11Protocol):
    """One connection; `book` is shared by all of a server."""

    def __init__(self, book: "ConnectionBook[LimitedProtocol]", **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(**kwargs)
        self._book = book
        self._is_waiting = True
        self._turn_at_s = self._taken_at_s = self.loop.time()
        self._untaken_bytes = 0
        self._body_bytes = 0

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        may_stay, victim = self._book.enter(self, source_of(self.client[0] if self.client else ""))
        if victim is not None:
            victim.cut()
        if not may_stay:
            self._end(HTTPStatus.SERVICE_UNAVAILABLE, _TOO_MANY, retry_after_s=_BUSY_FOR_S)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._book.leave(self)
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():  # cut, refused or pushed out
            return
        self._body_bytes += len(data)
        super().data_received(data)
        self._note_turn()

    @override
    def handle_events(self) -> None:
        if self.conn.their_state is h11.IDLE and _is_head_ambiguous(self.conn.trailing_data[0]):
            self._end(HTTPStatus.BAD_REQUEST, _NO_HTTP)
        else:
            super().handle_events()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._note_turn()

    @override
    def send_400_response(self, msg: str) -> None:
        """Say what is wrong with a request's head; uvicorn calls this while it handles h11's error."""
        status = getattr(sys.exception(), "error_status_hint", HTTPStatus.BAD_REQUEST)
        if status != HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            self._end(HTTPStatus.BAD_REQUEST, _NO_HTTP)
        elif b"\n" in self.conn.trailing_data[0]:
            self._end(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, _TOO_LARGE)
        else:
            self._end(HTTPStatus.REQUEST_URI_TOO_LONG, _TOO_LONG)

    @override
    def resume_writing(self) -> None:
        self._untaken_bytes = 0  # the client has taken what waited, so its time begins anew
        super().resume_writing()

    def check(self, now_s: float) -> None:
        """End the connection when its client is too slow; `now_s` is the event loop's time."""
        untaken_bytes = self.transport.get_write_buffer_size()
        if untaken_bytes:
            self._check_taking(untaken_bytes, now_s)
        elif self.transport.is_closing():
            self.cut()
        elif self._is_waiting:
            self._untaken_bytes = 0
            if now_s - self._turn_at_s > HEAD_WITHIN_S:
                self._end_idle()
        elif self._owes_body(now_s - self._turn_at_s):
            self.cut()

    def cut(self) -> None:
        """End the connection at once, whatever has not been sent."""
        self.transport.abort()

    def _note_turn(self) -> None:
        cycle = cast("RequestResponseCycle | None", self.cycle)  # None before the first request, whatever uvicorn says
        is_waiting = cycle is None or cycle.response_complete
        if is_waiting is self._is_waiting:
            return
        self._is_waiting = is_waiting
        self._turn_at_s = self.loop.time()
        self._body_bytes = 0
        (self._book.wait if is_waiting else self._book.work)(self)

    def _check_taking(self, untaken_bytes: int, now_s: float) -> None:
        """Cut a client that does not take what waits for it; the time for its next request begins behind that."""
        if not self._untaken_bytes or self._untaken_bytes - untaken_bytes >= LEAST_TAKEN_BYTES:
            self._untaken_bytes, self._taken_at_s = untaken_bytes, now_s
        elif now_s - self._taken_at_s > STUCK_WITHIN_S:
            self.cut()
        self._turn_at_s = now_s

    def _owes_body(self, elapsed_s: float) -> bool:
        """Tell whether the application waits for a body that comes too slowly, from a caller that it does not know."""
        state = cast("dict[str, object]", self.scope.get("state", {}))
        is_patient = state.get("is_proven", False) or not self.cycle.more_body or self.flow.read_paused
        is_slow = elapsed_s > BODY_BEGINS_WITHIN_S and self._body_bytes < elapsed_s * LEAST_BODY_BYTES_PER_S
        return is_slow and not is_patient

    def _end_idle(self) -> None:
        if self.conn.trailing_data[0]:
            self._end(HTTPStatus.REQUEST_TIMEOUT, _TOO_SLOW)
        else:
            self.transport.close()

    def _end(self, status: HTTPStatus, body: Problem, *, retry_after_s: int | None = None) -> None:
        """Answer what is no request, or none yet, and close."""
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            content = encode_shape(body)
            retry = b"" if retry_after_s is None else b"retry-after: %d\r\n" % retry_after_s
            head = b"HTTP/1.1 %d %b\r\nconnection: close\r\n%b" % (status, status.phrase.encode(), retry)
            kind = b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(content)
            self.transport.write(head + kind + content)
        self.transport.close()


def refusing_long_heads(app: ASGIApp) -> ASGIApp:
    """Return the application behind the same limit for heads that come in one piece: h11 measures unfinished ones."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        line_bytes = len(scope.get("raw_path", b"")) + len(scope.get("query_string", b""))
        header_bytes = sum(len(name) + len(value) + 4 for name, value in scope.get("headers", ()))
        if line_bytes > LONGEST_HEAD_BYTES:
            refusal = json_answer(_TOO_LONG, status=HTTPStatus.REQUEST_URI_TOO_LONG, headers=_CLOSING)
            await refusal(scope, receive, send)
        elif header_bytes > LONGEST_HEAD_BYTES:
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            await json_answer(_TOO_LARGE, status=status, headers=_CLOSING)(scope, receive, send)
        else:
            await app(scope, receive, send)

    return answer


def _is_head_ambiguous(received: bytes) -> bool:
    """Tell whether a line of a request's head, as far as it has come, ends otherwise than by CR LF."""
    lone = _LONE_LINE_FEED.search(received)
    end = received.find(b"\r\n\r\n")
    return lone is not None and (end < 0 or lone.start() < end)
