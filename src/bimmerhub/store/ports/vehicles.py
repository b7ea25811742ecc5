"""The vehicles that are known."""

from typing import Protocol

from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.ids import Vin


class Vehicles(Protocol):
    """The vehicles that are known, with or without readings."""

    async def vehicles(self) -> list[Vehicle]:
        """Return every vehicle in order of VIN."""
        ...

    async def save_vehicle(self, vehicle: Vehicle, *, seen_at_ms: int, basic_data: str | None = None) -> None:
        """Add the vehicle or add to it: a field that is None leaves what is stored. The earliest `seen_at_ms` is kept.

        `basic_data` is BMW's answer as JSON text.
        """
        ...

    async def basic_data(self, vin: Vin) -> str | None:
        """Return BMW's basic data of a vehicle as JSON text, None when there is none."""
        ...
