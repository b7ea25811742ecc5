"""The brand that the first three characters of a VIN stand for, for cars of which BMW has told nothing (yet)."""

from collections.abc import Mapping
from typing import Final

from bimmerhub.ids import Vin

_BRANDS: Final[Mapping[str, str]] = {
    "WBA": "BMW",
    "WBS": "BMW",
    "WBX": "BMW",
    "WBY": "BMW",
    "4US": "BMW",
    "5UX": "BMW",
    "WB1": "BMW Motorrad",
    "WMW": "MINI",
    "WMZ": "MINI",
    "SCA": "Rolls-Royce",
    "SLA": "Rolls-Royce",
    "WZ1": "Toyota-Supra",
}
"""World manufacturer identifiers (ISO 3780), as public lists have them; the brands in the words of BMW's basicData.

Not all of them: BMW builds in more countries than stand here. What is missing stays unknown.
"""


def derive_brand(vin: Vin) -> str | None:
    """Return the brand of a VIN's maker in the words of BMW's basicData, None when it is none of those listed."""
    return _BRANDS.get(vin[:3])
