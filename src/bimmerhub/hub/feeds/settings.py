"""The settings of scheduled REST calls: the table `[rest]`."""

from dataclasses import dataclass
from typing import Annotated

import msgspec

from bimmerhub.domain.account.quota import CALLS_PER_DAY, QuotaRules
from bimmerhub.times import HOUR_MS

REFRESH_MS = 6 * HOUR_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class RestSettings:
    """How the hub spends the daily REST calls by itself."""

    refresh_h: Annotated[float, msgspec.Meta(ge=0, le=8_760)] | None = None
    """Hours between two scheduled fetches of each car, a quarter at least; 0: none, but the cars are still met.
    Without it 6, and for an account without the stream as often as the day's calls allow."""
    reserve: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 10
    """Calls of the day that scheduled fetches leave to you."""
    limit: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = CALLS_PER_DAY
    """Calls of a UTC day that bimmerhub may make, yours included; fewer than BMW's 50 leave some to other programs."""

    def refresh_ms(self, *, streams: bool) -> int:
        """Return the time between two fetches of each car, in milliseconds, for an account that streams or does not.

        0: none; 1: as often as the day's calls allow, for REST is all that such an account has.
        """
        if self.refresh_h is None:
            return REFRESH_MS if streams else 1
        return round(self.refresh_h * HOUR_MS)

    @property
    def quota(self) -> QuotaRules:
        """The two figures that the quota is counted by."""
        return QuotaRules(limit=self.limit, reserve=self.reserve)
