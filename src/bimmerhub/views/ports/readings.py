"""What a person does with readings: import them, judge them, have records made anew from them."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bimmerhub.domain.reading import Reading
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.overlays import Overlay


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """A line of a capture that was not understood, or one row of it; no line for what the store has no room for."""

    line: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """How far an import is; the last one has `done` set: then read = new + repeated + refused + dropped.

    `dropped` are older than a person wants readings kept.

    All but `documents` (of a customer archive) count readings, except that a line which is no message counts as one
    refused. `not_believed` are those of the
    refused that were understood. `refused_lines` has the first 100.
    """

    lines: int
    read: int
    new: int
    repeated: int
    refused: int
    dropped: int = 0
    not_believed: int = 0
    documents: int = 0
    refused_lines: Sequence[RefusedLine] = ()
    done: bool = False


class CaptureImports(Protocol):
    """Capture files on their way into the store."""

    def import_capture(self, chunks: AsyncIterator[bytes], *, origin: str) -> AsyncGenerator[ImportProgress]:
        """Store a capture (NDJSON, also packed, any chunking) and yield progress after each batch; idempotent.

        `origin` is the file's name, for quarantine. ConfigError for a file that is no capture: its first 1,000 lines
        hold no message, and nothing is stored. StoreError when the store cannot take more: what was yielded is
        stored. Iterate it to its end or close it (`contextlib.aclosing`), in the task that began.
        """
        ...


class HintTaking(Protocol):
    """Hints from outside on their way into the store."""

    async def take_hint(self, vin: Vin, hint: str, *, value: bool, at_ms: int) -> bool:
        """Store that `hint` (driving, plugged) was so or not at `at_ms`; return whether that is new.

        ConfigError for what lies in the future.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildProgress:
    """How far a rebuild is; the last one has `done` set.

    A part is one kind of record of one vehicle, or one odometer whose readings are judged anew. `readings` is how many
    were looked at so far, in all parts together.
    """

    parts: int
    parts_done: int
    readings: int
    done: bool = False


class Rebuilding(Protocol):
    """Records made anew from the readings."""

    def progress(self) -> RebuildProgress | None:
        """Return how far what is being made anew as a whole is, because it was asked for or the rules are new ones."""
        ...

    def troubles(self) -> Sequence[str]:
        """Return in words what could not be made because something in this program stumbled over it."""
        ...

    def rebuild(self, subject: Vin | None = None) -> AsyncGenerator[RebuildProgress]:
        """Derive all records of one vehicle (None: of all) anew and yield progress; the old ones are served meanwhile.

        Before that the readings of its odometers are judged anew, the stored ones and those set apart.
        Iterate it to its end, or close it (`contextlib.aclosing`); what is left then is derived in the background.
        StoreError at the end when something could not be made.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingSpan:
    """The readings of some descriptors measured from `from_ms` to `until_ms`, both included (milliseconds UTC)."""

    vin: Vin
    descriptors: Sequence[Descriptor]
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedReadings:
    """What judging readings did: the judgements made or taken back, the readings set apart and those that returned."""

    judgements: Sequence[Overlay]
    withdrawn: Sequence[Reading]
    returned: Sequence[Reading]


class ReadingJudging(Protocol):
    """A person's judgement of readings, and taking it back."""

    async def release(self, refused_id: int) -> Reading | None:
        """Take a reading out of quarantine, store it and return it; an odometer is judged by it from then on.

        None when nothing with that id is in quarantine; ConfigError when it was not understood: it holds no reading.
        """
        ...

    async def try_release(self, refused_id: int) -> tuple[Reading, JudgedReadings] | None:
        """Return what `release` would, with which other readings would change sides, and change nothing."""
        ...

    async def reject(self, span: ReadingSpan, *, dry_run: bool) -> JudgedReadings:
        """Set readings apart that are not true, and all that comes for that time later; with `dry_run` only say which.

        NotFound when none is stored of that time, ConfigError when it ends before it begins.
        """
        ...

    async def restore(self, span: ReadingSpan, *, dry_run: bool) -> JudgedReadings:
        """Take back each rejection and release that touches the stretch; with `dry_run` only say what that changes.

        NotFound when there is none, ConfigError when it ends before it begins.
        """
        ...
