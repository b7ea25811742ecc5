"""Records depend on the set of readings only: not on order, repetition, pieces, lateness, crashes or how often made."""

import asyncio
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hub.conftest import NOW_MS, SOC, VIN, ManualClock, reading, until
from tests.hub.ingest.folding import (
    LEVEL,
    LEVELS,
    OTHER,
    START_MS,
    StretchFold,
    StretchState,
    all_records,
    drop_derived,
    levels,
    rows,
)
from tests.new_stores import open_sqlite
from typing_extensions import override

from bimmerhub.domain.folds.day_rollups import DaysFold
from bimmerhub.domain.folds.fold import Fold, Step
from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import StoreError
from bimmerhub.hub.ingest import derivation as module
from bimmerhub.hub.ingest import fold_run
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.ids import Vin
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import HOUR_MS

OTHER_CAR = Vin("WBA00000000000002")
FOLDS: Sequence[Fold[Any]] = (DaysFold(), StretchFold())


@pytest.fixture(autouse=True)
def _short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(monkeypatch)


def shorten(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "READINGS_PER_RUN": 7,
        "READINGS_PER_CHECKPOINT": 3,
        "READINGS_PER_PAGE": 4,
        "READINGS_PER_SLICE": 2,
        "GATHER_S": 0.0,
    }.items():
        monkeypatch.setattr(fold_run if hasattr(fold_run, name) else module, name, value)


