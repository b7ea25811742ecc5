"""The page on old programs names commands that do their job, and how to sign in by an old program's file."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Run, data_dir, in_background, run
from tests.emulated import emulator_settings

import bimmerhub
from bimmerhub.emulator.app import Emulator
from bimmerhub.hub.app import running
from bimmerhub.hub.config import HubConfig
from bimmerhub.ids import Vin
from bimmerhub.web.settings import WebSettings

__all__ = ["data_dir", "run"]
PAGE = (Path(bimmerhub.__file__).parents[2] / "docs" / "how-to" / "old-programs.md").read_text("utf-8")
TABLE = PAGE.split("## Which command of ours does its job\n")[1].split("\n## ")[0]
LINES = re.findall(r"`bimmerhub ([^`]* 0001[^`]*)`", TABLE)
VIN = Vin("WBY00000000E00001")


@pytest.fixture
def signed_in(run: Run, data_dir: Path, tmp_path: Path) -> Iterator[None]:
    """An account that was signed in as the page says, and has been asked."""
    [login] = re.findall(r"^\$ bimmerhub (login .*)$", TABLE, re.MULTILINE)
    [credentials] = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    file = tmp_path / "credentials.json"
    file.write_text(credentials)
    with in_background(lambda: Emulator(emulator_settings(http_port=0, mqtt_port=0, speed=20.0))) as emulator:
        url = emulator.info.base_url
        words = login.replace("http://127.0.0.1:8090", url).replace(file.name, str(file)).split()
        assert run(*words).code == 0
        with in_background(lambda: running(HubConfig(data_dir=data_dir, hub=WebSettings(port=0)))) as hub:
            while not hub.live.state(VIN):  # the test's own limit ends what hangs
                time.sleep(0.02)
            yield


@pytest.mark.usefixtures("signed_in")
def test_each_command_does_something(run: Run) -> None:
    assert len(LINES) == 5
    for line in LINES:
        result = run(*line.split())
        assert (result.code, bool(result.out)) == (0, True), (line, result.err)
        if line.startswith("command"):
            assert result.out.rstrip().endswith("executed")
