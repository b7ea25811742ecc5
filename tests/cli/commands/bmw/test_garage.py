"""`bimmerhub garage`: My Garage, as a person asks it, at an emulated BMW."""

import io
import sys

import pytest
from tests.cli.conftest import Run

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch


@pytest.fixture
def vin(emulator: Emulator) -> str:
    return str(emulator.info.vehicles[0].vin)


def test_recalls_of_any_car_need_no_account(run: Run, vin: str, emulator: Emulator) -> None:
    none = run("garage", "recalls", vin)
    assert (none.code, ": no recalls, as of " in none.out, none.err) == (0, True, "")
    emulator.faults.switch_on(FaultSwitch(name="recalls-open", value=2))
    two = run("garage", "recalls", vin.lower())
    assert ": 2 recalls, as of " in two.out
    assert "remedy description: A dealer tightens the bolt, at no charge." in two.out
    assert run("garage", "recalls", vin, "--json").json["count"] == 2


@pytest.mark.usefixtures("emulator")
def test_car_that_bmw_does_not_know_is_said(run: Run) -> None:
    unknown = "WBA99999999999999"
    assert "does not know this VIN" in run("garage", "recalls", unknown).out
    assert "tells nothing of this car (VIN not found)" in run("garage", "warranty", unknown).out


def test_warranty_says_until_when(run: Run, vin: str) -> None:
    shown = run("garage", "warranty", vin, "--miles", "12000")
    assert shown.code == 0, shown.err
    assert all(words in shown.out for words in ("warranty until", "Emissions", "plan that can be bought"))
    document = run("garage", "warranty", vin, "--json").json
    assert document["warranty"]["ends_on"] in shown.out


@pytest.mark.usefixtures("emulator")
def test_dealer_and_services_need_no_account(run: Run) -> None:
    assert "BMW of Beverly Hills" in run("garage", "dealers", "90210").out
    assert run("garage", "dealers", "90210", "--json").json["name"].startswith("BMW of Beverly Hills")
    services = run("garage", "value-services")
    assert "Oil Change" in services.out
    assert "no price" in services.err
    assert run("garage", "value-services", "--json").json["items"][0]["name"] == "Oil Change"


@pytest.mark.usefixtures("emulator")
def test_slips_are_wrong_usage(run: Run) -> None:
    assert run("garage", "dealers", "9021").code == 2
    assert run("garage", "recalls", "WBA0000000000000O").code == 2
    assert run("garage", "recalls", "WBA99999999999999", "--brand", "audi").code == 2


def test_host_of_the_settings_is_asked(run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, vin: str) -> None:
    monkeypatch.delenv("BIMMERHUB_BMW__API_URL")
    monkeypatch.delenv("BIMMERHUB_BMW__AUTH_URL")
    monkeypatch.setenv("BIMMERHUB_MYGARAGE__HOST", emulator.info.base_url)
    assert run("garage", "recalls", vin, "--brand", "mini", "--json").json["is_known"] is True


@pytest.fixture
def signed_in(emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """An emulator at which the account is signed in as the app."""
    app = {"FAMILY": "mybmw", "SUBSCRIPTION_KEY": "any", "APP_VERSION": "4.9.2(36892)", "APP_BUILD": "AP2A.240605.024"}
    for name, value in app.items():
        monkeypatch.setenv(f"BIMMERHUB_ACCOUNTS__HOME__{name}", value)
    monkeypatch.setattr(sys, "stdin", io.StringIO("emulator\n"))
    assert run("garage", "login", "--user", "anna@example.com", "--captcha", "solved").code == 0
    return emulator


def test_orders_are_told_in_words(run: Run, signed_in: Emulator) -> None:
    signed_in.faults.switch_on(FaultSwitch(name="order-status", value=152))
    shown = run("garage", "status")
    assert shown.code == 0, shown.err
    assert "being painted" in shown.out
    assert max(map(len, shown.out.splitlines())) <= 80
    [order] = [item for item in run("garage", "status", "--json").json["items"] if item["status"] == 152]
    [same] = run("garage", "status", order["production_number"], "--json").json["items"]
    assert same["status_words"] == "being painted"
    detailed = run("garage", "status", order["production_number"])
    assert "The car is being painted." in detailed.out
    missing = run("garage", "status", "0000001")
    assert (missing.code, "no order 0000001" in missing.err) == (1, True), missing.err


def test_sign_in_takes_a_captcha_once(run: Run, signed_in: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    [account] = run("accounts", "--json").json["items"]
    assert (account["family"], account["signed_in"]) == ("mybmw", True)
    signed_in.faults.switch_on(FaultSwitch(name="captcha-wanted"))
    line = ("garage", "login", "--user", "anna@example.com")
    for words, code in ((line, 1), ((*line, "--captcha", "new"), 0), ((*line, "--captcha", "new"), 1)):
        monkeypatch.setattr(sys, "stdin", io.StringIO("emulator\n"))
        assert run(*words).code == code, words


@pytest.mark.usefixtures("signed_in")
def test_offers_are_shown_by_bmws_names(run: Run) -> None:
    shown = run("garage", "offers")
    assert (shown.code, bool(shown.out)) == (0, True), shown.err
    assert run("garage", "offers", "--json").json["offers"]


@pytest.mark.usefixtures("emulator")
def test_who_is_not_signed_in_is_told_how(run: Run) -> None:
    missing = run("garage", "status")
    assert (missing.code, "login --family mybmw --region na" in missing.err) == (3, True), missing.err


def test_tokens_of_an_emulator_never_go_to_bmw(run: Run, signed_in: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIMMERHUB_BMW__API_URL")
    monkeypatch.delenv("BIMMERHUB_BMW__AUTH_URL")
    monkeypatch.delenv("BIMMERHUB_BMW__CA_FILE")
    monkeypatch.setenv("BIMMERHUB_MYGARAGE__HOST", "mygarage.bmwusa.com")
    signed_in.faults.switch_on(FaultSwitch(name="order-status", value=196))
    assert "arrived" in run("garage", "status").out
