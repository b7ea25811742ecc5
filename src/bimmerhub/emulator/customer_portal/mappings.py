"""Which account has which car at BMW: as PRIMARY, who gets its data, or as SECONDARY, who only sees it in the list.

A car has one PRIMARY account at most. Until something changes that is the one whose garage it is in; its life there
goes on whoever has it. Source: BMW's guide. That a new PRIMARY makes the one before it SECONDARY, and that a sale ends
all mappings of a car, is inferred.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bimmerhub.emulator.cars import CarIdentity
from bimmerhub.emulator.customer_portal.registrations import PortalRefusal
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.state_file import StateFile
from bimmerhub.emulator.owners.emulated_accounts import EmulatedAccount, MappedCar, MappingType
from bimmerhub.ids import Gcid, Vin


@dataclass(frozen=True, slots=True, kw_only=True)
class CarMapping:
    """One car of one account, since `since_ms` (milliseconds since 1970 UTC)."""

    gcid: Gcid
    kind: MappingType
    since_ms: int


@dataclass(slots=True, kw_only=True)
class MappingsState:
    """The cars whose mappings were changed, by garage and VIN; the others are as they were at the beginning."""

    garages: dict[Gcid, dict[Vin, list[CarMapping]]] = field(default_factory=dict)


class CarMappings:
    """The mappings of all accounts. `cars` returns what is simulated in an account's garage."""

    def __init__(
        self,
        accounts: Sequence[EmulatedAccount],
        *,
        clock: EmulatorClock,
        faults: Faults,
        cars: Callable[[Gcid], Sequence[CarIdentity]],
        file: StateFile[MappingsState],
    ) -> None:
        self._accounts = {account.gcid: account for account in accounts}
        self._clock = clock
        self._faults = faults
        self._cars = cars
        self._file = file
        self._state = file.load() or MappingsState()
        self._is_shared_from_the_beginning = any(account.secondary_models for account in accounts)
        self._receivers: dict[tuple[Gcid, Vin], tuple[Gcid, ...]] = {}

    def of_account(self, gcid: Gcid) -> tuple[MappedCar, ...]:
        """Return the cars of an account: those of its own garage first."""
        others = [home for home in self._accounts if home != gcid and self._may_share(home)]
        homes = [gcid, *others] if gcid in self._accounts else others
        return tuple(
            MappedCar(car=car, home=home, kind=mapping.kind, since_ms=mapping.since_ms)
            for home in homes
            for car in self._cars(home)
            for mapping in self._of_car(home, car)
            if mapping.gcid == gcid
        )

    def primary_cars(self, gcid: Gcid) -> list[CarIdentity]:
        """Return the cars that an account has as PRIMARY."""
        return [mapped.car for mapped in self.of_account(gcid) if mapped.kind is MappingType.PRIMARY]

    def find(self, gcid: Gcid, vin: Vin) -> MappedCar | None:
        """Return a car of an account, None when the account does not have it."""
        return next((mapped for mapped in self.of_account(gcid) if mapped.car.vin == vin), None)

    def receivers(self, home: Gcid, vin: Vin) -> tuple[Gcid, ...]:
        """Return who gets what a car sends: its PRIMARY account, or nobody. Cheap: asked once a message.

        With the fault "secondary-streams" it is every account that has the car.
        """
        if self._faults.is_on("secondary-streams"):
            return self.accounts_of(home, vin)
        primary = self._receivers.get((home, vin))
        if primary is None:
            mappings = self._of_car(home, self._car(home, vin))
            primary = tuple(mapping.gcid for mapping in mappings if mapping.kind is MappingType.PRIMARY)
            self._receivers[home, vin] = primary
        return primary

    def map(self, home: Gcid, vin: Vin, gcid: Gcid, kind: MappingType) -> None:
        """Map a car to an account from now on; PortalRefusal when it has the car so already, or another of that VIN."""
        mapped = self.find(gcid, vin)
        if mapped is not None and mapped.home != home:
            raise PortalRefusal("The account has another garage's car of the same VIN.")
        if mapped is not None and mapped.kind is kind:
            raise PortalRefusal(f"The account has this car as {kind} already.")
        others = [mapping for mapping in self._of_car(home, self._car(home, vin)) if mapping.gcid != gcid]
        if kind is MappingType.PRIMARY:
            others = [replace(mapping, kind=MappingType.SECONDARY) for mapping in others]
        self._change(home, vin, [*others, CarMapping(gcid=gcid, kind=kind, since_ms=self._clock.now_ms())])

    def unmap(self, home: Gcid, vin: Vin, gcid: Gcid) -> None:
        """Take a car from an account; PortalRefusal when it does not have it."""
        mappings = self._of_car(home, self._car(home, vin))
        left = [mapping for mapping in mappings if mapping.gcid != gcid]
        if len(left) == len(mappings):
            raise PortalRefusal("The account does not have this car.")
        self._change(home, vin, left)

    def accounts_of(self, home: Gcid, vin: Vin) -> tuple[Gcid, ...]:
        """Return every account that has a car."""
        return tuple(mapping.gcid for mapping in self._of_car(home, self._car(home, vin)))

    def reset(self) -> None:
        """Give every car back to the account whose garage it is in."""
        self._state = MappingsState()
        self._file.save(self._state)
        self._receivers.clear()

    def _may_share(self, home: Gcid) -> bool:
        """Tell whether a car of a garage can be another account's; where there are thousands, hardly any can."""
        return self._is_shared_from_the_beginning or home in self._state.garages

    def _car(self, home: Gcid, vin: Vin) -> CarIdentity:
        return next(car for car in self._cars(home) if car.vin == vin)

    def _of_car(self, home: Gcid, car: CarIdentity) -> list[CarMapping]:
        changed = self._state.garages.get(home, {}).get(car.vin)
        if changed is not None:
            return changed
        own = CarMapping(gcid=home, kind=MappingType.PRIMARY, since_ms=car.owned_since_ms)
        return [own, *self._shared_from_the_beginning(home, car)]

    def _shared_from_the_beginning(self, home: Gcid, car: CarIdentity) -> list[CarMapping]:
        first = next((gcid for gcid, account in self._accounts.items() if car.code in account.models), None)
        if first != home:  # of twins the first is the shared one
            return []
        return [
            CarMapping(gcid=account.gcid, kind=MappingType.SECONDARY, since_ms=car.owned_since_ms)
            for account in self._accounts.values()
            if car.code in account.secondary_models and account.gcid != home
        ]

    def _change(self, home: Gcid, vin: Vin, mappings: list[CarMapping]) -> None:
        self._state.garages.setdefault(home, {})[vin] = mappings
        self._file.save(self._state)
        self._receivers.clear()
