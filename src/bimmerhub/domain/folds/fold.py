"""What a fold is: a pure state machine over the readings of one subject that makes records and events of them.

A fold sees the readings of its descriptors in the order of `fold_order`, each once, and nothing else: no clock, no
settings, no earlier result. So the records depend on the set of readings only, and can be thrown away and made again.
Only what is under way is judged as of a time, for a parked car may send nothing for hours: `open_records` and
`open_events` say how a state looks then, `due_ms` when they next say something else. The judgement changes no state, so
what comes later finds the fold as it was.

The state between two readings is stored now and then as a checkpoint, so that a late reading costs what came after it
and not everything. Who runs folds and stores what they make: `hub.ingest.derivation`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from bimmerhub.domain.reading import Reading, value_rank
from bimmerhub.ids import Descriptor

S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Something that a fold found, such as a day or a trip; of one fold and subject no two start at one time.

    `body` is a frozen dataclass of plain values, stored as JSON in the order of its fields. Times are milliseconds UTC;
    the stretch is half open.
    """

    start_at_ms: int
    end_at_ms: int
    body: object


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldEvent:
    """Something that outputs must not miss. `cause` (rule, subject, start instant) makes it happen once, ever."""

    kind: str
    cause: str
    at_ms: int
    body: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[S]):
    """What one reading does: the state after it, the records that it settled, and events.

    A settled record does not change any more unless an earlier reading comes in late.
    """

    state: S
    records: Sequence[Record] = ()
    events: Sequence[FoldEvent] = ()


class Fold(Protocol[S]):
    """One kind of record.

    The state is a frozen dataclass of plain values that JSON gives back as they were: a field of type float never holds
    an int.
    """

    @property
    def name(self) -> str:
        """The name under which its records are stored."""
        ...

    @property
    def version(self) -> int:
        """The algorithm's version; another one makes all records anew."""
        ...

    @property
    def descriptors(self) -> Sequence[Descriptor]:
        """The descriptors whose readings it wants to see."""
        ...

    @property
    def initial(self) -> S:
        """The state before the first reading."""
        ...

    def step(self, state: S, reading: Reading) -> Step[S] | None:
        """Return what the next reading does, None when it changes nothing."""
        ...

    def is_at_rest(self, state: S, next_ms: int) -> bool:
        """Tell whether the subject rests when nothing comes before `next_ms`: a good place for a checkpoint."""
        ...

    def open_records(self, state: S, now_ms: int) -> Sequence[Record]:
        """Return what is under way and not settled yet, as it looks at `now_ms` when nothing more has come by then."""
        ...

    def open_events(self, state: S, now_ms: int) -> Sequence[FoldEvent]:
        """Return the events of what is over by `now_ms` only because nothing more has come."""
        ...

    def due_ms(self, state: S, now_ms: int) -> int | None:
        """Return when, after `now_ms`, that judgement next changes if nothing comes; None: never."""
        ...


def fold_order(reading: Reading) -> tuple[int, int, str, tuple[int, int | float, str]]:
    """Return the sort key by which a fold sees the readings of one subject."""
    return (reading.measured_at_ms, reading.sent_after_ms, reading.descriptor, value_rank(reading.value))
