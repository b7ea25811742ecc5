"""Signing in to the MyBMW app's interface: a captcha beside the password, in China a slider; on the emulator."""

import io
import sys

import pytest
from tests.cli.conftest import Run

WORDS = ("login", "--family", "mybmw", "--user", "anna@example.com", "--account", "mine")


@pytest.fixture(autouse=True)
def _app(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "SUBSCRIPTION_KEY": "any",
        "APP_VERSION": "1.2.3(4567)",
        "APP_BUILD": "AB1C.123456.789",
    }.items():
        monkeypatch.setenv(f"BIMMERHUB_ACCOUNTS__MINE__{name}", value)
    monkeypatch.setenv("BIMMERHUB_ACCOUNTS__MINE__FAMILY", "mybmw")
    monkeypatch.setenv("PASSWORD", "emulator")
    monkeypatch.setattr(sys, "stdin", io.StringIO("wrong\n"))


@pytest.mark.usefixtures("emulator")
def test_captcha_is_good_for_one_attempt(run: Run) -> None:
    refused = run(*WORDS, "--captcha", "1")
    assert (refused.code, "or the captcha was" in refused.err) == (1, True), refused.err
    right = ("--password-env", "PASSWORD")
    assert run(*WORDS, *right, "--captcha", "1").code == 1
    assert run(*WORDS, *right, "--captcha", "2").code == 0
    assert [account["family"] for account in run("accounts", "--json").json["items"]] == ["mybmw"]


@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize("captcha", ["0.4", "2", "id:far"])
def test_slider_of_china_is_an_id_and_a_position(run: Run, captcha: str) -> None:
    refused = run(*WORDS, "--region", "cn", "--password-env", "PASSWORD", "--captcha", captcha)
    assert (refused.code, "VERIFY_ID:POSITION" in refused.err) == (1, True), refused.err
