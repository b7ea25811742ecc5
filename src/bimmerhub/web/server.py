"""The web server inside the loop that is already running."""

import asyncio
import errno
import logging
import math
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final

import uvicorn
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from bimmerhub.errors import ConfigError
from bimmerhub.web.accepting import accept_for_ever
from bimmerhub.web.access.ip_text import parse_address
from bimmerhub.web.connection_book import ConnectionBook, ConnectionLimits
from bimmerhub.web.limited_protocol import (
    LONGEST_HEAD_BYTES,
    LimitedProtocol,
    refusing_long_heads,
)

ANSWERS_END_WITHIN_S: Final = 0.5
"""What an answer under way gets when the server stops; then its connection is cut."""

_TELL_EVERY_S: Final = 60.0
_log = logging.getLogger(__name__)

LARGEST_PORT: Final = 65_535

DEFAULT_LIMITS: Final = ConnectionLimits()


class _Server(uvicorn.Server):
    """uvicorn that leaves signals and sockets alone, says when it is ready, and cuts off who does not let it stop."""

    def __init__(self, config: uvicorn.Config, book: ConnectionBook[LimitedProtocol]) -> None:
        super().__init__(config)
        self._book = book
        self._told_at_s = -math.inf
        self.ready = asyncio.Event()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Begin to stop."""
        self.should_exit = True
        self._stopping.set()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave the process's signals to the program."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then set `ready`."""
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Wait for the stop; each second set the Date header and end the connections whose clients are too slow.

        uvicorn's own loop wakes ten times a second.
        """
        loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            for connection in list(self.server_state.connections):
                if isinstance(connection, LimitedProtocol):
                    connection.check(loop.time())
            self._tell_crowd(loop.time())
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._stopping.wait()

    def _tell_crowd(self, now_s: float) -> None:
        """Log how many connections were ended for others or refused since this was told, at most once a minute."""
        if now_s - self._told_at_s >= _TELL_EVERY_S and (crowd := self._book.take_crowd()) is not None:
            self._told_at_s = now_s
            _log.warning(
                "more connections than there may be: %d that waited were closed for others, %d refused", *crowd
            )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, let answers end, cut what is left."""
        cutting = asyncio.get_running_loop().call_later(ANSWERS_END_WITHIN_S, self._cut)
        try:
            await super().shutdown(sockets)
        finally:
            cutting.cancel()

    def _cut(self) -> None:
        """Cut the connections, then end the answers that nobody gets any more."""
        for connection in list(self.server_state.connections):
            if (transport := connection.transport) is not None:
                transport.abort()
        for answer in list(self.server_state.tasks):
            answer.cancel()


def _ending_quietly(app: ASGIApp) -> ASGIApp:
    """Return the application; an answer cut off by the stop or its client just ends: uvicorn would log a traceback."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(asyncio.CancelledError, ClientDisconnect):
            await app(scope, receive, send)

    return answer


@asynccontextmanager
async def serve(
    app: ASGIApp, host: str, port: int, *, limits: ConnectionLimits = DEFAULT_LIMITS
) -> AsyncGenerator[int]:
    """Answer at `host`:`port` as long as the block and yield the port, which is the bound one when 0 was asked for.

    ConfigError when the address cannot be had. Leaving the block takes at most about a second; end event streams
    first (`EventRing.close`), or they are cut off in the middle of an event.
    """
    with _bound_socket(host, port, backlog=limits.most_unaccepted) as listener:
        book = ConnectionBook[LimitedProtocol](limits)
        config = uvicorn.Config(
            _ending_quietly(refusing_long_heads(app)),
            http="h11",
            h11_max_incomplete_event_size=LONGEST_HEAD_BYTES,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            proxy_headers=False,  # uvicorn would believe anybody on loopback; `Forwarding` knows whom to trust
            timeout_graceful_shutdown=2,
        )
        server = _Server(config, book)

        def new_connection() -> LimitedProtocol:
            return LimitedProtocol(book, config=config, server_state=server.server_state, app_state={})

        try:
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(server.serve(sockets=[]), name="web server")
                await server.ready.wait()
                accepting = tasks.create_task(accept_for_ever(listener, new_connection), name="let clients in")
                try:
                    yield listener.getsockname()[1]
                finally:
                    accepting.cancel()
                    server.stop()
                    await asyncio.wait([running])
        except BaseExceptionGroup as group:
            if len(group.exceptions) == 1:
                raise group.exceptions[0] from None  # what the block raised comes out as it was
            raise


def is_loopback(host: str) -> bool:
    """Tell whether a host to listen on, by its name or number, is reached from this machine only.

    It is judged by the address that it stands for now, as listening does: 127.1 and a name in /etc/hosts as well.
    """
    try:
        address = parse_address(_find_address(host, 0)[-1][0])
    except (OSError, UnicodeError):  # listening will say so
        return False
    return address is not None and address.is_loopback


def _find_address(host: str, port: int) -> tuple[int, int, int, tuple[Any, ...]]:
    """Return family, kind, protocol and address to listen on; OSError or UnicodeError when there is none."""
    if not host:  # which would be every address of this machine
        raise OSError(errno.EADDRNOTAVAIL, "no address is named")
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = answers[0]
    return family, kind, protocol, address


@contextmanager
def _bound_socket(host: str, port: int, *, backlog: int) -> Generator[socket.socket]:
    if not 0 <= port <= LARGEST_PORT:
        raise ConfigError(f"there is no port {port}", hint=f"Choose one from 1 to {LARGEST_PORT}: --port N.")
    try:
        family, kind, protocol, address = _find_address(host, port)
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise _cannot_listen(host, port, error) from error
    with listener:
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(backlog)
        except OSError as error:
            raise _cannot_listen(host, port, error) from error
        listener.setblocking(False)  # noqa: FBT003 - the socket's own signature
        yield listener


def _cannot_listen(host: str, port: int, error: Exception) -> ConfigError:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return ConfigError(
            f"port {port} on {host} is taken by another program",
            hint="Stop that program, or choose another --port (0: any free one).",
        )
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    hint = "The address is not this machine's: choose another, --host ADDRESS."
    if isinstance(error, PermissionError):
        hint = f"Port {port} is for the administrator only; choose one above 1023: --port N."
    return ConfigError(f"cannot listen on {host} port {port}: {reason}", hint=hint)
