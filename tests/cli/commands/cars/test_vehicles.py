"""`vehicles`: the list, one car's record, and putting a sold one away."""

from pathlib import Path

import pytest
from tests.cli.conftest import VIN, Run, sign_in

from bimmerhub.emulator.app import Emulator


@pytest.mark.usefixtures("maybe_hub")
def test_a_word_that_is_no_command_is_a_vehicle(run: Run, capture: Path) -> None:
    run("import", capture)
    [listed] = run("vehicles", "--json").json["items"]
    assert run("vehicles", "list", "--json").json["items"] == [listed]
    for word in (VIN, VIN[-4:], listed["key"], listed["key"].upper()):
        assert run("vehicles", word, "--json").json == listed
    assert run("vehicles", "show", VIN).out.splitlines()[0] == VIN
    assert "No account is known to see it" in run("vehicles", VIN).err
    unknown = run("vehicles", "nothing")
    assert (unknown.code, "no vehicle's VIN ends with 'nothing'" in unknown.err) == (2, True)


@pytest.mark.usefixtures("maybe_hub")
def test_a_sold_vehicle_is_put_away_and_taken_back(run: Run, capture: Path) -> None:
    run("import", capture)
    archived = run("vehicles", "archive", VIN[-4:], "--sold-on", "2026-07-01", "--json").json
    assert (archived["sold_on"], archived["archived_at"] is not None) == ("2026-07-01", True)
    notice = "archived: what it tells after 2026-07-01 is not stored, and nothing is asked of it"
    assert notice in run("status").out
    assert notice in run("coverage").out
    assert notice in run("vehicles").err
    back = run("vehicles", "archive", VIN, "--undo", "--json").json
    assert (back["sold_on"], back["archived_at"], back["notice"]) == (None, None, None)


def test_what_an_import_brings_of_the_next_owner_is_refused(run: Run, capture: Path) -> None:
    run("import", capture)
    run("vehicles", "archive", VIN, "--sold-on", "2026-07-26")
    capture.write_text(capture.read_text().replace("T12:00:0", "T13:00:0"))
    imported = run("import", capture, "--json").json
    assert (imported["new"], imported["refused"]) == (0, 3)
    assert "sold" in imported["refused_lines"][0]["reason"]


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("yesterday", "is no day"),
        ("20260131", "is no day"),
        ("2026-W05-6", "is no day"),
        ("2999-01-01", "is yet to come"),
    ],
)
def test_a_day_of_sale_that_cannot_be_is_refused(run: Run, capture: Path, day: str, why: str) -> None:
    run("import", capture)
    refused = run("vehicles", "archive", VIN, "--sold-on", day)
    assert (refused.code, why in refused.err) == (2, True)


@pytest.mark.usefixtures("maybe_hub")
def test_what_is_stored_of_days_after_the_sale_is_told(run: Run, capture: Path) -> None:
    run("import", capture)
    assert "later days" not in run("vehicles", "archive", VIN, "--sold-on", "2026-07-28").err
    assert (
        "What was stored of later days, until 2026-07-2"
        in run("vehicles", "archive", VIN, "--sold-on", "2026-07-01").err
    )
    assert run("status", "--json").json["signals"]["soc_percent"]["value"] == 62


def test_backups_that_nobody_can_look_into_are_named_too(
    run: Run, capture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", capture)
    passphrase, sealed = tmp_path / "passphrase", tmp_path / "copy.bhbk"
    passphrase.write_text("correct horse battery")
    passphrase.chmod(0o600)
    run("backup", sealed, "--passphrase-file", passphrase)
    monkeypatch.setenv("BIMMERHUB_BACKUP__DIRECTORY", str(tmp_path / "backups"))
    assert run("backups", "make").code == 0
    [scheduled] = (tmp_path / "backups").iterdir()
    erased = run("vehicles", "erase", VIN, "--yes", VIN[-7:], "--json").json
    assert erased["backups"] == [str(sealed), f"{scheduled.parent}: {scheduled.name}"]


@pytest.mark.usefixtures("maybe_hub")
def test_a_vehicle_is_erased_once_the_end_of_its_vin_is_given(run: Run, capture: Path, tmp_path: Path) -> None:
    run("import", capture)
    run("backup", tmp_path / "copy.db")
    unasked, wrong = run("vehicles", "erase", VIN), run("vehicles", "erase", VIN, "--yes", "0000002")
    assert (unasked.code, wrong.code) == (2, 2)
    assert "nothing was erased" in wrong.err
    assert [vehicle["vin"] for vehicle in run("vehicles", "--json").json["items"]] == [VIN]
    erased = run("vehicles", "erase", VIN, "--yes", VIN[-7:], "--json").json
    assert (erased["readings"], erased["is_space_back"], erased["seen_by"]) == (3, True, [])
    assert erased["backups"] == [str(tmp_path / "copy.db")]
    assert run("vehicles", "--json").json["items"] == []
    run("import", capture)
    assert run("status", "--json").json["signals"]["soc_percent"]["value"] == 62


def test_who_has_signed_in_is_told_how_the_vehicles_become_known(emulator: Emulator, data_dir: Path, run: Run) -> None:
    sign_in(emulator, data_dir)
    for listed in (run("vehicles"), run("status")):
        assert "bimmerhub fetch mappings" in listed.err
        assert "login" not in listed.err
