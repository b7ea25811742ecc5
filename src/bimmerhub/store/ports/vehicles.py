"""The vehicles that are known."""

from typing import Protocol

from bimmerhub.domain.vehicle import Vehicle


class Vehicles(Protocol):
    """The vehicles that are known, with or without readings."""

    async def vehicles(self) -> list[Vehicle]:
        """Return every vehicle in order of VIN."""
        ...

    async def save_vehicle(self, vehicle: Vehicle, *, seen_at_ms: int) -> None:
        """Add the vehicle or add to it: a field that is None leaves what is stored, the earliest `seen_at_ms` stays."""
        ...
