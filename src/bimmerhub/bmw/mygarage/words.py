"""The words and codes of My Garage that are known.

Sources: public notes of 2021, a stored answer, a client of 2026 (the codes of orders).
"""

from enum import StrEnum
from typing import Final

ORDER_STATUSES: Final = {
    0: "deleted",
    17: "not specified",
    37: "at BMW of North America",
    87: "week of production assigned",
    97: "sent to the factory",
    100: "deleted by the factory",
    101: "an error in the order's data",
    102: "special order without a week",
    105: "outside of the period",
    111: "accepted",
    112: "scheduled",
    150: "production started",
    151: "the body is being built",
    152: "being painted",
    153: "being assembled",
    155: "completed",
    160: "released",
    168: "in the factory's stock",
    170: "waits for the workshop",
    172: "planned for the workshop",
    174: "in the workshop",
    176: "back from the workshop",
    180: "awaits dispatch abroad",
    181: "awaits dispatch",
    182: "with the carrier",
    190: "on its way to the port",
    191: "returned",
    193: "at the port",
    194: "selected for a ship",
    195: "shipped",
    196: "arrived",
}
"""What a code of an order means."""
VIN_FROM_STATUS: Final = 150
"""Before production BMW writes "null" or "NA" for the VIN."""


class LinkRelation(StrEnum):
    """What a link leads to; ESA is told of cars that one owns."""

    TRACK = "TRACK"
    FEATURES_AND_OPTIONS = "FEATURES_AND_OPTIONS"
    ESA = "ESA"


class CoverageKind(StrEnum):
    """What a coverage is about. That FE and CA are emissions, by federal and by Californian law, is inferred."""

    WARRANTY = "WA"
    FEDERAL_EMISSIONS = "FE"
    CALIFORNIAN_EMISSIONS = "CA"


class PackageKind(StrEnum):
    """What a package of equipment is, by its price."""

    PRICED = "priced"
    INCLUDED = "what a package consists of"
    ADDED_OPTIONS = "added options"
    STANDARD = "standard features"


PACKAGE_KINDS: Final = {0: PackageKind.INCLUDED, -1: PackageKind.ADDED_OPTIONS, -2: PackageKind.STANDARD}
"""By the prices that are none (a stored answer)."""
