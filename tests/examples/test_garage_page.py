"""The lines on the page of North America's sites run against the emulator, and show what stands beneath them."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.examples.test_snippets import PROJECT

from bimmerhub.emulator.host.info import EmulatorInfo

PAGE = (PROJECT / "docs" / "how-to" / "garage-and-stock.md").read_text("utf-8")
EVERY = re.findall(r"^\$ (bimmerhub .+)\n((?:(?!\$|```).*\n)*)", PAGE, re.MULTILINE)
SIGNED = ("login", "garage login", "garage status", "garage offers")
SHOWN = [(line, expected) for line, expected in EVERY if not line.removeprefix("bimmerhub ").startswith(SIGNED)]
"""Those that need no sign-in; the others are tried in tests/cli, where somebody signs in."""


@pytest.mark.parametrize(("line", "expected"), SHOWN, ids=[line for line, _ in SHOWN])
def test_a_line_shows_what_the_page_says(line: str, expected: str, emulator: EmulatorInfo, tmp_path: Path) -> None:
    pointed = {
        "BIMMERHUB_BMW__API_URL": emulator.base_url,
        "BIMMERHUB_BMW__AUTH_URL": emulator.base_url,
        "BIMMERHUB_BMW__STREAM_HOST": emulator.mqtt_host,
        "BIMMERHUB_DATA_DIR": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    command = [sys.executable, "-m", "bimmerhub", *shlex.split(line)[1:]]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | pointed, timeout=60)
    assert ended.returncode == 0, ended.stderr
    lines = [text.rstrip() for text in ended.stdout.splitlines()]
    for text in expected.splitlines():
        beginning = text.partition("…")[0]
        assert any(shown.startswith(beginning) for shown in lines), (text, lines)


def test_every_command_is_on_the_page() -> None:
    named = {" ".join(line.split()[1:3]) for line, _ in SHOWN}
    assert named >= {"garage recalls", "garage warranty", "garage dealers", "inventory search", "inventory show"}
