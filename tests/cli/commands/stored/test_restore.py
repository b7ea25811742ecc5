"""`bimmerhub backup` and `bimmerhub restore`, as a person calls them."""

import io
import os
import signal
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import VIN, Run, capture_line
from tests.forked_command import ForkedCommand

from bimmerhub.hub.process.directory import find_hub

PASSPHRASE = "correct horse battery"


@pytest.fixture
def passphrase_file(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def backup(run: Run, capture: Path, tmp_path: Path) -> Path:
    """A backup of three readings, the newest 62 %; after it 70 % came."""
    copy = tmp_path / "copy"
    run("import", capture)
    assert run("backup", copy).code == 0
    capture.write_text(capture_line(70, second=30))
    run("import", capture)
    return copy


def soc(run: Run) -> float:
    return float(run("status", VIN, "--json").json["signals"]["soc_percent"]["value"])


def test_a_running_hub_is_stopped_first(run: Run, backup: Path, data_dir: Path) -> None:
    environment = {**os.environ, "BIMMERHUB_HUB__PORT": "0"}
    with ForkedCommand("run", "--data-dir", data_dir, environment=environment) as hub:
        while find_hub(data_dir) is None:
            assert hub.poll() is None
        restored = run("restore", backup, "--force")
        assert restored.code == 0
        assert f"process {hub.pid}) is stopped." in restored.err
        assert "Start the hub: bimmerhub run" in restored.err
        assert hub.wait(10) == 0
    assert "Set again" not in restored.err
    assert soc(run) == 62
    [entry, *_] = run("audit", "--json").json["items"]
    assert (entry["who"], entry["action"], entry["body"]) == (
        "command line",
        "restored",
        {"backup": "copy", "outcome": "done"},
    )


def test_a_folder_is_no_file_for_a_backup(run: Run, capture: Path, tmp_path: Path) -> None:
    run("import", capture)
    refused = run("backup", tmp_path)
    assert (refused.code, f"{tmp_path} is a folder" in refused.err) == (1, True)
    assert f"Name a file in it: {tmp_path}/" in refused.err


def test_a_damaged_backup_stops_no_hub(run: Run, backup: Path, data_dir: Path) -> None:
    content = bytearray(backup.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    backup.write_bytes(content)
    environment = {**os.environ, "BIMMERHUB_HUB__PORT": "0"}
    with ForkedCommand("run", "--data-dir", data_dir, environment=environment) as hub:
        while find_hub(data_dir) is None:
            assert hub.poll() is None
        restored = run("restore", backup, "--force")
        assert restored.code == 1
        assert "damaged" in restored.err
        assert find_hub(data_dir) is not None
        hub.send_signal(signal.SIGTERM)
        hub.wait(10)
    assert soc(run) == 70


@pytest.mark.usefixtures("backup")
def test_an_encrypted_backup_takes_its_passphrase_from_a_file_or_from_standard_input(
    run: Run, tmp_path: Path, passphrase_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, words in {"by-file": ("--passphrase-file", passphrase_file), "by-input": ("--passphrase",)}.items():
        monkeypatch.setattr(sys, "stdin", io.StringIO(PASSPHRASE + "\n"))
        made = run("backup", tmp_path / name, *words)
        assert made.code == 0
        assert "encrypted, checked" in made.out
        monkeypatch.setattr(sys, "stdin", io.StringIO(PASSPHRASE + "\n"))
        assert run("restore", tmp_path / name, "--force").code == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO("something else\n"))
    wrong = run("restore", tmp_path / "by-file", "--force")
    assert wrong.code == 1
    assert "the passphrase does not open" in " ".join(wrong.err.split())
    passphrase_file.chmod(0o640)
    assert "chmod 600" in run("backup", tmp_path / "more", "--passphrase-file", passphrase_file).err
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert "too short" in run("backup", tmp_path / "more", "--passphrase").err
    assert not (tmp_path / "more").exists()


def test_it_says_what_has_to_be_set_again(
    run: Run, capture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", capture)
    run("tokens", "create", "grafana", "--scope", "read")
    run("backup", tmp_path / "copy")
    restored = run("restore", tmp_path / "copy", "--force")
    assert "Set the password and the API tokens again: bimmerhub password set" in " ".join(restored.err.split())
    assert run("tokens", "list", "--json").json["items"] == []
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse\n"))
    run("tokens", "create", "home", "--scope", "read")
    restored = run("restore", tmp_path / "copy", "--force", "--with-access")
    assert "The password and the API tokens of this directory go on." in " ".join(restored.err.split())
    assert [token["name"] for token in run("tokens", "list", "--json").json["items"]] == ["home"]


def test_a_restore_that_was_broken_off_is_finished_by_whoever_comes_next(
    run: Run, backup: Path, data_dir: Path, tmp_path: Path
) -> None:
    (data_dir / "bimmerhub.sqlite3.restoring").write_bytes(b"half")
    restored = run("restore", backup, "--force")
    assert "An earlier restore was broken off; it has been cleared away." in " ".join(restored.err.split())
    (data_dir / "bimmerhub.sqlite3.restoring").write_bytes(b"half")
    run("import", tmp_path / "capture.ndjson")
    assert not (data_dir / "bimmerhub.sqlite3.restoring").exists()
    assert soc(run) == 70


def test_a_full_disk_leaves_no_half_backup_and_the_old_history(
    run: Run, backup: Path, data_dir: Path, tmp_path: Path
) -> None:
    room = backup.stat().st_size // 2
    for words in (("backup", tmp_path / "more"), ("restore", backup, "--force")):
        with ForkedCommand(*words, "--data-dir", data_dir, file_bytes=room) as command:
            _, err = command.communicate()
        assert (command.returncode, "free space" in " ".join(err.split()).lower()) == (1, True), err
    assert not any(path.name.startswith("more") for path in tmp_path.iterdir())
    assert not any("restor" in path.name or "replaced" in path.name for path in data_dir.iterdir())
    assert soc(run) == 70


def test_a_database_whose_folder_is_missing_is_refused_in_words(
    run: Run, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIMMERHUB_STORE__PATH", str(tmp_path / "unmounted" / "hub.sqlite3"))
    restored = run("restore", backup, "--force")
    assert restored.code == 1
    words = " ".join(restored.err.split())
    assert "there is no folder" in words
    assert "store.path" in words
    assert not (tmp_path / "unmounted").exists()
