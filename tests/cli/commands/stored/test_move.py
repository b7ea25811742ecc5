"""`bimmerhub move` and back, as a person calls it."""

import io
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import VIN, Run

from bimmerhub.hub.config import default_config_file

CLIENT_ID = "11111111-bbbb-cccc-dddd-eeeeeeeeeeee"


@pytest.fixture
def passphrase_file(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text("correct horse battery\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def moved(run: Run, capture: Path, tmp_path: Path, passphrase_file: Path) -> Path:
    file = tmp_path / "bimmerhub.move"
    run("import", capture)
    done = run("move", "--to", file, "--passphrase-file", passphrase_file)
    assert (done.code, "signed in: none" in done.out) == (0, True)
    return file


def test_a_moved_directory_can_be_read_and_does_nothing_else(run: Run, moved: Path, passphrase_file: Path) -> None:
    assert run("status", VIN, "--json").code == 0
    for line in (("run", "--port", "0"), ("login", "--client-id", CLIENT_ID), ("move", "--to", "another")):
        refused = run(*line)
        assert (refused.code, "was moved into" in refused.err) == (1, True)
    restored = run("restore", moved, "--force", "--passphrase-file", passphrase_file)
    assert (restored.code, "made from this very directory" in restored.err) == (1, True)
    assert "moved away" in [entry["action"] for entry in run("audit", "--json").json["items"]]


def test_taking_it_back_asks_first(run: Run, moved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    refused = run("move", "--undo")
    assert (refused.code, "nothing was changed" in refused.err) == (1, True)
    assert "has renewed the sign-ins" in refused.err
    monkeypatch.setattr(sys, "stdin", io.StringIO("undo\n"))
    undone = run("move", "--undo")
    assert (undone.code, f"Delete {moved}" in undone.err) == (0, True)
    assert run("move", "--undo", "--yes").code == 1, "there is nothing to take back"


def test_a_line_that_says_neither_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    assert run("move").code == 2
    assert run("move", "--to", tmp_path / "file", "--undo").code == 2
    nothing = run("move", "--to", tmp_path / "file")
    assert (nothing.code, "nothing to move" in nothing.err) == (1, True)


@pytest.mark.parametrize("is_trusted", [False, True])
def test_settings_of_a_move_file_that_run_a_program_are_shown_and_need_agreement(
    run: Run, capture: Path, data_dir: Path, passphrase_file: Path, *, is_trusted: bool
) -> None:
    config, file = default_config_file(), passphrase_file.with_name("file")
    commands = 'put_command = "curl -T {file} far/{name}"\nget_command = "curl far/{name} -o {file}"\n'
    config.parent.mkdir(parents=True)
    config.write_text(f'[hub]\nport = 8099\n[backup]\ndirectory = "b"\n{commands}')
    run("import", capture)
    assert run("move", "--to", file, "--passphrase-file", passphrase_file).code == 0
    config.unlink()
    data_dir.rename(data_dir.with_name("the other machine's"))
    wishes = ["--trust-settings"] if is_trusted else []
    restored = run("restore", file, "--passphrase-file", passphrase_file, *wishes)
    assert (restored.code, 'put_command = "curl -T' in restored.err) == (0, True), restored.err
    assert ("put_command" in config.read_text()) == is_trusted
    assert ("Left out of the settings: [backup]." in restored.err) != is_trusted
    assert "--trust-settings" in restored.err, "without a terminal too one hears how to take them over"
    assert "Only one place may use this from now on" in restored.err
    assert "port" in config.read_text()


def test_a_backup_makes_a_moved_directory_usable_again_but_not_a_providers(
    run: Run, moved: Path, data_dir: Path
) -> None:
    backup = moved.with_name("backup")
    assert run("backup", backup).code == 0
    owner = data_dir / "provider" / "abc.owner.json"
    owner.parent.mkdir()
    owner.touch()
    refused = run("restore", backup, "--force")
    assert (refused.code, "sign-ins of a provider's owners" in refused.err) == (1, True)
    assert "was moved into" in run("login", "--client-id", CLIENT_ID).err
    owner.unlink()
    restored = run("restore", backup, "--force")
    assert (restored.code, "it is in use again" in restored.err) == (0, True), restored.err
    assert "was moved into" not in run("move", "--undo", "--yes").err
