"""The words of the dealers' stock that are known; any other word stays as it came.

Sources: a public collection of requests (2023), clients 2023-2026.
"""

from enum import StrEnum
from typing import Final


class SearchBrand(StrEnum):
    """Whose cars MINI's search looks for: it knows BMW's too (clients)."""

    MINI = "MI"
    BMW = "BM"


class StockBucket(StrEnum):
    """Which cars: at dealers, on their way, or all (BYO; what it means beyond that is not known)."""

    BYO = "BYO"
    STOCK = "STOCK"
    PIPELINE = "PIPELINE"


class FeatureKind(StrEnum):
    """A kind of what cars have."""

    PACKAGES = "PACKAGES"
    OPTIONS = "OPTIONS"
    PAINTS = "PAINTS"
    UPHOLSTERIES = "UPHOLSTERIES"


class SortBy(StrEnum):
    """What MINI's search sorts by."""

    DISTANCE = "DISTANCE_TO_LOCATOR_ZIP"
    PRICE = "PRICE"


class OrderState(StrEnum):
    """How far a car is from its dealer."""

    AT_DEALER = "at the dealer"
    IN_PRODUCTION = "in production"
    IN_TRANSIT = "in transit"
    ARRIVING_SOON = "arriving soon"


ORDER_STATES: Final = {
    0: OrderState.AT_DEALER,
    1: OrderState.AT_DEALER,
    3: OrderState.IN_PRODUCTION,
    4: OrderState.IN_TRANSIT,
    5: OrderState.ARRIVING_SOON,
}
"""By BMW's number (clients 2025-2026)."""
