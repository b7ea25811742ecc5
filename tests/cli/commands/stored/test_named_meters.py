"""Meters by any name that a person may give one: what they counted goes through a backup and a move, and comes back."""

from pathlib import Path

import pytest
from tests.cli.conftest import Run

NAMES = ["box", "Wall box", "Wärme", "車庫", "50 % (PV), \"old\" 'new'"]


@pytest.fixture
def counted(run: Run, capture: Path) -> None:
    run("import", capture)
    run("places", "add", "Zu Hause", "--at", "48.177,11.559")
    for number, name in enumerate(NAMES):
        assert run("meters", "add", "--place", " Zu Hause ", f" {name} ").code == 0
        assert "1 new" in run("meters", "read", "--at", "2026-03-02T10:00:00Z", f"{name} ", number).err


def meters(run: Run) -> dict[str, float]:
    return {meter["name"]: meter["last_kwh"] for meter in run("meters", "--json").json["items"]}


@pytest.mark.usefixtures("counted")
def test_a_backup_with_named_meters_is_restored(run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert run("backup", copy).code == 0
    for name in NAMES:
        assert run("meters", "remove", f" {name}").code == 0
    restored = run("restore", copy, "--force")
    assert restored.code == 0, restored.err
    assert meters(run) == {name: number for number, name in enumerate(NAMES)}


@pytest.mark.usefixtures("counted")
def test_a_move_with_named_meters_arrives(run: Run, tmp_path: Path, data_dir: Path) -> None:
    file, passphrase_file = tmp_path / "file", tmp_path / "passphrase"
    passphrase_file.write_text("correct horse battery\n")
    passphrase_file.chmod(0o600)
    moved = run("move", "--to", file, "--passphrase-file", passphrase_file)
    assert moved.code == 0, moved.err
    data_dir.rename(data_dir.with_name("the other machine's"))
    restored = run("restore", file, "--passphrase-file", passphrase_file)
    assert restored.code == 0, restored.err
    assert meters(run) == {name: number for number, name in enumerate(NAMES)}


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("name", ["a\u202eb", "a\x9bb", "a\u200bb", "  ", "x" * 61, "a/b"])
def test_a_name_that_hides_something_is_refused(run: Run, name: str) -> None:
    for line in (("places", "add", name, "--at", "48,11"), ("meters", "add", name, "--place", "Zu Hause")):
        assert run(*line).code != 0
    assert len(meters(run)) == len(NAMES)
