"""The stream's messages as they came."""

from typing import Protocol

import msgspec


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One message exactly as it came from the stream; a struct, because every message makes one."""

    received_at_ms: int
    account: str
    topic: str
    payload: bytes


class Journal(Protocol):
    """The stream's messages as they came, for as long as they are kept."""

    async def journal(self, *, limit: int, after: str | None = None) -> tuple[list[JournalEntry], str | None]:
        """Return up to `limit` entries in order of arrival, and a token of the place behind the last; None: no entries.

        A token stays good, so that whoever has read everything can look again later for what came since. ConfigError
        when `after` is no token that an earlier page gave.
        """
        ...

    async def journal_end(self) -> str:
        """Return a token of the place behind the newest entry, for whoever wants to follow what comes from now on."""
        ...

    async def prune(self, *, before_ms: int, now_ms: int | None = None) -> int:
        """Forget the oldest entries up to the first one received at or after `before_ms`; return how many went.

        With `now_ms` a wrong clock does little harm: the time since the newest entry does not make the others older,
        one call forgets a day of them at most, and an entry of after `now_ms` counts as old, but not while the newest
        one is of after `now_ms` too: the clock was set back then.
        """
        ...
