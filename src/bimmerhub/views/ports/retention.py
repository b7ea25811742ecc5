"""How long readings are kept, as a running hub sees to it."""

from collections.abc import Sequence
from typing import Protocol

from bimmerhub.domain.retention import AgeLimits
from bimmerhub.store.ports.retention import OldReadings


class AgeKeeping(Protocol):
    """Drops what is older than the limits."""

    @property
    def limits(self) -> AgeLimits:
        """The limits of the settings."""
        ...

    def due_at_ms(self) -> int | None:
        """Return when what is too old is dropped next (milliseconds UTC), None when nothing is limited.

        A limit that is new or stricter is obeyed a day after the hub met it, so that a person can look first.
        """
        ...

    async def apply(self) -> Sequence[OldReadings]:
        """Drop what is older than the limits now, and return what went."""
        ...
