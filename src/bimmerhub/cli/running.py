"""Running asynchronous commands: until they end, or until a signal stops them."""

import signal
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run one coroutine on a new event loop and return its result."""
    import asyncio

    return asyncio.run(work)


def run_until_stopped(work: Callable[[], Awaitable[None]]) -> None:
    """Run `work` until it ends, or cancel it at SIGINT or SIGTERM and let it clean up; then return normally.

    It runs on uvloop where there is one: that serves streams faster, and its import does not matter to what lasts.
    """
    import asyncio

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
