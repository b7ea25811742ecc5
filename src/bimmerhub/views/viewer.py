"""Who looks at a view, and how much of it they may see."""

from dataclasses import dataclass
from typing import Final, Literal

from bimmerhub.errors import NotFound
from bimmerhub.ids import Vin, mask_vin

Role = Literal["owner", "stranger"]
"""An owner may see the hub's own affairs (accounts, links, quota, quarantine); a stranger only that it is alive."""

LocationPrecision = Literal["exact", "place", "town", "none"]
VehicleNaming = Literal["vin", "key"]

VEHICLES_HINT: Final = "/api/v1/vehicles lists the vehicles."


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """One who looks. `vins` are the cars they may see, None means every car.

    No view can blur a position or hide a VIN yet. A viewer who asks for that and may see cars is refused with
    ValueError, so that nobody is promised a privacy that is not kept.
    """

    role: Role
    vins: frozenset[Vin] | None
    location: LocationPrecision
    naming: VehicleNaming

    def __post_init__(self) -> None:
        if self.vins != frozenset() and (self.location, self.naming) != ("exact", "vin"):
            raise ValueError("no view can blur positions or hide VINs yet")

    @property
    def is_owner(self) -> bool:
        """Whether they may see the hub's own affairs."""
        return self.role == "owner"

    def may_see(self, vin: Vin) -> bool:
        """Tell whether they may see this car."""
        return self.vins is None or vin in self.vins

    def require_vehicle(self, vin: Vin) -> None:
        """Raise NotFound when they may not see this car: as if there were no such car."""
        if not self.may_see(vin):
            raise no_such_vehicle(vin)

    def require_owner(self) -> None:
        """Raise NotFound when the hub's own affairs are not theirs."""
        if not self.is_owner:
            raise NotFound("there is no such thing here")


OWNER: Final = Viewer(role="owner", vins=None, location="exact", naming="vin")
"""May see everything: every caller who may read at all, today."""

STRANGER: Final = Viewer(role="stranger", vins=frozenset(), location="none", naming="key")
"""A caller of a protected hub without proof of who they are."""


def no_such_vehicle(vin: Vin) -> NotFound:
    """Return the error for a car that is not known, or that the viewer may not see."""
    return NotFound(f"no vehicle {mask_vin(vin)} is known here", hint=VEHICLES_HINT)
