"""`doctor`, `coverage` and `quota` as a person and a script see them."""

import os
from pathlib import Path

import pytest
from tests.cli.conftest import SOC, Run, in_background, sign_in
from tests.hub.test_damaged_database import overwrite

from bimmerhub.emulator.app import Emulator
from bimmerhub.hub.app import running
from bimmerhub.hub.config import load_settings


@pytest.mark.usefixtures("emulator")
def test_doctor_before_the_first_sign_in_names_the_next_step(run: Run) -> None:
    result = run("doctor")
    assert result.code == 1
    assert "ok       REST server: answers within" in result.out
    assert "FAILED   account: nobody is signed in here" in result.out
    assert result.out.rstrip().endswith(
        "Next step: Create a CarData client in BMW's portal, then: bimmerhub login --client-id ID"
    )


@pytest.mark.usefixtures("emulator")
def test_doctor_examines_the_network_where_the_data_directory_cannot_be_used(run: Run, data_dir: Path) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "secret.key").write_text("not a key")
    (data_dir / "bimmerhub.sqlite3").write_text("not a database")
    result = run("doctor")
    assert result.code == 1
    assert "FAILED   data directory:" in result.out
    assert "ok       REST server: answers within" in result.out
    assert "skipped  sign-in: the data directory cannot be used" in result.out


def test_doctor_only_says_that_a_database_is_damaged(emulator: Emulator, data_dir: Path, run: Run) -> None:
    sign_in(emulator, data_dir)
    database = data_dir / "bimmerhub.sqlite3"
    overwrite(database, from_page=3)
    before = database.read_bytes()
    result = run("doctor", "--no-calls")
    assert result.code == 1
    assert "FAILED   data directory: the database is damaged" in result.out
    assert "bimmerhub damage check" in result.out.splitlines()[-1]
    assert database.read_bytes() == before
    assert [path.name for path in data_dir.glob("*damaged*")] == []


@pytest.mark.usefixtures("emulator")
def test_doctor_prints_one_json_document(run: Run) -> None:
    examination = run("doctor", "--json", "--no-calls").json
    assert {check["outcome"] for check in examination["items"]} <= {"ok", "warning", "failed", "skipped"}
    assert examination["next_step"]


def test_doctor_without_a_hub_spends_no_call_but_its_own(
    emulator: Emulator, data_dir: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(emulator, data_dir)
    monkeypatch.setenv("BIMMERHUB_REST__REFRESH_H", "6")
    for words, used in (("--no-calls", 0), ("--calls", 2)):
        assert run("doctor", words).code == 0
        assert run("quota", "--json").json["items"][0]["used"] == used


def test_quota_says_what_is_kept_for_a_person_and_what_is_planned(
    emulator: Emulator, data_dir: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(emulator, data_dir)
    assert "0 of 50 calls used, 50 left, 50 of them kept for you" in run("quota").out
    monkeypatch.setenv("BIMMERHUB_REST__RESERVE", "10")
    monkeypatch.setenv("BIMMERHUB_REST__LIMIT", "20")
    environment = {name: value for name, value in os.environ.items() if name.startswith("BIMMERHUB_")}
    overrides: dict[str, object] = {"data_dir": str(data_dir), "hub": {"port": 0}}
    settings = load_settings(config_file=None, environment=environment, overrides=overrides)
    with in_background(lambda: running(settings)):
        result = run("quota")
        [quota] = run("quota", "--json").json["items"]
    assert " of 20 calls used" in result.out
    assert "10 of them kept for you" in result.out
    assert "The hub will make" in result.out
    assert (quota["limit"], quota["reserve"]) == (20, 10)
    assert quota["planned"] == sum(call["calls"] for call in quota["plan"])


@pytest.mark.usefixtures("maybe_hub")
def test_coverage_tells_what_arrives(run: Run, recent_capture: Path) -> None:
    assert run("import", recent_capture).code == 0
    result = run("coverage")
    assert SOC in result.out
    assert "arriving" in result.out
    items = {row["descriptor"]: row for row in run("coverage", "--json").json["items"]}
    assert (items[SOC]["ticked"], items[SOC]["verdict"]) == ("yes", "arriving")
    assert len(items) > 290
