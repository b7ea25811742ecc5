"""Erasing a vehicle from a running hub: from its store, its live state, its events and its files."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.files import write_hint
from bimmerhub.hub.feeds.images import CarImages
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.hub.safekeeping.sealed_file import is_sealed
from bimmerhub.ids import Vin
from bimmerhub.store.ports.erasure import VehicleErasure
from bimmerhub.store.ports.vehicles import StoredVehicles
from bimmerhub.views.ports.cars import ErasedVehicle


class Eraser:
    """Erases vehicles. `forget_events` lets all listeners read anew.

    `is_importing` tells whether a capture is on its way in: what is still to come of it would make the car known again.
    `backups` gives where a person had backups written, `hub_backups` says in words which the hub made by itself,
    `files` what else lies in the data directory of a car.
    """

    def __init__(
        self,
        erasure: VehicleErasure,
        *,
        vehicles: StoredVehicles,
        live: LiveVehicles,
        ingest: Ingest,
        derivation: Derivation,
        images: CarImages,
        is_importing: Callable[[], bool],
        forget_events: Callable[[], None],
        backups: Callable[[], Sequence[Path]],
        hub_backups: Callable[[], Sequence[str]],
        files: Callable[[Vin], Sequence[Path]],
    ) -> None:
        self._erasure = erasure
        self._vehicles = vehicles
        self._live = live
        self._ingest = ingest
        self._derivation = derivation
        self._images = images
        self._is_importing = is_importing
        self._forget_events = forget_events
        self._backups = backups
        self._hub_backups = hub_backups
        self._files = files

    async def erase(self, vin: Vin) -> ErasedVehicle:
        """Erase all that is known of a vehicle; what comes of it later makes it known anew.

        ConfigError while a capture is imported.
        """
        if self._is_importing():
            raise ConfigError(
                "files are being imported, and the vehicle may be in them, so nothing was erased",
                hint="Erase it when the import has ended.",
            )
        mapped_to = [seen.account for car in self._live.vehicles() if car.vin == vin for seen in car.accounts]
        await asyncio.to_thread(_remove, self._files(vin))
        async with self._derivation.resting():
            erased = await self._erasure.erase(vin)
        await self._ingest.settle()
        self._live.forget(vin)
        await self._images.remove(vin)
        self._forget_events()
        for car in await self._vehicles.vehicles():
            if car.vin == vin:  # a message of it came meanwhile
                self._live.introduce(car)
                await self._ingest.reload(vin)
        return ErasedVehicle(
            readings=erased.readings,
            raw_messages=erased.raw_messages,
            refused=erased.refused,
            documents=erased.documents,
            records=erased.records,
            is_space_back=await self._erasure.compact(),
            backups=[*map(str, await self._find_holders(vin)), *self._hub_backups()],
            seen_by=mapped_to,
        )

    async def _find_holders(self, vin: Vin) -> list[Path]:
        """Return the backups that hold the vehicle, and the encrypted ones, which nobody can look into."""
        written = self._backups()
        encrypted = await asyncio.to_thread(_choose_encrypted, written)
        return sorted({*await self._erasure.holders(vin, written), *encrypted})


def _choose_encrypted(paths: Sequence[Path]) -> list[Path]:
    chosen: list[Path] = []
    for path in paths:
        with suppress(StoreError):  # it is gone, or may not be read
            if is_sealed(path):
                chosen.append(path)
    return chosen


def _remove(files: Sequence[Path]) -> None:
    for path in files:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"cannot remove {path}: {error.strerror}", hint=write_hint(error)) from error
