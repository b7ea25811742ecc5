"""Putting a sold car away, taking that back, and erasing a car."""

from collections.abc import Callable
from datetime import UTC, datetime

from typing_extensions import override

from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import ConfigError
from bimmerhub.hub.vehicles.erasing import Eraser
from bimmerhub.ids import Vin
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.times import local_day_end_ms
from bimmerhub.views.ports.cars import ErasedVehicle, VehicleKeeping


class VehicleKeeper(VehicleKeeping):
    """Keeps the vehicles of a hub; `introduce` tells its live state what is stored of one."""

    def __init__(
        self,
        *,
        vehicles: StoredVehicles,
        introduce: Callable[[Vehicle], None],
        eraser: Eraser,
        now_ms: Callable[[], int],
    ) -> None:
        self._vehicles = vehicles
        self._introduce = introduce
        self._eraser = eraser
        self._now_ms = now_ms

    @override
    async def archive(self, vin: Vin, *, sold_on: str | None) -> None:
        now_ms = self._now_ms()
        day = sold_on or _local_day(now_ms)
        check_day_of_sale(day, now_ms=now_ms)
        await self._vehicles.archive(vin, archived_at_ms=now_ms, sold_on=day)
        await self._reintroduce(vin)

    @override
    async def restore(self, vin: Vin) -> None:
        await self._vehicles.restore(vin)
        await self._reintroduce(vin)

    @override
    async def erase(self, vin: Vin) -> ErasedVehicle:
        return await self._eraser.erase(vin)

    async def _reintroduce(self, vin: Vin) -> None:
        for vehicle in await self._vehicles.vehicles():
            if vehicle.vin == vin:
                self._introduce(vehicle)


async def load_sold(vehicles: StoredVehicles) -> dict[Vin, int]:
    """Return when the day of sale of each archived vehicle ended (milliseconds UTC)."""
    return {car.vin: local_day_end_ms(car.sold_on) for car in await vehicles.vehicles() if car.sold_on is not None}


def check_day_of_sale(day: str, *, now_ms: int) -> None:
    """Raise ConfigError for what is no day (2026-01-31), or is yet to come where this machine is."""
    try:
        local_day_end_ms(day)
    except (ValueError, OverflowError) as error:
        raise ConfigError(f"{day[:20]!r} is no day", hint="Write it like 2026-01-31.") from error
    if day > _local_day(now_ms):
        raise ConfigError(f"{day} is yet to come", hint="Archive the vehicle on the day of its sale, or later.")


def _local_day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone().date().isoformat()
