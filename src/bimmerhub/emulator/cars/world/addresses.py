"""Postal addresses for the places of the simulated cars: invented, and always the same for the same place."""

import random
from dataclasses import dataclass

_STREETS = ("Lindenweg", "Gartenstraße", "Am Markt", "Bahnhofstraße", "Ringallee", "Schulgasse", "Mühlenpfad")
_TOWNS = ("Musterstadt", "Neudorf", "Altheim", "Seeburg", "Waldkirch am Bach")
_PROVIDERS = ("Stromnetz Beispiel", "Schnelllader GmbH", "Elektra Muster")
_PRIVATE = ("home", "work")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a place is, in words. `provider` is who runs its public charging point, None at home and at work."""

    street: str
    postal_code: str
    town: str
    provider: str | None

    @property
    def line(self) -> str:
        """The address in one line."""
        return f"{self.street}, {self.postal_code} {self.town}"


def find_address(place: str) -> Address:
    """Return the address of a place by its name."""
    chance = random.Random(f"address {place}")  # noqa: S311 - scenery
    street = f"{chance.choice(_STREETS)} {chance.randint(1, 140)}"
    postal_code, town, provider = f"{chance.randint(0, 999):05d}", chance.choice(_TOWNS), chance.choice(_PROVIDERS)
    is_private = any(word in place.split() for word in _PRIVATE)
    return Address(street=street, postal_code=postal_code, town=town, provider=None if is_private else provider)
