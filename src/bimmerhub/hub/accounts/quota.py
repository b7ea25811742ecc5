"""The day's REST calls of an account, counted in the store for everything that runs on a data directory.

Every caller goes through here, a person too: together they get `limit` calls a UTC day. What the hub does by itself
never gets the last `reserve` of them, whatever its schedule believes. All times here are by BMW's clock as far as it is
known (`bmw.cardata.bmw_clock`).
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bimmerhub.bmw.cardata.bmw_clock import BmwClock
from bimmerhub.bmw.cardata.ledger import quota_spent
from bimmerhub.domain.account.quota import Quota, QuotaRules, Spent, day_start_ms, derive_runs_out_at_ms
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.quota import QuotaCall, StoredQuotaCalls
from bimmerhub.times import DAY_MS

SCHEDULE = "schedule"
"""The caller of what the hub fetches by itself."""
PERSON = "fetch"
"""The caller of what a person asks BMW now."""
BMW_SAYS_SPENT = "(BMW says: spent)"
"""The operation under which an answer of CU-429 is kept: for the rest of the day nothing is left."""
_UNSURE_REMEMBERED = 200


async def load_quota(calls: StoredQuotaCalls, account: StoredAccount, now_ms: int, rules: QuotaRules) -> Quota:
    """Return the quota of the UTC day that `now_ms` is in. Local accounts of one GCID share it, as they do at BMW.

    A call whose stamp is of a later day was made while the clock was ahead: it does not count.
    """
    start_ms = day_start_ms(now_ms)
    resets_at_ms = start_ms + DAY_MS
    stored = [call for owner in sorted(_owners(account)) for call in await calls.calls_since(owner, start_ms)]
    made = [call for call in stored if call.at_ms < resets_at_ms]
    own = [call for call in made if call.operation != BMW_SAYS_SPENT]
    used = len(own) if len(own) == len(made) else max(len(own), rules.limit)
    counted = Counter((call.caller, call.operation) for call in own)
    return Quota(
        account=account.name,
        used=used,
        limit=rules.limit,
        reserve=rules.reserve,
        resets_at_ms=resets_at_ms,
        spent=tuple(
            Spent(caller=caller, operation=operation, calls=count)
            for (caller, operation), count in sorted(counted.items())
        ),
        runs_out_at_ms=derive_runs_out_at_ms(
            [call.at_ms for call in own if call.caller != SCHEDULE],
            remaining=max(0, rules.limit - used),
            now_ms=now_ms,
            resets_at_ms=resets_at_ms,
        ),
    )


class QuotaBook:
    """The quotas of all accounts of a hub. `changed` is awaited after each change of an account's.

    `bmw_clock` shows BMW's time: its days are those that count.
    """

    def __init__(
        self,
        calls: StoredQuotaCalls,
        rules: QuotaRules,
        *,
        bmw_clock: BmwClock,
        changed: Callable[[StoredAccount], Awaitable[None]],
    ) -> None:
        self.bmw_clock = bmw_clock
        self._calls = calls
        self._rules = rules
        self._changed = changed
        self._spending = asyncio.Lock()
        self._unsure: deque[tuple[QuotaCall, float]] = deque(maxlen=_UNSURE_REMEMBERED)

    def ledger(self, account: StoredAccount, *, caller: str) -> "StoredLedger":
        """Return the SDK's ledger for one account; `caller`: who wants the calls (see `domain.account.quota.Spent`)."""
        return StoredLedger(account, caller=caller, book=self)

    async def load(self, account: StoredAccount, *, at_ms: int | None = None) -> Quota:
        """Return the account's quota of the UTC day of `at_ms` by BMW's clock, None: of the present day."""
        day_ms = self.bmw_clock.now_ms() if at_ms is None else at_ms
        return await load_quota(self._calls, account, day_ms, self._rules)

    async def may_spend(self, account: StoredAccount, *, caller: str) -> bool:
        """Tell whether `spend` would let this caller make a call now."""
        return (await self.load(account)).remaining > self._reserve(caller)

    def _reserve(self, caller: str) -> int:
        return self._rules.reserve if caller == SCHEDULE else 0

    async def spend(self, call: QuotaCall, account: StoredAccount) -> int:
        """Count a call and return how many are left; durable when this returns.

        QuotaSpent when there are none, and for the schedule when only the reserve is left.
        """
        reserve = self._reserve(call.caller)
        async with self._spending:
            await self._stamp_anew()
            quota = await self.load(account, at_ms=call.at_ms)
            if quota.remaining <= reserve:
                raise quota_spent(call.at_ms, limit=quota.limit, reserve=reserve)
            await self._record(call, account)
            return quota.remaining - 1

    async def give_back(self, call: QuotaCall, account: StoredAccount) -> None:
        """Forget a call that was counted and not sent."""
        async with self._spending:
            self._unsure = deque((one for one in self._unsure if one[0] != call), maxlen=_UNSURE_REMEMBERED)
            await self._calls.forget_call(call)
            await self._changed(account)

    async def mark_spent(self, call: QuotaCall, account: StoredAccount) -> None:
        """Remember that BMW said the quota is spent."""
        async with self._spending:
            await self._record(call, account)

    async def _record(self, call: QuotaCall, account: StoredAccount) -> None:
        if not self.bmw_clock.is_known:
            self._unsure.append((call, self.bmw_clock.elapsed_s()))
        await self._calls.record_call(call)
        await self._changed(account)

    async def _stamp_anew(self) -> None:
        """Put the calls that were made before BMW's time was known on the day on which BMW counted them."""
        while self.bmw_clock.is_known and self._unsure:
            call, elapsed_s = self._unsure.popleft()
            at_ms = self.bmw_clock.at_elapsed(elapsed_s)
            if day_start_ms(at_ms) != day_start_ms(call.at_ms):
                await self._calls.forget_call(call)
                await self._calls.record_call(replace(call, at_ms=at_ms))


class StoredLedger:
    """The SDK's `ReturningLedger` for one account and caller, in the store."""

    def __init__(self, account: StoredAccount, *, caller: str, book: QuotaBook) -> None:
        self._account = account
        self._caller = caller
        self._book = book

    async def spend(self, operation: str, *, at_ms: int) -> int:
        """Count a call and return how many are left; durable when this returns. QuotaSpent when there are none."""
        return await self._book.spend(self._call(operation, at_ms), self._account)

    async def give_back(self, operation: str, *, at_ms: int) -> None:
        """Take one call of the operation, counted at `at_ms`, off the count."""
        await self._book.give_back(self._call(operation, at_ms), self._account)

    async def mark_spent(self, *, at_ms: int) -> None:
        """Remember that BMW said the quota is spent."""
        await self._book.mark_spent(self._call(BMW_SAYS_SPENT, at_ms), self._account)

    def _call(self, operation: str, at_ms: int) -> QuotaCall:
        return QuotaCall(owner=self._account.owner, at_ms=at_ms, operation=operation, caller=self._caller)


def _owners(account: StoredAccount) -> set[str]:
    """Return whose calls are an account's: its GCID's, and those from before the sign-in told the GCID."""
    return {str(account.id), account.owner}
