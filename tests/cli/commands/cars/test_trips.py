"""`bimmerhub trips`: a person follows a trip from raw readings to the record by the command line alone."""

import asyncio
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.domain.trips.trip_stories import MIDNIGHT_MS, VIN, Story

from bimmerhub.domain.trips.trips_fold import TripsFold
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, format_time

SPAN = ("--from", format_time(MIDNIGHT_MS), "--to", format_time(MIDNIGHT_MS + DAY_MS))


@pytest.fixture
def _driven(data_dir: Path) -> None:
    async def fill() -> None:
        story = Story().at("06:00").place().odometer().at("08:00").depart().drive("08:30", 20).arrive()
        async with SqliteStore.open(data_dir / "bimmerhub.sqlite3") as store:
            await store.append(Batch(readings=story.readings))
            await Derivation(store.derived, store, [TripsFold()]).catch_up()

    data_dir.mkdir(parents=True, exist_ok=True)
    asyncio.run(fill())


@pytest.mark.usefixtures("_driven")
def test_a_trip_is_followed_from_the_list_to_its_readings(run: Run) -> None:
    listed = run("trips", VIN[-7:], *SPAN)
    assert listed.code == 0, listed.err
    assert "20.0 km" in listed.out
    assert "1 trips, over 20 of 20 km" in listed.err
    [trip] = run("trips", VIN, "--json", *SPAN).json["items"]
    assert run("trips", "list", "--json", *SPAN).json["items"] == [trip]
    assert run("trips", "show", trip["id"], "--json").json == trip
    shown = run("trips", "show", trip["id"], "--evidence")
    assert "it is switched off" in shown.out
    assert "distance_km" in shown.out
    assert "the car said that it moves (vehicle.isMoving)" in shown.out
    assert "BMW said when the trip ended (vehicle.trip.segment.end.time)" in shown.out
    assert run("trips", "path", trip["id"]).json["geometry"]["type"] == "MultiLineString"
    assert "<trkpt" in run("trips", "path", trip["id"], "--gpx").out


@pytest.mark.usefixtures("_driven")
def test_a_hint_is_taken_once(run: Run) -> None:
    given = run("trips", "hint", VIN[-7:], "driving", "on", "--at", format_time(MIDNIGHT_MS), "--json")
    assert given.code == 0, given.err
    assert (given.json["hint"], given.json["value"], given.json["is_new"]) == ("driving", True, True)
    assert run("trips", "hint", VIN, "driving", "maybe").code == 2
    assert run("trips", "show", "nonsense").code != 0
