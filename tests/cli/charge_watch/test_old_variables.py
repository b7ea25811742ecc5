"""The variables of the old charge logger, from its `.env` file and the environment."""

import os
from pathlib import Path

import pytest

from bimmerhub.cli.charge_watch.glimpse import Glimpse, show_bar, show_glimpse
from bimmerhub.cli.charge_watch.old_variables import read_old_variables, unread_file
from bimmerhub.cli.charge_watch.start import parse_every
from bimmerhub.cli.context import WrongUsage
from bimmerhub.domain.charge_log import ChargeInstant
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Vin

FILE = """\
# the old logger's
export USERNAME = anna@example.com
PASSWORD="pass # word"
AUTH_CLIENT_ID=client # the page's
LOG_INTERVAL=
no assignment here
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".env").write_text(FILE)
    return tmp_path


def test_file_wins_for_name_and_password_only(folder: Path) -> None:
    environment = {"USERNAME": "system", "PASSWORD": "other", "LOG_INTERVAL": "5000", "AUTH_CLIENT_ID": "mine"}
    old = read_old_variables(environment, folder)
    assert old is not None
    assert (old.variables["USERNAME"], old.variables["PASSWORD"]) == ("anna@example.com", "pass # word")
    assert (old.variables["AUTH_CLIENT_ID"], old.interval_s, old.vins) == ("mine", 5, ())
    assert "pass" not in repr(old)


def test_file_without_a_client_id_is_not_read(folder: Path) -> None:
    (folder / ".env").write_text("USERNAME=anna\nPASSWORD=word\n")
    assert read_old_variables({"USERNAME": "system"}, folder) is None
    old = read_old_variables({"USERNAME": "system", "PASSWORD": "own", "AUTH_CLIENT_ID": "mine"}, folder)
    assert old is not None
    assert old.variables["USERNAME"] == "system"


def test_day_is_the_longest_interval(folder: Path) -> None:
    old = read_old_variables({"LOG_INTERVAL": "86400000"}, folder)
    assert old is not None
    assert old.interval_s == 86_400


def test_file_of_the_old_program_that_does_not_count_is_told(folder: Path) -> None:
    assert unread_file(folder) is None
    (folder / ".env").write_text("USERNAME=anna\nPASSWORD=word\nAUTH_CLIENT_ID=\nLOG_INTERVAL=60000\n")
    words = unread_file(folder)
    assert (
        words
        == f"{folder / '.env'} names USERNAME, PASSWORD, LOG_INTERVAL, but no AUTH_CLIENT_ID: nothing in it counts."
    )


@pytest.mark.parametrize("text", [b"", b"USERNAME=anna", b"PASSWORD=word\nOTHER=1", b"\xff"])
def test_file_of_another_program_is_not_spoken_of(folder: Path, text: bytes) -> None:
    (folder / ".env").write_bytes(text)
    assert unread_file(folder) is None


def test_what_is_missing_is_as_documented(folder: Path) -> None:
    old = read_old_variables({}, folder)
    assert old is not None
    assert old.interval_s == 60
    assert old.variables["AUTH_BASE_URL"] == "https://customer.bmwgroup.com/gcdm/oauth/authenticate"
    assert old.variables["CONNECTED_DRIVE_BASE_URL"] == "https://www.bmw-connecteddrive.com/api/"


def test_misspelt_address_counts_where_the_right_one_is_missing(folder: Path) -> None:
    misspelt = {"CONNECTED_DRIVEBASE_URI": "http://old/api/"}
    for environment in (misspelt, misspelt | {"CONNECTED_DRIVE_BASE_URL": "http://right/api/"}):
        old = read_old_variables(environment, folder)
        assert old is not None
        assert old.variables["CONNECTED_DRIVE_BASE_URL"] == [*environment.values()][-1]


def test_several_cars_may_be_named(folder: Path) -> None:
    old = read_old_variables({"VEHICLE_IDENTIFICATION_NUMBER": "wby00000000e00001, E00002"}, folder)
    assert old is not None
    assert old.vins == ("WBY00000000E00001", "E00002")


@pytest.mark.parametrize("interval", ["soon", "999", "-5", "1e5", "0", "60 s", "86400001", "1" * 12, "9" * 5_000])
def test_interval_that_is_none_is_refused(folder: Path, interval: str) -> None:
    with pytest.raises(ConfigError, match="LOG_INTERVAL"):
        read_old_variables({"LOG_INTERVAL": interval}, folder)


@pytest.mark.parametrize("name", ["USERNAME", "PASSWORD", "AUTH_CLIENT_ID", "AUTH_BASE_URL"])
def test_variable_that_is_not_utf_8_is_refused(tmp_path: Path, name: str) -> None:
    environment = {"USERNAME": "anna", "PASSWORD": "word", "AUTH_CLIENT_ID": "mine", name: os.fsdecode(b"caf\xe9")}
    with pytest.raises(ConfigError, match=f"{name} is not UTF-8") as caught:
        read_old_variables(environment, tmp_path)
    assert "caf" not in str(caught.value)


def test_missing_name_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not USERNAME and PASSWORD"):
        read_old_variables({"AUTH_CLIENT_ID": "mine"}, tmp_path)
    (tmp_path / ".env").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="cannot read"):
        read_old_variables({}, tmp_path)


@pytest.mark.parametrize(("text", "seconds"), [("60s", 60), ("5m", 300), ("1h", 3600), ("90", 90), ("2min", 120)])
def test_pace_is_a_time(text: str, seconds: float) -> None:
    assert parse_every(text) == seconds


@pytest.mark.parametrize("text", ["0s", "soon", "-1s", "25h", ""])
def test_pace_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage):
        parse_every(text)


@pytest.mark.parametrize(("level", "cells"), [(57, 29), (100, 50), (0, 0), (1, 1), (99.9, 50), (2.0, 1)])
def test_bar_has_a_cell_for_two_percent(level: float, cells: int) -> None:
    assert show_bar(level) == "#" * cells + "-" * (50 - cells)


def test_level_that_is_not_reported_is_said() -> None:
    vin = Vin("WBY00000000E00001")
    for instant in (None, ChargeInstant(at_ms=5, charging_status="charging")):
        line = show_glimpse(Glimpse(vin=vin, model="i3", seen_at_ms=1_785_153_600_000, instant=instant))
        assert line.endswith("  0001  charge level not reported")
        assert line.startswith("2026-07-27")
