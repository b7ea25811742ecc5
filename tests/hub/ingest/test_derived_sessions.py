"""Charging sessions depend on the set of readings only: not on order, repetition, pieces or how often they are made."""

import asyncio
import json
import random
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.domain.charging_sessions.story import VIN, Night, at
from tests.hub.conftest import ManualClock
from tests.hub.ingest.folding import all_records, drop_derived
from tests.new_stores import open_sqlite

from bimmerhub.domain.charging_sessions.session_fold import ChargingSessionsFold
from bimmerhub.domain.folds.fold import Fold
from bimmerhub.domain.reading import Reading
from bimmerhub.hub.ingest import derivation as module
from bimmerhub.hub.ingest import fold_run
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore

FOLDS: Sequence[Fold[Any]] = (ChargingSessionsFold(),)


@pytest.fixture(autouse=True)
def _short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make checkpoints, pages and runs so short that a week meets all of their ends."""
    for name, value in {
        "READINGS_PER_RUN": 23,
        "READINGS_PER_CHECKPOINT": 9,
        "READINGS_PER_PAGE": 11,
        "READINGS_PER_SLICE": 5,
        "GATHER_S": 0.0,
    }.items():
        monkeypatch.setattr(fold_run if hasattr(fold_run, name) else module, name, value)


def days() -> list[Reading]:
    """Return a wallbox with a pause, a fast charger, a charge whose end is never told, and one that nobody saw."""
    night = Night().parked("17:58", soc=40, capacity=76, missing=45.6, odometer=1000)
    night.plug("18:00", plug_event=7).wallbox("18:01", soc=40, missing=45.6, minutes=180, target=80)
    night.end("18:30", status="CHARGINGPAUSED", soc=46, missing=41).wallbox("18:34", soc=46, missing=41, minutes=150)
    night.end("21:01", soc=80, missing=15.2).unplug("1 07:00", soc=80).drive("1 07:03", soc=80)
    night.parked("1 09:00", soc=30, odometer=1200).plug("1 09:05", dc_port="CONNECTED", plug_event=8)
    night.charge("1 09:06", kw=150, soc=30).charge("1 09:15", kw=110, soc=55).end("1 09:30", soc=75)
    night.unplug("1 09:32", dc_port="DISCONNECTED").drive("1 09:40", soc=75)
    night.parked("1 18:00", soc=50, odometer=1300).plug("1 18:02", plug_event=9)
    night.wallbox("1 18:03", soc=50, minutes=120, target=80).drive("2 08:00", soc=80)
    return night.parked("2 09:00", soc=60, odometer=1350).parked("2 15:00", soc=90, odometer=1350).readings


async def records(pieces: Sequence[Sequence[Reading]], chance: random.Random, *, rebuilds: bool = False) -> list[Any]:
    """Append the pieces, derive after some of them, and return the records at the end."""
    clock = ManualClock(at("4 00:00"))
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
def test_any_order_and_any_pieces_give_the_sessions_of_the_whole(seed: int) -> None:
    chance, readings = random.Random(seed), days()
    whole = asyncio.run(records([readings], chance))
    assert len(whole) == 4
    shuffled = chance.sample([*readings, *readings[: len(readings) // 2]], len(readings) + len(readings) // 2)
    cuts = sorted(chance.choices(range(len(shuffled) + 1), k=5))
    pieces = [shuffled[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]
    assert asyncio.run(records(pieces, chance)) == whole
    assert asyncio.run(records(pieces, chance, rebuilds=True)) == whole


def test_living_through_the_days_gives_what_their_replay_gives() -> None:
    """One reading after the other, each judged as it comes, against all at once."""
    readings = days()
    whole = asyncio.run(records([readings], random.Random(1)))
    assert asyncio.run(records([[reading] for reading in readings], random.Random(1))) == whole


async def test_an_end_that_nobody_tells_is_stored_and_told_when_it_is_due(tmp_path: Path) -> None:
    night = Night().parked("17:58", capacity=76).plug("18:00").wallbox("18:00", soc=40, target=80, minutes=180)
    clock = ManualClock(at("18:10"))
    async with open_sqlite(tmp_path / "store.db") as store:
        await store.append(Batch(readings=night.readings))
        running = asyncio.create_task(Derivation(store.derived, store, FOLDS, clock=clock).run())
        await clock.asleep.wait()
        assert (await session_of(store))["end_reason"] is None
        clock.advance(at("21:03") + 1_000 - at("18:10"))
        clock.asleep.clear()
        async with asyncio.timeout(20):
            while (await session_of(store))["end_reason"] is None:  # noqa: ASYNC110 - a commit has no event
                await asyncio.sleep(0.01)
        assert (await session_of(store))["ended_at_ms"] == at("21:00")
        events = await store.derived.events(after_id=0, limit=10)
        assert [event.kind for event in events] == ["charging_started", "charging_ended"]
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def session_of(store: SqliteStore) -> Any:
    [record] = await store.derived.records(FOLDS[0].name, VIN, from_ms=0, to_ms=at("9 00:00"))
    return json.loads(record.body)
