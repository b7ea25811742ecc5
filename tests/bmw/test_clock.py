"""The machine's clock as schedules see it."""

import asyncio

import pytest

from bimmerhub.bmw import clock
from bimmerhub.bmw.clock import SystemClock

WEEK_MS = 7 * 86_400_000


class SetForward(SystemClock):
    """A clock that somebody can set."""

    ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms


async def test_a_sleeper_notices_that_the_clock_was_set_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "LONGEST_NAP_S", 0.01)
    machine = SetForward()
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        sleeper = tasks.create_task(machine.sleep_until(machine.now_ms() + WEEK_MS))
        await asyncio.sleep(0)
        assert not sleeper.done()
        machine.ahead_ms = WEEK_MS
