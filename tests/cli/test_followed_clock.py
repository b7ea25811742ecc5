"""Commands that live by an emulator's clock."""

from pathlib import Path

import pytest
from tests.cli.conftest import Run, capture_line, in_background
from tests.emulated import emulator_settings

from bimmerhub.emulator.app import Emulator

ONE_PM_MS = 1_785_157_200_000  # 2026-07-27T13:00:00Z


def test_ages_are_those_of_the_clock_that_is_followed(
    run: Run, tmp_path: Path, keys_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = tmp_path / "noon.ndjson"
    capture.write_text(capture_line(67))
    assert run("import", capture).code == 0
    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir, speed=0, now_ms=ONE_PM_MS)
    with in_background(lambda: Emulator(settings)) as emulator:
        monkeypatch.setenv("BIMMERHUB_CLOCK__FOLLOW", emulator.info.control_url)
        assert run("status", "--json").json["signals"]["soc_percent"]["age_s"] == 3_600
        assert "1 h" in run("status").out
    gone = run("status")
    assert (gone.code, "no emulator tells its time" in gone.err) == (1, True)


def test_clock_to_follow_has_to_be_an_address(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIMMERHUB_CLOCK__FOLLOW", "localhost")
    assert "clock.follow is no address" in run("status").err
