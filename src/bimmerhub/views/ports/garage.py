"""What an owner asks My Garage for, signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bimmerhub.ids import Vin

GarageBrand = Literal["bmw", "mini"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GarageOrder:
    """A car of a garage and how its order stands.

    `words` are ours for `status`, BMW's code; None where nobody has described it. `message` is BMW's for the owner.
    """

    production_number: str
    vin: Vin | None
    status: int | None
    words: str | None
    message: str | None
    produced_on: str | None
    model_year: int | None
    model_code: str | None
    exterior: str | None
    interior: str | None


class OwnersGarage(Protocol):
    """My Garage by the sign-in of a mybmw account of North America. Each method asks BMW.

    All raise ConfigError for an account that is unknown, of another family, or signed in elsewhere, and BMW's errors.
    """

    async def orders(self, account: str, brand: GarageBrand) -> Sequence[GarageOrder]:
        """Return the cars of a garage with how their orders stand."""
        ...

    async def order(self, account: str, brand: GarageBrand, number: str) -> GarageOrder:
        """Return how one order stands, by its production number; three calls. NotFound when BMW tells nothing of it."""
        ...

    async def offers(self, account: str, brand: GarageBrand, *, vin: Vin | None) -> object:
        """Return what can be subscribed to as BMW's JSON, for its form is not known."""
        ...
