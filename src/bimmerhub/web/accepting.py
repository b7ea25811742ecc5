"""Letting clients in, few at a time.

An event loop's own server takes all that wait at once, each with a file of the process, before anybody can say that
they are too many. So the line of those who wait had to be short, and in a rush the owner's page waited for seconds
until its system tried again.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Final

AT_ONCE: Final = 32
_PAUSE_S: Final = 0.1


async def accept_for_ever(listener: socket.socket, new_protocol: Callable[[], asyncio.Protocol]) -> None:
    """Make a connection of every client that comes to the listening socket, which does not block, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            first, _ = await loop.sock_accept(listener)
        except OSError:  # the client is gone again; or no file is left, which passes
            await asyncio.sleep(_PAUSE_S)
            continue
        async with asyncio.TaskGroup() as tasks:
            for client in [first, *_others(listener)]:
                tasks.create_task(_connect(client, new_protocol), name="let a client in")


def _others(listener: socket.socket) -> list[socket.socket]:
    """Return who waits besides, a few."""
    clients = list[socket.socket]()
    with suppress(OSError):  # nobody does
        while len(clients) < AT_ONCE - 1:
            client, _ = listener.accept()
            client.setblocking(False)  # noqa: FBT003 - the socket's own signature
            clients.append(client)
    return clients


async def _connect(client: socket.socket, new_protocol: Callable[[], asyncio.Protocol]) -> None:
    with ExitStack() as stack:
        stack.enter_context(client)
        with suppress(OSError):  # the client is gone again
            await asyncio.get_running_loop().connect_accepted_socket(new_protocol, client)
            stack.pop_all()  # the socket is the connection's from now on
