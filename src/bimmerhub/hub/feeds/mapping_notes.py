"""Which cars an account has, as BMW lists them: noted which came, went or changed hands, whatever the family."""

import logging
from collections.abc import Callable, Sequence

from bimmerhub.domain.vehicle import Vehicle, VehicleMapping
from bimmerhub.ids import mask_vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.vehicles import StoredVehicles

_log = logging.getLogger(__name__)


class MappingNotes:
    """Notes mappings in the store; `introduce` tells the hub of each car whose accounts are others then."""

    def __init__(
        self, vehicles: StoredVehicles, *, introduce: Callable[[Vehicle], None], now_ms: Callable[[], int]
    ) -> None:
        self._vehicles = vehicles
        self._introduce = introduce
        self._now_ms = now_ms

    async def note(self, account: StoredAccount, rows: Sequence[VehicleMapping], *, is_complete: bool) -> None:
        """Note which cars an account has; unless the list `is_complete`, none counts as given away."""
        before = {car.vin: car for car in await self._vehicles.vehicles()}
        await self._vehicles.save_mappings(account.id, rows, told_at_ms=self._now_ms(), is_complete=is_complete)
        for car in await self._vehicles.vehicles():
            earlier = before.get(car.vin)
            if car != earlier:
                self._introduce(car)
                _log_change(account, earlier, car)


def _log_change(account: StoredAccount, before: Vehicle | None, car: Vehicle) -> None:
    """Say once that the account no longer has a car, or has it again."""
    earlier, now = (None if state is None else state.seen_by(account.id) for state in (before, car))
    troubles = [None if seen is None else seen.trouble for seen in (earlier, now)]
    if troubles[0] != troubles[1]:
        _log.info("%s: %s", mask_vin(car.vin), troubles[1] or f"account {account.name} gets its data again")
