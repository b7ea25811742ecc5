"""What every way in has in common: a `Feed` reads one account by one family of BMW's interfaces."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from bimmerhub.domain.account.link import Link
from bimmerhub.store.ports.accounts import StoredAccount


class Way(StrEnum):
    """How readings come: BMW or a relay sends them when there are any, or they are asked for now and then."""

    STREAM = "stream"
    RELAY = "relay"
    POLL = "poll"


class Feed(Protocol):
    """One account's way in. It signs its requests with the account's tokens and gives what it reads to the ingest."""

    @property
    def account(self) -> StoredAccount:
        """The account, which names the family."""
        ...

    @property
    def way(self) -> Way:
        """Whether it streams, reads from a relay, or polls."""
        ...

    @property
    def link(self) -> Link:
        """What the connection does now, in words too; state `signed_out` when a person has to sign in."""
        ...

    async def run(self) -> None:
        """Read until `stop`, over every failure; return when all that came in is stored."""
        ...

    def retry_now(self) -> None:
        """Cut short whatever it waits for; nothing happens when it waits for nothing."""
        ...

    def stop(self) -> None:
        """Let `run` return."""
        ...

    async def judged(self) -> None:
        """Return once the link stands or says what a person can do, which some refusals do at the second time only."""
        ...


FeedFactory = Callable[[StoredAccount], Feed]
"""Opens the feed of an account that has signed in."""
