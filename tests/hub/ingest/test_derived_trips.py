"""Trips depend on the set of readings only: not on order, repetition, pieces, lateness, or how often they are made."""

import asyncio
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.domain.trips.trip_stories import MIDNIGHT_MS, PLUG, Story
from tests.domain.trips.trip_stories import clock as at
from tests.hub.conftest import ManualClock
from tests.hub.ingest.folding import all_records, drop_derived
from tests.new_stores import open_sqlite

from bimmerhub.domain.events import Event, RecordChanged
from bimmerhub.domain.folds.fold import Fold
from bimmerhub.domain.plausibility.one_value import sift
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.trips.trips_fold import TripsFold
from bimmerhub.hub.ingest import derivation as module
from bimmerhub.hub.ingest import fold_run
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.ids import Vin
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, HOUR_MS

OTHER_CAR = Vin("WBA00000000000002")
FOLDS: Sequence[Fold[Any]] = (TripsFold(),)


@pytest.fixture(autouse=True)
def _short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make checkpoints, pages and runs so short that a day meets all of their ends."""
    for name, value in {
        "READINGS_PER_RUN": 23,
        "READINGS_PER_CHECKPOINT": 9,
        "READINGS_PER_PAGE": 11,
        "READINGS_PER_SLICE": 5,
    }.items():
        monkeypatch.setattr(fold_run if hasattr(fold_run, name) else module, name, value)


def day() -> list[Reading]:
    """Return a day with a fuel stop, a charge, a car train, a hole, and a drive that nobody heard."""
    story = Story().at("05:00").place().odometer().at("06:00").depart().drive("06:20", 15).arrive()
    story.at("06:27").depart().drive("06:50", 20).arrive().say(PLUG, "CONNECTED")
    story.at("08:00").say(PLUG, "DISCONNECTED").depart().drive("08:30", 20).arrive().at("09:10")
    story.north_km += 20
    story.depart().drive("09:40", 25)
    story.is_silent = True
    story.drive("10:20", 60).arrive().at("12:00").depart().drive("12:20", 10).arrive()
    story.is_silent = False
    story.at("14:00").odometer().at("15:00").depart().drive("15:30", 22).arrive()
    return story.at("18:00").depart().drive("18:30", 25).readings


async def records(pieces: Sequence[Sequence[Reading]], chance: random.Random, *, rebuilds: bool = False) -> list[Any]:
    """Append the pieces, derive after some of them, and return the records at the end."""
    clock = ManualClock(MIDNIGHT_MS + 2 * DAY_MS)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "store.db"
        async with open_sqlite(path) as store:
            for piece in pieces:
                await store.append(Batch(readings=piece))
                if chance.random() < 0.7:
                    await derive(store, clock)
            if rebuilds:
                drop_derived(path)
            await derive(store, clock)
        return all_records(path)


async def derive(store: SqliteStore, clock: ManualClock) -> None:
    await Derivation(store.derived, store, FOLDS, clock=clock).catch_up()


@pytest.mark.parametrize("seed", range(6))
def test_any_order_and_any_pieces_give_the_trips_of_the_whole(seed: int) -> None:
    chance, readings = random.Random(seed), day()
    whole = asyncio.run(records([readings], chance))
    assert len(whole) == 4
    shuffled = chance.sample([*readings, *readings[: len(readings) // 2]], len(readings) + len(readings) // 2)
    cuts = sorted(chance.choices(range(len(shuffled) + 1), k=5))
    pieces = [shuffled[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]
    assert asyncio.run(records(pieces, chance)) == whole
    assert asyncio.run(records(pieces, chance, rebuilds=True)) == whole


def test_living_through_a_day_gives_what_its_replay_gives() -> None:
    """One reading after the other, each judged as it comes, against all at once."""
    readings = day()[:90]
    whole = asyncio.run(records([readings], random.Random(1)))
    assert asyncio.run(records([[reading] for reading in readings], random.Random(1))) == whole


def test_two_cars_in_one_file_keep_their_trips_apart() -> None:
    one = day()
    other = [reading._replace(vin=OTHER_CAR, measured_at_ms=reading.measured_at_ms + HOUR_MS) for reading in day()]
    mixed = [reading for pair in zip(one, other, strict=True) for reading in pair]
    both = asyncio.run(records([mixed], random.Random(1)))
    alone = asyncio.run(records([one], random.Random(1)))
    assert [row for row in both if row[1] != OTHER_CAR] == alone
    starts = [row[3] for row in both if row[1] == OTHER_CAR]
    assert [start - HOUR_MS for start in starts] == [row[3] for row in alone]


def test_a_car_whose_clock_ran_ahead_has_the_trips_of_its_good_readings() -> None:
    """Refused at the door: what is stamped an hour ahead of its message never reaches a fold."""
    wrong = [reading._replace(measured_at_ms=reading.measured_at_ms + HOUR_MS) for reading in day()[:40]]
    assert sift(wrong).believed == []


async def test_the_start_and_the_end_of_a_trip_are_told_once_and_history_is_not(tmp_path: Path) -> None:
    told: list[Event] = []
    story = Story().at("06:00").place().odometer().at("08:00").depart().drive("08:30", 20).arrive()
    async with open_sqlite(tmp_path / "a.db") as store:
        for now, readings in (("08:10", story.readings[:10]), ("08:40", story.readings), ("08:41", [])):
            await store.append(Batch(readings=readings))
            clock = ManualClock(at(now))
            derivation = Derivation(store.derived, store, FOLDS, clock=clock, tell=told.extend)
            await derivation.catch_up()
        assert [(event.name, event.at_ms) for event in told if isinstance(event, RecordChanged)] == [
            ("trip_started", at("08:00")),
            ("trip_ended", at("08:30")),
        ]
        told.clear()
        history = Story(km=11_000).at("01:00").depart().drive("01:30", 20).arrive()
        await store.append(Batch(readings=history.readings))
        await Derivation(store.derived, store, FOLDS, clock=ManualClock(at("09:50")), tell=told.extend).catch_up()
        assert told == []
