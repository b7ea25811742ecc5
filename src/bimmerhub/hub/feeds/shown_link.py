"""A feed's link as the hub shows it: its newest state, told at each change to who shows it and who waits for it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.store.ports.accounts import StoredAccount


class ShownLink:
    """The newest `link` of one account, `connecting` at first; `changed` is told each one that is shown."""

    def __init__(self, account: StoredAccount, *, changed: Callable[[Link], None], now_ms: int) -> None:
        self.link = Link(
            account=account.name,
            family=account.family,
            state=LinkState.CONNECTING,
            reason="starting",
            hint=None,
            since_ms=now_ms,
        )
        self._tell = changed
        self._changed = asyncio.Event()

    def show(self, link: Link) -> None:
        """Replace the link, and tell it."""
        self.link = link
        self._changed.set()
        self._changed = asyncio.Event()
        self._tell(link)

    def count(self, messages: int, *, at_ms: int) -> None:
        """Add messages that came in at `at_ms` (milliseconds UTC); nobody is told, they show with the next change."""
        self.link = replace(self.link, last_message_at_ms=at_ms, messages=self.link.messages + messages)

    async def until(self, is_so: Callable[[Link], bool]) -> None:
        """Return once the link is so."""
        while not is_so(self.link):
            await self._changed.wait()
