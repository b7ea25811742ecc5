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
from typing import Any

from typing_extensions import override

from bimmerhub.bmw.clock import Clock, SystemClock
from bimmerhub.domain.events import RECORD_EVENTS, Event, RecordChanged
from bimmerhub.domain.folds.fold import Fold
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import ProgramFault, StoreError
from bimmerhub.hub.ingest.fold_run import FoldRun
from bimmerhub.hub.ingest.instant import Instant
from bimmerhub.hub.process.supervisor import attempt
from bimmerhub.ids import Vin, mask_vin
from bimmerhub.store.ports.derived import ALWAYS_MS, DerivedLog, FoldName, StoredEvent
from bimmerhub.store.ports.judgements import JudgedSeries, Judgements
from bimmerhub.store.ports.readings import ReadingQuery
from bimmerhub.times import HOUR_MS
from bimmerhub.views.ports.readings import Rebuilding, RebuildProgress

READINGS_PER_PAGE = 1_000
READINGS_PER_SLICE = 200
"""Readings folded before other tasks get their turn: about 2 ms."""
GATHER_S = 0.5
"""How long appends are gathered before they are looked at."""
NEWS_MS = HOUR_MS
"""What is longer ago is told as no news: readings of a car come up to 72 minutes late."""
COURTESY = 4
"""While readings come in, the derivation pauses so many times as long as it works."""

_Part = JudgedSeries | FoldName
"""What is made at one go: the judgement of a series, or the records of one fold of one subject."""


def _tell_nobody(_: Sequence[Event]) -> None:
    pass


async def _ignore_car(_: Vin) -> None:
    pass


class Derivation(Rebuilding):
    """Keeps the records of all folds up to date, and before them the judgements that they rest on.

    `changed` is called with each vehicle of which readings changed sides when they were judged anew, `tell` with what
    has begun and ended of late. `is_busy` tells whether readings come in just now.
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
        tell: Callable[[Sequence[Event]], None] = _tell_nobody,
    ) -> None:
        self._tell = tell
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
        self._failed: dict[_Part, str] = {}
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
        while not await self._make_a_round() or await self._is_outdated():
            pass

    async def _is_outdated(self) -> bool:
        """Tell whether a fold is out of date that did not fail."""
        return any(name not in self._failed for name in await self._log.outdated_folds(self._versions))

    @override
    async def rebuild(self, subject: Vin | None = None) -> AsyncGenerator[RebuildProgress]:
        try:
            parts = await self._mark_all(subject)
            for part in parts:
                self._failed.pop(part, None)
            before = sum(self._looked_at[part] for part in parts)
            for place, part in enumerate(parts):
                is_done = False
                while not is_done:
                    yield self._ask_for(parts, before, parts_done=place)
                    is_done = await self._attempt(part)
            self._refuse_failed(parts)
            yield self._ask_for(parts, before, parts_done=len(parts), done=True)
        finally:
            self._asked_for = None
            self.wake()  # whoever asked may have gone before all was done

    def _ask_for(self, parts: Sequence[_Part], before: int, *, parts_done: int, done: bool = False) -> RebuildProgress:
        """Note how far a rebuild is that somebody asked for, and return it."""
        readings = sum(self._looked_at[part] for part in parts) - before
        self._asked_for = RebuildProgress(parts=len(parts), parts_done=parts_done, readings=readings, done=done)
        return self._asked_for

    async def _mark_all(self, subject: Vin | None) -> Sequence[_Part]:
        """Make everything of a subject out of date; return what has to be made, in order."""
        await self._log.outdated_folds(self._versions)
        await self._log.mark_all(subject)
        if self._judgements is not None:
            await self._judgements.forget(subject)
        return [part for part in await self._outdated_parts() if subject is None or part.subject == subject]

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
            is_done = await self._attempt(part)
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

    async def _attempt(self, part: _Part) -> bool:
        """Give a part one run, unless it failed before; return whether that was all there was to do.

        What stumbles over something that one car sent must not keep the records of all other cars from being made. So
        its failure is logged and shown, and it is left alone until the hub starts again or a rebuild is asked for.
        """
        if part in self._failed:
            return True
        try:
            return await attempt(f"deriving {_describe(part)}", self._make(part))
        except ProgramFault as error:
            self._failed[part] = str(error)
            return True

    def _refuse_failed(self, parts: Iterable[_Part]) -> None:
        """Raise StoreError when one of the parts could not be made."""
        failed = [_describe(part) for part in parts if part in self._failed]
        if failed:
            raise StoreError(f"could not be made anew: {'; '.join(failed)}", hint="Report it: bimmerhub report")

    @override
    def troubles(self) -> Sequence[str]:
        return [
            f"{_describe(part)}: not made, by an error of this program ({error})"
            for part, error in self._failed.items()
        ]

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
        run = FoldRun(self._folds[name.fold], name.subject, outdated)
        slice_began = time.monotonic()
        in_slice = 0
        async with aclosing(self._instants(name, run.from_ms)) as instants:
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
        self._tell_news(await self._log.replace(name, replacement))
        return run.folded, replacement.rest is None

    def _tell_news(self, events: Sequence[StoredEvent]) -> None:
        """Tell what has happened just now; what an import or a rebuild brings to light is history."""
        since_ms = self._clock.now_ms() - NEWS_MS
        self._tell(
            [
                RecordChanged(vin=Vin(event.subject), name=event.kind, at_ms=event.at_ms)
                for event in events
                if event.kind in RECORD_EVENTS and event.at_ms >= since_ms
            ]
        )

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
        instant = Instant()
        token: str | None = None
        while True:
            points, token = await self._query.range(
                vin, descriptors, from_ms=from_ms, to_ms=ALWAYS_MS[1], limit=READINGS_PER_PAGE, after=token
            )
            for point in points:
                if not instant.takes(point.measured_at_ms):
                    yield instant.in_order()
                    instant = Instant()
                instant.add(point.to_reading(vin))
            if token is None:  # else the next page may hold more of this instant
                if not instant.is_empty:
                    yield instant.in_order()
                return


def _describe(part: _Part) -> str:
    """Return what a part is, for a person."""
    if isinstance(part, JudgedSeries):
        return f"the judgement of {part.descriptor} of {mask_vin(Vin(part.subject))}"
    return f"{part.fold.replace('_', ' ')} of {mask_vin(Vin(part.subject))}"
