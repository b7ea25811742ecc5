"""Work that falls is started again, later each time."""

import asyncio
import random

import pytest
from tests.hub.conftest import ManualClock

from bimmerhub.errors import StoreError
from bimmerhub.hub.process.supervisor import LONGEST_PAUSE_S, Supervisor


class Work:
    def __init__(self, failures: int, error: Exception | None = None) -> None:
        self.left = failures
        self.error = error or RuntimeError("fell")
        self.runs = 0

    async def __call__(self) -> None:
        self.runs += 1
        if self.left:
            self.left -= 1
            raise self.error


async def test_work_that_returns_is_done(caplog: pytest.LogCaptureFixture) -> None:
    work, supervisor = Work(0), Supervisor("work", clock=ManualClock(), jitter=random.Random(1))
    await supervisor.keep_running(work)
    assert (work.runs, supervisor.failures, caplog.records) == (1, 0, [])


async def test_failures_are_logged_counted_and_paused_after(caplog: pytest.LogCaptureFixture) -> None:
    work, clock, pauses = Work(15), ManualClock(), []
    supervisor = Supervisor("work", clock=clock, jitter=random.Random(1))
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(supervisor.keep_running(work))
        for _ in range(15):
            await clock.asleep.wait()
            pauses.append(clock.next_wake_ms - clock.now_ms())
            clock.advance(pauses[-1])
        await task
    assert (work.runs, supervisor.failures) == (16, 15)
    assert all(100 <= pause <= LONGEST_PAUSE_S * 1000 for pause in pauses)
    assert max(pauses) > 20_000
    assert pauses[0] <= 1_000
    assert "fell" in caplog.text


async def test_a_full_disk_is_one_line_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    work, clock = Work(1, StoreError("the disk is full")), ManualClock()
    supervisor = Supervisor("work", clock=clock, jitter=random.Random(1))
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(supervisor.keep_running(work))
        await clock.asleep.wait()
        clock.advance(1_000)
        await task
    [record] = caplog.records
    assert (record.getMessage(), record.exc_info) == ("work failed (1 times so far): the disk is full", None)


async def test_being_cancelled_is_no_failure() -> None:
    supervisor = Supervisor("work", clock=ManualClock(), jitter=random.Random(1))
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(supervisor.keep_running(asyncio.Event().wait))  # type: ignore[arg-type] # returns at once or never
        await asyncio.sleep(0)
        task.cancel()
    assert supervisor.failures == 0
