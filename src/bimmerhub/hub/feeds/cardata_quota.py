"""CarData's quotas, with what the schedule will still spend of the day."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from typing_extensions import override

from bimmerhub.domain.account.quota import Quota, derive_planned
from bimmerhub.domain.account.services import CarDataService
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.quota import QuotaBook
from bimmerhub.hub.feeds.cardata_schedule import load_due_ms
from bimmerhub.hub.feeds.cardata_vehicles import load_own
from bimmerhub.hub.feeds.feed import Feed
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import HOUR_MS
from bimmerhub.views.ports import Quotas


class PlannedQuotas(Quotas):
    """The quotas of a hub. `feed` gives an account's running feed: only that spends by schedule."""

    def __init__(
        self,
        rest: RestSettings,
        *,
        accounts: AccountBook,
        quotas: QuotaBook,
        vehicles: StoredVehicles,
        settings: StoredSettings,
        feed: Callable[[str], Feed | None],
        now_ms: Callable[[], int],
    ) -> None:
        self._rest = rest
        self._accounts = accounts
        self._quotas = quotas
        self._vehicles = vehicles
        self._settings = settings
        self._feed = feed
        self._now_ms = now_ms

    @override
    async def quotas(self) -> Sequence[Quota]:
        return [await self.load(account) for account in await self._accounts.accounts()]

    async def load(self, account: StoredAccount) -> Quota:
        """Return the present UTC day's quota of one account."""
        now_ms = self._now_ms()
        quota = await self._quotas.load(account, now_ms=now_ms)
        if self._feed(account.name) is None or CarDataService.API not in account.services:
            return quota
        every_ms = round(self._rest.refresh_h * HOUR_MS)
        due_ms = await load_due_ms(self._settings, account, every_ms)
        planned = derive_planned(
            vehicles=len(await load_own(self._vehicles, account)),
            due_ms=max(due_ms, now_ms),
            every_ms=every_ms,
            until_ms=quota.resets_at_ms,
        )
        return replace(quota, planned=min(planned, max(0, quota.remaining - self._rest.reserve)))
