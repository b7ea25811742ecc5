"""Sessions of people who gave the password, and the limit on wrong passwords; both live in memory only."""

import asyncio
import hashlib
import math
import secrets
from collections.abc import Callable
from typing import Final

from bimmerhub.errors import RateLimited
from bimmerhub.times import DAY_MS

COOKIE: Final = "bimmerhub_session"
SESSION_DAYS: Final = 30
SESSION_MS: Final = SESSION_DAYS * DAY_MS
MOST_SESSIONS: Final = 1_000
"""More than this and the oldest ends: a bound on memory that no household reaches."""

WRONG_PASSWORDS: Final = 5
FORGIVEN_EVERY_MS: Final = 12_000


class Sessions:
    """Random tokens handed out as cookies. Only their hashes are remembered; a restart of the hub ends them all."""

    def __init__(self, *, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._ends_at_ms: dict[bytes, int] = {}

    def start(self) -> str:
        """Return the token of a new session, good for `SESSION_DAYS`."""
        while len(self._ends_at_ms) >= MOST_SESSIONS:
            del self._ends_at_ms[next(iter(self._ends_at_ms))]
        token = secrets.token_urlsafe(32)
        self._ends_at_ms[_digest(token)] = self._now_ms() + SESSION_MS
        return token

    def is_open(self, token: str | None) -> bool:
        """Tell whether the token belongs to a session that has not ended."""
        if not token:
            return False
        digest = _digest(token)
        if self._ends_at_ms.get(digest, 0) > self._now_ms():
            return True
        self._ends_at_ms.pop(digest, None)
        return False

    def end(self, token: str | None) -> None:
        """End one session; an unknown token does nothing."""
        if token:
            self._ends_at_ms.pop(_digest(token), None)


class PasswordAttempts:
    """Tries passwords one by one: five wrong ones at once, then one every 12 s. API tokens are not affected."""

    def __init__(self, *, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._one_at_a_time = asyncio.Lock()
        self._wrong = 0
        self._since_ms = 0

    async def attempt(self, is_right: Callable[[], bool]) -> bool:
        """Return what `is_right` says; it may be slow, for it runs in a thread. RateLimited after too many wrong."""
        async with self._one_at_a_time:
            self._refuse_when_too_many()
            if await asyncio.to_thread(is_right):
                return True
            if self._wrong == 0:
                self._since_ms = self._now_ms()
            self._wrong += 1
            return False

    def _refuse_when_too_many(self) -> None:
        forgiven, waited_ms = divmod(max(0, self._now_ms() - self._since_ms), FORGIVEN_EVERY_MS)
        if forgiven:
            self._wrong = max(0, self._wrong - forgiven)
            self._since_ms = self._now_ms() - waited_ms
        if self._wrong >= WRONG_PASSWORDS:
            wait_s = math.ceil((FORGIVEN_EVERY_MS - waited_ms) / 1000)
            raise RateLimited(
                "Too many wrong passwords.", retry_after_s=wait_s, hint=f"Wait {wait_s} s, then try again."
            )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()
