"""The REST calls that were made."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaCall:
    """One REST call that counted against an account's quota; `caller` says for whom: `cli`, `hub`, `schedule` ..."""

    account: str
    at_ms: int
    operation: str
    caller: str


class QuotaLedger(Protocol):
    """The REST calls that were made, so that a restart does not forget them."""

    async def record_call(self, call: QuotaCall) -> None:
        """Add a call and return once it is on disk: before the request is sent, so that a crash cannot hide it."""
        ...

    async def calls_since(self, account: str, since_ms: int) -> list[QuotaCall]:
        """Return an account's calls at or after `since_ms`, oldest first (at most some 50 a day)."""
        ...
