"""The REST calls that BMW allows: how many are spent and when they come back."""

from collections.abc import Mapping
from dataclasses import dataclass

CALLS_PER_DAY = 50
"""REST calls per account (all cars and all programs together) in 24 hours. Source: BMW's CarData guide, 2025."""

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """One account's quota of the present UTC day (BMW does not say when it resets; clients agree on 00:00 UTC).

    `spent_by_operation` counts our own calls; `used` can be larger when BMW said that the quota is spent.
    """

    account: str
    used: int
    limit: int
    resets_at_ms: int
    spent_by_operation: Mapping[str, int]


def day_start_ms(at_ms: int) -> int:
    """Return 00:00 UTC of the day of `at_ms`."""
    return at_ms - at_ms % DAY_MS
