"""Time tables of faults as files, and faults as options of the command."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.fault_table import FAULTS
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.faults.timetable import load_fault_table, parse_fault_option
from bimmerhub.emulator.settings import EmulatorSettings
from bimmerhub.errors import ConfigError

NOON_MS = 1_785_153_600_000
HOUR_MS = 3_600_000

TOML = """
[[fault]]
name = "late"
value = 0.5
from = "+2h"
until = "+1d30m"

[[fault]]
name = "lost"
times = 3
from = 2026-07-27T13:00:00+01:00
"""
NDJSON = """
{"name": "late", "value": 0.5, "from": "+2h", "until": "+1d30m"}

{"name": "lost", "times": 3, "from": "2026-07-27T12:00:00Z"}
"""
SWITCHES = (
    FaultSwitch(name="late", value=0.5, from_ms=NOON_MS + 2 * HOUR_MS, until_ms=NOON_MS + 24 * HOUR_MS + HOUR_MS // 2),
    FaultSwitch(name="lost", times=3, from_ms=NOON_MS),
)


@pytest.mark.parametrize("text", [TOML, NDJSON])
def test_table_is_read(text: str, tmp_path: Path) -> None:
    path = tmp_path / "table"
    path.write_text(text)
    assert load_fault_table(path, start_ms=NOON_MS, table=FAULTS) == SWITCHES


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[fault]]\nname = "layt"', "the nearest is late"),
        ('[[fault]]\nname = "late"\nfrom = "soon"', "'soon' is neither a time"),
        ('[[fault]]\nname = "late"\nfrom = 2026-07-27T12:00:00', "no zone"),
        ('[[fault]]\nname = "late"\nwhen = 5', "when"),
        ('[[faults]]\nname = "late"', "nothing else"),
        ("{", "neither a TOML nor an NDJSON"),
        ("[", "neither a TOML nor an NDJSON"),
    ],
)
def test_wrong_table_is_refused_in_words(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "table"
    path.write_text(text)
    with pytest.raises(ConfigError, match=words):
        load_fault_table(path, start_ms=NOON_MS, table=FAULTS)


def test_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        load_fault_table(tmp_path / "none", start_ms=NOON_MS, table=FAULTS)


async def test_emulator_follows_its_table(make_settings: Callable[..., EmulatorSettings], tmp_path: Path) -> None:
    path = tmp_path / "table.toml"
    path.write_text(TOML)
    async with Emulator(make_settings(fault_table=path)) as emulator:
        assert emulator.faults.switches() == SWITCHES


def test_option_is_a_name_and_perhaps_a_value() -> None:
    assert parse_fault_option("late", FAULTS) == FaultSwitch(name="late")
    assert parse_fault_option("late=0.5", FAULTS) == FaultSwitch(name="late", value=0.5)


@pytest.mark.parametrize(
    ("text", "words"),
    [("layt", "nearest is late"), ("late=much", "'much' is no value"), ("late=", "'' is no value"), ("", "no fault")],
)
def test_wrong_option_is_refused(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse_fault_option(text, FAULTS)
