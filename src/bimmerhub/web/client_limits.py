"""What one client may have under way at once, so that the others are served too.

A client is a token or session, else the address that it comes from. Who showed neither (a program on this machine,
while the hub has no password) has no part in the last places for event streams: the owner's page still gets one when
somebody opens a thousand. A request reads from the database for `READ_WITHIN_S` at most (`read_limits`).
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from bimmerhub.errors import HubBusy
from bimmerhub.read_limits import limited_reads
from bimmerhub.web.access.gate import SAFE_METHODS
from bimmerhub.web.connection_book import source_of
from bimmerhub.web.problems import error_response

EVENTS_PATH: Final = "/api/v1/events"
REQUESTS_OF_ONE_CLIENT: Final = 32
READ_WITHIN_S: Final = 20.0

_RESERVED: Final = 0.1
_TRY_AGAIN_S: Final = 5.0


class Places:
    """Places that clients take and give back: `most` in all, `most_of_one` of one client.

    The last `reserved` are for clients that have shown who they are.
    """

    def __init__(self, what: str, *, most: int, most_of_one: int, reserved: int = 0) -> None:
        self._what = what
        self._most = most
        self._most_of_one = most_of_one
        self._reserved = reserved
        self._by_client = Counter[str]()
        self.taken = 0

    @contextmanager
    def place(self, client: str, *, is_proven: bool) -> Iterator[None]:
        """Have a place as long as the block; HubBusy when there is none."""
        if self._by_client[client] >= self._most_of_one:
            raise _busy(f"this client has {self._most_of_one:,} {self._what} already", "End some of them.")
        if self.taken >= self._most - (0 if is_proven else self._reserved):
            raise _busy(f"all {self._most:,} {self._what} are taken", "End some, or wait until others do.")
        self.taken += 1
        self._by_client[client] += 1
        try:
            yield
        finally:
            self.taken -= 1
            self._by_client[client] -= 1
            if not self._by_client[client]:
                del self._by_client[client]


def _busy(message: str, hint: str) -> HubBusy:
    return HubBusy(message, retry_after_s=_TRY_AGAIN_S, hint=hint)


class ClientLimits:
    """ASGI middleware behind `Gate`, which says who asks; 503 for who has too much under way."""

    def __init__(self, app: ASGIApp, *, event_readers: int) -> None:
        self._app = app
        self._readers = Places(
            "event streams",
            most=event_readers,
            most_of_one=max(1, event_readers // 2),
            reserved=int(event_readers * _RESERVED),
        )
        self._requests = Places("requests", most=1_000_000, most_of_one=REQUESTS_OF_ONE_CLIENT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on while the client has a place for it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        places = self._readers if scope["path"] == EVENTS_PATH else self._requests
        client = _client_of(scope)
        app = self._app
        with ExitStack() as stack:
            try:
                stack.enter_context(places.place(client, is_proven=scope["state"]["is_proven"]))
            except HubBusy as error:
                app = error_response(error)
            if scope["method"] in SAFE_METHODS:
                stack.enter_context(limited_reads(READ_WITHIN_S, client=client))
            await app(scope, receive, send)


def _client_of(scope: Scope) -> str:
    """Return who asks: the token or session, else the source of the connection."""
    client: str | None = scope["state"]["client"]
    if client is not None:
        return client
    return source_of(scope["client"][0]) if scope.get("client") else ""
