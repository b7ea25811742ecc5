"""`bimmerhub places` and `bimmerhub meters`, in a data directory that no hub runs on."""

import asyncio
import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.domain.charging_sessions.story import Night

from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore


@pytest.fixture
async def stored(data_dir: Path) -> None:
    await asyncio.to_thread(data_dir.mkdir, exist_ok=True)
    async with SqliteStore.open(data_dir / "bimmerhub.sqlite3") as store:
        await store.append(Batch(readings=Night().parked("17:58").readings))


@pytest.mark.usefixtures("stored")
def test_a_place_is_added_listed_and_removed(run: Run) -> None:
    assert "Europe/Berlin" in run("places", "add", "home", "--at", "48.177,11.559", "--radius-m", "80").err
    [place] = json.loads(run("places", "--json").out)["items"]
    assert (place["name"], place["radius_m"], place["time_zone"]) == ("home", 80, "Europe/Berlin")
    assert "home" in run("places", "list").out
    run("places", "remove", "home")
    assert json.loads(run("places", "--json").out)["items"] == []


@pytest.mark.usefixtures("stored")
def test_a_meter_is_read_and_its_readings_are_imported(run: Run, tmp_path: Path) -> None:
    run("places", "add", "home", "--at", "48.177,11.559")
    assert "counts at home" in run("meters", "add", "box", "--place", "home").err
    assert "1 new" in run("meters", "read", "box", "100.5", "--at", "2026-03-02T10:00:00Z").err
    file = tmp_path / "box.csv"
    file.write_text("measured_at,energy_kwh\n2026-03-02T10:00:00Z,100.5\n2026-03-02T12:00:00Z,110\n", "utf-8")
    assert "1 new, 1 stored before" in run("meters", "import", "box", file).err
    [meter] = json.loads(run("meters", "--json").out)["items"]
    assert (meter["place"], meter["readings"], meter["last_kwh"]) == ("home", 2, 110)
    assert run("meters", "add", "other", "--place", "nowhere").code != 0
    run("meters", "remove", "box")
    run("meters", "add", "box", "--place", "home")
    assert run("meters", "--json").json["items"][0]["readings"] == 2
    assert "is erased" in run("meters", "remove", "box", "--readings").err
    assert "There is no meter" in run("meters").err


@pytest.mark.usefixtures("stored")
def test_a_file_that_holds_no_counter_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "box.csv"
    file.write_text("a,b\n1,2\n", "utf-8")
    assert "measured_at and energy_kwh" in run("meters", "import", "box", file).err


HEADER = b"measured_at,energy_kwh\n"
ROW = b"2026-03-02T10:00:00Z,100.5\n"


@pytest.fixture
def box(run: Run, stored: None) -> None:  # noqa: ARG001 - it is there first
    run("places", "add", "home", "--at", "48.177,11.559")
    run("meters", "add", "box", "--place", "home")


@pytest.mark.usefixtures("box")
@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + HEADER + ROW,
        b"Z\xe4hler,measured_at,energy_kwh\nW\xe4rme,2026-03-02T10:00:00Z,100.5\n",
        b"measured_at;energy_kwh\r\n2026-03-02T10:00:00Z;100,5\r\n",
    ],
    ids=["with the mark of Excel", "in Latin-1", "with semicolons and decimal commas"],
)
def test_files_of_spreadsheets_are_understood(run: Run, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "box.csv"
    file.write_bytes(content)
    imported = run("meters", "import", "box", file)
    assert (imported.code, "1 new, 0 stored before." in imported.err) == (0, True)
    assert run("meters", "--json").json["items"][0]["last_kwh"] == 100.5


@pytest.mark.usefixtures("box")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no CSV with the columns"),
        (HEADER, "no reading in that file"),
        (HEADER + ROW + b"2026-03-02T11:00:00Z,-1\n", "line 3: no meter counts -1 kWh"),
        (HEADER + b"2026-03-02T11:00:00Z,nan\n", "line 2: no meter counts nan kWh"),
        (HEADER + b"2026-03-02T11:00:00Z,\n", "line 2: '' is no number"),
        (HEADER + b"2026-03-02T11:00:00Z\n", "line 2: '' is no number"),
        (HEADER + b"2026-03-02T11:00:00,1\n", "line 2: measured_at"),
        (HEADER + b"1" * 200_000 + b",1\n", "line 2 is no CSV"),
        ("measured_at,energy_kwh\n".encode("utf-16"), "no CSV with the columns"),
    ],
)
def test_a_file_that_is_no_csv_of_a_meter_is_refused_by_its_line(
    run: Run, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "box.csv"
    file.write_bytes(content)
    imported = run("meters", "import", "box", file)
    assert (imported.code, words in " ".join(imported.err.split())) == (1, True), imported.err
    assert run("meters", "--json").json["items"][0]["readings"] == 0


@pytest.mark.usefixtures("box")
def test_what_is_refused_is_counted_and_fails_when_it_is_all(run: Run, tmp_path: Path) -> None:
    future = b"2030-01-01T00:00:00Z,7\n"
    file = tmp_path / "box.csv"
    file.write_bytes(HEADER + future)
    imported = run("meters", "import", "box", file)
    assert (imported.code, "0 new, 0 stored before, 1 refused." in imported.err) == (1, True)
    assert "days" in imported.err
    file.write_bytes(HEADER + ROW + future)
    imported = run("meters", "import", "box", file)
    assert (imported.code, "1 new, 0 stored before, 1 refused." in imported.err) == (0, True)
    assert run("meters", "read", "box", "7", "--at", "2030-01-01T00:00:00Z").code == 1
