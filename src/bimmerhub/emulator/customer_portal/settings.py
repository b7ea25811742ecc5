"""The rules of the customer portal that can be changed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalSettings:
    """`subscription_delay_s` is how long a change takes until it counts, and until the next one is allowed.

    Users report 30 to 120 seconds (2025-2026).
    """

    subscription_delay_s: float = 60.0
