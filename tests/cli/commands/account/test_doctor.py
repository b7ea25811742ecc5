"""`doctor`, `coverage` and `quota` as a person and a script see them."""

from pathlib import Path

import pytest
from tests.cli.commands.account.test_login import login
from tests.cli.conftest import SOC, Run

from bimmerhub.emulator.app import Emulator


@pytest.mark.usefixtures("emulator")
def test_doctor_before_the_first_sign_in_names_the_next_step(run: Run) -> None:
    result = run("doctor")
    assert result.code == 1
    assert "ok       REST server: answers within" in result.out
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


@pytest.mark.usefixtures("emulator")
def test_doctor_prints_one_json_document(run: Run) -> None:
    examination = run("doctor", "--json", "--no-calls").json
    assert {check["outcome"] for check in examination["items"]} <= {"ok", "warning", "failed", "skipped"}
    assert examination["next_step"]


def test_doctor_without_a_hub_spends_no_call_but_its_own(
    emulator: Emulator, data_dir: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert login(emulator, data_dir)[0] == 0
    monkeypatch.setenv("BIMMERHUB_REST__REFRESH_H", "6")
    for words, used in (("--no-calls", 0), ("--calls", 2)):
        assert run("doctor", words).code == 0
        assert run("quota", "--json").json["items"][0]["used"] == used


@pytest.mark.usefixtures("maybe_hub")
def test_coverage_tells_what_arrives(run: Run, recent_capture: Path) -> None:
    assert run("import", recent_capture).code == 0
    result = run("coverage")
    assert SOC in result.out
    assert "arriving" in result.out
    items = {row["descriptor"]: row for row in run("coverage", "--json").json["items"]}
    assert (items[SOC]["ticked"], items[SOC]["verdict"]) == ("yes", "arriving")
    assert len(items) > 290
