"""Running asynchronous commands: on uvloop where there is one, until they end or a signal stops them."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from bimmerhub.hub.process.failures import only_error

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run one coroutine on a new event loop and return its result."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(work)


def run_until_stopped(work: Callable[[], Awaitable[None]]) -> None:
    """Run `work` until it ends, or cancel it at SIGINT or SIGTERM and let it clean up; then return normally."""
    run(_until_stopped(work))


async def _until_stopped(work: Callable[[], Awaitable[None]]) -> None:
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


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - not there on Windows
    except ImportError:
        return None
    return uvloop.new_event_loop
