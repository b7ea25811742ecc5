"""The REST calls that were made."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaCall:
    """One REST call that counted against a quota; `caller` says for whom: `cli`, `hub`, `schedule` ...

    `owner` is the `StoredAccount.owner` whose quota it is.
    """

    owner: str
    at_ms: int
    operation: str
    caller: str


class StoredQuotaCalls(Protocol):
    """The REST calls that were made, so that a restart does not forget them."""

    async def record_call(self, call: QuotaCall) -> None:
        """Add a call and return once it is on disk: before the request is sent, so that a crash cannot hide it."""
        ...

    async def forget_call(self, call: QuotaCall) -> None:
        """Take away one recorded call that equals this one: it was never sent. Nothing happens when there is none."""
        ...

    async def calls_since(self, owner: str, since_ms: int) -> list[QuotaCall]:
        """Return an owner's calls at or after `since_ms`, oldest first (at most some 50 a day)."""
        ...
