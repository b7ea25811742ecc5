"""For how long each account has had no connection, how often it was cut, and a line in the log for each change."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bimmerhub.domain.account.link import Link, LinkState

_log = logging.getLogger(__name__)

CUTS_REMEMBERED = 100

_GOOD = frozenset({LinkState.CONNECTED, LinkState.POLLING, LinkState.STOPPED})
"""States in which nothing is missed, or nobody wants anything."""
_SAID_ELSEWHERE = frozenset({LinkState.REFUSED, LinkState.SIGNED_OUT})
"""The feed warns of these, with what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A connection that ended; `reason` in words. A renewed sign-in is no cut, for the stream is handed over."""

    at_ms: int
    reason: str


class LinkWatch:
    """Is told of each change of a link (`note`). One that tries again and again is lost since its first try.

    For how long goes by `elapsed_s`, the seconds since some moment: a clock that is set makes no outage.
    """

    def __init__(self, *, elapsed_s: Callable[[], float]) -> None:
        self._elapsed_s = elapsed_s
        self._states: dict[str, LinkState] = {}
        self._lost_at_s: dict[str, float] = {}
        self._overruns: dict[str, int] = {}
        self._overrun_at_s: dict[str, float] = {}
        self._cuts: dict[str, deque[Cut]] = {}

    def note(self, link: Link) -> None:
        """Take note of a link that changed."""
        if link.state in _GOOD:
            self._lost_at_s.pop(link.account, None)
        else:
            self._lost_at_s.setdefault(link.account, self._elapsed_s())
        if link.overruns > self._overruns.get(link.account, 0):
            self._overrun_at_s[link.account] = self._elapsed_s()
        self._overruns[link.account] = link.overruns
        before = self._states.get(link.account)
        if before is LinkState.CONNECTED and link.state not in _GOOD:
            cuts = self._cuts.setdefault(link.account, deque(maxlen=CUTS_REMEMBERED))
            cuts.append(Cut(at_ms=link.since_ms, reason=link.reason))
        if before is not link.state and link.state not in _SAID_ELSEWHERE:
            _log.info("%s: %s (%s)", link.account, link.state.value, link.reason)
        self._states[link.account] = link.state

    def lost_s(self, link: Link) -> float | None:
        """Return for how many seconds the account has had no connection, None when it has one or wants none.

        A link that no change was told of yet counts from the first look.
        """
        if link.state in _GOOD:
            return None
        return self._elapsed_s() - self._lost_at_s.setdefault(link.account, self._elapsed_s())

    def overrun_ago_s(self, account: str) -> float | None:
        """Return how many seconds ago the hub last did not keep up with the account's stream, None for never."""
        at_s = self._overrun_at_s.get(account)
        return None if at_s is None else self._elapsed_s() - at_s

    def cuts(self, account: str, *, since_ms: int) -> Sequence[Cut]:
        """Return the newest cuts of an account's stream since then, oldest first."""
        return [cut for cut in self._cuts.get(account, ()) if cut.at_ms >= since_ms]
