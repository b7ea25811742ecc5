"""Every command of the page "CarData by command" runs, in its order, against an emulated BMW."""

import re
import shlex
from pathlib import Path

import pytest
from tests.cli.conftest import Run, sign_in

from bimmerhub.cli.commands import COMMANDS
from bimmerhub.emulator.app import Emulator

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cardata-by-command.md"


def lines() -> list[list[str]]:
    """Return the words of each command of the table, without the program's name."""
    cells = re.findall(r"^\|.*\| `bimmerhub ([^`]+)` \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return [shlex.split(cell) for cell in cells]


def test_the_page_names_the_two_actions_of_home_automation_and_no_row_is_without_a_command() -> None:
    text = PAGE.read_text("utf-8")
    rows = [row for row in text.splitlines() if row.startswith("| ") and not row.startswith("| BMW's guide")]
    assert len(rows) == len(lines()) > 25
    assert "`fetch_vehicle_mappings`" in text
    assert "`fetch_basic_data`" in text
    assert {words[0] for words in lines()} <= COMMANDS.keys()


@pytest.mark.timeout(180)
def test_each_command_runs(emulator: Emulator, data_dir: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(data_dir.parent)
    container = ""
    for words in lines():
        if words[0] == "login":
            sign_in(emulator, data_dir)
            continue
        known = {"VIN": emulator.info.vehicles[0].vin[-7:], "ID": container}
        result = run(*(known.get(word, word) for word in words))
        assert result.code == 0, (words, result.err)
        assert result.out or result.err, words
        if words[:2] == ["containers", "create"]:
            [container] = re.findall(r"\b[A-Z0-9]{13}\b", result.out)
