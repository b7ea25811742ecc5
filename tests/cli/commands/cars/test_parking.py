"""`bimmerhub parking`: where a car stood and what its battery lost, by the command line."""

import asyncio
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.domain.trips.trip_stories import MIDNIGHT_MS, VIN
from tests.hub.test_parking import day

from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.hub.parts import FOLDS
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, format_time

SPAN = ("--from", format_time(MIDNIGHT_MS), "--to", format_time(MIDNIGHT_MS + DAY_MS))


@pytest.fixture
def _parked(data_dir: Path) -> None:
    async def fill() -> None:
        async with SqliteStore.open(data_dir / "bimmerhub.sqlite3") as store:
            await store.append(Batch(readings=day().readings))
            await Derivation(store.derived, store, FOLDS).catch_up()

    data_dir.mkdir(parents=True, exist_ok=True)
    asyncio.run(fill())


@pytest.mark.usefixtures("_parked")
def test_stops_are_listed_with_what_was_lost(run: Run) -> None:
    listed = run("parking", VIN[-7:], *SPAN)
    assert listed.code == 0, listed.err
    assert "1 % (0.8 kWh)" in listed.out
    assert "charged" in listed.out
    assert "it stands" in listed.out
    assert "2 stops; lost by standing 1 % (0.8 kWh) plus or minus 1 %, over 4 of 12 h." in listed.err
    assert [stop["charged"] for stop in run("parking", "--json", *SPAN).json["items"]] == [False, True, False]
