"""When CarData's scheduled REST calls are made: every `refresh_h` hours, over restarts too; when after a failure."""

import logging
import random
from collections.abc import Awaitable, Callable

from bimmerhub.bmw.clock import Clock
from bimmerhub.errors import BimmerhubError, BmwUnavailable, QuotaSpent, RateLimited, StoreError
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.times import HOUR_MS

_log = logging.getLogger(__name__)

TRY_AGAIN_MS = HOUR_MS // 4
AFTER_RESET_MS = HOUR_MS // 12
"""A call at 00:00 sharp, by a clock that is a second fast, would find yesterday's quota spent and cost the new day."""
AFTER_RESET_SPREAD_S = 600.0
MOST_DOUBLINGS = 16


def refreshed_key(account: StoredAccount) -> str:
    """Return the setting that keeps when the account was refreshed last."""
    return f"rest.refreshed_at_ms.{account.owner}"


async def load_due_ms(settings: StoredSettings, account: StoredAccount, every_ms: int) -> int:
    """Return when the account's next refresh is due, 0 when there was none yet."""
    key = refreshed_key(account)
    refreshed_at_ms = (await settings.load_settings(key)).get(key)
    return 0 if refreshed_at_ms is None else int(refreshed_at_ms) + every_ms


class Schedule:
    """Calls `refresh` for one account at its times."""

    def __init__(
        self,
        account: StoredAccount,
        *,
        refresh: Callable[[], Awaitable[None]],
        every_h: float,
        settings: StoredSettings,
        clock: Clock,
        jitter: random.Random,
    ) -> None:
        self._account = account
        self._refresh = refresh
        self._every_ms = round(every_h * HOUR_MS)
        self._settings = settings
        self._clock = clock
        self._jitter = jitter
        self._failures = 0

    async def run(self) -> None:
        """Refresh for ever; with 0 hours return at once."""
        if self._every_ms <= 0:
            return
        due_ms = await load_due_ms(self._settings, self._account, self._every_ms)
        while True:
            await self._clock.sleep_until(due_ms)
            try:
                await self._refresh()
                now_ms = self._clock.now_ms()
                await self._settings.save_setting(refreshed_key(self._account), str(now_ms))
                due_ms = now_ms + self._every_ms
                self._failures = 0
            except BimmerhubError as error:
                self._failures += 1
                _log.warning("%s: REST calls put off: %s", self._account.name, error)
                due_ms = self._again_at_ms(error)

    def _again_at_ms(self, error: BimmerhubError) -> int:
        """Return when to go on after a failure. What BMW refuses it refuses again: each try is a call of the quota.

        A fault of BMW's passes, but may last: each try comes twice as late as the one before, up to the full interval.
        A refused token counts as such too, for REST can refuse one that is good; without a sign-in a try costs no call.
        """
        now_ms = self._clock.now_ms()
        match error:
            case QuotaSpent(resets_at=resets_at):
                spread_ms = round(self._jitter.uniform(0, AFTER_RESET_SPREAD_S) * 1000)
                return round(resets_at.timestamp() * 1000) + AFTER_RESET_MS + spread_ms
            case RateLimited(retry_after_s=retry_after_s):
                return now_ms + max(TRY_AGAIN_MS, round(retry_after_s * 1000))
            case BmwUnavailable() | StoreError():
                longest_ms = max(self._every_ms, TRY_AGAIN_MS)
                return now_ms + min(TRY_AGAIN_MS << min(self._failures - 1, MOST_DOUBLINGS), longest_ms)
            case _:
                return now_ms + self._every_ms
