"""The vehicles that are known, and which accounts see them."""

from collections.abc import Sequence
from typing import Protocol

from bimmerhub.domain.vehicle import Vehicle, VehicleMapping
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

    async def save_mappings(
        self, account_id: int, mappings: Sequence[VehicleMapping], *, told_at_ms: int, is_complete: bool = True
    ) -> None:
        """Note which vehicles BMW names for an account; those not known yet are added.

        When these are all of them, a vehicle that the account saw and that is not among them counts as unmapped from
        `told_at_ms` on, or from when it first was left out; one that is back counts as mapped. A `mapping` or
        `mapped_since_ms` of None leaves what is stored.
        """
        ...

    async def archive(self, vin: Vin, *, archived_at_ms: int, sold_on: str) -> None:
        """Note that a person put a vehicle away, and on which day it was sold (2026-01-31)."""
        ...

    async def restore(self, vin: Vin) -> None:
        """Note that an archived vehicle is in use again."""
        ...

    async def allow_opening(self, vin: Vin, *, allowed_at_ms: int | None) -> None:
        """Note when a person allowed commands that open the vehicle; None: they are not allowed any more."""
        ...
