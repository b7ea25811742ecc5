"""The cars as a live hub knows them, and what a person does with one; what is stored comes through `store`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bimmerhub.domain.catalogue.comparison import Differences
from bimmerhub.domain.catalogue.descriptors import Catalogue
from bimmerhub.domain.coverage.coverage_verdicts import Coverage
from bimmerhub.domain.signals.car_facts import CarFacts
from bimmerhub.domain.signals.value import SignalValue
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.ids import Vin


class VehicleStates(Protocol):
    """The vehicles and their live state, as of the last durable batch."""

    def vehicles(self) -> Sequence[Vehicle]:
        """Return every known vehicle in order of VIN."""
        ...

    def state(self, vin: Vin) -> Mapping[str, SignalValue] | None:
        """Return the signals that this car has reported, by name; None for an unknown VIN."""
        ...

    def car_facts(self, vin: Vin) -> CarFacts:
        """Return what is known of the car now: its history is told as its present state is."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedVehicle:
    """What went with an erased vehicle, and what did not.

    `is_space_back` tells whether the disk has the space again; else the database keeps it for what comes next.
    `backups` are files that still hold the vehicle or may do so; `seen_by` are the accounts that saw it.
    """

    readings: int
    raw_messages: int
    refused: int
    documents: int
    records: int
    is_space_back: bool
    backups: Sequence[str]
    seen_by: Sequence[str]


class VehicleKeeping(Protocol):
    """What a person does with a vehicle as a whole."""

    async def archive(self, vin: Vin, *, sold_on: str | None) -> None:
        """Put a vehicle away: what it tells after the day of sale (2026-01-31, None: today) is not stored.

        Nothing is asked of it any more. What was stored of later days already stays.

        ConfigError for what is no day, or is yet to come.
        """
        ...

    async def restore(self, vin: Vin) -> None:
        """Take an archived vehicle into use again."""
        ...

    async def erase(self, vin: Vin) -> ErasedVehicle:
        """Erase all that is stored of a vehicle, for good: readings, messages, documents, its picture, its records."""
        ...


class Pictures(Protocol):
    """The cars' pictures; BMW is not asked for them here."""

    def has_image(self, vin: Vin) -> bool:
        """Tell whether there is a picture of the car."""
        ...

    async def image(self, vin: Vin) -> bytes | None:
        """Return the car's picture as PNG: empty when BMW has none, None when it was not fetched yet."""
        ...


class CoverageJudge(Protocol):
    """Judges for each descriptor whether it arrives."""

    async def coverage(self, vin: Vin) -> Sequence[Coverage]:
        """Return the coverage of every descriptor of a vehicle, by descriptor."""
        ...

    async def head_unit(self, vin: Vin) -> str | None:
        """Return BMW's word for a vehicle's head unit, None when its basic data do not tell it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedList:
    """BMW's list, checked: how many keys it has, how it differs, and what of it was not understood, in words."""

    listed: int
    differences: Differences
    faults: Sequence[str]


class FullCatalogue(Protocol):
    """The catalogue of this release with the keys that were taken from BMW's public list since."""

    async def load(self) -> Catalogue:
        """Return it as it is now."""
        ...

    async def check_list(self, document: bytes, *, takes_new: bool) -> CheckedList:
        """Return how a list differs from the catalogue; with `takes_new` its new keys are in it from now on.

        MalformedPayload when it is no such list.
        """
        ...
