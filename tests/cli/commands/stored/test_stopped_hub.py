"""A move or a restore that fails says that the hub does not run any more, and how it was started."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.forked_command import ForkedCommand

from bimmerhub.errors import StoreError
from bimmerhub.hub.process.directory import find_hub
from bimmerhub.hub.process.started_by import ANYHOW, service_of, spell_start
from bimmerhub.hub.safekeeping import history_files, move_room, moving

AGAIN = "This directory is as it was, but its hub does not run any more. Start it again: "


@contextmanager
def running_hub(data_dir: Path) -> Iterator[ForkedCommand]:
    environment = {**os.environ, "BIMMERHUB_HUB__PORT": "0"}
    with ForkedCommand("run", "--data-dir", data_dir, environment=environment) as hub:
        while find_hub(data_dir) is None:
            assert hub.poll() is None
        yield hub


@pytest.fixture(autouse=True)
def _history(run: Run, capture: Path) -> None:
    run("import", capture)


@pytest.fixture
def passphrase_file(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text("correct horse battery\n")
    path.chmod(0o600)
    return path


def refuse(*_: object, **__: object) -> None:
    raise StoreError("the disk broke")


def test_a_move_that_fails_says_how_to_start_the_hub_again(
    run: Run, tmp_path: Path, data_dir: Path, passphrase_file: Path
) -> None:
    with running_hub(data_dir) as hub:
        with pytest.MonkeyPatch.context() as broken:
            broken.setattr(moving, "seal_file", refuse)
            failed = run("move", "--to", tmp_path / "file", "--passphrase-file", passphrase_file)
        assert (failed.code, "the disk broke" in failed.err, hub.wait(10)) == (1, True, 0)
        assert AGAIN in " ".join(failed.err.split())
    assert not (tmp_path / "file").exists()
    with running_hub(data_dir):
        pass


def test_what_can_be_known_before_stops_no_hub(run: Run, tmp_path: Path, data_dir: Path, passphrase_file: Path) -> None:
    passphrase = ("--passphrase-file", passphrase_file)
    with running_hub(data_dir) as hub:
        refused = run("move", "--to", tmp_path / "nowhere" / "file", *passphrase)
        assert (refused.code, "cannot write in" in refused.err) == (1, True)
        with pytest.MonkeyPatch.context() as full:
            full.setattr(move_room, "_SPARED_BYTES", 10**18)
            refused = run("move", "--to", tmp_path / "file", *passphrase)
            assert (refused.code, "has too little space" in refused.err) == (1, True)
        passphrase_file.write_text("short")
        refused = run("move", "--to", tmp_path / "file", *passphrase)
        assert (refused.code, "too short" in refused.err) == (1, True)
        assert hub.poll() is None
        assert find_hub(data_dir) is not None
        hub.send_signal(signal.SIGTERM)
        hub.wait(10)


def test_a_restore_that_fails_says_it_too(run: Run, tmp_path: Path, data_dir: Path) -> None:
    run("backup", tmp_path / "copy")
    with running_hub(data_dir), pytest.MonkeyPatch.context() as broken:
        broken.setattr(history_files, "put_in_place", refuse)
        failed = run("restore", tmp_path / "copy", "--force")
        assert (failed.code, AGAIN in " ".join(failed.err.split())) == (1, True)


def test_how_a_process_was_started_is_told_where_the_system_tells_it() -> None:
    line = [sys.executable, "-c", "import sys; sys.stdin.read()", "a word"]
    with subprocess.Popen(line, stdin=subprocess.PIPE) as process:
        words = spell_start(process.pid)
        process.communicate()
    assert words == ANYHOW or words.endswith(f"in {Path.cwd()}: {shlex.join(line)}")
    assert spell_start(2**22 + 1) == ANYHOW


@pytest.mark.parametrize(
    ("group", "command"),
    [
        ("0::/system.slice/bimmerhub.service", "systemctl start bimmerhub.service"),
        (
            "0::/user.slice/user-1000.slice/user@1000.service/app.slice/hub.service",
            "systemctl --user start hub.service",
        ),
        ("0::/user.slice/user-1000.slice/user@1000.service/session-2.scope", None),
        ("0::/user.slice/user-1000.slice/user@1000.service", None),
        ("0::/", None),
    ],
)
def test_a_service_is_known_by_its_control_group(group: str, command: str | None) -> None:
    assert service_of(group) == command
