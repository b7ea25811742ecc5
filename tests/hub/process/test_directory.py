"""One owner of a data directory, and the note of a running hub."""

import json
import os
import stat
from pathlib import Path

import pytest

from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.hub.process.directory import announce, find_hub, own

ADDRESS = "http://127.0.0.1:1"
NO_SUCH_PID = 2**22 + 1


def leave_note(data_dir: Path, **note: object) -> None:
    (data_dir / "hub.json").write_text(json.dumps(note), "utf-8")


def test_a_second_owner_is_told_who_the_first_is(tmp_path: Path) -> None:
    with own(tmp_path), announce(tmp_path, address=ADDRESS):
        with pytest.raises(ConfigError) as caught, own(tmp_path):
            pass
        assert str(os.getpid()) in str(caught.value)
        assert ADDRESS in str(caught.value)
        assert "Stop it" in str(caught.value.hint)


def test_a_command_that_works_for_a_while_is_waited_for_not_stopped(tmp_path: Path) -> None:
    with own(tmp_path), announce(tmp_path, address=ADDRESS, goes_live=False):
        told = rf"another bimmerhub command \(process {os.getpid()}\)"
        with pytest.raises(ConfigError, match=told) as caught, own(tmp_path):
            pass
        assert "Try again when that has ended" in str(caught.value.hint)


def test_a_command_without_a_note_holds_the_directory_too(tmp_path: Path) -> None:
    with own(tmp_path), pytest.raises(ConfigError, match="another bimmerhub command"), own(tmp_path):
        pass


def test_two_directories_cannot_share_a_database(tmp_path: Path) -> None:
    database = tmp_path / "shared.sqlite3"
    with own(tmp_path / "one", database=database):
        same = tmp_path / "two" / ".." / "shared.sqlite3"
        with pytest.raises(ConfigError, match="with another data"), own(tmp_path / "two", database=same):
            pass
        with own(tmp_path / "two", database=tmp_path / "two" / "own.sqlite3"):
            pass
    with own(tmp_path / "two", database=database):
        pass


def test_the_note_is_private_and_goes_with_the_hub(tmp_path: Path) -> None:
    with own(tmp_path), announce(tmp_path, address=ADDRESS) as hub:
        assert stat.S_IMODE((tmp_path / "hub.json").stat().st_mode) == 0o600
        assert find_hub(tmp_path) == hub
        assert hub.token not in repr(hub)
    assert find_hub(tmp_path) is None


@pytest.mark.parametrize("pid", [NO_SUCH_PID, 0, -1, 2**80, "x"])
def test_the_note_of_a_dead_hub_counts_as_none(tmp_path: Path, pid: object) -> None:
    leave_note(tmp_path, pid=pid, address=ADDRESS, token="t")
    assert find_hub(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", "nonsense"])
def test_a_broken_note_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "hub.json").write_text(text, "utf-8")
    assert find_hub(tmp_path) is None


def test_an_owner_clears_away_the_note_of_a_killed_hub(tmp_path: Path) -> None:
    leave_note(tmp_path, pid=os.getpid(), address=ADDRESS, token="t")
    with own(tmp_path):
        assert find_hub(tmp_path) is None


def test_an_owner_clears_away_what_a_crash_left_half_written(tmp_path: Path) -> None:
    for name in ("secret.key.new", "sign-in-1.spare.new", "moved.json.new", "config.toml.new", "provider.key.new"):
        (tmp_path / name).write_bytes(b"half")
    with own(tmp_path):
        left = {path.name for path in tmp_path.glob("*.new")}
    assert left == {"config.toml.new", "provider.key.new"}  # another's


def test_a_directory_that_cannot_be_made_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="data directory"), own(tmp_path / "file" / "below"):
        pass


def test_the_directory_is_private(tmp_path: Path) -> None:
    with own(tmp_path / "new"):
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only the administrator gives a file away")
def test_another_users_note_is_of_no_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with own(tmp_path), announce(tmp_path, address="http://127.0.0.1:1") as hub:
        assert find_hub(tmp_path) == hub
        os.chown(tmp_path / "hub.json", 65_534, 65_534)
        assert find_hub(tmp_path) == hub
        monkeypatch.setattr(os, "geteuid", lambda: 4_321)
        assert find_hub(tmp_path) is None
