"""The charge log of the account that the old program's variables name: what ends it, and which car it means."""

from pathlib import Path

import pytest
from tests.cli.conftest import Run

from bimmerhub.emulator.app import Emulator


@pytest.fixture
def old_folder(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The old program's folder, where the command is started."""
    url = emulator.info.base_url
    (tmp_path / ".env").write_text(
        f"USERNAME=anna@example.com\nPASSWORD=emulator\nAUTH_CLIENT_ID=any\nCONNECTED_DRIVE_BASE_URL={url}/api/\n"
        f"AUTH_BASE_URL={url}/gcdm/oauth/authenticate\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("old_folder")
def test_of_several_cars_one_has_to_be_named(run: Run) -> None:
    result = run("watch", "--step", "5", "--notify", "none")
    assert (result.code, result.out) == (2, "")
    assert "3 cars: …0001 (i5 eDrive40), …0002" in result.err


@pytest.mark.usefixtures("old_folder")
def test_car_of_somebody_else_is_refused(run: Run) -> None:
    result = run("watch", "E00009", "--step", "5", "--notify", "none")
    assert result.code == 2
    assert "It has: …0001" in result.err


def test_wrong_password_ends_it(run: Run, old_folder: Path) -> None:
    env = old_folder / ".env"
    env.write_text(env.read_text().replace("PASSWORD=emulator", "PASSWORD=guess"))
    result = run("watch", "--every", "60s", "--notify", "none")
    assert (result.code, result.out) == (3, "")
    assert "guess" not in result.err


@pytest.mark.usefixtures("old_folder")
def test_interval_that_is_none_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_INTERVAL", "soon")
    result = run("watch", "0001", "--step", "5", "--notify", "none")
    assert result.code == 1
    assert "LOG_INTERVAL" in result.err


@pytest.mark.usefixtures("old_folder")
def test_watch_alone_names_what_does_the_old_programs_job(run: Run) -> None:
    assert "bimmerhub watch --step 5" in run("watch").err


def test_without_variables_and_data_it_says_how_to_begin(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("watch", "--step", "5", "--notify", "none")
    assert result.code == 3
    assert "bimmerhub login" in result.err


@pytest.mark.usefixtures("old_folder")
def test_car_that_is_known_here_goes_by_the_hub(run: Run, capture: Path) -> None:
    assert run("import", capture).code == 0
    result = run("watch", "0001", "--step", "5", "--notify", "none")
    assert (result.code, result.out) == (3, "")
    assert "nobody is signed in" in result.err
