"""Signing in to the MyBMW app's interface by the command line, against an emulated BMW."""

import io
import sys

import pytest
from tests.cli.conftest import Run

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
