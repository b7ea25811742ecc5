"""Which cars an account has by CarData: its mappings."""

from collections.abc import Callable

from bimmerhub.bmw.cardata.answers.models import Mapping, MappingList, shortened
from bimmerhub.domain.vehicle import Vehicle, VehicleMapping
from bimmerhub.domain.vendor_times import parse_vendor_time
from bimmerhub.errors import MalformedPayload
from bimmerhub.hub.feeds.cardata.cardata_documents import CarDataDocuments
from bimmerhub.hub.feeds.mapping_notes import MappingNotes
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.store.ports.vehicles import StoredVehicles


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
        self._settings = settings
        self._now_ms = now_ms
        self._notes = MappingNotes(vehicles, introduce=introduce, now_ms=now_ms)

    async def was_met(self) -> bool:
        """Tell whether the mappings have ever come."""
        return await load_met_at_ms(self._settings, self._account) is not None

    async def meet_all(self) -> MappingList:
        """Ask for the mappings, note which cars came, went or changed hands, and return what BMW named. One call.

        Unless all of them could be read, no car counts as given away.
        """
        mappings = await self._ask.fetch_mappings()
        now_ms = self._now_ms()
        rows = [_to_mapping(mapping) for mapping in mappings.data]
        await self._notes.note(self._account, rows, is_complete=not mappings.unreadable_items)
        await self._settings.save_setting(_met_key(self._account), str(now_ms))
        return mappings


def _to_mapping(mapping: Mapping) -> VehicleMapping:
    try:
        since = None if mapping.mapped_since is None else parse_vendor_time(mapping.mapped_since)
    except MalformedPayload:
        since = None
    since_ms = None if since is None else round(since.timestamp() * 1000)
    return VehicleMapping(vin=mapping.vin, mapping=shortened(mapping.mapping_type), mapped_since_ms=since_ms)
