"""Why there is no document of a kind for a car: its interface does not have it, or nothing came yet."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.ids import Vin
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.views.ports.accounts import AccountLinks
from bimmerhub.views.ports.cars import VehicleStates

MissingNotice = Annotated[
    str | None, msgspec.Meta(description="why there is nothing, in one sentence; null where there is something")
]
IREMOTE_ONLY: Final = frozenset({Family.IREMOTE})
APP_ONLY: Final = frozenset({Family.MYBMW})
OLDER_FAMILIES: Final = frozenset({Family.IREMOTE, Family.CONNECTEDDRIVE, Family.MYBMW})
"""Those that tell trips and a charging profile."""

WITHOUT_BATTERY: Final = frozenset({"CONV", "MHEV"})
"""Drivetrains without a traction battery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OlderDocuments:
    """The stored documents that only families older than CarData tell, and the ports that say why there is none."""

    documents: StoredDocuments
    vehicles: VehicleStates
    accounts: AccountLinks

    async def why_missing(
        self, what: str, families: Collection[Family], vin: Vin, *, needs_battery: bool = False
    ) -> str:
        """Return why nothing is known of `what` (a plural, as "destinations"), which only these families tell.

        `needs_battery`: it is told only of cars with a traction battery.
        """
        vehicle = self._vehicle(vin)
        seen_by = await self.families_of(vin)
        if any(family in families for family in seen_by):
            if needs_battery and vehicle is not None and vehicle.drivetrain in WITHOUT_BATTERY:
                return f"BMW tells no {what} of this car: it has no traction battery."
            return f"BMW has told of no {what} of this car, or was not asked yet: the hub asks every few hours."
        tellers = " and ".join(family.shown_name for family in Family if family in families)
        if seen_by and Family.CARDATA not in seen_by:
            return f"{seen_by[0].shown_name[:1].upper()}{seen_by[0].shown_name[1:]} has no {what}: {tellers} did."
        return f"BMW's CarData does not offer {what}: {tellers} did, for the cars and accounts that have them."

    async def families_of(self, vin: Vin) -> list[Family]:
        """Return the family of each account that sees the car."""
        vehicle = self._vehicle(vin)
        names = set() if vehicle is None else {seen.account for seen in vehicle.accounts}
        return [account.family for account in await self.accounts.accounts() if account.name in names]

    def _vehicle(self, vin: Vin) -> Vehicle | None:
        return next((vehicle for vehicle in self.vehicles.vehicles() if vehicle.vin == vin), None)
