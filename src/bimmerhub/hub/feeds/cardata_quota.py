"""CarData's quotas, with what the schedule will still spend of the day."""

from collections.abc import Callable
from dataclasses import replace

from bimmerhub.domain.account.quota import Quota, derive_planned
from bimmerhub.hub.accounts.quota import QuotaBook
from bimmerhub.hub.config import RestSettings
from bimmerhub.hub.feeds.cardata_schedule import load_due_ms
from bimmerhub.hub.feeds.cardata_vehicles import load_own
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.settings import Settings
from bimmerhub.store.ports.vehicles import Vehicles
from bimmerhub.times import HOUR_MS


class PlannedQuotas:
    """The quotas of every account, as a person wants to see them."""

    def __init__(
        self,
        *,
        quotas: QuotaBook,
        vehicles: Vehicles,
        settings: Settings,
        rest: RestSettings,
        now_ms: Callable[[], int],
    ) -> None:
        self._quotas = quotas
        self._vehicles = vehicles
        self._settings = settings
        self._rest = rest
        self._now_ms = now_ms

    async def load(self, account: StoredAccount, *, is_running: bool) -> Quota:
        """Return the account's quota of the present UTC day; `planned` is None when its feed does not run."""
        now_ms = self._now_ms()
        quota = await self._quotas.load(account, now_ms=now_ms)
        if not is_running:
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
