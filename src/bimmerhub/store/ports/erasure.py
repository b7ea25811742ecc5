"""Erasing a vehicle: everything that is stored of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bimmerhub.ids import Vin


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What went: readings, raw messages, items of quarantine, documents, and records made of the readings."""

    readings: int
    raw_messages: int
    refused: int
    documents: int
    records: int


class VehicleErasure(Protocol):
    """Erasing vehicles, and what meters counted."""

    async def erase(self, vin: Vin) -> Erased:
        """Erase all that is stored of a vehicle in one commit, the vehicle too; what comes later makes it anew.

        A raw message or an item of quarantine goes when the VIN is in it. Nothing is left in unused space.
        """
        ...

    async def erase_readings(self, subject: Vin) -> int:
        """Erase what a meter counted in one commit, from unused space too; return how many readings that were."""
        ...

    async def compact(self) -> bool:
        """Give unused space back to the disk; False when there is too little free space to do so now.

        It needs twice the size of the database while it works, about 10 s per GB; appends wait meanwhile.
        """
        ...

    async def holders(self, vin: Vin, backups: Sequence[Path]) -> list[Path]:
        """Return which of these backups, and of those that the store made by itself, hold a vehicle.

        What is no longer there, or no database of ours, is left out.
        """
        ...
