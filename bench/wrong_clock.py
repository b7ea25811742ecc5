"""A machine's clock that is set wrong now and then: for the bad days, around the emulator's true time.

`draw_jumps` makes the table, `with_jumps` puts it over the clock that a hub follows.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from bimmerhub.bmw.clock import LONGEST_NAP_S, Clock

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
DAY_MS = 24 * HOUR_MS
LOOK_EVERY_S = 0.02
WRONG_BY_MS = (-2 * HOUR_MS, 3 * HOUR_MS, -10 * MINUTE_MS, 2 * DAY_MS, -DAY_MS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """From when until when (true time) the clock is wrong, and by how much."""

    from_ms: int
    until_ms: int
    by_ms: int


def draw_jumps(*, seed: int, start_ms: int, end_ms: int) -> list[Jump]:
    """Return jumps that do not overlap, about one a day, each for 20 minutes to 4 hours."""
    chance = random.Random(f"wrong clock {seed}")
    jumps: list[Jump] = []
    at_ms = start_ms
    while True:
        at_ms += chance.randint(8, 32) * HOUR_MS
        until_ms = at_ms + chance.randint(20, 240) * MINUTE_MS
        if until_ms > end_ms:
            return jumps
        jumps.append(Jump(from_ms=at_ms, until_ms=until_ms, by_ms=WRONG_BY_MS[len(jumps) % len(WRONG_BY_MS)]))
        at_ms = until_ms


class WrongClock:
    """A `bmw.clock.Clock` whose calendar time jumps, while the time that goes by is the true one."""

    def __init__(self, true: Clock, jumps: Sequence[Jump]) -> None:
        self._true = true
        self._jumps = jumps

    def now_ms(self) -> int:
        """Return what the clock shows, in milliseconds since 1970 UTC."""
        true_ms = self._true.now_ms()
        return true_ms + sum(jump.by_ms for jump in self._jumps if jump.from_ms <= true_ms < jump.until_ms)

    async def sleep_until(self, at_ms: int) -> None:
        """Return once the clock shows `at_ms`, looking again as the machine's clock does."""
        while (wait_ms := at_ms - self.now_ms()) > 0:
            await self._true.sleep(min(wait_ms / 1000, LONGEST_NAP_S))

    def elapsed_s(self) -> float:
        """Return seconds that nobody can set."""
        return self._true.elapsed_s()

    async def sleep(self, seconds: float) -> None:
        """Return once so much more has elapsed."""
        await self._true.sleep(seconds)


def with_jumps(
    opened: Callable[..., AbstractAsyncContextManager[Clock]], jumps: Sequence[Jump]
) -> Callable[..., AbstractAsyncContextManager[Clock]]:
    """Return `opened`, which gives a clock, with the jumps over its clock."""

    @asynccontextmanager
    async def opened_wrong(*given: object) -> AsyncIterator[Clock]:
        async with opened(*given) as clock:
            yield WrongClock(clock, jumps)

    return opened_wrong


class SetClock:
    """A `bmw.clock.Clock` of a machine that is set (`wrong_ms`), and on which time can go by at once (`passed_ms`).

    Sleepers look at it 50 times a second. What has elapsed knows nothing of a setting.
    """

    def __init__(self, true: Clock) -> None:
        self._true = true
        self.wrong_ms = 0
        self.passed_ms = 0

    def now_ms(self) -> int:
        """Return what the machine shows, in milliseconds since 1970 UTC."""
        return self.true_ms() + self.wrong_ms

    def true_ms(self) -> int:
        """Return what it would show if nobody had set it."""
        return self._true.now_ms() + self.passed_ms

    async def sleep_until(self, at_ms: int) -> None:
        """Return once the machine shows `at_ms`."""
        while self.now_ms() < at_ms:  # noqa: ASYNC110 - waits for a time, not for an event
            await asyncio.sleep(LOOK_EVERY_S)

    def elapsed_s(self) -> float:
        """Return seconds that nobody can set."""
        return self._true.elapsed_s() + self.passed_ms / 1000

    async def sleep(self, seconds: float) -> None:
        """Return once so much more has elapsed."""
        until_s = self.elapsed_s() + seconds
        while self.elapsed_s() < until_s:  # noqa: ASYNC110 - waits for a time, not for an event
            await asyncio.sleep(LOOK_EVERY_S)
