"""The page on backups: its settings load, and its commands do what it says, one after the other."""

import os
import re
import shlex
from pathlib import Path

from tests.cli.conftest import capture_line
from tests.forked_command import ForkedCommand

from bimmerhub.hub.config import load_settings

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "backups.md").read_text("utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_settings_on_the_page_load(tmp_path: Path) -> None:
    first, directory, commands = blocks("toml")
    for more in ("", directory, commands):
        path = tmp_path / "config.toml"
        path.write_text(first + more)
        backup = load_settings(config_file=path, environment={}).backup
        assert backup.directory == Path("/mnt/nas/bimmerhub")
        assert (backup.put_command is not None) == (more == commands)


def test_the_commands_in_the_table_can_be_settings(tmp_path: Path) -> None:
    rows = re.findall(r"^\| .*? \| `(.*?)` \| `(.*?)` \|$", PAGE, re.MULTILINE)
    assert len(rows) == 2
    for put, get in rows:
        path = tmp_path / "config.toml"
        path.write_text(f'{blocks("toml")[0]}put_command = "{put}"\nget_command = "{get}"\n')
        assert load_settings(config_file=path, environment={}).backup.words("get_command")


def test_the_commands_on_the_page_work(tmp_path: Path) -> None:
    (tmp_path / ".backup-passphrase").write_text("correct horse battery\n")
    (tmp_path / ".backup-passphrase").chmod(0o600)
    (tmp_path / "capture.ndjson").write_text(capture_line(62))
    (tmp_path / "usb").mkdir()
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_RUNTIME_DIR": str(tmp_path / "runtime"),
        "BIMMERHUB_BACKUP__DIRECTORY": str(tmp_path / "nas"),
    }
    lines = [line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]
    assert len(lines) == 5
    places = {"/mnt/usb": str(tmp_path / "usb"), "~": str(tmp_path), "capture.ndjson": str(tmp_path / "capture.ndjson")}
    for line in ["bimmerhub import capture.ndjson", *lines]:
        here = line
        for place, path in places.items():
            here = here.replace(place, path)
        words = shlex.split(here)[1:]
        if words[0] == "restore":
            words += ["--force", "--passphrase-file", str(tmp_path / ".backup-passphrase")]
        with ForkedCommand(*words, environment=environment) as command:
            out, err = command.communicate()
        assert command.returncode == 0, (line, out, err)
