"""Turns at something of which there is one: the smallest rank first, and the largest sent away when too many wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bimmerhub.errors import RateLimited


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Turn:
    """One turn, told apart from others of its name by being itself: a name may come again while its last one ends."""

    name: str
    rank: int
    begins: asyncio.Future[None]


class RankedTurns:
    """Gives turns by name, to each name one at a time; of equal ranks who came first goes first."""

    def __init__(self, *, most_waiting: int) -> None:
        self._most_waiting = most_waiting
        self._running: _Turn | None = None
        self._waiting: dict[str, _Turn] = {}

    @asynccontextmanager
    async def turn(self, name: str, *, rank: int) -> AsyncIterator[None]:
        """Wait for a turn and hold it while the block runs.

        RateLimited when the name has one or waits already, or when too many wait whose rank is not larger.
        """
        turn = await self._wait(name, rank)
        try:
            yield
        finally:
            self._end(turn)

    async def _wait(self, name: str, rank: int) -> _Turn:
        if name in self._waiting or (self._running is not None and self._running.name == name):
            raise _busy()
        turn = _Turn(name=name, rank=rank, begins=asyncio.get_running_loop().create_future())
        if self._running is None:
            self._running = turn
            return turn
        if len(self._waiting) >= self._most_waiting:
            self._send_away(rank)
        self._waiting[name] = turn
        try:
            await turn.begins
        except asyncio.CancelledError:
            if self._waiting.get(name) is turn:
                del self._waiting[name]
            self._end(turn)
            raise
        return turn

    def _send_away(self, rank: int) -> None:
        """Send away who has the largest rank and came last; RateLimited when it is not larger than this one."""
        last = max(reversed(self._waiting.values()), key=lambda turn: turn.rank)
        if last.rank <= rank:
            raise _busy()
        del self._waiting[last.name]
        if not last.begins.done():
            last.begins.set_exception(_busy())

    def _end(self, turn: _Turn) -> None:
        """Let the next one begin, if this is the turn that runs."""
        if self._running is not turn:
            return
        self._running = None
        while self._waiting and self._running is None:
            following = min(self._waiting.values(), key=lambda waiting: waiting.rank)
            del self._waiting[following.name]
            if not following.begins.done():
                self._running = following
                following.begins.set_result(None)


def _busy() -> RateLimited:
    return RateLimited("Other passwords are being checked.", retry_after_s=1, hint="Try again in a second.")
