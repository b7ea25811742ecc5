"""CarData's quotas, with what the hub will still ask for by itself until the reset."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from typing_extensions import override

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.plan import forecast, refused_cars
from bimmerhub.domain.account.quota import Quota
from bimmerhub.domain.account.services import CarDataService
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.quota import QuotaBook
from bimmerhub.hub.feeds.cardata.cardata_plan import CallBook
from bimmerhub.hub.feeds.feed import Feed
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.views.ports.accounts import Quotas


class PlannedQuotas(Quotas):
    """The quotas of a hub. `feed` gives an account's running feed: only that makes the calls that its `book` plans."""

    def __init__(
        self,
        *,
        accounts: AccountBook,
        quotas: QuotaBook,
        book: Callable[[StoredAccount], CallBook],
        feed: Callable[[str], Feed | None],
    ) -> None:
        self._accounts = accounts
        self._quotas = quotas
        self._book = book
        self._feed = feed

    @override
    async def quotas(self) -> Sequence[Quota]:
        accounts = await self._accounts.accounts()
        return [await self.load(account) for account in accounts if account.family is Family.CARDATA]

    async def load(self, account: StoredAccount) -> Quota:
        """Return the present UTC day's quota of one account."""
        quota = await self._quotas.load(account)
        if self._feed(account.name) is None or CarDataService.API not in account.services:
            return quota
        state = await self._book(account).load_state()
        calls = forecast(state, until_ms=quota.resets_at_ms)
        return replace(quota, plan=calls, planned=sum(call.calls for call in calls), refused=refused_cars(state))
