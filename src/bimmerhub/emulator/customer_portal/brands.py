"""What the portal calls things: its own name for each brand, and titles of keys in words of our own."""

import re
from collections.abc import Mapping

_PORTALS: Mapping[str, tuple[str, str]] = {
    "BMW": ("BMW ConnectedDrive", "bmw"),
    "BMWi": ("BMW ConnectedDrive", "bmw"),
    "MINI": ("MINI Connected", "mini"),
    "Toyota-Supra": ("Toyota Supra Connect", "bmw"),
    "Rolls-Royce": ("Rolls-Royce Connected", "bmw"),
    "BMW Motorrad": ("My BMW Motorrad", "bmw"),
}
"""The portal's name and the word in its paths, by the brand that basicData tells.

The names are those of BMW's guide, the words `bmw` and `mini` were observed (BavarianData 2026); that the other brands
are under `bmw` is inferred.
"""


def name_portal(brand: str) -> str:
    """Return what the portal of a brand is called."""
    return _PORTALS[brand][0]


def path_of_brand(brand: str) -> str:
    """Return the word that stands for a brand in the portal's paths."""
    return _PORTALS[brand][1]


def title_of_key(key: str) -> str:
    """Return words for a key; BMW's are translated, these are its last two parts."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", " ".join(key.split(".")[-2:]))
    return words[:1].upper() + words[1:].lower()
