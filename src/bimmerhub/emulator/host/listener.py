"""An HTTP server inside the running event loop: ready when told, and gone within a second."""

import asyncio
import contextlib
import errno
import ipaddress
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from bimmerhub.errors import ConfigError

_STOP_WITHIN_S = 0.7
HEAD_WITHIN_S = 30.0
"""For a client to send the head of a request; BMW's servers, too, wait for nobody for ever."""


@contextlib.asynccontextmanager
async def serving_http(
    app: ASGIApp, listener: socket.socket, *, certificate: tuple[Path, Path] | None
) -> AsyncIterator[None]:
    """Serve `app` on a bound socket while the block runs; with `certificate` (and its key) over TLS."""
    certificate_file, key_file = certificate or (None, None)
    server = _QuietServer(
        uvicorn.Config(
            app,
            http="h11",
            lifespan="off",
            log_config=None,
            access_log=False,  # paths hold VINs
            ws="none",
            server_header=False,
            date_header=False,  # odd_headers.py has it
            ssl_certfile=certificate_file,
            ssl_keyfile=key_file,
        )
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[listener]), name="emulator-http")
        await server.ready.wait()
        try:
            yield
        finally:
            server.should_exit = True
            server.stopping.set()


def bind(host: str, port: int, *, setting: str) -> socket.socket:
    """Return a socket bound to the address; ConfigError when the port is taken or the address is not a loopback one.

    `setting` is the name of the setting that holds the port.
    """
    if not is_loopback(host):
        raise ConfigError(f"the emulator listens on loopback only, not on {host}", hint="Leave the host at 127.0.0.1.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP: asyncio sets TCP_NODELAY only then, and without it every answer waits 40 ms for a delayed ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)  # now, so that a second emulator is refused here and not later
    except OSError as error:
        listener.close()
        raise _refused(error, host=host, port=port, setting=setting) from error
    listener.setblocking(False)  # noqa: FBT003 - the socket library's own signature
    return listener


def _refused(error: OSError, *, host: str, port: int, setting: str) -> ConfigError:
    """Return what to tell a person about an address that cannot be bound."""
    if error.errno == errno.EADDRINUSE:
        return ConfigError(
            f"port {port} on {host} is taken by another program",
            hint=f"Stop that program, or choose another {setting} (0: any free one).",
        )
    if error.errno == errno.EACCES:
        return ConfigError(
            f"this user may not listen on port {port}",
            hint=f"Run it as root, or allow such ports (sysctl net.ipv4.ip_unprivileged_port_start={port}), "
            f"or choose another {setting}.",
        )
    return ConfigError(f"cannot listen on {host} port {port}: {error.strerror}", hint=f"Choose another {setting}.")


def is_loopback(host: str) -> bool:
    """Tell whether a name or address means this machine, whatever the network says."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _QuietServer(uvicorn.Server):
    """uvicorn without signal handlers, that says when it is ready and does not wait for clients to leave."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.stopping = asyncio.Event()
        self._waiting: dict[object, tuple[object, float]] = {}
        """Since when each connection waits for a request, and for the one behind which."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the program around."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets=sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Each second renew the Date header and cut who sends nothing, until `stopping` is set."""
        while not await self.on_tick(0):
            self._cut_silent(asyncio.get_running_loop().time())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self.stopping.wait()

    def _cut_silent(self, now_s: float) -> None:
        waiting: dict[object, tuple[object, float]] = {}
        connections = (one for one in self.server_state.connections if isinstance(one, H11Protocol))
        for connection in tuple(connections):
            last = cast("RequestResponseCycle | None", connection.cycle)  # None before the first request
            if last is None or last.response_complete:
                before, since_s = self._waiting.get(connection, (last, now_s))
                waiting[connection] = (last, since_s if before is last else now_s)
                if now_s - waiting[connection][1] > HEAD_WITHIN_S:
                    connection.transport.abort()
        self._waiting = waiting

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, let answers under way go out, then cut what remains.

        It stands in place of uvicorn's own, which waits 0.1 s several times.
        """
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        state = self.server_state
        for connection in tuple(state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_WITHIN_S):
                while state.connections or state.tasks:  # noqa: ASYNC110 - uvicorn has no event for a closed connection
                    await asyncio.sleep(0.005)
        for task in tuple(state.tasks):
            task.cancel()
        for connection in tuple(state.connections):
            connection.transport.abort()
