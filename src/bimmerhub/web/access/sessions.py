"""Sessions of people who gave the password or opened a link with a key; in memory only.

A session has two secrets. The **cookie** tells who reads. A browser sends it to every port of the host, so that a
program of another user on this machine may get to see it; it changes nothing. The **page proof** lies in the page's own
storage, which a browser keeps by port, and goes along in a header: only both together may change something.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from starlette.types import Scope

from bimmerhub.times import DAY_MS

_COOKIE: Final = "bimmerhub_session"
PROOF_HEADER: Final = "x-bimmerhub-page"
SESSION_DAYS: Final = 30
IDLE_DAYS: Final = 7
"""A session ends when nothing was asked with it for this long, and after `SESSION_DAYS` whatever was."""

RENEWED_EVERY_MS: Final = DAY_MS
OLD_COOKIE_MS: Final = 60_000
"""A cookie that was replaced is good for this long: other tabs have requests under way."""

MOST_SESSIONS: Final = 1_000
"""More than this and the oldest ends: a bound on memory that no household reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """The two secrets of a session that begins."""

    cookie: str
    page_proof: str

    def __repr__(self) -> str:
        """Show neither."""
        return "NewSession(…)"


@dataclass(slots=True, kw_only=True)
class _Session:
    cookie: bytes = field(repr=False)
    proof: bytes = field(repr=False)
    ends_at_ms: int
    used_at_ms: int
    cookie_made_at_ms: int
    old_cookie: bytes | None = field(default=None, repr=False)
    old_cookie_ends_at_ms: int = 0


class Sessions:
    """The sessions that are open; of their secrets only hashes are remembered, and a restart of the hub ends them all.

    `on_end` is called whenever one has ended: logged out, replaced, pushed out by newer ones, or seen to be too old.
    `elapsed_ms` says how long it is since some fixed moment, in milliseconds, whatever the calendar shows.
    """

    def __init__(self, *, elapsed_ms: Callable[[], int], on_end: Callable[[], None] = lambda: None) -> None:
        self._elapsed_ms = elapsed_ms
        self._on_end = on_end
        self._numbers = count(1)
        self._endings = 0
        self._sessions: dict[int, _Session] = {}
        self._by_cookie: dict[bytes, int] = {}

    def start(self, *, instead_of: str | None = None) -> NewSession:
        """Return a new session; the one of the cookie `instead_of`, which the browser has had so far, ends."""
        self.end(instead_of)
        while len(self._sessions) >= MOST_SESSIONS:
            self._forget(next(iter(self._sessions)))
        made = NewSession(cookie=secrets.token_urlsafe(32), page_proof=secrets.token_urlsafe(32))
        elapsed_ms = self._elapsed_ms()
        session = _Session(
            cookie=_digest(made.cookie),
            proof=_digest(made.page_proof),
            ends_at_ms=elapsed_ms + SESSION_DAYS * DAY_MS,
            used_at_ms=elapsed_ms,
            cookie_made_at_ms=elapsed_ms,
        )
        number = next(self._numbers)
        self._sessions[number] = session
        self._by_cookie[session.cookie] = number
        return made

    def use(self, cookie: str | None) -> int | None:
        """Return the number of the session that a request's cookie belongs to, None for none that is open."""
        number = self._find(cookie)
        if number is not None:
            self._sessions[number].used_at_ms = self._elapsed_ms()
        return number

    def is_open(self, number: int) -> bool:
        """Tell whether a session has not ended; asking does not count as its use."""
        session = self._sessions.get(number)
        if session is None:
            return False
        elapsed_ms = self._elapsed_ms()
        if elapsed_ms < session.ends_at_ms and elapsed_ms < session.used_at_ms + IDLE_DAYS * DAY_MS:
            return True
        self._forget(number)
        return False

    def is_proven(self, number: int, page_proof: str | None) -> bool:
        """Tell whether the page proof is the one of this session."""
        session = self._sessions.get(number)
        return (
            session is not None and bool(page_proof) and hmac.compare_digest(session.proof, _digest(page_proof or ""))
        )

    def renew(self, cookie: str | None) -> str | None:
        """Return a new cookie for the session when its own is a day old, else None. The session's end stays."""
        number, elapsed_ms = self._find(cookie), self._elapsed_ms()
        session = None if number is None else self._sessions[number]
        if number is None or session is None or elapsed_ms < session.cookie_made_at_ms + RENEWED_EVERY_MS:
            return None
        if session.old_cookie is not None:
            self._by_cookie.pop(session.old_cookie, None)
        made = secrets.token_urlsafe(32)
        session.old_cookie, session.old_cookie_ends_at_ms = session.cookie, elapsed_ms + OLD_COOKIE_MS
        session.cookie, session.cookie_made_at_ms = _digest(made), elapsed_ms
        self._by_cookie[session.cookie] = number
        return made

    def end(self, cookie: str | None) -> None:
        """End one session; an unknown cookie does nothing."""
        number = self._find(cookie)
        if number is not None:
            self._forget(number)

    @property
    def endings(self) -> int:
        """How often all sessions were ended: a password that was right before may not be any more."""
        return self._endings

    def end_all(self) -> None:
        """End every session."""
        self._endings += 1
        self._sessions.clear()
        self._by_cookie.clear()
        self._on_end()

    def _find(self, cookie: str | None) -> int | None:
        digest = _digest(cookie) if cookie else b""
        number = self._by_cookie.get(digest)
        if number is None or not self.is_open(number):
            return None
        session = self._sessions[number]
        is_old = session.cookie != digest
        return None if is_old and self._elapsed_ms() >= session.old_cookie_ends_at_ms else number

    def _forget(self, number: int) -> None:
        session = self._sessions.pop(number)
        for cookie in (session.cookie, session.old_cookie):
            if cookie is not None:
                self._by_cookie.pop(cookie, None)
        self._on_end()


def cookie_name(scope: Scope) -> str:
    """Return the cookie's name at the port that a request came to: hubs of one host share what a browser keeps."""
    server = scope.get("server")
    return f"{_COOKIE}_{server[1]}" if server else _COOKIE


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()
