"""An event loop whose seconds are short: time limits pass in a fraction of the time, and are the real ones."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from typing_extensions import override

T = TypeVar("T")


class _HastySelector(selectors.DefaultSelector):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self._factor = factor

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(None if timeout is None else timeout / self._factor)


class _HastyLoop(asyncio.SelectorEventLoop):
    def __init__(self, factor: float) -> None:
        super().__init__(_HastySelector(factor))
        self._factor = factor

    @override
    def time(self) -> float:
        return super().time() * self._factor


class HastyClock:
    """A clock that goes by the running loop; it begins at `begins_ms`, milliseconds UTC."""

    def __init__(self, begins_ms: int) -> None:
        self._begins_ms = begins_ms
        self._begun_s = asyncio.get_running_loop().time()

    def now_ms(self) -> int:
        return self._begins_ms + round((self.elapsed_s() - self._begun_s) * 1000)

    def elapsed_s(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def sleep_until(self, at_ms: int) -> None:
        await asyncio.sleep((at_ms - self.now_ms()) / 1000)


def run_hastily(work: Coroutine[Any, Any, T], *, factor: float) -> T:
    """Run one coroutine on such a loop: `factor` of its seconds pass in one."""
    with asyncio.Runner(loop_factory=lambda: _HastyLoop(factor)) as runner:
        return runner.run(work)
