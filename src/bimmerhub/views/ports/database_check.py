"""The checks of the database, as a running hub makes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDatabase:
    """The newest check: when it ended (milliseconds UTC), None for not yet; what it found, nothing when all is sound.

    `recounted` are counters of the database's own rows that were off and were counted again, which is no damage.
    `failure` says why a damaged database is still in use, None when it is not; `saved_percent` how far the saving of a
    damaged one's rows is just now, None when none is under way.
    """

    checked_at_ms: int | None
    problems: Sequence[str]
    failure: str | None
    recounted: Sequence[str] = ()
    saved_percent: int | None = None


class DatabaseChecks(Protocol):
    """Checks the database, and knows what the newest check found."""

    def newest(self) -> CheckedDatabase:
        """Return the newest check."""
        ...

    async def check(self) -> CheckedDatabase:
        """Check the database now, about 10 s per GB; a damaged one is set aside, and its readable rows are saved.

        A person asks for it, so a damaged one is set aside however often that was done before.
        """
        ...

    async def clear(self) -> None:
        """Remove the damaged databases that were set aside, for good; StoreError when the disk does not allow it."""
        ...

    async def acknowledge(self) -> int:
        """Note that a person knows of all damages; return of how many nobody knew before."""
        ...
