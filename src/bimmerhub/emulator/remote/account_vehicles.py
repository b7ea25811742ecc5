"""The vehicles of an account in the older services, each with the last state that it reported."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bimmerhub.emulator.cars import CarIdentity, CarTruth
from bimmerhub.emulator.cars.last_state import LastState
from bimmerhub.emulator.host.regions import UserRegion
from bimmerhub.emulator.lives import CarLives
from bimmerhub.emulator.owners.emulated_accounts import MappedCar, MappingType
from bimmerhub.ids import Gcid, Vin

Retouch = Callable[[CarTruth], CarTruth]
"""Changes the truth of a car before a service shows it; for tests that change one field at a time."""


class CarMap(Protocol):
    """Who has which car."""

    def of_account(self, gcid: Gcid) -> Sequence[MappedCar]:
        """Return the cars of an account, always in the same order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountVehicle:
    """A car that an account has, as its main user or another.

    `home` is the account whose garage simulates it, `region` that account's.
    """

    car: CarIdentity
    home: Gcid
    region: UserRegion | None
    is_primary: bool
    last_state: LastState

    @property
    def truth(self) -> CarTruth:
        """The truth at the last report."""
        return self.last_state.truth


_COUNTRIES: Mapping[UserRegion | None, str] = {UserRegion.NA: "US", UserRegion.CN: "CN"}
"""For which countries the cars of a region were built; those of the rest of the world differ."""


class AccountVehicles:
    """Finds cars by account and VIN, simulated up to now. `retouches` are by VIN."""

    def __init__(self, *, lives: Mapping[Gcid, CarLives], mappings: CarMap) -> None:
        self.retouches: dict[Vin, Retouch] = {}
        self._lives = lives
        self._mappings = mappings

    async def list_cars(self, gcid: Gcid) -> list[AccountVehicle]:
        """Return the cars of an account, always in the same order."""
        return [await self._look_up(mapped) for mapped in self._mappings.of_account(gcid)]

    async def find(self, gcid: Gcid, vin: str) -> AccountVehicle | None:
        """Return a car of an account, None when the account does not have it."""
        for mapped in self._mappings.of_account(gcid):
            if mapped.car.vin == vin:
                return await self._look_up(mapped)
        return None

    async def _look_up(self, mapped: MappedCar) -> AccountVehicle:
        lives, vin = self._lives[mapped.home], mapped.car.vin
        await lives.advance()
        state = lives.garage.last_state(vin)
        if vin in self.retouches:
            state = replace(state, truth=self.retouches[vin](state.truth))
        region = lives.account.region
        if region in _COUNTRIES:
            equipment = replace(state.truth.equipment, country=_COUNTRIES[region])
            state = replace(state, truth=replace(state.truth, equipment=equipment))
        return AccountVehicle(
            car=mapped.car,
            home=mapped.home,
            region=region,
            is_primary=mapped.kind is MappingType.PRIMARY,
            last_state=state,
        )
