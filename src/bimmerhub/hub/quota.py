"""The day's REST calls of an account, counted in the store for everything that runs on a data directory."""

import asyncio
from collections import Counter
from collections.abc import Callable

from bimmerhub.bmw.cardata.ledger import quota_spent
from bimmerhub.domain.quota import CALLS_PER_DAY, DAY_MS, Quota, day_start_ms
from bimmerhub.store.port import QuotaCall, QuotaLedger

BMW_SAYS_SPENT = "(BMW says: spent)"
"""The operation under which an answer of CU-429 is kept: for the rest of the day nothing is left."""


async def load_quota(calls: QuotaLedger, account: str, now_ms: int) -> Quota:
    """Return the quota of the UTC day that `now_ms` is in."""
    start_ms = day_start_ms(now_ms)
    made = Counter(call.operation for call in await calls.calls_since(account, start_ms))
    is_spent = made.pop(BMW_SAYS_SPENT, 0) > 0
    return Quota(
        account=account,
        used=max(made.total(), CALLS_PER_DAY) if is_spent else made.total(),
        limit=CALLS_PER_DAY,
        resets_at_ms=start_ms + DAY_MS,
        spent_by_operation=dict(made),
    )


class StoredLedger:
    """The SDK's `QuotaLedger` for one account, in the store. `told` gets the quota after each change."""

    def __init__(self, account: str, *, calls: QuotaLedger, told: Callable[[Quota], None]) -> None:
        self._account = account
        self._calls = calls
        self._told = told
        self._spending = asyncio.Lock()

    async def spend(self, operation: str, *, at_ms: int) -> int:
        """Count a call and return how many are left; durable when this returns. QuotaSpent when there are none."""
        async with self._spending:
            quota = await load_quota(self._calls, self._account, at_ms)
            if quota.used >= quota.limit:
                raise quota_spent(at_ms)
            await self._record(operation, at_ms)
            return quota.limit - quota.used - 1

    async def mark_spent(self, *, at_ms: int) -> None:
        """Remember that BMW said the quota is spent."""
        await self._record(BMW_SAYS_SPENT, at_ms)

    async def _record(self, operation: str, at_ms: int) -> None:
        await self._calls.record_call(QuotaCall(account=self._account, at_ms=at_ms, operation=operation, caller="hub"))
        self._told(await load_quota(self._calls, self._account, at_ms))
