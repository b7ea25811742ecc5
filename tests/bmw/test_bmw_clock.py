"""BMW's clock over this machine's: what its answers tell, and what a setting of the machine's clock does."""

import asyncio

from tests.hub.conftest import NOW_MS, ManualClock

from bimmerhub.bmw.cardata.bmw_clock import BmwClock
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS


class Machine(ManualClock):
    """A machine whose calendar is wrong by `wrong_ms`."""

    wrong_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.wrong_ms

    def elapsed_s(self) -> float:
        return super().now_ms() / 1000


def learnt(machine: Machine) -> BmwClock:
    """Return a clock that knows BMW's time, which is the machine's when that is not wrong."""
    clock = BmwClock(machine)
    for _ in range(2):
        machine.advance(MINUTE_MS)
        clock.hear(round(machine.elapsed_s()) * 1000, asked_at_s=machine.elapsed_s())
    return clock


def test_a_setting_of_the_machines_clock_changes_nothing_once_bmws_time_is_known() -> None:
    machine = Machine()
    clock, unknown = learnt(machine), BmwClock(machine)
    before_ms = clock.now_ms()
    machine.wrong_ms = DAY_MS
    assert clock.now_ms() == before_ms
    assert clock.from_ours(machine.now_ms() - HOUR_MS) == before_ms - HOUR_MS
    assert unknown.now_ms() == machine.now_ms()


def test_an_arrival_is_dated_by_bmws_time_when_the_machine_is_wrong() -> None:
    machine = Machine()
    clock, unknown = learnt(machine), BmwClock(machine)
    true_ms = machine.now_ms()
    for wrong_ms in (-3_660 * DAY_MS, -HOUR_MS, -1_000, 1_000, HOUR_MS, 3_660 * DAY_MS):
        machine.wrong_ms = wrong_ms
        seen_ms = true_ms + wrong_ms
        assert unknown.when_arrived(seen_ms) == seen_ms
        expected_ms = seen_ms if abs(wrong_ms) < MINUTE_MS else true_ms
        assert abs(clock.when_arrived(seen_ms) - expected_ms) < 1_000


def test_a_correction_by_seconds_does_not_set_it_back() -> None:
    machine = Machine()
    clock = learnt(machine)
    before_ms = clock.now_ms()
    clock.hear(before_ms // 1000 * 1000 - 3_000, asked_at_s=machine.elapsed_s())
    assert clock.now_ms() == before_ms
    machine.advance(MINUTE_MS)
    assert before_ms + MINUTE_MS - 5_000 < clock.now_ms() < before_ms + MINUTE_MS


def test_an_answer_without_a_date_tells_nothing() -> None:
    machine = Machine()
    clock = BmwClock(machine)
    clock.hear(None, asked_at_s=machine.elapsed_s())
    assert not clock.is_known
    assert clock.now_ms() == NOW_MS


async def test_who_sleeps_is_woken_by_bmws_time_though_the_machine_is_set_back() -> None:
    machine = Machine()
    clock = learnt(machine)
    sleeping = asyncio.ensure_future(clock.sleep_until(clock.now_ms() + HOUR_MS))
    machine.wrong_ms = -DAY_MS
    for _ in range(60):
        assert not sleeping.done()
        machine.advance(MINUTE_MS)
        for _ in range(3):
            await asyncio.sleep(0)
    machine.advance(MINUTE_MS)
    async with asyncio.timeout(1):
        await sleeping
