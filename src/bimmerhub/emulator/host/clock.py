"""The emulator's time: real, faster, standing still, or jumping forward."""

import asyncio
import time
from collections.abc import Callable

_LONGEST_WAIT_S = 30.0  # timers of the event loop stand still while a laptop sleeps, the machine's clock does not


LATEST_MS = 4_102_444_800_000
"""2100-01-01 UTC, where time ends: a year of five digits could not be written, and a clock never runs back."""

LONGEST_JUMP_MS = 3_653 * 86_400_000
"""Ten years at once: cars live through every minute of them."""

HIGHEST_SPEED = 1_000_000.0


def _machine_ms() -> int:
    return time.time_ns() // 1_000_000


class EmulatorClock:
    """Milliseconds since 1970 UTC that never run backwards; every expiry and every car of one emulator lives by them.

    Starts at `start_ms` (None: the machine's time) and runs `speed` times as fast as the machine's clock (0: stands
    still). `machine_ms` is the clock underneath. Time ends at LATEST_MS; ValueError for a start behind it.
    """

    def __init__(
        self, *, start_ms: int | None = None, speed: float = 1.0, machine_ms: Callable[[], int] = _machine_ms
    ) -> None:
        self._machine_ms = machine_ms
        self._anchor_machine_ms = machine_ms()
        self._anchor_ms = self._anchor_machine_ms if start_ms is None else start_ms
        _check_time(self._anchor_ms)
        self._latest_ms = self._anchor_ms
        self._speed = _checked(speed)
        self._is_paused = False
        self._changes = 0
        self._changed = asyncio.Event()

    def now_ms(self) -> int:
        """Return the emulator's time."""
        elapsed_ms = self._machine_ms() - self._anchor_machine_ms
        # A machine clock that is set back makes time stand still for a while.
        reached_ms = min(LATEST_MS, self._anchor_ms + int(elapsed_ms * self._running_speed))
        self._latest_ms = max(self._latest_ms, reached_ms)
        return self._latest_ms

    @property
    def speed(self) -> float:
        """How many times faster than the machine's clock it runs when it is not paused."""
        return self._speed

    @property
    def is_paused(self) -> bool:
        """Whether time stands still until `resume`, a jump apart."""
        return self._is_paused

    @property
    def machine_ms(self) -> int:
        """The time of the machine's clock underneath, in milliseconds since 1970 UTC."""
        return self._machine_ms()

    @property
    def changes(self) -> int:
        """How often it was set: speed, pause, jump."""
        return self._changes

    async def wait_for_change(self, changes: int) -> None:
        """Return once it was set another number of times than `changes`."""
        while self._changes == changes:
            await self._changed.wait()

    def let_go(self) -> None:
        """Let those return who wait for a change, because there will be none any more."""
        self._changes += 1
        self.nudge()

    def set_speed(self, speed: float) -> None:
        """Run `speed` times as fast from now on; ValueError unless it is from 0 to HIGHEST_SPEED."""
        checked = _checked(speed)
        self._anchor(self.now_ms())
        self._speed = checked
        self.nudge()

    def pause(self) -> None:
        """Stand still; only jumps move time."""
        self._anchor(self.now_ms())
        self._is_paused = True
        self.nudge()

    def resume(self) -> None:
        """Run again, at the speed set before."""
        self._anchor(self.now_ms())
        self._is_paused = False
        self.nudge()

    def jump(self, *, by_ms: int | None = None, to_ms: int | None = None) -> int:
        """Move forward by `by_ms` or to `to_ms` at once, wake the sleepers, return the new time.

        ValueError backwards, beyond LATEST_MS, or by more than LONGEST_JUMP_MS.
        """
        if (by_ms is None) == (to_ms is None):
            raise ValueError("a jump goes either by some milliseconds or to a time")
        now_ms = self.now_ms()
        target_ms = to_ms if to_ms is not None else now_ms + (by_ms or 0)
        if target_ms < now_ms:
            raise ValueError("the emulator's clock does not run backwards")
        if target_ms - now_ms > LONGEST_JUMP_MS:
            raise ValueError("a jump goes 10 years ahead at most")
        self.go_on_from(target_ms)
        return target_ms

    def go_on_from(self, time_ms: int) -> None:
        """Be at a later time, where an earlier run had ended, say; ValueError beyond LATEST_MS."""
        _check_time(time_ms)
        self._anchor(time_ms)
        self.nudge()

    def nudge(self) -> None:
        """Make every sleeper look again at what it waits for."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def sleep_until(self, at_ms: int) -> None:
        """Return once `now_ms()` is at least `at_ms`."""
        await self.sleep_until_due(lambda: at_ms)

    def elapsed_s(self) -> float:
        """Return seconds of this clock's time; it never runs backwards."""
        return self.now_ms() / 1000

    async def sleep(self, seconds: float) -> None:
        """Return once so much of this clock's time has gone by, at once when a jump brings that."""
        await self.sleep_until(self.now_ms() + round(seconds * 1000))

    async def sleep_until_due(self, due_ms: Callable[[], int]) -> None:
        """Return once `now_ms()` is at least `due_ms()`, which is read again at every nudge."""
        while (wait_ms := due_ms() - self.now_ms()) > 0:
            wait_s = wait_ms / 1000 / self._running_speed if self._running_speed else _LONGEST_WAIT_S
            try:
                async with asyncio.timeout(min(wait_s, _LONGEST_WAIT_S)):
                    await self._changed.wait()
            except TimeoutError:
                continue

    @property
    def _running_speed(self) -> float:
        return 0.0 if self._is_paused else self._speed

    def _anchor(self, now_ms: int) -> None:
        self._changes += 1
        self._anchor_ms = now_ms
        self._anchor_machine_ms = self._machine_ms()


def _check_time(time_ms: int) -> None:
    if time_ms > LATEST_MS:
        raise ValueError("the emulator's time ends with the year 2099")


def _checked(speed: float) -> float:
    if not 0 <= speed <= HIGHEST_SPEED:
        raise ValueError(f"speed is a factor of real time, from 0 to {HIGHEST_SPEED:,.0f}")
    return speed
