"""Where commands read from when nobody says where."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import VIN, Result, Run, capture_line, in_background

from bimmerhub.cli import main
from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.hub.process.announcement import announced
from bimmerhub.web.settings import WebSettings


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere"


@pytest.fixture
def other_hub(elsewhere: Path, run: Run, tmp_path: Path, data_dir: Path) -> Iterator[Hub]:
    """A hub on another directory than the settings', with a vehicle."""
    capture = tmp_path / "one.ndjson"
    capture.write_text(capture_line(61))
    assert run("import", capture).code == 0
    data_dir.rename(elsewhere)
    settings = HubConfig(data_dir=elsewhere, hub=WebSettings(port=0), rest=RestSettings(refresh_h=0))
    with in_background(lambda: running(settings)) as hub:
        yield hub


@pytest.fixture
def run_plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command line without --data-dir."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))

    def run_line(*words: str | Path) -> Result:
        capfd.readouterr()
        with pytest.raises(SystemExit) as caught:
            main([*map(str, words)])
        printed = capfd.readouterr()
        return Result(int(caught.value.code or 0), printed.out, printed.err)

    return run_line


def test_reads_go_to_a_running_demo_and_say_so(run_plain: Run, other_hub: Hub, elsewhere: Path) -> None:
    with announced(elsewhere, is_demo=True):
        result = run_plain("vehicles", "--json")
    assert [vehicle["vin"] for vehicle in result.json["items"]] == [VIN]
    assert result.err.startswith(f"Reading from the demo at {other_hub.address}, since there is no hub or data in ")
    assert result.err.count("\n") == 1


@pytest.mark.usefixtures("other_hub")
def test_an_empty_database_does_not_hide_the_demo(run_plain: Run, elsewhere: Path, tmp_path: Path) -> None:
    with announced(elsewhere, is_demo=True):
        assert run_plain("tokens", "create", "grafana").code == 0
        assert list((tmp_path / "share").rglob("*.sqlite3"))
        assert run_plain("vehicles").err.startswith("Reading from the demo")


@pytest.mark.usefixtures("other_hub")
def test_what_writes_leaves_the_demo_alone(run_plain: Run, elsewhere: Path) -> None:
    with announced(elsewhere, is_demo=True):
        for line in (
            "logout",
            "containers list",
            "rebuild",
            "rebuild 0001",
            "quarantine release 1",
            "readings reject 01 x.y 1h",
            "backup copy.sqlite3",
            "tokens list",
        ):
            result = run_plain(*line.split())
            assert (result.code, result.out) == (1, ""), line
            assert "Reading from the demo" not in result.err
            assert f"A demo runs: to mean it, add --data-dir {elsewhere}" in result.err, line


@pytest.mark.usefixtures("other_hub")
def test_a_hub_elsewhere_that_is_no_demo_is_named_only(run_plain: Run, elsewhere: Path) -> None:
    with announced(elsewhere):
        result = run_plain("status")
    assert (result.code, result.out) == (1, "")
    assert f"Add --data-dir {elsewhere}" in result.err


@pytest.mark.usefixtures("other_hub")
def test_who_names_a_directory_does_not_get_the_demo(run: Run, elsewhere: Path) -> None:
    with announced(elsewhere, is_demo=True):
        result = run("status")
    assert (result.code, "Reading from the demo" in result.err) == (1, False)


@pytest.mark.usefixtures("other_hub")
def test_an_import_says_that_it_ends_reading_from_the_demo(
    run_plain: Run, elsewhere: Path, recent_capture: Path
) -> None:
    with announced(elsewhere, is_demo=True):
        imported = run_plain("import", recent_capture)
        assert imported.code == 0
        assert f"The demo: --data-dir {elsewhere}" in imported.err
        assert "Reading from the demo" not in run_plain("vehicles").err


@pytest.mark.usefixtures("other_hub")
def test_without_a_demo_nothing_is_said_of_one(run_plain: Run, elsewhere: Path, recent_capture: Path) -> None:
    with announced(elsewhere):
        assert "demo runs" not in run_plain("logout").err
        assert "demo" not in run_plain("import", recent_capture).err
