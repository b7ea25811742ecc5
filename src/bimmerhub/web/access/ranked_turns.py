"""Turns at something of which there is one: the smallest rank first, and the largest sent away when too many wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bimmerhub.errors import RateLimited


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    rank: int
    turn: asyncio.Future[None]


class RankedTurns:
    """Gives turns by name, to each name one at a time; of equal ranks who came first goes first."""

    def __init__(self, *, most_waiting: int) -> None:
        self._most_waiting = most_waiting
        self._running: str | None = None
        self._waiting: dict[str, _Waiting] = {}

    @asynccontextmanager
    async def turn(self, name: str, *, rank: int) -> AsyncIterator[None]:
        """Wait for a turn and hold it while the block runs.

        RateLimited when the name has one or waits already, or when too many wait whose rank is not larger.
        """
        await self._wait(name, rank)
        try:
            yield
        finally:
            self._end_turn()

    async def _wait(self, name: str, rank: int) -> None:
        if name == self._running or name in self._waiting:
            raise _busy()
        if self._running is None:
            self._running = name
            return
        if len(self._waiting) >= self._most_waiting:
            self._send_away(rank)
        waiting = _Waiting(rank=rank, turn=asyncio.get_running_loop().create_future())
        self._waiting[name] = waiting
        try:
            await waiting.turn
        except asyncio.CancelledError:
            if self._waiting.get(name) is waiting:
                del self._waiting[name]
            elif self._running == name:
                self._end_turn()
            raise

    def _send_away(self, rank: int) -> None:
        """Send away who has the largest rank and came last; RateLimited when it is not larger than this one."""
        name = max(reversed(self._waiting), key=lambda one: self._waiting[one].rank)
        if self._waiting[name].rank <= rank:
            raise _busy()
        turn = self._waiting.pop(name).turn
        if not turn.done():
            turn.set_exception(_busy())

    def _end_turn(self) -> None:
        self._running = None
        while self._waiting and self._running is None:
            name = min(self._waiting, key=lambda one: self._waiting[one].rank)
            turn = self._waiting.pop(name).turn
            if not turn.done():
                self._running = name
                turn.set_result(None)


def _busy() -> RateLimited:
    return RateLimited("Other passwords are being checked.", retry_after_s=1, hint="Try again in a second.")
