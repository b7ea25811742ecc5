"""The hub's opinion of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bimmerhub.views.ports.readings import RebuildProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether the hub does its work.

    Degraded: a link waits for a person (refused, signed out), has had no connection for 15 minutes or was overrun
    within the last hour, tokens cannot be stored, the disk is nearly full, backups fail, or the database was damaged
    and nobody has taken note; migrating: the database is brought up to date first; down: nothing can be stored.
    `rebuilding` is how far records are that are made anew; until then the old ones are served. `reasons` say in words
    why it is degraded or down.
    """

    status: Literal["ok", "degraded", "migrating", "down"]
    version: str
    uptime_s: float
    readings_stored: int
    readings_refused: int
    readings_not_stored: int
    last_store_error: str | None
    rebuilding: RebuildProgress | None = None
    reasons: Sequence[str] = ()


class HealthReport(Protocol):
    """The hub's own opinion of itself."""

    def health(self) -> Health:
        """Return the present health; counters are since the hub started."""
        ...
