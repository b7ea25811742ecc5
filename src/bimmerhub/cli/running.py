"""Running asynchronous commands: until they end, or until a signal stops them."""

import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run one coroutine on a new event loop and return its result; SIGINT cancels it and is a KeyboardInterrupt."""
    import asyncio

    with asyncio.Runner() as runner, _woken_by_signals(runner.get_loop()):
        return runner.run(work)


@contextmanager
def _woken_by_signals(loop: "AbstractEventLoop") -> Iterator[None]:
    """Let a signal wake the event loop, whenever and in whichever thread it arrives.

    The runner's handler of SIGINT runs only when the main thread computes or is interrupted while it waits. A signal
    that comes when the thread is about to wait does neither, and would wait for an answer, which may never come.
    """
    import socket

    if sys.platform == "win32":  # where the event loop does it by itself
        yield
        return
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.settimeout(0)  # as `set_wakeup_fd` wants it
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        loop.add_reader(reader, reader.recv, 1)
        try:
            yield
        finally:
            loop.remove_reader(reader)
            signal.set_wakeup_fd(-1)


def run_until_stopped(work: Callable[[], Awaitable[None]]) -> None:
    """Run `work` until it ends, or cancel it at SIGINT or SIGTERM and let it clean up; then return normally.

    It runs on uvloop where there is one: that serves streams faster, and its import does not matter to what lasts.
    """
    import asyncio

    from bimmerhub.hub.process.open_files import raise_open_files

    raise_open_files()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_until_stopped(work))


async def _until_stopped(work: Callable[[], Awaitable[None]]) -> None:
    import asyncio

    from bimmerhub.hub.process.failures import only_error

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)

    async def working() -> None:
        await work()
        stop.set()

    try:
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(working(), name="command")
            await stop.wait()
            task.cancel()
    except ExceptionGroup as group:
        raise only_error(group) from group


def _loop_factory() -> "Callable[[], AbstractEventLoop] | None":
    try:
        import uvloop  # not there on Windows
    except ImportError:
        return None
    return uvloop.new_event_loop
