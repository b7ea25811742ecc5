"""Since when each account has had no connection, and one line in the log for each change of a link's state."""

import logging

from bimmerhub.domain.account.link import Link, LinkState

_log = logging.getLogger(__name__)

_GOOD = frozenset({LinkState.CONNECTED, LinkState.POLLING, LinkState.STOPPED})
"""States in which nothing is missed, or nobody wants anything."""
_SAID_ELSEWHERE = frozenset({LinkState.REFUSED, LinkState.SIGNED_OUT})
"""The feed warns of these, with what to do."""


class LinkWatch:
    """Is told of each change of a link (`note`). One that tries again and again is lost since its first try."""

    def __init__(self) -> None:
        self._states: dict[str, LinkState] = {}
        self._lost_since_ms: dict[str, int] = {}

    def note(self, link: Link) -> None:
        """Take note of a link that changed."""
        if link.state in _GOOD:
            self._lost_since_ms.pop(link.account, None)
        else:
            self._lost_since_ms.setdefault(link.account, link.since_ms)
        if self._states.get(link.account) is not link.state and link.state not in _SAID_ELSEWHERE:
            _log.info("%s: %s (%s)", link.account, link.state.value, link.reason)
        self._states[link.account] = link.state

    def lost_since_ms(self, link: Link) -> int | None:
        """Return since when the account has had no connection, None when it has one or wants none."""
        return None if link.state in _GOOD else self._lost_since_ms.get(link.account, link.since_ms)
