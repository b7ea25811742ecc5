"""Runs the folds in the background, after what was appended, and again from the right place when something comes late.

`append` marks the stretch in which readings changed. A fold starts at the last checkpoint before it and ends where its
state equals a later checkpoint, for from there on everything stays as it was. What lies between is replaced in one
commit, with its events, its checkpoints and the marks that were looked at. A mark that an append writes meanwhile has
another id and stays, so nothing is missed; a run that a crash cuts off has changed nothing. A run is short: what is
left is a mark again. So a flood or a rebuild of years never holds up an append.

What is under way is judged as of now, at the start of the program, after each run, and again when a fold has said that
the judgement changes: a car that is parked may say nothing for hours.

Records rest on what is believed. So a series that another version of its rule has judged is judged anew first; a
rebuild does the same.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager
from itertools import groupby
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec
from typing_extensions import override

from bimmerhub.bmw.clock import Clock, SystemClock
from bimmerhub.domain.folds.fold import Fold, FoldEvent, Record, fold_order
from bimmerhub.domain.reading import Reading
from bimmerhub.ids import Vin
from bimmerhub.store.ports.derived import (
    ALWAYS_MS,
    Checkpoint,
    DerivedLog,
    FoldName,
    Mark,
    Outdated,
    Replacement,
    StoredEvent,
    StoredRecord,
)
from bimmerhub.store.ports.judgements import JudgedSeries, Judgements
from bimmerhub.store.ports.readings import ReadingQuery
from bimmerhub.times import DAY_MS
from bimmerhub.views.ports.readings import Rebuilding, RebuildProgress

READINGS_PER_RUN = 20_000
"""What one commit covers at most, but for readings of one instant, which stay together."""
READINGS_PER_CHECKPOINT = 2_000
CHECKPOINT_AT_LEAST_MS = 7 * DAY_MS
READINGS_PER_PAGE = 1_000
READINGS_PER_SLICE = 200
"""Readings folded before other tasks get their turn: about 2 ms."""
GATHER_S = 0.5
"""How long appends are gathered before they are looked at."""
COURTESY = 4
"""While readings come in, the derivation pauses so many times as long as it works."""

S = TypeVar("S")

_Part = JudgedSeries | FoldName
"""What is made at one go: the judgement of a series, or the records of one fold of one subject."""


async def _ignore_car(_: Vin) -> None:
    pass


class Derivation(Rebuilding):
    """Keeps the records of all folds up to date, and before them the judgements that they rest on.

    `changed` is called with each vehicle of which readings changed sides when they were judged anew. `is_busy` tells
    whether readings come in just now.
    """

    def __init__(
        self,
        log: DerivedLog,
        query: ReadingQuery,
        folds: Sequence[Fold[Any]],
        *,
        judgements: Judgements | None = None,
        changed: Callable[[Vin], Awaitable[None]] = _ignore_car,
        is_busy: Callable[[], bool] = lambda: False,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._due_ms: dict[FoldName, int] = {}
        self._log = log
        self._query = query
        self._folds = {fold.name: fold for fold in folds}
        self._judgements = judgements
        self._changed = changed
        self._is_busy = is_busy
        self._woken = asyncio.Event()
        self._working = asyncio.Lock()
        self._looked_at: Counter[_Part] = Counter()
        self._asked_for: RebuildProgress | None = None
        self._in_background: RebuildProgress | None = None

    def wake(self) -> None:
        """Say that something was appended."""
        self._woken.set()

    @override
    def progress(self) -> RebuildProgress | None:
        return self._asked_for or self._in_background

    async def run(self) -> None:
        """Derive what is out of date, for ever; first what a crash, another version or a pause has left."""
        await self._log.mark_ends(None)
        while True:
            self._woken.clear()
            await self._mark_due()
            if await self._make_a_round():
                await self._wait()
                await asyncio.sleep(GATHER_S)

    async def _mark_due(self) -> None:
        """Mark what is under way where time alone has changed how it looks."""
        now_ms = self._clock.now_ms()
        due = [name for name, due_ms in self._due_ms.items() if due_ms <= now_ms]
        for name in due:
            del self._due_ms[name]
        if due:
            await self._log.mark_ends(due)

    async def _wait(self) -> None:
        """Return once something was appended, or something under way looks different."""
        due_ms = min(self._due_ms.values(), default=None)
        if due_ms is None:
            await self._woken.wait()
            return
        async with asyncio.TaskGroup() as tasks:
            sleeping = tasks.create_task(self._clock.sleep_until(due_ms), name="next end by time")
            woken = tasks.create_task(self._woken.wait(), name="next append")
            await asyncio.wait({sleeping, woken}, return_when=asyncio.FIRST_COMPLETED)
            sleeping.cancel()
            woken.cancel()

    async def catch_up(self) -> None:
        """Derive until nothing is out of date."""
        while not await self._make_a_round() or await self._log.outdated_folds(self._versions):
            pass

    @override
    async def rebuild(self, subject: Vin | None = None) -> AsyncGenerator[RebuildProgress]:
        try:
            parts = await self._mark_all(subject)
            before = sum(self._looked_at[part] for part in parts)
            for place, part in enumerate([*parts, None]):
                is_done = False
                while not is_done:
                    readings = sum(self._looked_at[part] for part in parts) - before
                    self._asked_for = RebuildProgress(
                        parts=len(parts), parts_done=place, readings=readings, done=part is None
                    )
                    yield self._asked_for
                    is_done = part is None or await self._make(part)
        finally:
            self._asked_for = None
            self.wake()  # whoever asked may have gone before all was done

    async def _mark_all(self, subject: Vin | None) -> Sequence[_Part]:
        """Make everything of a subject out of date; return what has to be made, in order."""
        await self._log.outdated_folds(self._versions)
        await self._log.mark_all(subject)
        if self._judgements is not None:
            await self._judgements.forget(subject)
        return await self._outdated_parts()

    async def _outdated_parts(self) -> Sequence[_Part]:
        """Return what is out of date: judgements before the records that rest on them."""
        series = [] if self._judgements is None else await self._judgements.outdated()
        return [*series, *await self._log.outdated_folds(self._versions)]

    async def _make_a_round(self) -> bool:
        """Give each part that is out of date one run; return whether that was all there was to do.

        What a part has left then is for the next round, so that none keeps the others waiting.
        """
        parts = await self._outdated_parts()
        whole = {part for part in parts if isinstance(part, JudgedSeries) or not part.is_served}
        is_all_done = True
        for part in parts:
            self._note(left=len(whole), readings=0)
            before = self._looked_at[part]
            is_done = await self._make(part)
            if part in whole:
                self._note(left=len(whole), readings=self._looked_at[part] - before)
            if is_done:
                whole.discard(part)
            is_all_done = is_all_done and is_done
        self._note(left=len(whole), readings=0)
        return is_all_done

    def _note(self, *, left: int, readings: int) -> None:
        """Note how many parts are left that have to be made as a whole, and how many readings more were looked at."""
        if not left:
            self._in_background = None
            return
        before = self._in_background or RebuildProgress(parts=left, parts_done=0, readings=0)
        parts = max(before.parts, left)
        self._in_background = RebuildProgress(parts=parts, parts_done=parts - left, readings=before.readings + readings)

    async def _make(self, part: _Part) -> bool:
        """Give a part one run; return whether that was all there was to do."""
        async with self._working:
            looked_at, is_done = await (self._derive(part) if isinstance(part, FoldName) else self._judge(part))
        self._looked_at[part] += looked_at
        return is_done

    async def _judge(self, series: JudgedSeries) -> tuple[int, bool]:
        """Judge a series anew and return how many readings it has; what changes sides is marked for the folds."""
        if self._judgements is None:
            return 0, True
        judged = await self._judgements.judge(series)
        if judged.has_changed:
            self.wake()
            await self._changed(Vin(series.subject))
        return judged.readings, True

    @asynccontextmanager
    async def resting(self) -> AsyncIterator[None]:
        """Derive nothing while the block runs."""
        async with self._working:
            yield

    @property
    def _versions(self) -> dict[str, int]:
        return {name: fold.version for name, fold in self._folds.items()}

    async def _derive(self, name: FoldName) -> tuple[int, bool]:
        """Make one run of one fold; return how many readings it folded, and whether that was all there was to do."""
        outdated = await self._log.outdated(name)
        if not outdated.marks:
            return 0, True
        run = _Run(self._folds[name.fold], name.subject, outdated)
        from_ms = ALWAYS_MS[0] if outdated.start is None else outdated.start.before_ms
        slice_began = time.monotonic()
        in_slice = 0
        async with aclosing(self._instants(name, from_ms)) as instants:
            async for readings in instants:
                if run.take(readings):
                    break
                in_slice += len(readings)
                if in_slice >= READINGS_PER_SLICE:
                    await self._let_others_work(time.monotonic() - slice_began)
                    slice_began, in_slice = time.monotonic(), 0
            else:
                self._note_due(name, run.finish(self._clock.now_ms()))
        replacement = run.replacement()
        await self._log.replace(name, replacement)
        return run.folded, replacement.rest is None

    def _note_due(self, name: FoldName, due_ms: int | None) -> None:
        if due_ms is None:
            self._due_ms.pop(name, None)
        else:
            self._due_ms[name] = due_ms

    async def _let_others_work(self, worked_s: float) -> None:
        await asyncio.sleep(worked_s * COURTESY if self._is_busy() else 0)

    async def _instants(self, name: FoldName, from_ms: int) -> AsyncGenerator[list[Reading]]:
        """Yield the fold's readings from that time on, those of one instant together, in the order of folds."""
        vin, descriptors = Vin(name.subject), self._folds[name.fold].descriptors
        waiting: list[Reading] = []
        token: str | None = None
        while True:
            points, token = await self._query.range(
                vin, descriptors, from_ms=from_ms, to_ms=ALWAYS_MS[1], limit=READINGS_PER_PAGE, after=token
            )
            waiting += [point.to_reading(vin) for point in points]
            *whole, last = [list(group) for _, group in groupby(waiting, key=attrgetter("measured_at_ms"))] or [[]]
            for readings in whole:
                yield sorted(readings, key=fold_order)
            waiting = last  # the next page may hold more of this instant
            if token is None:
                if waiting:
                    yield sorted(waiting, key=fold_order)
                return


class _Run(Generic[S]):
    """One run of a fold over readings, from a checkpoint to where it may end."""

    def __init__(self, fold: Fold[S], subject: str, outdated: Outdated) -> None:
        self.folded = 0
        self._fold = fold
        self._subject = subject
        self._from_ms = None if outdated.start is None else outdated.start.before_ms
        self._state = fold.initial
        if outdated.start is not None:
            self._state = msgspec.json.decode(outdated.start.state, type=type(fold.initial))
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


def _to_stored_event(subject: str, event: FoldEvent) -> StoredEvent:
    body = msgspec.json.encode(event.body).decode()
    return StoredEvent(kind=event.kind, subject=subject, cause=event.cause, body=body, at_ms=event.at_ms)
