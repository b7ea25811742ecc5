"""The clock that schedules read: token refresh, back-off, cadence, quota day.

What the calendar rules (a token's age, the quota's day) goes by `now_ms` and `sleep_until`. Pauses, cadence and for how
long something has stood go by `sleep` and `elapsed_s`, which nobody can set back.

Deadlines of network waits do not use it; they run on the event loop's time.
"""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """A time source that tests can advance and a demo can run fast."""

    def now_ms(self) -> int:
        """Return the time in milliseconds since 1970 UTC."""
        ...

    async def sleep_until(self, at_ms: int) -> None:
        """Return once `now_ms()` is at least `at_ms`."""
        ...

    def elapsed_s(self) -> float:
        """Return seconds since some moment that stays the same; setting the machine's clock does not change it."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return once so much more has elapsed."""
        ...


_ELAPSED = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""It goes on while the machine sleeps: on Linux CLOCK_MONOTONIC would not, elsewhere it does."""

LONGEST_NAP_S = 30.0
"""How long a sleeper may miss that the machine's clock was set forward, as by NTP soon after a boot, or woke up."""


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        """Return the machine's time in milliseconds since 1970 UTC."""
        return time.time_ns() // 1_000_000

    async def sleep_until(self, at_ms: int) -> None:
        """Sleep on the event loop until the machine's clock reaches `at_ms`, also when it is set meanwhile."""
        while (wait_ms := at_ms - self.now_ms()) > 0:  # noqa: ASYNC110 - waits for a time, not for an event
            await asyncio.sleep(min(wait_ms / 1000, LONGEST_NAP_S))

    def elapsed_s(self) -> float:
        """Return seconds since some moment before this process began, those among them that the machine slept."""
        return time.clock_gettime(_ELAPSED)

    async def sleep(self, seconds: float) -> None:
        """Sleep on the event loop, however the machine's clock is set meanwhile."""
        await asyncio.sleep(seconds)
