"""What folds make of readings: checkpoints, records and events, and the marks that say what is out of date.

Records can be thrown away and made again. Reading them and making them are two ports.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

ALWAYS_MS = (-(2**62), 2**62)
"""From before the first reading to after the last: the stretch of a mark for which everything is made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A stretch in which readings changed that a fold has not seen yet; both ends included."""

    id: int
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of a fold after all readings measured before `before_ms`, as JSON."""

    before_ms: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record of a fold; `body` is JSON. `settled_ms` is None while it is under way."""

    start_at_ms: int
    end_at_ms: int
    settled_ms: int | None
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event of a fold; `body` is JSON. `id` grows, and is None before it is stored."""

    kind: str
    subject: str
    cause: str
    body: str
    at_ms: int
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldName:
    """One fold of one subject, in the version that its records are made with.

    `is_served` tells whether they are complete; until then those of the version before are served, if there are any.
    """

    fold: str
    subject: str
    version: int
    is_served: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """Where to begin: the marks in order of `from_ms`, the last checkpoint at or before the first, and all after it."""

    marks: Sequence[Mark]
    start: Checkpoint | None
    later: Sequence[Checkpoint]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What one run of a fold changes, in one commit.

    Records settled from `from_ms` (None: ever) until before `to_ms` (None: and those under way) give way to `records`;
    checkpoints strictly between give way to `checkpoints`. The marks `seen` go; `rest` is a stretch still to be done.
    """

    from_ms: int | None
    to_ms: int | None
    records: Sequence[StoredRecord]
    checkpoints: Sequence[Checkpoint]
    events: Sequence[StoredEvent]
    seen: Sequence[int]
    rest: tuple[int, int] | None


class DerivedLog(Protocol):
    """Where derivation finds what is out of date, and puts what it made."""

    async def outdated_folds(self, versions: Mapping[str, int]) -> list[FoldName]:
        """Return what has to be derived, in order, after dealing out the marks of `append` to the folds in `versions`.

        A fold that has no records of a subject yet, or those of another version, is out of date as a whole; records of
        the version before stay and are served until the new ones are complete.
        """
        ...

    async def outdated(self, name: FoldName) -> Outdated:
        """Return where the fold has to begin; without marks there is nothing to do."""
        ...

    async def replace(self, name: FoldName, replacement: Replacement) -> Sequence[StoredEvent]:
        """Put in what was derived; return the events that are new. One whose cause happened before is left out.

        When no mark is left, this version is served from now on, and the one before goes.
        """
        ...

    async def mark_all(self, subject: str | None) -> None:
        """Mark every fold of a subject (None: of all) as out of date as a whole."""
        ...

    async def mark_ends(self, names: Collection[FoldName] | None) -> None:
        """Mark what is under way of these folds (None: of all) as out of date: time has gone by."""
        ...


class StoredRecords(Protocol):
    """Records and events, read back."""

    async def records(self, fold: str, subject: str, *, from_ms: int, to_ms: int) -> list[StoredRecord]:
        """Return the records that start in the stretch, in order, of the version that is served."""
        ...

    async def events(self, *, after_id: int, limit: int) -> list[StoredEvent]:
        """Return up to `limit` events behind that id, in order of id."""
        ...
