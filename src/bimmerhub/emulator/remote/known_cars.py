"""The cars that an account sees in the older services: those it is mapped to, as they were told last."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bimmerhub.emulator.cars import CarIdentity, CarTruth
from bimmerhub.emulator.cars.last_told import ToldState
from bimmerhub.emulator.lives import CarLives
from bimmerhub.emulator.owners import MappedCar
from bimmerhub.ids import Gcid, Vin

Retouch = Callable[[CarTruth], CarTruth]
"""Changes something about the truth of a car before a service tells it; for tests of one field at a time."""


class CarMap(Protocol):
    """Who has which car."""

    def of_account(self, gcid: Gcid) -> Sequence[MappedCar]:
        """Return the cars of an account, always in the same order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCar:
    """A car that an account may see: the state that it told last."""

    car: CarIdentity
    home: Gcid
    told: ToldState

    @property
    def truth(self) -> CarTruth:
        """The truth that was told last."""
        return self.told.truth


class KnownCars:
    """Finds cars by account and VIN, simulated up to now. `retouches` are by VIN."""

    def __init__(self, *, lives: Mapping[Gcid, CarLives], mappings: CarMap) -> None:
        self.retouches: dict[Vin, Retouch] = {}
        self._lives = lives
        self._mappings = mappings

    async def list_cars(self, gcid: Gcid) -> list[KnownCar]:
        """Return the cars of an account, always in the same order."""
        return [await self._know(mapped) for mapped in self._mappings.of_account(gcid)]

    async def find(self, gcid: Gcid, vin: str) -> KnownCar | None:
        """Return a car of an account, None when the account does not have it."""
        for mapped in self._mappings.of_account(gcid):
            if mapped.car.vin == vin:
                return await self._know(mapped)
        return None

    async def _know(self, mapped: MappedCar) -> KnownCar:
        lives, vin = self._lives[mapped.home], mapped.car.vin
        await lives.advance()
        told = lives.garage.last_told(vin)
        if vin in self.retouches:
            told = replace(told, truth=self.retouches[vin](told.truth))
        return KnownCar(car=mapped.car, home=mapped.home, told=told)
