"""The data directory of a demo that has stopped: what is stored there is read, and nothing of it goes to BMW."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.conftest import VIN, Run

from bimmerhub.hub.process.demo import MARKER
from bimmerhub.store.sqlite.database.versions import newest_version


@pytest.fixture(autouse=True)
def _stopped_demo(run: Run, data_dir: Path, capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo's directory with a car and an account; the settings name BMW's own addresses, as they do by default."""
    assert run("import", capture).code == 0
    (data_dir / MARKER).touch()
    monkeypatch.setenv("BIMMERHUB_ACCOUNTS__DEMO__CLIENT_ID", "11111111-2222-3333-4444-555555555555")


ONLINE = [
    "run --port 0",
    "watch",
    "watch --raw",
    "doctor",
    "doctor --no-calls",
    "login",
    "containers list",
    "containers gc",
    "containers create vehicle.vehicle.travelledDistance",
    "containers delete ABCDEFGHIJKLM",
]
OFFLINE = ["vehicles", "status", "coverage", "history 0001 soc_percent", "accounts", "quota", "quarantine list"]


@pytest.mark.parametrize("line", ONLINE)
def test_what_goes_online_is_refused(run: Run, line: str) -> None:
    result = run(*line.split())
    assert (result.code, result.out) == (1, "")
    assert "are a demo's: nothing there goes online" in result.err
    assert "make demo" in result.err


@pytest.mark.parametrize("line", ONLINE + OFFLINE)
def test_with_a_database_of_an_older_version_too_the_way_out_is_the_demo(run: Run, data_dir: Path, line: str) -> None:
    with closing(sqlite3.connect(data_dir / "bimmerhub.sqlite3")) as database:
        older = newest_version() - 1
        database.executescript(f"PRAGMA user_version = {older}; UPDATE schema_number SET number = {older};")
    result = run(*line.split())
    assert (result.code, result.out) == (1, "")
    assert "Start the demo: make demo" in result.err
    assert "hub once" not in result.err


@pytest.mark.parametrize("address", ["BMW__API_URL", "BMW__AUTH_URL", "BMW__STREAM_HOST"])
def test_one_address_of_bmws_is_enough_to_refuse(run: Run, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    for name in {"BMW__API_URL", "BMW__AUTH_URL", "BMW__STREAM_HOST"} - {address}:
        monkeypatch.setenv(f"BIMMERHUB_{name}", "127.0.0.1" if name.endswith("HOST") else "http://127.0.0.1:9")
    assert "are a demo's" in run("run", "--port", "0").err


def test_what_is_stored_there_is_read(run: Run) -> None:
    assert [vehicle["vin"] for vehicle in run("vehicles", "--json").json["items"]] == [VIN]
    assert run("rebuild").code == 0
    assert run("quota", "--json").code == 0
