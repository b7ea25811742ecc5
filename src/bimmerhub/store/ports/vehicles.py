"""The vehicles that are known, and which accounts see them."""

from typing import Protocol

from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.ids import Vin


class StoredVehicles(Protocol):
    """The vehicles that are known; each VIN that has readings is one of them."""

    async def vehicles(self) -> list[Vehicle]:
        """Return every vehicle in order of VIN."""
        ...

    async def save_vehicle(self, vehicle: Vehicle, *, seen_at_ms: int) -> None:
        """Add the vehicle, which gives it its key, or add to it: a field that is None leaves what is stored.

        The earliest `seen_at_ms` stays. The vehicle's `key` and `accounts` are not looked at.
        """
        ...

    async def save_vehicle_account(self, vin: Vin, account_id: int, *, mapping: str | None, seen_at_ms: int) -> None:
        """Note that an account sees a vehicle, which is added when it is not known yet.

        A `mapping` of None leaves what is stored; the latest `seen_at_ms` stays.
        """
        ...
