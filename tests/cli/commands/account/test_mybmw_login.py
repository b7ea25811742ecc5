"""Signing in to the MyBMW app's interface by the command line, against an emulated BMW."""

import base64
import io
import re
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from bimmerhub.emulator.app import Emulator

LOGIN = ("login", "--family", "mybmw", "--user", "anna@example.com", "--captcha", "solved-by-anna")


@pytest.fixture(autouse=True)
def _app(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"SUBSCRIPTION_KEY": "env:MY_KEY", "APP_VERSION": "4.9.2(36892)", "APP_BUILD": "AP2A.240605.024"}
    for name, value in {**settings, "FAMILY": "mybmw"}.items():
        monkeypatch.setenv(f"BIMMERHUB_ACCOUNTS__HOME__{name}", value)
    monkeypatch.setenv("MY_KEY", "any")
    monkeypatch.setattr(sys, "stdin", io.StringIO("emulator\n"))


@pytest.mark.usefixtures("emulator")
def test_captcha_and_password_sign_in_and_the_risk_is_said(run: Run) -> None:
    signed_in = run(*LOGIN)
    assert (signed_in.code, signed_in.out) == (0, ""), signed_in.err
    assert "at your own risk" in signed_in.err
    assert "sign in again with a new captcha" in signed_in.err
    [account] = run("accounts", "--json").json["items"]
    assert (account["family"], bool(account["gcid"]), account["signed_in"]) == ("mybmw", True, True)
    assert "calls_per_day" in run("quota").out


@pytest.mark.usefixtures("emulator")
def test_missing_setting_says_where_one_finds_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIMMERHUB_ACCOUNTS__HOME__APP_BUILD")
    missing = run(*LOGIN)
    assert (missing.code, "app_build" in missing.err, "x-user-agent" in missing.err) == (1, True, True), missing.err


@pytest.mark.usefixtures("emulator")
def test_bmw_itself_wants_a_captcha_which_the_command_asks_for(run: Run) -> None:
    words = [*LOGIN[:-2], "--host", "cocoapi.bmwgroup.com"]
    missing = run(*words)
    assert missing.code == 2
    assert "h-captcha-response" in missing.err


@pytest.mark.usefixtures("emulator")
def test_brand_that_is_none_is_a_slip_of_the_line(run: Run) -> None:
    assert run(*LOGIN, "--brand", "audi").code == 2
    assert run(*LOGIN, "--brand", "bmw", "--brand", "mini").code == 0


@pytest.mark.usefixtures("emulator")
def test_brands_of_the_settings_have_commas_between_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIMMERHUB_ACCOUNTS__HOME__BRANDS", "bmw, audi")
    refused = run(*LOGIN)
    assert (refused.code, "rolls-royce" in refused.err) == (1, True), refused.err
    monkeypatch.setenv("BIMMERHUB_ACCOUNTS__HOME__BRANDS", "bmw, mini")
    monkeypatch.setattr(sys, "stdin", io.StringIO("emulator\n"))
    assert run(*LOGIN).code == 0


CHINA = ("login", "--family", "mybmw", "--region", "cn", "--user", "8613800000000")


def solve(emulator: Emulator, page: str) -> str:
    """Return what the page shows once a person has moved its line to the hole."""
    [verify_id] = re.findall(r'data-id="(\w+)"', page)
    return f"{verify_id}:{emulator.identity.china.sliders.find(verify_id).position:.2f}"


def test_slider_of_china_is_a_page_and_signs_in_by_what_it_shows(run: Run, emulator: Emulator, tmp_path: Path) -> None:
    file = tmp_path / "slider.html"
    written = run(*CHINA, "--slider", file)
    assert (written.code, "--captcha VERIFY_ID:POSITION" in written.err) == (0, True), written.err
    page = file.read_text("utf-8")
    pictures = [base64.b64decode(text) for text in re.findall(r"base64,([\w+/=]+)", page)]
    assert [picture[:3] for picture in pictures] == [b"\xff\xd8\xff"] * 2
    assert 'data-handle-px="26"' in page
    signed_in = run(*CHINA, "--captcha", solve(emulator, page))
    assert signed_in.code == 0, signed_in.err
    assert run("accounts", "--json").json["items"][0]["signed_in"] is True


@pytest.mark.usefixtures("emulator")
def test_slider_is_chinas_only(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD", "emulator")
    elsewhere = run(*LOGIN, "--slider", tmp_path / "slider.html")
    assert (elsewhere.code, "only China has a slider" in elsewhere.err) == (1, True), elsewhere.err
    missing = run(*CHINA, "--password-env", "PASSWORD")
    assert (missing.code, "--slider FILE" in missing.err) == (2, True), missing.err
    wrong = run(*CHINA, "--password-env", "PASSWORD", "--captcha", "solved")
    assert (wrong.code, "this is no solved slider" in wrong.err) == (1, True), wrong.err


class Terminal(io.StringIO):
    """A person's terminal."""

    def isatty(self) -> bool:
        return True


def test_person_at_a_terminal_is_asked_for_the_position(
    run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Person(Terminal):
        def readline(self, *_: object) -> str:  # type: ignore[override] # StringIO is typed as if it read bytes
            [slider] = emulator.identity.china.sliders.open_ones()
            return f"{slider.position:.2f}\n"

    monkeypatch.setenv("PASSWORD", "emulator")
    monkeypatch.setattr(sys, "stdin", Person())
    signed_in = run(*CHINA, "--password-env", "PASSWORD")
    assert (signed_in.code, "file://" in signed_in.err) == (0, True), signed_in.err


@pytest.mark.usefixtures("emulator")
def test_captcha_is_good_for_one_attempt(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("wrong\nemulator\nemulator\n"))
    refused = run(*LOGIN)
    assert (refused.code, "or the captcha was" in refused.err) == (1, True), refused.err
    assert run(*LOGIN).code == 1
    assert run(*LOGIN[:-1], "another").code == 0


@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize("captcha", ["0.4", "2", "id:far"])
def test_solved_slider_is_an_id_and_a_position(run: Run, captcha: str) -> None:
    refused = run(*LOGIN[:-1], captcha, "--region", "cn")
    assert (refused.code, "VERIFY_ID:POSITION" in refused.err) == (1, True), refused.err
