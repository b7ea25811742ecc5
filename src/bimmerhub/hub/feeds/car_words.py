"""What a car is, where several families list it: one rule, so that its brand and model do not flip.

CarData's basic data go first. Of the older families the newer one does, for as long as BMW names the car for one of its
accounts; a word that it does not have comes from the other. A person's own name for the car is none of BMW's words.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.documents import BASIC_DATA
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.ids import Vin
from bimmerhub.store.ports.accounts import StoredAccounts
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.store.ports.vehicles import StoredVehicles

_RANKS: Final[Mapping[str, int]] = {
    Family.CARDATA: 0,
    Family.MYBMW: 1,
    Family.CONNECTEDDRIVE: 2,
    Family.IREMOTE: 3,
}
"""Lower goes first. The app's interface began in 2021, the portal in 2015, i Remote in 2014 (clients of each)."""


class CarWords:
    """Keeps what a family's list of cars says of each car, unless one that goes first has said it."""

    def __init__(
        self,
        *,
        vehicles: StoredVehicles,
        accounts: StoredAccounts,
        documents: StoredDocuments,
        settings: StoredSettings,
    ) -> None:
        self._vehicles = vehicles
        self._accounts = accounts
        self._documents = documents
        self._settings = settings

    async def save(self, family: Family, vehicle: Vehicle, *, seen_at_ms: int) -> None:
        """Add a car of a family's list, or add to it."""
        stored = next((car for car in await self._vehicles.vehicles() if car.vin == vehicle.vin), None)
        source = await self._source(vehicle.vin, stored)
        if source is not None and stored is not None and _RANKS[source] < _RANKS[family]:
            await self._vehicles.save_vehicle(_beside(stored, vehicle), seen_at_ms=seen_at_ms)
            return
        await self._vehicles.save_vehicle(vehicle, seen_at_ms=seen_at_ms)
        if source is not family:
            await self._settings.save_setting(_key(vehicle.vin), family.value)

    async def _source(self, vin: Vin, stored: Vehicle | None) -> Family | None:
        """Return the family whose words are stored, None when it has no account any more that the car is given to."""
        if await self._documents.document(vin, BASIC_DATA) is not None:
            return Family.CARDATA
        noted = (await self._settings.load_settings(_key(vin))).get(_key(vin))
        families = {account.id: account.family for account in await self._accounts.accounts()}
        given = {
            families[seen.account_id]
            for seen in (() if stored is None else stored.accounts)
            if seen.is_given and seen.account_id in families
        }
        return next((family for family in given if family == noted), None)


def _beside(stored: Vehicle, vehicle: Vehicle) -> Vehicle:
    """Return a car with those words only of which none is stored."""
    return replace(
        vehicle,
        brand=vehicle.brand if stored.brand is None else None,
        model=vehicle.model if stored.model is None else None,
        drivetrain=vehicle.drivetrain if stored.drivetrain is None else None,
    )


def _key(vin: Vin) -> str:
    return f"car_words.{vin}"
