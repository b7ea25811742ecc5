"""`bimmerhub command`, `audit` and `vehicles allow-opening` against the emulator, without a hub and beside one."""

import io
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run, in_background

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.hub.app import running
from bimmerhub.hub.config import load_settings

PLACE = "https://www.openstreetmap.org/?mlat=48.137&mlon=11.575#map=16/48.1/11.5"
CAR = "00001"
SETTINGS = {"FAMILY": "iremote", "CLIENT_KEY": "any", "CLIENT_SECRET": "any"}


@pytest.fixture
def car(emulator: Emulator, run: Run, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The end of the VIN of a car whose account of i Remote is signed in, and that the hub knows."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"BIMMERHUB_ACCOUNTS__OLD__{name}", value)
    monkeypatch.setattr(sys, "stdin", io.StringIO("emulator\n"))
    assert run("login", "--family", "iremote", "--user", "anna@example.com", "--account", "old", "--remember").code == 0
    vin = emulator.info.vehicles[0].vin
    _meet_cars(data_dir)
    return vin[-5:]


def _meet_cars(data_dir: Path) -> None:
    """Let a hub connect until it knows the account's cars."""
    settings = load_settings(
        config_file=None, environment=os.environ, overrides={"data_dir": str(data_dir), "hub": {"port": 0}}
    )
    with in_background(lambda: running(settings)) as hub:
        for _ in range(400):
            if hub.live.vehicles():
                return
            time.sleep(0.02)
    raise AssertionError("the hub met no car")


def states(out: str) -> list[str]:
    """Return the states of a life, one a line, after its date and time."""
    return [" ".join(line.split()[2:]) for line in out.splitlines()]


def test_a_command_shows_its_life_and_changes_the_car(run: Run, car: str, emulator: Emulator) -> None:
    locked = run("command", car, "lock")
    assert (locked.code, states(locked.out)[0], states(locked.out)[-1]) == (0, "sending", "executed"), locked.err
    assert emulator.garage.truth(emulator.info.vehicles[0].vin).lock == "LOCKED"
    newest, oldest, signed_in = run("audit", "--json").json["items"]
    assert signed_in["action"] == "signed_in"
    assert (oldest["who"], oldest["from_where"], oldest["action"]) == ("command line", "127.0.0.1", "command_asked")
    assert (newest["action"], newest["body"]["state"]) == ("command_ended", "executed")
    audit = run("audit").out
    assert car[-4:] in audit
    assert "lock (command 1), executed" in audit
    shown = run("command", car)
    assert "lock" in shown.out
    assert "executed" in shown.out
    assert "allow-opening" in shown.err


def test_a_place_is_taken_from_a_link(run: Run, car: str) -> None:
    sent = run("command", car, "poi", PLACE, "--name", "Marienplatz", "--city", "Munich", "--json")
    assert (sent.code, sent.json["details"]) == (0, {"destination": "Marienplatz"}), sent.err
    assert run("command", car, "poi", "https://maps.example/short").code == 2
    assert "latitude and a longitude" in run("command", car, "poi").err
    assert run("command", car, "message", "--subject", "Hi", "--text", "Milk").code == 0


def test_what_opens_or_makes_noise_is_asked_first(run: Run, car: str) -> None:
    assert run("vehicles", "allow-opening", car).code == 0
    for command in ("unlock", "horn"):
        refused = run("command", car, command)
        assert (refused.code, "--yes" in refused.err) == (2, True)
    assert [item["action"] for item in run("audit", "--json").json["items"]] == ["opening_allowed", "signed_in"]


def test_what_stands_against_a_command_is_said_before_it_is_asked(run: Run, car: str, emulator: Emulator) -> None:
    is_off = run("command", car, "unlock")
    assert (is_off.code, "allow-opening" in is_off.err, "--yes" in is_off.err) == (1, True, False)
    assert run("vehicles", "allow-opening", car).code == 0
    assert "security question" in run("command", car, "unlock").err
    assert "horn takes no count" in run("command", car, "horn", "--count", "2").err
    emulator.faults.switch_on(FaultSwitch(name="older-503"))
    silent = run("command", car, "horn")
    assert (silent.code, "BMW does not tell now" in silent.err, "--yes" in silent.err) == (1, True, False)


def test_without_bmw_the_last_list_is_shown_and_that_is_an_error(run: Run, car: str, emulator: Emulator) -> None:
    before = run("command", car)
    emulator.faults.switch_on(FaultSwitch(name="older-503"))
    for line in (("command", car), ("vehicles", car, "--capabilities")):
        shown = run(*line)
        assert (shown.code, "BMW's list of 20" in shown.err, "lock" in shown.out.lower()) == (1, True, True), shown.err
    assert run("command", car).out == before.out
    assert run("command", car, "--json").json["is_current"] is False


def test_capabilities_and_commands_say_the_same(run: Run, car: str) -> None:
    listed = run("vehicles", car, "--capabilities")
    rows = {line.split()[0]: line for line in listed.out.splitlines()[1:]}
    assert rows["chargeNow"].split() == ["chargeNow", "NOT_SUPPORTED", "yes", "command", "VIN", "charge-now"]
    assert "does not count" in listed.err
    assert rows["chargingControl"].endswith("charging-profile set VIN")
    assert rows["climateControl"].split()[-2:] == ["yes", "-"]
    assert "charge-now        yes" in run("command", car).out


def test_a_word_that_is_no_command_is_answered_with_those_of_the_car(run: Run, car: str) -> None:
    dance = run("command", car, "dance")
    assert (dance.code, "lock, unlock" in dance.err) == (2, True)
    assert not any(word in dance.err for word in ("climate-stop", "climate-timer", "charging-profile"))


def test_an_account_that_is_none_is_said_to_be_that(run: Run, car: str) -> None:
    nobody = run("command", car, "lock", "--account", "nobody")
    assert (nobody.code != 0, "CarData" in nobody.err, "nobody" in nobody.err) == (True, False, True)


def test_opening_is_off_and_wants_the_secret_answer(
    run: Run, car: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = run("command", car, "unlock", "--yes")
    assert (refused.code, "allow-opening" in refused.err) == (1, True)
    assert "may be opened" in run("vehicles", "allow-opening", car).out
    emulator.faults.switch_on(FaultSwitch(name="secret-wanted"))
    wanted = run("command", car, "unlock", "--yes")
    assert (wanted.code, states(wanted.out)[-1].startswith("not executed")) == (1, True)
    assert "--secret" in wanted.err
    monkeypatch.setenv("ANSWER", "blue")
    opened = run("command", car, "unlock", "--yes", "--secret", "env:ANSWER")
    assert (opened.code, states(opened.out)[-1]) == (0, "executed")
    assert run("vehicles", "allow-opening", car, "--off", "--json").json["is_opening_allowed"] is False
    assert run("command", car, "unlock", "--yes").code == 1


def test_an_end_without_a_reason_says_so(run: Run, car: str, emulator: Emulator) -> None:
    emulator.faults.switch_on(FaultSwitch(name="command-not-executed"))
    refused = run("command", car, "lights")
    assert (refused.code, states(refused.out)[-1]) == (1, "not executed no reason was given")
    shown = run("command", car).out
    assert ("not executed" in shown, "no reason was given" in shown, "not_executed" in shown) == (True, True, False)
    assert "yes, once it is allowed" in shown


def test_what_cannot_be_is_said(run: Run, car: str) -> None:
    plug = run("command", car, "charge-now")
    assert (plug.code, "nothing is plugged in" in plug.err, "--force" in plug.err) == (1, True, True)
    assert "ends by itself" in run("command", car, "climate-stop").err
    assert "Did you mean lock" in run("command", car, "loc").err
    assert "takes no count" in run("command", car, "lock", "--count", "2").err


@pytest.mark.usefixtures("emulator")
def test_a_cardata_car_is_for_reading_only(run: Run, capture: Path) -> None:
    assert run("import", capture).code == 0
    refused: Any = run("command", CAR, "lock")
    assert (refused.code, "reading only" in refused.err) == (1, True)
    shown = run("command", CAR)
    assert (shown.code, "reading only" in shown.err) == (0, True)
