"""The store's settings: the table `[store]`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where readings are kept, and for how many days; raw messages too."""

    path: Path | None = None
    """The database file; without it `bimmerhub.sqlite3` in `data_dir`."""
    journal_days: Annotated[float, msgspec.Meta(ge=0, le=36_500)] = 7
    """Days for which BMW's messages are kept as they came."""
    positions_days: Annotated[float, msgspec.Meta(ge=1, le=36_500)] | None = None
    """Days for which positions are kept; without it as long as other readings."""
    readings_days: Annotated[float, msgspec.Meta(ge=1, le=36_500)] | None = None
    """Days for which readings are kept; without it for ever. What is made of them stays."""
