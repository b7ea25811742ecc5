"""The emulator's time: it runs, stands still and jumps, and wakes whoever waits."""

import asyncio
from dataclasses import dataclass

import pytest

from bimmerhub.emulator.host.clock import HIGHEST_SPEED, LATEST_MS, EmulatorClock


@dataclass
class Machine:
    """A machine's clock that a test moves."""

    ms: int = 1_000

    def __call__(self) -> int:
        return self.ms


def test_time_runs_as_fast_as_it_is_told() -> None:
    machine = Machine()
    clock = EmulatorClock(start_ms=0, speed=60, machine_ms=machine)
    machine.ms += 1_000
    clock.set_speed(2)
    machine.ms += 1_000
    assert clock.now_ms() == 62_000


def test_paused_time_moves_by_jumps_only() -> None:
    machine = Machine()
    clock = EmulatorClock(start_ms=0, machine_ms=machine)
    clock.pause()
    machine.ms += 5_000
    clock.jump(by_ms=100)
    assert clock.now_ms() == 100
    clock.resume()
    machine.ms += 5
    assert clock.now_ms() == 105


def test_time_never_runs_backwards() -> None:
    machine = Machine()
    clock = EmulatorClock(start_ms=0, machine_ms=machine)
    machine.ms += 500
    assert clock.now_ms() == 500
    machine.ms -= 400
    assert clock.now_ms() == 500


@pytest.mark.parametrize("jump", [{"by_ms": -1}, {"to_ms": 9}, {}, {"by_ms": 1, "to_ms": 20}])
def test_jump_that_makes_no_sense_is_refused(jump: dict[str, int]) -> None:
    clock = EmulatorClock(start_ms=10, speed=0)
    with pytest.raises(ValueError, match=r"jump|backwards"):
        clock.jump(**jump)


def test_time_ends_with_the_year_2099() -> None:
    machine = Machine()
    clock = EmulatorClock(start_ms=LATEST_MS - 5_000, speed=HIGHEST_SPEED, machine_ms=machine)
    machine.ms += 86_400_000
    assert clock.now_ms() == LATEST_MS
    with pytest.raises(ValueError, match="2099"):
        clock.jump(by_ms=1)
    with pytest.raises(ValueError, match="2099"):
        EmulatorClock(start_ms=LATEST_MS + 1)


@pytest.mark.parametrize("speed", [-1, float("nan"), float("inf"), 1e12])
def test_speed_that_makes_no_sense_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        EmulatorClock(speed=speed)


async def test_jump_wakes_those_whose_time_has_come() -> None:
    clock = EmulatorClock(start_ms=0, speed=0)
    woken: list[str] = []

    async def sleep(name: str, at_ms: int) -> None:
        await clock.sleep_until(at_ms)
        woken.append(name)

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        soon = tasks.create_task(sleep("soon", 1_000))
        late = tasks.create_task(sleep("late", 2_000))
        await asyncio.sleep(0)
        clock.jump(by_ms=1_500)
        await soon
        assert not late.done()
        clock.jump(to_ms=2_000)
    assert woken == ["soon", "late"]


async def test_sleeper_follows_what_it_waits_for_when_nudged() -> None:
    clock = EmulatorClock(start_ms=0, speed=0)
    due = [10_000]
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(clock.sleep_until_due(lambda: due[0]))
        await asyncio.sleep(0)
        due[0] = 0
        clock.nudge()


async def test_fast_clock_shortens_the_wait() -> None:
    clock = EmulatorClock(start_ms=0, speed=100_000)
    async with asyncio.timeout(5):
        await clock.sleep_until(3_600_000)
    assert clock.now_ms() >= 3_600_000
