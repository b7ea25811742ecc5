"""The charge log of the account that the old program's variables name: what ends it, and which car it means."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Run, emulated, in_background
from tests.emulated import emulator_settings

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.outputs.charge_messages import FOLDER

SIGN_IN = "/gcdm/oauth/authenticate"


@pytest.fixture
def old_folder(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The old program's folder, where the command is started."""
    monkeypatch.chdir(tmp_path)
    return write_variables(tmp_path, emulator.info.base_url)


@pytest.fixture
def asked() -> list[str]:
    """What went through the door of `asked_folder`'s emulator: path and status."""
    return []


@pytest.fixture
def asked_folder(asked: list[str], keys_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The old program's folder, beside an emulator that notes what it is asked."""

    def note(exchange: Exchange) -> None:
        asked.append(f"{exchange.path} {exchange.status}")

    monkeypatch.chdir(tmp_path)
    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir)
    with in_background(lambda: emulated(settings, on_exchange=note)) as (emulator, _):
        yield write_variables(tmp_path, emulator.info.base_url)


def write_variables(folder: Path, url: str) -> Path:
    (folder / ".env").write_text(
        f"USERNAME=anna@example.com\nPASSWORD=emulator\nAUTH_CLIENT_ID=any\nCONNECTED_DRIVE_BASE_URL={url}/api/\n"
        f"AUTH_BASE_URL={url}{SIGN_IN}\n"
    )
    return folder


def set_password(folder: Path, password: str) -> None:
    file = folder / ".env"
    file.write_text(re.sub("PASSWORD=.*", f"PASSWORD={password}", file.read_text()))


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


def test_refused_password_is_not_sent_again_until_it_is_another(
    run: Run, asked_folder: Path, asked: list[str], data_dir: Path
) -> None:
    line = ("watch", "--every", "60s", "--notify", "none")
    set_password(asked_folder, "guess")
    first, again = run(*line), run(*line)
    assert (first.code, first.out, again.code, again.out) == (3, "", 3, "")
    assert asked == [f"{SIGN_IN} 401"]
    assert "are not sent again" in again.err
    assert "guess" not in first.err + again.err + "".join(path.read_text() for path in (data_dir / FOLDER).iterdir())
    set_password(asked_folder, "another guess")
    assert run(*line).code == 3
    assert asked == [f"{SIGN_IN} 401"] * 2
    set_password(asked_folder, "emulator")
    assert "3 cars" in run(*line).err
    assert not list((data_dir / FOLDER).glob("refused*"))


def test_password_is_noted_before_it_is_sent(  # noqa: PLR0917 - five fixtures
    run: Run, keys_dir: Path, tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is killed between BMW's answer and its arrival sends a refused password no more."""
    notes_at_answer = list[int]()

    def note(exchange: Exchange) -> None:
        if exchange.path == SIGN_IN:
            notes_at_answer.append(len([*(data_dir / FOLDER).glob("refused*")]))

    monkeypatch.chdir(tmp_path)
    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir)
    with in_background(lambda: emulated(settings, on_exchange=note)) as (emulator, _):
        write_variables(tmp_path, emulator.info.base_url)
        assert "3 cars" in run("watch", "--step", "5", "--notify", "none").err
    assert notes_at_answer == [1]
    assert not list((data_dir / FOLDER).glob("refused*"))


def test_deleted_note_lets_a_refused_password_go_out_again(
    run: Run, asked_folder: Path, asked: list[str], data_dir: Path
) -> None:
    set_password(asked_folder, "guess")
    assert run("watch", "--step", "5", "--notify", "none").code == 3
    [note] = (data_dir / FOLDER).glob("refused*")
    assert str(note) in run("watch", "--step", "5", "--notify", "none").err
    note.unlink()
    assert run("watch", "--step", "5", "--notify", "none").code == 3
    assert asked == [f"{SIGN_IN} 401"] * 2


def test_token_goes_on_though_the_password_was_refused(
    run: Run, asked_folder: Path, asked: list[str], data_dir: Path
) -> None:
    assert "3 cars" in run("watch", "--step", "5", "--notify", "none").err
    [tokens] = (data_dir / FOLDER).glob("tokens*.json")
    good = tokens.read_bytes()
    tokens.unlink()
    set_password(asked_folder, "guess")
    assert run("watch", "--step", "5", "--notify", "none").code == 3
    tokens.write_bytes(good)
    asked.clear()
    assert "3 cars" in run("watch", "--step", "5", "--notify", "none").err
    assert asked == ["/api/me/vehicles/v2 200"]


def test_file_that_does_not_count_is_told_once(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("USERNAME=anna\nPASSWORD=word\n")
    monkeypatch.chdir(tmp_path)
    for words in (("watch",), ("watch", "--step", "5", "--notify", "none")):
        assert run(*words).err.count("but no AUTH_CLIENT_ID: nothing in it counts") == 1


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