READINGS = st.lists(
    st.builds(
        lambda vin, key, second, value: reading(value, vin=vin, descriptor=key, at_ms=START_MS + second * HOUR_MS),
        st.sampled_from([VIN, OTHER_CAR]),
        st.sampled_from([LEVEL, OTHER, SOC, ODOMETERS[0]]),
        st.integers(0, 60),
        st.one_of(st.integers(0, 9), st.none(), st.sampled_from(["x", 2.5, True])),
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(readings=READINGS, chance=st.randoms(use_true_random=False))
def test_any_order_and_any_pieces_give_the_records_of_the_whole(readings: list[Reading], chance: random.Random) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        shorten(monkeypatch)
        expected = asyncio.run(_records([readings], chance, rebuilds=False))
        shuffled = chance.sample([*readings, *readings[: len(readings) // 2]], len(readings) + len(readings) // 2)
        cuts = sorted(chance.choices(range(len(shuffled) + 1), k=chance.randrange(6)))
        pieces = [shuffled[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]
        assert asyncio.run(_records(pieces, chance, rebuilds=False)) == expected
        assert asyncio.run(_records(pieces, chance, rebuilds=True)) == expected


async def _records(pieces: list[list[Reading]], chance: random.Random, *, rebuilds: bool) -> list[Any]:
    """Append the pieces, derive after some of them, and return the records at the end."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "store.db"
        async with open_sqlite(path) as store:
            for piece in pieces:
                await store.append(Batch(readings=piece))
                if chance.random() < 0.7:
                    await Derivation(store.derived, store, FOLDS).catch_up()
            if rebuilds:
                drop_derived(path)
                await rebuild(Derivation(store.derived, store, FOLDS))
            await Derivation(store.derived, store, FOLDS).catch_up()
        return all_records(path)


async def rebuild(derivation: Derivation, subject: Vin | None = None) -> Any:
    async with aclosing(derivation.rebuild(subject)) as steps:
        return [step async for step in steps][-1]


@asynccontextmanager
async def opened(path: Path, readings: Sequence[Reading] = ()) -> AsyncIterator[SqliteStore]:
    async with open_sqlite(path) as store:
        await store.append(Batch(readings=readings))
        yield store


LATE = reading(0, descriptor=LEVEL, at_ms=START_MS + 20 * HOUR_MS + 1)


class Crash(BaseException):
    """The process ends here."""


class CrashingLog:
    """A `DerivedLog` that breaks off before or after its n-th call, as a killed process would."""

    def __init__(self, log: Any, *, calls: int, is_done: bool) -> None:
        self._log, self._calls, self._is_done = log, calls, is_done

    def __getattr__(self, name: str) -> Any:
        async def call(*args: Any) -> Any:
            self._calls -= 1
            if self._calls == 0 and not self._is_done:
                raise Crash
            answer = await getattr(self._log, name)(*args)
            if self._calls == 0:
                raise Crash
            return answer

        return call


@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("calls", range(1, 16))
async def test_a_crash_between_any_two_steps_changes_nothing(tmp_path: Path, calls: int, *, is_done: bool) -> None:
    async with opened(tmp_path / "whole.db", [*LEVELS, LATE]) as store:
        await Derivation(store.derived, store, FOLDS).catch_up()
    async with opened(tmp_path / "crashed.db", LEVELS) as store:
        await Derivation(store.derived, store, FOLDS).catch_up()
        await store.append(Batch(readings=[LATE, *levels(5, 1)]))
        log = CrashingLog(store.derived, calls=calls, is_done=is_done)
        with suppress(Crash):  # it may need fewer steps
            await Derivation(log, store, FOLDS).catch_up()
        await Derivation(store.derived, store, FOLDS).catch_up()
    async with opened(tmp_path / "whole.db", levels(5, 1)) as store:
        await Derivation(store.derived, store, FOLDS).catch_up()
    assert all_records(tmp_path / "crashed.db") == all_records(tmp_path / "whole.db")
    events = "SELECT kind, subject, cause, body, at_ms FROM events ORDER BY cause"
    assert {row[2] for row in rows(tmp_path / "whole.db", events)} <= {
        row[2] for row in rows(tmp_path / "crashed.db", events)
    }


async def test_a_late_reading_replaces_only_what_it_changes(tmp_path: Path) -> None:
    async with opened(tmp_path / "a.db", LEVELS) as store:
        await Derivation(store.derived, store, [StretchFold()]).catch_up()
        before = all_records(tmp_path / "a.db")
        await store.append(Batch(readings=[LATE]))
        watch = WatchingLog(store.derived)
        await Derivation(watch, store, [StretchFold()]).catch_up()
    after = all_records(tmp_path / "a.db")
    assert before != after
    assert watch.replaced
    assert all(change.from_ms is not None and change.to_ms is not None for change in watch.replaced)
    assert sum(len(change.records) for change in watch.replaced) < len(after) / 2


class WatchingLog:
    """A `DerivedLog` that remembers what was replaced."""

    def __init__(self, log: Any) -> None:
        self._log = log
        self.replaced: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def replace(self, name: Any, replacement: Any) -> Any:
        self.replaced.append(replacement)
        return await self._log.replace(name, replacement)


async def test_what_is_appended_during_a_run_is_not_missed(tmp_path: Path) -> None:
    """Append between every two steps of the derivation, before and after where it is."""
    later = [reading(place % 9, descriptor=LEVEL, at_ms=LEVELS[place * 3].measured_at_ms + 5) for place in range(16)]
    async with opened(tmp_path / "meanwhile.db", LEVELS) as store:
        waiting = list(later)

        class Appending(CrashingLog):
            def __getattr__(self, name: str) -> Any:
                async def call(*args: Any) -> Any:
                    answer = await getattr(self._log, name)(*args)
                    if waiting:
                        await store.append(Batch(readings=[waiting.pop(len(waiting) // 2)]))
                    return answer

                return call

        await Derivation(Appending(store.derived, calls=0, is_done=True), store, FOLDS).catch_up()
        assert waiting == []
    async with opened(tmp_path / "whole.db", [*LEVELS, *later]) as store:
        await Derivation(store.derived, store, FOLDS).catch_up()
    assert all_records(tmp_path / "meanwhile.db") == all_records(tmp_path / "whole.db")


async def test_an_event_happens_once_however_often_its_records_are_made(tmp_path: Path) -> None:
    async with opened(tmp_path / "a.db", LEVELS) as store:
        derivation = Derivation(store.derived, store, [StretchFold()])
        await derivation.catch_up()
        events = await store.derived.events(after_id=0, limit=1_000)
        assert events
        assert (await rebuild(derivation)).done
        assert await store.derived.events(after_id=0, limit=1_000) == events
        assert await store.derived.events(after_id=events[-2].id or 0, limit=9) == events[-1:]


async def test_old_records_are_served_until_those_of_another_version_are_complete(tmp_path: Path) -> None:
    async with opened(tmp_path / "a.db", LEVELS) as store:
        await Derivation(store.derived, store, [StretchFold()]).catch_up()
        old = await served(store)
        newer = StretchFold(version=2, limit=3)
        log = CrashingLog(store.derived, calls=6, is_done=True)
        with pytest.raises(Crash):
            await Derivation(log, store, [newer]).catch_up()
        assert {row[0] for row in rows(tmp_path / "a.db", "SELECT DISTINCT version FROM records")} == {1, 2}
        assert await served(store) == old
        await Derivation(store.derived, store, [newer]).catch_up()
        assert await served(store) != old
    assert rows(tmp_path / "a.db", "SELECT DISTINCT version FROM records") == [(2,)]


async def test_it_says_how_far_records_of_another_version_are(tmp_path: Path) -> None:
    async with opened(tmp_path / "a.db", LEVELS) as store:
        await Derivation(store.derived, store, FOLDS).catch_up()
        progress = []

        class Observing(WatchingLog):
            async def replace(self, name: Any, replacement: Any) -> Any:
                progress.append(derivation.progress())
                return await super().replace(name, replacement)

        newer: Sequence[Fold[Any]] = [DaysFold(), StretchFold(version=2)]
        derivation = Derivation(Observing(store.derived), store, newer)
        assert derivation.progress() is None
        await derivation.catch_up()
        assert {(step.parts, step.parts_done) for step in progress if step is not None} == {(1, 0)}
        assert [step.readings for step in progress if step is not None][-1] >= len(LEVELS) - fold_run.READINGS_PER_RUN
        assert derivation.progress() is None


async def served(store: SqliteStore) -> Any:
    return await store.derived.records("stretches", VIN, from_ms=0, to_ms=2 * NOW_MS)


async def test_a_rebuild_of_one_car_leaves_the_others_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    async with opened(path, [*LEVELS, reading(9, descriptor=LEVEL, vin=OTHER_CAR)]) as store:
        derivation = Derivation(store.derived, store, [StretchFold()])
        await derivation.catch_up()
        expected = all_records(path)
        progress = await rebuild(derivation, VIN)
        assert (progress.done, progress.parts, progress.parts_done, progress.readings) == (True, 1, 1, len(LEVELS))
    assert all_records(path) == expected


async def test_it_runs_after_each_append_and_picks_up_what_was_left(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    async with opened(path, LEVELS[:20]) as store, asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        derivation = Derivation(store.derived, store, [StretchFold()])
        running = tasks.create_task(derivation.run())
        await until(lambda: all_records(path))
        before = all_records(path)
        await store.append(Batch(readings=LEVELS))
        derivation.wake()
        await until(lambda: len(all_records(path)) > len(before))
        running.cancel()


QUIET = StretchFold(silence_ms=HOUR_MS)
"""A stretch of it is over an hour after it began when nothing else says so."""
SILENT_MS = START_MS + HOUR_MS


async def test_what_is_under_way_ends_by_time_alone(tmp_path: Path) -> None:
    path, clock = tmp_path / "a.db", ManualClock(START_MS)
    async with opened(path, levels(9)) as store, asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(Derivation(store.derived, store, [QUIET], clock=clock).run())
        await until(lambda: [row[4] for row in all_records(path)] == [START_MS])
        await clock.asleep.wait()
        assert rows(path, "SELECT * FROM events") == []
        clock.advance(HOUR_MS)
        await until(lambda: [row[4] for row in all_records(path)] == [SILENT_MS])
        assert rows(path, "SELECT kind, at_ms FROM events") == [("fell silent", SILENT_MS)]
        running.cancel()


async def test_what_ended_while_the_program_was_off_is_seen_at_its_start(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    async with opened(path, levels(9)) as store, asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        await Derivation(store.derived, store, [QUIET], clock=ManualClock(START_MS)).catch_up()
        assert [row[4] for row in all_records(path)] == [START_MS]
        later = ManualClock(SILENT_MS + 1)
        running = tasks.create_task(Derivation(store.derived, store, [QUIET], clock=later).run())
        await until(lambda: [row[4] for row in all_records(path)] == [SILENT_MS])
        running.cancel()


async def test_a_judgement_by_time_leaves_the_fold_as_it_was(tmp_path: Path) -> None:
    """What comes later makes the records that it would have made without the judgement."""
    async with opened(tmp_path / "judged.db", levels(9)) as store:
        await Derivation(store.derived, store, [QUIET], clock=ManualClock(SILENT_MS + 1)).catch_up()
        await store.append(Batch(readings=levels(9, 8, 1)))
        await Derivation(store.derived, store, [QUIET]).catch_up()
    async with opened(tmp_path / "whole.db", levels(9, 8, 1)) as store:
        await Derivation(store.derived, store, [QUIET]).catch_up()
    assert all_records(tmp_path / "judged.db") == all_records(tmp_path / "whole.db")


async def test_a_rebuild_whose_reader_pauses_keeps_nobody_waiting(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    async with opened(path, LEVELS) as store, asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        derivation = Derivation(store.derived, store, [StretchFold()])
        await derivation.catch_up()
        running = tasks.create_task(derivation.run())
        async with aclosing(derivation.rebuild(VIN)) as steps:
            assert not (await anext(steps)).done
            await store.append(Batch(readings=[reading(9, descriptor=LEVEL, vin=OTHER_CAR)]))
            derivation.wake()
            await until(lambda: any(row[1] == OTHER_CAR for row in all_records(path)))
        running.cancel()


async def test_a_rebuild_that_is_broken_off_goes_on_in_the_background(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    async with opened(path, LEVELS) as store, asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        derivation = Derivation(store.derived, store, [StretchFold()])
        running = tasks.create_task(derivation.run())
        await until(lambda: all_records(path))
        async with aclosing(derivation.rebuild()) as steps:
            await anext(steps)
        await until(lambda: not rows(path, "SELECT * FROM dirty"))
        running.cancel()


async def test_appends_are_gathered_between_rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A car that sends all the time gets one run a round, not one after the other without a pause."""
    monkeypatch.setattr(module, "GATHER_S", 3600.0)
    async with opened(tmp_path / "a.db", LEVELS[:5]) as store, asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        later = iter(LEVELS[5:])

        class Appending(WatchingLog):
            async def replace(self, name: Any, replacement: Any) -> Any:
                events = await super().replace(name, replacement)
                await store.append(Batch(readings=[next(later)]))
                derivation.wake()
                return events

        log = Appending(store.derived)
        derivation = Derivation(log, store, [StretchFold()])
        running = tasks.create_task(derivation.run())
        await until(lambda: log.replaced)
        for _ in range(20):
            await store.figures()  # as long as a run would take
        assert len(log.replaced) == 1
        running.cancel()


async def test_a_repeated_append_marks_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path / "a.db", LEVELS) as store:
        await Derivation(store.derived, store, FOLDS).catch_up()
        await store.append(Batch(readings=LEVELS))
        assert rows(tmp_path / "a.db", "SELECT * FROM dirty") == []


async def test_a_failed_append_marks_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path / "a.db") as store:
        with pytest.raises((StoreError, ValueError)):
            await store.append(Batch(readings=[*LEVELS, reading(float("nan"))]))
        assert rows(tmp_path / "a.db", "SELECT * FROM dirty") == []


def _derive_until_killed(path: Path, *, seed: int, appends: int) -> None:
    program = Path(__file__).with_name("deriving_process.py")
    command = [sys.executable, str(program), str(path), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(appends):
            next(process.stdout)
        process.kill()


async def test_killed_at_any_moment_it_ends_with_the_records_of_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "killed.db"
    chance = random.Random(1)
    for seed in range(6):
        _derive_until_killed(path, seed=seed, appends=chance.randint(1, 12))
    async with opened(path, LEVELS) as store:
        assert await store.integrity_check() == []
        await Derivation(store.derived, store, FOLDS).catch_up()
    async with opened(tmp_path / "whole.db", LEVELS) as store:
        await Derivation(store.derived, store, FOLDS).catch_up()
    assert all_records(path) == all_records(tmp_path / "whole.db")


@dataclass(frozen=True, slots=True, kw_only=True)
class StumblingFold(StretchFold):
    """A fold with an error of this program in it, which the readings of one car bring to light."""

    name: str = "stumbling"

    @override
    def step(self, state: StretchState, reading: Reading) -> Step[StretchState]:
        if reading.vin == OTHER_CAR:
            raise ZeroDivisionError
        return StretchFold.step(self, state, reading)


async def test_what_one_car_brings_down_keeps_no_other_record_from_being_made(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    readings = [level._replace(vin=vin) for vin in (OTHER_CAR, VIN) for level in LEVELS]
    async with opened(tmp_path / "store.db", readings) as store:
        derivation = Derivation(store.derived, store, [StumblingFold(), StretchFold()])
        await derivation.catch_up()
        made = {(fold, vin) for fold, vin, *_ in all_records(tmp_path / "store.db")}
        assert made == {("stumbling", VIN), ("stretches", VIN), ("stretches", OTHER_CAR)}
        assert derivation.troubles() == [
            "stumbling of …0002: not made, by an error of this program (ZeroDivisionError)"
        ]
        assert OTHER_CAR not in caplog.text
        with pytest.raises(StoreError, match="stumbling of …0002"):
            await rebuild(derivation)
        assert (await rebuild(derivation, VIN)).done


@pytest.mark.parametrize("state", ['{"start_at_ms": "x"}', "[]", "{", ""])
async def test_a_checkpoint_that_cannot_be_read_is_as_good_as_none(tmp_path: Path, state: str) -> None:
    path = tmp_path / "store.db"
    async with opened(path, LEVELS) as store:
        await Derivation(store.derived, store, FOLDS).catch_up()
        expected = all_records(path)
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("UPDATE checkpoints SET state = ?", (state,)).rowcount
            connection.commit()
        await store.append(Batch(readings=[LATE]))
        await Derivation(store.derived, store, FOLDS).catch_up()
        assert all_records(path) != expected
        late = all_records(path)
        drop_derived(path)
        await rebuild(Derivation(store.derived, store, FOLDS))
        assert all_records(path) == late
