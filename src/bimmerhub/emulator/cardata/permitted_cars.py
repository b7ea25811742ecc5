"""The cars whose data an account may have: those it is mapped to as PRIMARY, from the day it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bimmerhub.emulator.cardata.backend_memory import BackendMemory
from bimmerhub.emulator.cardata.callers import Caller
from bimmerhub.emulator.cardata.refusals import CarDataRefusal
from bimmerhub.emulator.cardata.voice.message import BackendValue
from bimmerhub.emulator.cardata.voice.voice import CarDataVoice
from bimmerhub.emulator.cars import CarIdentity, CarTruth
from bimmerhub.emulator.cars.records import ChargingSessionTruth
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.owners.emulated_accounts import MappedCar, MappingType
from bimmerhub.ids import Gcid, Vin, parse_vin


class CarDataBackends(Protocol):
    """What CarData knows of the cars, by the account whose garage they are in."""

    async def current_voice(self, gcid: Gcid) -> CarDataVoice:
        """Return the cars of a garage with their last values, simulated up to now."""
        ...

    def memory_of(self, gcid: Gcid) -> BackendMemory:
        """Return what was known of these cars in the last day."""
        ...


class MappedCars(Protocol):
    """Who has which car."""

    def of_account(self, gcid: Gcid) -> Sequence[MappedCar]:
        """Return the cars of an account."""
        ...

    def find(self, gcid: Gcid, vin: Vin) -> MappedCar | None:
        """Return a car of an account, None when the account does not have it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PermittedCar:
    """A car whose data an account may have; `since_ms` is when it got the car (milliseconds since 1970 UTC)."""

    car: CarIdentity
    since_ms: int
    truth: CarTruth
    values: Mapping[str, BackendValue]
    memory: BackendMemory

    @property
    def charging_sessions(self) -> list[ChargingSessionTruth]:
        """Return those that are over, oldest first: an earlier owner's are not shown (inferred)."""
        return [session for session in self.truth.charging_sessions if session.start_ms >= self.since_ms]


class PermittedCars:
    """Finds the car that a request is about."""

    def __init__(self, *, backends: CarDataBackends, mappings: MappedCars, faults: Faults) -> None:
        self._backends = backends
        self._mappings = mappings
        self._faults = faults

    def of_account(self, caller: Caller) -> Sequence[MappedCar]:
        """Return every car that the account is mapped to, as PRIMARY or SECONDARY, and that the caller may know of."""
        return [mapped for mapped in self._mappings.of_account(caller.gcid) if caller.sees_car(mapped.car.vin)]

    async def find(self, caller: Caller, asked_vin: str) -> PermittedCar:
        """Return a car, simulated up to now.

        CarDataRefusal CU-120 for what is no VIN, CU-104 for another one's car, or one that no consent names.
        """
        vin = check_vin(asked_vin)
        mapped = self._mappings.find(caller.gcid, vin)
        is_primary = mapped is not None and mapped.kind is MappingType.PRIMARY
        if mapped is None or not is_primary or self._faults.take("secondary-driver"):
            raise CarDataRefusal("CU-104", "The vehicle is not mapped to this account as its main user.")
        if not caller.sees_car(vin):
            raise CarDataRefusal("CU-104", "The owner's consent does not name the vehicle.")
        self._refuse_one(caller, vin)
        voice = await self._backends.current_voice(mapped.home)
        return PermittedCar(
            car=mapped.car,
            since_ms=mapped.since_ms,
            truth=voice.garage.truth(vin),
            values=voice.known_of(vin),
            memory=self._backends.memory_of(mapped.home),
        )

    def _refuse_one(self, caller: Caller, vin: Vin) -> None:
        """Refuse the one car that a fault names by its number in the mappings, from 1."""
        number = [mapped.car.vin for mapped in self.of_account(caller)].index(vin) + 1
        if self._faults.value("car-refused") == number and self._faults.take("car-refused"):
            raise CarDataRefusal("CU-104", "The vehicle is not mapped to this account as its main user.")
        if self._faults.value("car-500") == number and self._faults.take("car-500"):
            raise CarDataRefusal("CU-500", "Something went wrong inside.")


def check_vin(text: str) -> Vin:
    """Return `text` as a VIN; CarDataRefusal CU-120 when it has not the form of one."""
    try:
        return parse_vin(text)
    except ValueError as error:
        raise CarDataRefusal("CU-120", "A VIN has 17 characters in upper case.") from error
