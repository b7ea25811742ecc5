"""The emulator's clock, followed by another program on the same machine; for tests and fast demos only.

>>> async with following(f"{control_url}/clock", session=session, tls=tls) as clock, CarData(..., clock=clock):
...     ...

Everything that goes by the clock then lives in the emulator's time: tokens, back-off, cadence, quota day. Deadlines of
network waits and TLS certificates stay in real time.
"""

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from bimmerhub.bmw.http import Session, fetch
from bimmerhub.errors import BmwUnavailable, ConfigError
from bimmerhub.json_faults import NOT_JSON

_log = logging.getLogger(__name__)

WAIT_S = 15
"""How long the emulator keeps a question open until its clock is set; below the deadline of an answer."""
AGAIN_AFTER_S = 1.0
LONGEST_SLEEP_S = 30.0
OK = 200


class EmulatorTime(msgspec.Struct, frozen=True):
    """What the emulator says: its time at the machine's time, how fast it runs, and how often it was set."""

    now_ms: int
    machine_ms: int
    speed: float
    is_paused: bool
    changes: int


def _machine_ms() -> int:
    return time.time_ns() // 1_000_000


class FollowedClock:
    """A `bmw.clock.Clock` that shows the emulator's time, exact because both read the same machine's clock.

    A jump of the emulator's clock is known as soon as the emulator tells it, some milliseconds later.
    """

    def __init__(self, newest: EmulatorTime, *, machine_ms: Callable[[], int] = _machine_ms) -> None:
        self._newest = newest
        self._machine_ms = machine_ms
        self._latest_ms = newest.now_ms
        self._changed = asyncio.Event()

    def now_ms(self) -> int:
        """Return the emulator's time in milliseconds since 1970 UTC; it never runs backwards."""
        elapsed_ms = self._machine_ms() - self._newest.machine_ms
        self._latest_ms = max(self._latest_ms, self._newest.now_ms + int(elapsed_ms * self._speed))
        return self._latest_ms

    async def sleep_until(self, at_ms: int) -> None:
        """Return once `now_ms()` is at least `at_ms`, at once when a jump brings it there."""
        while (wait_ms := at_ms - self.now_ms()) > 0:
            wait_s = wait_ms / 1000 / self._speed if self._speed else LONGEST_SLEEP_S
            try:
                async with asyncio.timeout(min(wait_s, LONGEST_SLEEP_S)):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def elapsed_s(self) -> float:
        """Return seconds of the emulator's time; it never runs backwards."""
        return self.now_ms() / 1000

    async def sleep(self, seconds: float) -> None:
        """Return once so much of the emulator's time has gone by, at once when a jump brings that."""
        await self.sleep_until(self.now_ms() + round(seconds * 1000))

    @property
    def _speed(self) -> float:
        return 0.0 if self._newest.is_paused else self._newest.speed

    @property
    def changes(self) -> int:
        """How often the emulator's clock was set, as far as is known."""
        return self._newest.changes

    def set(self, newest: EmulatorTime) -> None:
        """Take over what the emulator says, and wake the sleepers."""
        self._newest = newest
        self._changed.set()
        self._changed = asyncio.Event()


@asynccontextmanager
async def following(url: str, *, session: Session, tls: ssl.SSLContext) -> AsyncIterator[FollowedClock]:
    """Follow the clock at `url` (the emulator's `control_url` and `/clock`) while the block runs.

    ConfigError when no emulator answers there. Costs no calls: the emulator's control API is not BMW's.
    """
    clock = FollowedClock(await _ask(url, session=session, tls=tls))
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(_keep_set(clock, url, session=session, tls=tls), name="follow clock")
        try:
            yield clock
        finally:
            task.cancel()


async def _keep_set(clock: FollowedClock, url: str, *, session: Session, tls: ssl.SSLContext) -> None:
    """Take over each setting of the emulator's clock, for ever; while nobody answers time goes on as before."""
    changes: int | None = clock.changes
    while True:
        try:
            clock.set(await _ask(url, session=session, tls=tls, changes=changes))
            changes = clock.changes
        except ConfigError as error:
            _log.warning("time goes on as before: %s", error)
            changes = None
            await asyncio.sleep(AGAIN_AFTER_S)


async def _ask(url: str, *, session: Session, tls: ssl.SSLContext, changes: int | None = None) -> EmulatorTime:
    """Return the emulator's time, with `changes` given only when its clock was set since or WAIT_S later."""
    query = None if changes is None else {"changes": str(changes), "wait_s": str(WAIT_S)}
    try:
        answer = await fetch(session, "GET", url, tls=tls, query=query)
        if answer.status != OK:
            raise ConfigError(f"clock.follow: {url} answers {answer.status}")
        return msgspec.json.decode(answer.body, type=EmulatorTime)
    except (BmwUnavailable, *NOT_JSON) as error:
        raise ConfigError(
            f"clock.follow: no emulator tells its time at {url}: {error}",
            hint="Set it to the emulator's control_url, or leave it out; only tests and fast demos need it.",
        ) from error
