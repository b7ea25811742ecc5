"""`bimmerhub catalogue`: what BMW can send, with and without a hub or a database."""

from pathlib import Path

import pytest
from tests.cli.conftest import SOC, VIN, Run, capture_line

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.emulator.app import Emulator

NEW = "vehicle.new.pressure"
HEADING = "key,name,category,datatype,unit,range_or_enum,streamable"
LONG_AGO = ("--from", "2026-07-27", "--to", "2026-07-28")


@pytest.mark.usefixtures("maybe_hub")
def test_catalogue_finds_descriptors(run: Run) -> None:
    items = run("catalogue", "mileage", "--json").json["items"]
    assert items[0]["descriptor"] == "vehicle.vehicle.travelledDistance"
    assert len(run("catalogue", "--json").json["items"]) == 295
    assert run("catalogue", "soc").out.splitlines()[1].split()[0] == SOC


@pytest.mark.usefixtures("maybe_hub")
def test_catalogue_is_filtered_and_speaks_german(run: Run) -> None:
    items = run("catalogue", "soc", "--language", "de", "--rest-only", "--drivetrain", "BEV", "--json").json["items"]
    assert items[0]["title"] == "Ladestand (vorausgesagt)"
    assert not any(entry["streamable"] for entry in items)
    assert [entry["category"] for entry in run("catalogue", "--category", "EVENTS", "--json").json["items"]] == [
        "EVENTS",
        "EVENTS",
    ]
    assert "chargingHistory only" in run("catalogue", "search", "--endpoint", "chargingHistory").out


def test_a_search_for_nothing_says_so(run: Run) -> None:
    result = run("catalogue", "no", "such", "words")
    assert (result.code, result.err) == (0, "Nothing in BMW's catalogue is like that.\n")


def test_a_broken_database_is_not_passed_over(run: Run, data_dir: Path) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "bimmerhub.sqlite3").write_bytes(b"no database" * 1_000)
    result = run("catalogue", "soc")
    assert result.code != 0


def test_an_unknown_filter_is_wrong_usage(run: Run) -> None:
    assert run("catalogue", "--category", "TYRES").code == 2
    assert run("catalogue", "--help").code == 0


@pytest.fixture
def list_with_new_key(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    present, new = f"{SOC},x,BEV_PHEV_DATA,float,percent,,true", f"{NEW},New pressure,EVENTS,float,kPa,,true"
    path.write_text(f"{HEADING}\n{present}\n{new}")
    return path


@pytest.mark.usefixtures("maybe_hub")
def test_a_new_key_is_taken_without_a_release(run: Run, list_with_new_key: Path, tmp_path: Path) -> None:
    result = run("catalogue", "check", list_with_new_key)
    assert result.err.endswith("2 descriptors in the list: 1 new (taken), 293 gone, 0 changed.\n")
    entry = run("catalogue", "pressure", "new", "--json").json["items"][0]
    assert (entry["descriptor"], entry["title"], entry["unit"]) == (NEW, "New pressure", "kPa")
    capture = tmp_path / "new.ndjson"
    capture.write_text(capture_line("2.5", descriptor=NEW).replace("percent", "bar"))
    assert run("import", capture).code == 0
    [reading] = run("history", VIN, NEW, *LONG_AGO, "--json").json["items"]
    assert (reading["value"], reading["unit"]) == (250, "kPa")
    assert {row["descriptor"]: row for row in run("coverage", "--json").json["items"]}[NEW]["title"] == "New pressure"
    again = run("catalogue", "check", list_with_new_key, "--json").json
    assert (again["added"], again["taken"]) == ([], 0)


@pytest.mark.usefixtures("maybe_hub")
def test_the_same_file_before_and_after_a_list_is_stored_once(
    run: Run, list_with_new_key: Path, tmp_path: Path
) -> None:
    capture = tmp_path / "new.ndjson"
    capture.write_text(capture_line(2.5, descriptor=NEW).replace("percent", "bar"))
    assert run("import", capture).code == 0
    assert run("catalogue", "check", list_with_new_key).code == 0
    assert run("import", capture).code == 0
    [reading] = run("history", VIN, NEW, *LONG_AGO, "--json").json["items"]
    [bucket] = run("history", VIN, NEW, *LONG_AGO, "--buckets", "1", "--json").json["items"]
    assert (reading["value"], reading["unit"]) == (250, "kPa")
    assert (bucket["max"], bucket["last"], bucket["count"]) == (250, 250, 1)


@pytest.mark.usefixtures("maybe_hub")
def test_a_dry_run_takes_nothing(run: Run, list_with_new_key: Path) -> None:
    checked = run("catalogue", "check", list_with_new_key, "--dry-run", "--json").json
    assert ([row["descriptor"] for row in checked["added"]], checked["taken"]) == ([NEW], 0)
    assert run("catalogue", NEW, "--json").json["items"] == []


def test_keys_are_known_to_the_store_that_has_them(run: Run, list_with_new_key: Path) -> None:
    assert run("catalogue", "check", list_with_new_key).code == 0
    assert len(load_catalogue()) == 295
    assert len(run("catalogue", "--json").json["items"]) == 296


@pytest.mark.parametrize("locale", ["en-gb", "de-de"])
def test_the_page_of_the_emulator_is_read_by_its_address(run: Run, emulator: Emulator, locale: str) -> None:
    address = f"{emulator.info.base_url}/{locale}/utilities/bmw/api/cd/catalogue/file"
    checked = run("catalogue", "check", address, "--json").json
    assert checked == {"listed": 294, "added": [], "gone": [], "changed": [], "faults": [], "taken": 0}


def test_what_is_no_list_is_said(run: Run, emulator: Emulator, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><body>Sorry</body></html>")
    for source, words in (
        (str(page), "no table of descriptors"),
        (str(tmp_path / "none.csv"), "No such file"),
        (f"{emulator.info.base_url}/en-gb/utilities/mini/api/cd/catalogue/file", "404"),
        ("http://127.0.0.1:9/list", "does not give the list"),
    ):
        result = run("catalogue", "check", source)
        assert result.code in {1, 2, 5}
        assert words in result.err


def test_models_are_listed_with_their_source(run: Run) -> None:
    items = run("catalogue", "models", "--json").json["items"]
    assert all(fact["source"] and fact["note"] and fact["descriptors"] for fact in items)
    assert "X3 30e" in run("catalogue", "models").out
