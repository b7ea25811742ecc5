"""Cars that stream under an account's GCID, but that BMW has not said to be its: whose they are is asked once a day.

A car that was bought today streams before anybody has told the hub of it. Its readings are stored at once; the mappings
(1 call for all of them) then say what it is. A car that BMW does not name is asked for again after a day, not sooner,
over restarts too: the day has 50 calls. When the call could not be made or failed, the next try is after an hour.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from bimmerhub.errors import BimmerhubError
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import DAY_MS, HOUR_MS

_log = logging.getLogger(__name__)

GATHER_S = 1.0
"""How long the first message of a new car waits for those of others, so that one call does for all."""


class Newcomers:
    """Hears which VINs stream (`hear`), and asks for the mappings when one is new (`run`, one task).

    `meet` asks. `was_met` tells whether the account's first mappings have come: before, the schedule is about to ask.
    """

    def __init__(
        self,
        account: StoredAccount,
        *,
        vehicles: StoredVehicles,
        settings: StoredSettings,
        was_met: Callable[[], Awaitable[bool]],
        meet: Callable[[], Awaitable[None]],
        may_spend: Callable[[], Awaitable[bool]],
        now_ms: Callable[[], int],
    ) -> None:
        self._account = account
        self._vehicles = vehicles
        self._settings = settings
        self._was_met = was_met
        self._meet = meet
        self._may_spend = may_spend
        self._now_ms = now_ms
        self._look_again_ms: dict[Vin, int] = {}
        self._streaming: set[Vin] = set()
        self._heard = asyncio.Event()

    def hear(self, vin: Vin) -> None:
        """Note that a car streams; cheap, for every message comes through here."""
        now_ms = self._now_ms()
        if self._look_again_ms.get(vin, now_ms) <= now_ms:
            self._look_again_ms[vin] = now_ms + HOUR_MS  # an answer makes it a day
            self._streaming.add(vin)
            self._heard.set()

    async def run(self) -> None:
        """Ask for the mappings whenever a car streams that none has named, for ever."""
        while True:
            await self._heard.wait()
            await asyncio.sleep(GATHER_S)
            self._heard.clear()
            vins, self._streaming = self._streaming, set()
            await self.look_into(vins)

    async def look_into(self, vins: set[Vin]) -> None:
        """Ask for the mappings if one of these cars is new and it is time for it."""
        own = {car.vin for car in await self._vehicles.vehicles() if car.is_seen_by(self._account.id)}
        now_ms = self._now_ms()
        self._look_again_ms.update(dict.fromkeys(vins & own, now_ms + DAY_MS))
        due = [vin for vin in sorted(vins - own) if await self._load_asked_at_ms(vin) + DAY_MS <= now_ms]
        if not due or not await self._was_met() or not await self._may_spend():
            return
        for vin in due:
            _log.info("%s: %s streams and is new here: asking BMW for the mappings", self._account.name, mask_vin(vin))
        await self._save_next(due, now_ms + HOUR_MS)
        try:
            await self._meet()
        except BimmerhubError as error:
            _log.warning("%s: the mappings of a new car are not known: %s", self._account.name, error)
            return
        await self._save_next(due, now_ms + DAY_MS)

    async def _save_next(self, vins: Iterable[Vin], next_ms: int) -> None:
        """Remember, over restarts too, when these cars may be asked for again."""
        for vin in vins:
            self._look_again_ms[vin] = next_ms
            await self._settings.save_setting(self._key(vin), str(next_ms - DAY_MS))

    async def _load_asked_at_ms(self, vin: Vin) -> int:
        key = self._key(vin)
        return int((await self._settings.load_settings(key)).get(key, -DAY_MS))

    def _key(self, vin: Vin) -> str:
        return f"rest.asked_for_ms.{self._account.owner}.{vin}"
