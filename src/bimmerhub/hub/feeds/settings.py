"""The settings of scheduled REST calls: the table `[rest]`."""

from dataclasses import dataclass
from typing import Annotated

import msgspec

from bimmerhub.domain.account.quota import CALLS_PER_DAY, QuotaRules


@dataclass(frozen=True, slots=True, kw_only=True)
class RestSettings:
    """How the hub spends the daily REST calls by itself."""

    refresh_h: Annotated[float, msgspec.Meta(ge=0, le=8_760)] = 6
    """Hours between two scheduled fetches of each car, a quarter at least; 0: none, but the cars are still met."""
    reserve: Annotated[int, msgspec.Meta(ge=0)] = 10
    """Calls of the day that scheduled fetches leave to you."""
    limit: Annotated[int, msgspec.Meta(ge=0)] = CALLS_PER_DAY
    """Calls of a UTC day that bimmerhub may make, yours included; fewer than BMW's 50 leave some to other programs."""

    @property
    def quota(self) -> QuotaRules:
        """The two figures that the quota is counted by."""
        return QuotaRules(limit=self.limit, reserve=self.reserve)
