"""`bimmerhub charges`, from a data directory that no hub runs on."""

import asyncio
import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.domain.charging_sessions.story import VIN, Night, at
from tests.hub.conftest import ManualClock

from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.hub.parts import FOLDS
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore


@pytest.fixture
async def evening(data_dir: Path) -> None:
    """Store a charge from 40 to 80 % that began half an hour after the plug-in."""
    night = (
        Night()
        .parked("17:58", soc=40, odometer=1000, capacity=76, missing=45.6)
        .plug("18:00", plug_event=7)
        .wallbox("18:30", soc=40, missing=45.6, minutes=180, target=80)
        .end("21:31", soc=80, missing=15.2, reason="CHARGING_GOAL_REACHED")
        .unplug("1 07:00", soc=80)
    )
    await asyncio.to_thread(data_dir.mkdir, exist_ok=True)
    async with SqliteStore.open(data_dir / "bimmerhub.sqlite3") as store:
        await store.append(Batch(readings=night.readings))
        await Derivation(store.derived, store, FOLDS, clock=ManualClock(at("2 00:00"))).catch_up()


@pytest.mark.usefixtures("evening")
def test_sessions_are_listed(run: Run) -> None:
    listed = run("charges", VIN[-4:], "--from", "2026-03-01", "--to", "2026-03-04", "--json")
    [session] = json.loads(listed.out)["items"]
    table = run("charges")
    assert session["id"] in table.out
    assert "30.4 kWh" in table.out
    assert "over 1 of 1 sessions" in table.err


@pytest.mark.usefixtures("evening")
def test_one_session_says_why_and_shows_its_readings(run: Run) -> None:
    [session] = json.loads(run("charges", "--json").out)["items"]
    shown = run("charges", "show", session["id"], "--evidence")
    assert "target_reached" in shown.out
    assert "late: charging began 30 min after the plug-in" in shown.out
    assert "plugEventId" in shown.out
    assert shown.out.splitlines()[0].split() == ["what", "value", "how", "plus", "or", "minus"]
    assert session["id"] in shown.out
    assert "energy_battery_kwh 30.4 kWh derived 0.1 kWh" in " ".join(shown.out.split())
    assert "BMW's word: CHARGING_GOAL_REACHED" in shown.out
    assert "CHARGINGENDED (" not in shown.out, "that says only that it ended"
    assert json.loads(run("charges", "show", session["id"], "--json").out)["id"] == session["id"]


@pytest.mark.usefixtures("evening")
def test_an_id_that_is_none_is_refused(run: Run) -> None:
    assert run("charges", "show", "nothing").code != 0
    assert "no such" in run("charges", "show", "abcdefgh-t00000").err
