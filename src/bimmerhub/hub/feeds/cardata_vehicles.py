"""Which cars an account has by CarData: its mappings."""

import logging
from collections.abc import Callable

from bimmerhub.bmw.cardata.models import Mapping
from bimmerhub.domain.vehicle import Vehicle, VehicleMapping
from bimmerhub.domain.vendor_times import parse_vendor_time
from bimmerhub.errors import MalformedPayload
from bimmerhub.hub.feeds.cardata_documents import CarDataDocuments
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.store.ports.vehicles import StoredVehicles

_log = logging.getLogger(__name__)


def _met_key(account: StoredAccount) -> str:
    return f"rest.met_at_ms.{account.owner}"


async def load_met_at_ms(settings: StoredSettings, account: StoredAccount) -> int | None:
    """Return when the account's mappings came last, None for never."""
    stored = (await settings.load_settings(_met_key(account))).get(_met_key(account))
    return None if stored is None else int(stored)


class CarDataVehicles:
    """One account's cars, met by REST through `ask`. `introduce` makes a car known to the hub."""

    def __init__(
        self,
        account: StoredAccount,
        *,
        ask: CarDataDocuments,
        vehicles: StoredVehicles,
        settings: StoredSettings,
        introduce: Callable[[Vehicle], None],
        now_ms: Callable[[], int],
    ) -> None:
        self._account = account
        self._ask = ask
        self._vehicles = vehicles
        self._settings = settings
        self._introduce = introduce
        self._now_ms = now_ms

    async def was_met(self) -> bool:
        """Tell whether the mappings have ever come."""
        return await load_met_at_ms(self._settings, self._account) is not None

    async def meet_all(self) -> None:
        """Ask for the mappings and note which cars came, went or changed hands. One call."""
        mappings = await self._ask.fetch_mappings()
        now_ms = self._now_ms()
        before = {car.vin: car for car in await self._vehicles.vehicles()}
        rows = [_to_mapping(mapping) for mapping in mappings]
        await self._vehicles.save_mappings(self._account.id, rows, told_at_ms=now_ms)
        await self._introduce_changed(before)
        await self._settings.save_setting(_met_key(self._account), str(now_ms))

    async def _introduce_changed(self, before: dict[Vin, Vehicle]) -> None:
        for car in await self._vehicles.vehicles():
            if car != before.get(car.vin):
                self._introduce(car)
                self._log_change(before.get(car.vin), car)

    def _log_change(self, before: Vehicle | None, car: Vehicle) -> None:
        """Say once that the account no longer has a car, or has it again."""
        earlier, now = (None if one is None else one.seen_by(self._account.id) for one in (before, car))
        troubles = [None if seen is None else seen.trouble for seen in (earlier, now)]
        if troubles[0] != troubles[1]:
            _log.info("%s: %s", mask_vin(car.vin), troubles[1] or f"account {self._account.name} gets its data again")


def _to_mapping(mapping: Mapping) -> VehicleMapping:
    try:
        since = None if mapping.mapped_since is None else parse_vendor_time(mapping.mapped_since)
    except MalformedPayload:
        since = None
    since_ms = None if since is None else round(since.timestamp() * 1000)
    return VehicleMapping(vin=mapping.vin, mapping=mapping.mapping_type, mapped_since_ms=since_ms)
