"""One run of a fold over readings: from a checkpoint to where the state is as it was, or to the end."""

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

import msgspec

from bimmerhub.domain.folds.fold import Fold, FoldEvent, Record
from bimmerhub.domain.reading import Reading
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.store.ports.derived import ALWAYS_MS, Checkpoint, Mark, Outdated, Replacement, StoredEvent, StoredRecord
from bimmerhub.times import DAY_MS

READINGS_PER_RUN = 20_000
"""What one commit covers at most, but for readings of one instant, which stay together."""
READINGS_PER_CHECKPOINT = 2_000
CHECKPOINT_AT_LEAST_MS = 7 * DAY_MS

S = TypeVar("S")


class FoldRun(Generic[S]):
    """One run of a fold over readings, from a checkpoint to where it may end."""

    def __init__(self, fold: Fold[S], subject: str, outdated: Outdated) -> None:
        self.folded = 0
        self._fold = fold
        self._subject = subject
        self._state, self._from_ms = _load_start(fold, outdated.start)
        self._later = list(reversed(outdated.later))
        self._marks = list(reversed(outdated.marks))
        self._seen: list[Mark] = []
        self._dirty_to_ms = ALWAYS_MS[0]
        self._records: list[StoredRecord] = []
        self._events: list[StoredEvent] = []
        self._checkpoints: list[Checkpoint] = []
        self._since_checkpoint = 0
        self._checkpoint_ms: int | None = None
        self._last_ms: int | None = None
        self._to_ms: int | None = None
        self._rest: tuple[int, int] | None = None

    @property
    def from_ms(self) -> int:
        """The time from which on it wants to see readings."""
        return ALWAYS_MS[0] if self._from_ms is None else self._from_ms

    def take(self, readings: Sequence[Reading]) -> bool:
        """Fold all readings of the next instant; return True when the run ends before or with them."""
        at_ms = readings[0].measured_at_ms
        if self._is_as_before(at_ms):
            return True
        if self._last_ms is not None and self._wants_checkpoint(self._last_ms, at_ms):
            self._keep_checkpoint(self._last_ms + 1)
        for reading in readings:
            step = self._fold.step(self._state, reading)
            if step is None:
                continue
            self._state = step.state
            self._settle(step.records, at_ms)
            self._tell(step.events)
        self.folded += len(readings)
        self._since_checkpoint += len(readings)
        self._last_ms = at_ms
        return self.folded >= READINGS_PER_RUN and self._pause(at_ms + 1)

    def finish(self, now_ms: int) -> int | None:
        """Take note that there are no more readings by now; return when this looks different if none comes."""
        self._see_marks(before_ms=ALWAYS_MS[1] + 1)
        self._settle(self._fold.open_records(self._state, now_ms), None)
        self._tell(self._fold.open_events(self._state, now_ms))
        return self._fold.due_ms(self._state, now_ms)

    def replacement(self) -> Replacement:
        """Return what the run changes."""
        return Replacement(
            from_ms=self._from_ms,
            to_ms=self._to_ms,
            records=self._records,
            checkpoints=self._checkpoints,
            events=self._events,
            seen=[mark.id for mark in self._seen],
            rest=self._rest,
        )

    def _is_as_before(self, at_ms: int) -> bool:
        """Tell whether the state equals a checkpoint that lies before `at_ms` and behind all that is dirty."""
        while self._later and self._later[-1].before_ms <= at_ms:
            checkpoint = self._later.pop()
            self._see_marks(before_ms=checkpoint.before_ms)
            if self._dirty_to_ms < checkpoint.before_ms and self._encoded_state() == checkpoint.state:
                self._to_ms = checkpoint.before_ms
                return True
        return False

    def _see_marks(self, *, before_ms: int) -> None:
        """Take up the marks that begin before that time."""
        while self._marks and self._marks[-1].from_ms < before_ms:
            mark = self._marks.pop()
            self._seen.append(mark)
            self._dirty_to_ms = max(self._dirty_to_ms, mark.to_ms)

    def _wants_checkpoint(self, last_ms: int, next_ms: int) -> bool:
        if self._checkpoint_ms is None:
            self._checkpoint_ms = last_ms
        return (
            self._fold.is_at_rest(self._state, next_ms)
            or self._since_checkpoint >= READINGS_PER_CHECKPOINT
            or last_ms - self._checkpoint_ms >= CHECKPOINT_AT_LEAST_MS
        )

    def _keep_checkpoint(self, before_ms: int) -> None:
        self._checkpoints.append(Checkpoint(before_ms=before_ms, state=self._encoded_state()))
        self._since_checkpoint = 0
        self._checkpoint_ms = before_ms

    def _pause(self, before_ms: int) -> bool:
        """End here for now: what is behind is as good as dirty, for the state may not be what it was."""
        self._see_marks(before_ms=before_ms)
        self._keep_checkpoint(before_ms)
        self._to_ms = before_ms
        self._rest = (before_ms, max(before_ms, self._dirty_to_ms))
        return True

    def _settle(self, records: Iterable[Record], settled_ms: int | None) -> None:
        self._records += [
            StoredRecord(
                start_at_ms=record.start_at_ms,
                end_at_ms=record.end_at_ms,
                settled_ms=settled_ms,
                body=msgspec.json.encode(record.body).decode(),
            )
            for record in records
        ]

    def _tell(self, events: Iterable[FoldEvent]) -> None:
        self._events += [_to_stored_event(self._subject, event) for event in events]

    def _encoded_state(self) -> str:
        return msgspec.json.encode(self._state).decode()


def _load_start(fold: Fold[S], start: Checkpoint | None) -> tuple[S, int | None]:
    """Return the state to begin with, and from when on readings are needed (None: all of them).

    A checkpoint that this program cannot read, such as one of another program with the same version of the fold, is as
    good as none.
    """
    if start is None:
        return fold.initial, None
    try:
        return msgspec.json.decode(start.state, type=type(fold.initial)), start.before_ms
    except NOT_JSON:
        return fold.initial, None


def _to_stored_event(subject: str, event: FoldEvent) -> StoredEvent:
    body = msgspec.json.encode(event.body).decode()
    return StoredEvent(kind=event.kind, subject=subject, cause=event.cause, body=body, at_ms=event.at_ms)
