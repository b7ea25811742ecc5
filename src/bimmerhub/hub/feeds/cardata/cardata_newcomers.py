"""Cars that stream under an account's GCID, but that BMW has not said to be its: whose they are is asked once a day.

A car that was bought today streams before anybody has told the hub of it. Its readings are stored at once, and the
account counts as one that sees it; the mappings (1 call for all of them) then say what it is. A car that BMW does not
name is asked for again after a day, not sooner, over restarts too: the day has 50 calls. When the call could not be
made or failed, the next try is after an hour. (Without any news the schedule asks for the mappings once a day, for a
car that was sold sends nothing.)
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from bimmerhub.bmw.clock import Clock
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import BimmerhubError
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import DAY_MS, HOUR_MS

_log = logging.getLogger(__name__)

GATHER_S = 1.0
"""How long the first message of a new car waits for those of others, so that one call does for all."""


class Meetings(Protocol):
    """Meeting an account's cars: `CarDataVehicles`."""

    async def was_met(self) -> bool:
        """Tell whether the mappings have ever come."""
        ...

    async def meet_all(self) -> object:
        """Ask for the mappings now: 1 call."""
        ...


class Newcomers:
    """Hears which VINs stream (`hear`), and asks for the mappings when one is new (`run`, one task).

    The first mappings are the schedule's to ask for. `introduce` makes a car known to the hub; `is_seen` tells whether
    the hub knows that an account (by its id) sees it, which it does no more of a car that was erased.
    """

    def __init__(
        self,
        account: StoredAccount,
        *,
        cars: Meetings,
        vehicles: StoredVehicles,
        settings: StoredSettings,
        introduce: Callable[[Vehicle], None],
        is_seen: Callable[[Vin, int], bool],
        may_spend: Callable[[], Awaitable[bool]],
        clock: Clock,
    ) -> None:
        self._account = account
        self._cars = cars
        self._vehicles = vehicles
        self._settings = settings
        self._introduce = introduce
        self._is_seen = is_seen
        self._may_spend = may_spend
        self._clock = clock
        self._look_again_ms: dict[Vin, int] = {}
        self._streaming: set[Vin] = set()
        self._heard = asyncio.Event()

    def hear(self, vin: Vin) -> None:
        """Note that a car streams; cheap, for every message comes through here."""
        now_ms = self._clock.now_ms()
        if _is_time(self._look_again_ms.get(vin, now_ms), now_ms) or not self._is_seen(vin, self._account.id):
            self._look_again_ms[vin] = now_ms + HOUR_MS  # what is asked about and not named, a day
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
        now_ms = self._clock.now_ms()
        settled = await self._note_seen(vins, now_ms)
        due = [vin for vin in sorted(vins - settled) if _is_time(await self._load_asked_at_ms(vin) + DAY_MS, now_ms)]
        if not due or not await self._cars.was_met() or not await self._may_spend():
            return
        for vin in due:
            _log.info("%s: %s streams and is new here: asking BMW for the mappings", self._account.name, mask_vin(vin))
        await self._save_next(due, now_ms + HOUR_MS)
        try:
            await self._cars.meet_all()
        except BimmerhubError as error:
            _log.warning("%s: the mappings of a new car are not known: %s", self._account.name, error)
            return
        await self._save_next(due, now_ms + DAY_MS)

    async def _note_seen(self, vins: set[Vin], now_ms: int) -> set[Vin]:
        """Note that the account sees these cars; return those that are not to be asked about.

        BMW names them already, or a person has put them away.
        """
        cars = {car.vin: car for car in await self._vehicles.vehicles()}
        seen = {vin: None if vin not in cars else cars[vin].seen_by(self._account.id) for vin in vins}
        unseen = {vin for vin, relation in seen.items() if relation is None}
        for vin in sorted(unseen):
            await self._vehicles.save_vehicle_account(vin, self._account.id, mapping=None, seen_at_ms=now_ms)
        for car in await self._vehicles.vehicles() if unseen else ():
            if car.vin in unseen:
                self._introduce(car)
        archived = {vin for vin in vins if vin in cars and cars[vin].is_archived}
        return archived | {vin for vin, relation in seen.items() if relation is not None and relation.is_named}

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


def _is_time(at_ms: int, now_ms: int) -> bool:
    """Tell whether a time has come; one that is further away than a day was set by a clock that ran ahead."""
    return not now_ms < at_ms <= now_ms + DAY_MS
