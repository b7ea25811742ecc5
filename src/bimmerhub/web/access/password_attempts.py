"""The limit on wrong passwords: by source, so that who guesses locks out nobody but themselves.

A source is an IPv4 address, an IPv6 network of 64 bits, which is what one household has, or all of loopback. Checking
a password keeps a processor busy for 50 ms and takes 64 MiB, on purpose; so there is one check at a time, one that
waits per source, and never more than `MOST_WAITING` in all.
"""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bimmerhub.errors import RateLimited
from bimmerhub.web.connection_book import source_of

WRONG_PASSWORDS: Final = 5
FORGIVEN_EVERY_MS: Final = 12_000
MOST_SOURCES: Final = 4_096
"""More than this and the one that was wrong longest ago is forgotten."""
MOST_WAITING: Final = 40
"""Checks that may wait, each of another source: two seconds' worth."""


@dataclass(slots=True, kw_only=True)
class _Wrong:
    times: int
    since_ms: int


class PasswordAttempts:
    """Tries passwords: of each source five wrong ones at once, then one every 12 s.

    Sessions that are open, API tokens, the command line and its links never come by here.
    """

    def __init__(self, *, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._one_at_a_time = asyncio.Lock()
        self._wrong: dict[str, _Wrong] = {}
        self._waiting: set[str] = set()

    @property
    def sources(self) -> int:
        """How many sources are remembered for a wrong password."""
        return len(self._wrong)

    async def attempt(self, address: str | None, is_right: Callable[[], bool]) -> bool:
        """Return what `is_right` says; it may be slow, for it runs in a thread.

        RateLimited when the address was wrong too often, has a check under way, or too many others have.
        """
        source = source_of(address or "")
        self._refuse_when_too_many(source)
        if source in self._waiting or len(self._waiting) >= MOST_WAITING:
            raise RateLimited("Other passwords are being checked.", retry_after_s=1, hint="Try again in a second.")
        self._waiting.add(source)
        try:
            async with self._one_at_a_time:
                if await asyncio.to_thread(is_right):
                    return True
        finally:
            self._waiting.discard(source)
        self._count_wrong(source)
        return False

    def _count_wrong(self, source: str) -> None:
        wrong = self._wrong.pop(source, None) or _Wrong(times=0, since_ms=self._now_ms())
        wrong.times += 1
        self._wrong[source] = wrong  # put last: the first is the one that was wrong longest ago
        while len(self._wrong) > MOST_SOURCES:
            del self._wrong[next(iter(self._wrong))]

    def _refuse_when_too_many(self, source: str) -> None:
        wrong = self._wrong.get(source)
        if wrong is None:
            return
        wrong.since_ms = min(wrong.since_ms, self._now_ms())  # a clock that was put back makes nobody wait for it
        forgiven, waited_ms = divmod(self._now_ms() - wrong.since_ms, FORGIVEN_EVERY_MS)
        if forgiven:
            wrong.times -= forgiven
            wrong.since_ms = self._now_ms() - waited_ms
        if wrong.times <= 0:
            del self._wrong[source]
        elif wrong.times >= WRONG_PASSWORDS:
            wait_s = math.ceil((FORGIVEN_EVERY_MS - waited_ms) / 1000)
            raise RateLimited(
                "Too many wrong passwords.",
                retry_after_s=wait_s,
                hint=f"Wait {wait_s} s, then try again; or, on the hub's machine, let in by a link: bimmerhub open.",
            )
