"""The limit on wrong passwords: by source, so that who guesses locks out nobody but themselves.

A source is an IPv4 address, an IPv6 network of 64 bits, which is what one household has, or all of loopback. Checking
a password costs a tenth of a second and 64 MiB, on purpose; so there is one check at a time, one that waits per source,
and never more than `MOST_WAITING` in all. Who was right before goes first, then who was wrong less often, so that many
who guess keep nobody out who does not.
"""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bimmerhub.errors import RateLimited
from bimmerhub.web.access.ranked_turns import RankedTurns
from bimmerhub.web.connection_book import source_of

WRONG_PASSWORDS: Final = 5
FORGIVEN_EVERY_MS: Final = 12_000
MOST_SOURCES: Final = 4_096
"""More than this and the one that was wrong longest ago is forgotten."""
MOST_RIGHT: Final = 100
"""Sources that are remembered for a right one."""
MOST_WAITING: Final = 40
"""Checks that may wait, each of another source: some seconds' worth."""


@dataclass(slots=True, kw_only=True)
class _Wrong:
    """What a source did: `times` that are not forgiven yet, counted from `since_ms` on, and `ever`."""

    times: int
    ever: int
    since_ms: int


class PasswordAttempts:
    """Tries passwords: of each source five wrong ones at once, then one every 12 s.

    Sessions that are open, API tokens, the command line and its links never come by here. `elapsed_ms` says how long it
    is since some fixed moment, in milliseconds.
    """

    def __init__(self, *, elapsed_ms: Callable[[], int]) -> None:
        self._elapsed_ms = elapsed_ms
        self._turns = RankedTurns(most_waiting=MOST_WAITING)
        self._wrong: dict[str, _Wrong] = {}
        self._right: dict[str, None] = {}

    @property
    def sources(self) -> int:
        """How many sources are remembered for a wrong password."""
        return len(self._wrong)

    async def attempt(self, address: str | None, is_right: Callable[[], bool]) -> bool:
        """Return what `is_right` says; it may be slow, for it runs in a thread.

        RateLimited when the address was wrong too often, has a check under way, or too many others have.
        """
        source = source_of(address or "")
        wrong = self._wrong.get(source)
        if wrong is not None:
            self._refuse_when_too_many(wrong)
        async with self._turns.turn(source, rank=self._rank(source)):
            if await asyncio.to_thread(is_right):
                self._note_right(source)
                return True
        self._count_wrong(source)
        return False

    def _rank(self, source: str) -> int:
        """Return when its turn is: first who was right before, then by how often they were wrong."""
        if source in self._right:
            return -1
        return self._wrong[source].ever if source in self._wrong else 0

    def _note_right(self, source: str) -> None:
        self._right.pop(source, None)
        self._right[source] = None
        while len(self._right) > MOST_RIGHT:
            del self._right[next(iter(self._right))]

    def _count_wrong(self, source: str) -> None:
        wrong = self._wrong.pop(source, None) or _Wrong(times=0, ever=0, since_ms=self._elapsed_ms())
        wrong.times += 1
        wrong.ever += 1
        self._wrong[source] = wrong  # put last: the first is the one that was wrong longest ago
        while len(self._wrong) > MOST_SOURCES:
            del self._wrong[next(iter(self._wrong))]

    def _refuse_when_too_many(self, wrong: _Wrong) -> None:
        elapsed_ms = self._elapsed_ms()
        wrong.since_ms = min(wrong.since_ms, elapsed_ms)  # a clock that was put back makes nobody wait for it
        forgiven, waited_ms = divmod(elapsed_ms - wrong.since_ms, FORGIVEN_EVERY_MS)
        wrong.times = max(0, wrong.times - forgiven)
        wrong.since_ms = elapsed_ms - waited_ms if wrong.times else elapsed_ms
        if wrong.times >= WRONG_PASSWORDS:
            wait_s = math.ceil((FORGIVEN_EVERY_MS - waited_ms) / 1000)
            raise RateLimited(
                "Too many wrong passwords.",
                retry_after_s=wait_s,
                hint=f"Wait {wait_s} s, then try again; or, on the hub's machine, let in by a link: bimmerhub open.",
            )
