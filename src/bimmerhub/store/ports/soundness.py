"""Whether the database is sound, and the damages of it that were found: what was saved of it, what is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LostRows:
    """Rows of a table that are lost. `rows` counts them, None where that cannot be known.

    Of readings `subject` is their car, and they were measured from `from_ms` until before `to_ms`; None: not known.
    """

    table: str
    rows: int | None
    subject: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvage:
    """What was saved of a damaged database: rows by table; and what is lost, as far as that is known.

    `broken_pages` (4 KiB each) could not be read or lay where others belong. `is_log_broken` is whether commits of the
    write-ahead log lay behind a damaged one. `is_displaced` says that the database was sound, and what was set aside is
    another file that was put in its place. `is_overwritten` says that another program wrote to its file while it was in
    use, so that rows that were changed later, as sign-ins and the password, may be as old as what that wrote.
    """

    saved: Mapping[str, int]
    lost: tuple[LostRows, ...]
    broken_pages: int
    is_log_broken: bool
    is_displaced: bool = False
    is_overwritten: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A damage that was found, and what came of it. `set_aside` is the file that holds the damaged database.

    `acknowledged_at_ms` is when a person took note, None as long as nobody has.
    """

    id: int
    found_at_ms: int
    problem: str
    set_aside: str
    salvage: Salvage
    acknowledged_at_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A damaged database that was set aside: its file, and all `files` that belong to it, with their size together."""

    file: str
    size_bytes: int
    set_aside_at_ms: int
    files: tuple[str, ...]


class StoredSoundness(Protocol):
    """The database's own soundness."""

    @property
    def failure(self) -> str | None:
        """Why a damaged database is still in use; None when it is not."""
        ...

    @property
    def saved_percent(self) -> int | None:
        """How far the saving of a damaged database's rows is just now; None when none is under way."""
        ...

    async def find_damage(self) -> Sequence[str]:
        """Return what is wrong with the database, nothing when it is sound. Reads all of it, about 10 s per GB.

        Nothing waits for it meanwhile. StoreError when it cannot be looked at.
        """
        ...

    async def recount(self) -> Sequence[str]:
        """Count again what the database counts of its own rows, where that is off; return in words what was.

        The roll-ups of the hours are among it. It is no damage of the file. Of a database that is sound.
        """
        ...

    async def exchange_if_damaged(self, problem: str, *, is_asked: bool = False) -> bool:
        """Set the database aside and go on with its readable rows, unless it turns out to be sound.

        Returns whether it was set aside. What is to be written meanwhile waits. `is_asked` says that a person wants it:
        then it may have happened before as often as it will. StoreError when that is impossible, for want of disk space
        say: then all stays as it is.
        """
        ...

    async def next_exchange(self) -> None:
        """Return once a fresh database has taken the place of a damaged one, since this was awaited last."""
        ...

    async def damages(self) -> list[Damage]:
        """Return every damage, the newest first."""
        ...

    async def set_aside(self) -> list[SetAside]:
        """Return the damaged databases that are still there, the newest first."""
        ...

    async def clear(self) -> list[SetAside]:
        """Remove them for good, and return what was removed; StoreError when the disk does not allow it."""
        ...

    async def acknowledge(self, *, at_ms: int) -> int:
        """Note that a person knows of all damages; return of how many nobody knew before."""
        ...
