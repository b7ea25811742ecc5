"""Signing in with a name and a password, as families older than CarData do, against an emulated BMW."""

import base64
import io
import json
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from bimmerhub.emulator.app import Emulator

WORDS = ("login", "--family", "iremote", "--user", "anna@example.com")


@pytest.fixture(autouse=True)
def _app_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIMMERHUB_ACCOUNTS__HOME__FAMILY", "iremote")
    monkeypatch.setenv("BIMMERHUB_ACCOUNTS__HOME__CLIENT_KEY", "env:OLD_KEY")
    monkeypatch.setenv("BIMMERHUB_ACCOUNTS__HOME__CLIENT_SECRET", "any")
    monkeypatch.setenv("OLD_KEY", "any")
    monkeypatch.setattr(sys, "stdin", io.StringIO("emulator\n"))


@pytest.mark.usefixtures("emulator")
def test_password_comes_from_standard_input_and_the_risk_is_said(run: Run) -> None:
    signed_in = run(*WORDS)
    assert (signed_in.code, signed_in.out) == (0, ""), signed_in.err
    assert "at your own risk" in signed_in.err
    assert "The password is not kept" in signed_in.err
    [account] = run("accounts", "--json").json["items"]
    assert (account["family"], account["username"], account["gcid"]) == ("iremote", "anna@example.com", None)
    assert "anna@example.com" in run("accounts").out


@pytest.mark.usefixtures("emulator")
def test_password_comes_from_a_variable(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_PASSWORD", "emulator")
    signed_in = run(*WORDS, "--password-env", "MY_PASSWORD", "--remember", "--json")
    assert signed_in.json["signed_in"], signed_in.err
    assert run(*WORDS, "--password-env", "NOT_THERE").err.endswith("there is no variable NOT_THERE\n")


@pytest.mark.usefixtures("emulator")
def test_doctor_without_a_hub_names_the_hub_as_the_next_step(run: Run) -> None:
    assert run(*WORDS).code == 0
    examined = run("doctor")
    assert (examined.code, "Next step: Start the hub: bimmerhub run" in examined.out) == (0, True), examined.out


@pytest.mark.usefixtures("emulator")
def test_nothing_speaks_of_what_only_cardata_has(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_PASSWORD", "emulator")
    assert run(*WORDS, "--password-env", "MY_PASSWORD").code == 0
    no_car = run("vehicles")
    assert ("bimmerhub run" in no_car.err, "CarData" in no_car.err) == (True, False), no_car.err
    monkeypatch.setenv("BIMMERHUB_ACCOUNTS__TWIN__CLIENT_KEY", "any")
    monkeypatch.setenv("BIMMERHUB_ACCOUNTS__TWIN__CLIENT_SECRET", "any")
    monkeypatch.setenv("BIMMERHUB_ACCOUNTS__TWIN__FAMILY", "iremote")
    twin = run(*WORDS, "--account", "twin", "--password-env", "MY_PASSWORD")
    assert ("as 'home'" in twin.err, "private window" in twin.err) == (True, False), twin.err


@pytest.mark.usefixtures("emulator")
def test_wrong_password_is_a_refusal_with_a_hint(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_PASSWORD", "wrong")
    refused = run(*WORDS, "--password-env", "MY_PASSWORD")
    assert (refused.code, "BMW locks an account after some wrong passwords" in refused.err) == (1, True)
    assert "wrong" not in refused.err.replace("some wrong passwords", "")


@pytest.mark.usefixtures("emulator")
def test_missing_app_key_is_said_with_where_one_finds_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIMMERHUB_ACCOUNTS__HOME__CLIENT_KEY")
    missing = run(*WORDS)
    assert missing.code != 0
    assert "auth_basic in the file of your old program" in " ".join(missing.err.split())


def test_credentials_of_an_old_program_sign_in(emulator: Emulator, run: Run, tmp_path: Path) -> None:
    assert emulator.info.client_id
    basic = base64.b64encode(b"some-key:some-secret").decode()
    file = tmp_path / "credentials.json"
    fields = {"username": "anna@example.com", "password": "emulator", "auth_basic": basic}
    file.write_text(json.dumps(fields), "utf-8")
    assert run("login", "--credentials", file, "--account", "old").code == 0
    names = {account["name"]: account["signed_in"] for account in run("accounts", "--json").json["items"]}
    assert names["old"]


def test_options_of_a_password_want_a_family_that_takes_one(run: Run) -> None:
    assert run("login", "--user", "anna@example.com").code == 2


@pytest.mark.usefixtures("emulator")
def test_commands_of_cardata_say_whose_they_are(run: Run) -> None:
    assert run(*WORDS).code == 0
    assert "read by i Remote" in run("containers", "list").err
    assert "no day's quota is known" in run("quota").out


@pytest.mark.usefixtures("emulator")
def test_portal_is_signed_in_to_as_its_page(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIMMERHUB_ACCOUNTS__HOME__CLIENT_KEY")
    monkeypatch.delenv("BIMMERHUB_ACCOUNTS__HOME__CLIENT_SECRET")
    monkeypatch.setenv("BIMMERHUB_ACCOUNTS__HOME__FAMILY", "connecteddrive")
    words = ("login", "--family", "connecteddrive", "--user", "anna@example.com")
    missing = run(*words)
    assert "AUTH_CLIENT_ID in the .env file of your old program" in " ".join(missing.err.split())
    monkeypatch.setattr(sys, "stdin", io.StringIO("emulator\n"))
    elsewhere = run(*words, "--client-id", "page", "--region", "cn")
    assert "the portal has no region 'cn'. It has row and na" in " ".join(elsewhere.err.split())
    monkeypatch.setattr(sys, "stdin", io.StringIO("emulator\n"))
    signed_in = run(*words, "--client-id", "page", "--json")
    assert (signed_in.json["family"], signed_in.json["signed_in"]) == ("connecteddrive", True), signed_in.err


@pytest.mark.usefixtures("emulator")
def test_missing_app_key_is_told_before_the_password_is_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIMMERHUB_ACCOUNTS__HOME__CLIENT_KEY")
    typed = io.StringIO("emulator\n")
    monkeypatch.setattr(sys, "stdin", typed)
    assert run(*WORDS).code != 0
    assert typed.tell() == 0


def test_accounts_are_told_apart_by_what_they_have(emulator: Emulator, run: Run) -> None:
    host = emulator.info.base_url.partition("://")[2]
    signed_in = run(*WORDS)
    assert f"Signed in at {host}." in signed_in.err
    table = run("accounts").out
    assert ("name at BMW" in table, "GCID" in table, f"at {host}" in table) == (True, False, True), table


@pytest.mark.usefixtures("emulator")
def test_a_country_of_the_portal_is_looked_up_before_anybody_types(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIMMERHUB_ACCOUNTS__HOME__FAMILY", "connecteddrive")
    words = ("login", "--family", "connecteddrive", "--user", "anna@example.com", "--client-id", "page")
    unknown = run(*words, "--country", "Germny")
    assert "Did you mean Germany?" in " ".join(unknown.err.split())
    signed_in = run(*words, "--country", "germany", "--json")
    assert "(germany)" in signed_in.json["server"], signed_in.err


@pytest.mark.usefixtures("emulator")
def test_wrong_region_is_refused_by_its_name(run: Run) -> None:
    refused = run(*WORDS, "--region", "cn")
    assert (refused.code, "not of the region cn, but of row" in " ".join(refused.err.split())) == (1, True), refused.err
