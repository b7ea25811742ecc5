"""The settings of scheduled REST calls: the table `[rest]`."""

from dataclasses import dataclass
from typing import Annotated

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class RestSettings:
    """How the hub spends the daily REST calls by itself."""

    refresh_h: Annotated[float, msgspec.Meta(ge=0, le=8_760)] = 6
    """Hours between two scheduled fetches of each car; 0 switches them off."""
    reserve: Annotated[int, msgspec.Meta(ge=0)] = 15
    """Calls of the day's 50 that scheduled fetches leave to you."""
