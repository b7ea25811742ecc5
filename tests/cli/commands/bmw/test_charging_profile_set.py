"""`bimmerhub charging-profile set` against the emulator's cars of both families, without a hub and beside one."""

import os
from pathlib import Path

import pytest
from tests.cli.commands.bmw.test_older_documents import PORTAL_SIGN_IN, SIGN_IN, ask_once
from tests.cli.conftest import Run, in_background

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cars import CarTruth
from bimmerhub.hub.app import running
from bimmerhub.hub.config import load_settings
from bimmerhub.ids import Vin
from bimmerhub.views.ports.accounts import AccountSignIn

CHANGE = (
    *("--mode", "delayed", "--preference", "window", "--climate", "--window", "23:30-5:00"),
    *("--timer", "1 off", "--timer", "2 on 6:15 sat-mon", "--once", "10:00"),
)


def check_car(truth: CarTruth) -> None:
    profile = truth.profile
    assert profile is not None
    assert (profile.is_delayed, profile.prefers_window, profile.is_climate_on) == (True, True, True)
    assert (profile.window.start_minute, profile.window.end_minute) == (23 * 60 + 30, 5 * 60)
    first, second, _ = profile.timers
    assert first.is_on is False
    assert (second.is_on, second.departure_minute, second.weekdays) == (True, 6 * 60 + 15, frozenset({5, 6, 0}))
    assert profile.override is not None
    assert (profile.override.is_on, profile.override.departure_minute) == (True, 600)


@pytest.mark.parametrize("sign_in", [SIGN_IN, PORTAL_SIGN_IN], ids=lambda value: str(value.family))
def test_the_profile_of_the_car_changes(run: Run, emulator: Emulator, data_dir: Path, sign_in: AccountSignIn) -> None:
    car = ask_once(emulator, data_dir, sign_in)
    before = emulator.garage.truth(Vin(car)).profile
    done = run("charging-profile", "set", car, *CHANGE, "--yes")
    assert (done.code, done.out.split()[-1]) == (0, "executed"), done.err
    assert "delayed charging" in done.out
    after = emulator.garage.truth(Vin(car))
    check_car(after)
    assert before is not None
    assert after.profile is not None
    assert after.profile.timers[2] == before.timers[2]
    shown = run("charging-profile", car, "--json").json
    assert (shown["charging_start"], shown["window"]["begin"]) == ("DELAYED_CHARGING", "23:30")
    asked = run("audit", "--json").json["items"][-1]
    assert asked["body"]["timer_2"] == "on 06:15 MONDAY SATURDAY SUNDAY"
    again = run("charging-profile", "set", car, "--mode", "delayed", "--yes")
    assert (again.code, "It is so already" in again.out + again.err) == (0, True)


def test_it_goes_through_a_running_hub(run: Run, emulator: Emulator, data_dir: Path) -> None:
    car = ask_once(emulator, data_dir, SIGN_IN)
    settings = load_settings(
        config_file=None, environment=os.environ, overrides={"data_dir": str(data_dir), "hub": {"port": 0}}
    )
    with in_background(lambda: running(settings)):
        done = run("charging-profile", "set", car, *CHANGE, "--yes", "--json")
        assert (done.code, done.json["state"]) == (0, "executed"), done.err
        assert run("charging-profile", car, "--json").json["charging_preference"] == "CHARGING_WINDOW"
    check_car(emulator.garage.truth(Vin(car)))


def test_it_asks_and_refuses_before_anything_is_sent(run: Run, emulator: Emulator, data_dir: Path) -> None:
    car = ask_once(emulator, data_dir, SIGN_IN)
    before = emulator.garage.truth(Vin(car)).profile
    for line, words in {
        ("--mode", "delayed"): "--yes",
        (): "nothing is to be changed",
        ("--timer", "4 on", "--yes"): "no change of a timer",
        ("--timer", "1 fun", "--yes"): "'fun' is no time",
        ("--window", "23:00", "--yes"): "23:00-05:00",
    }.items():
        refused = run("charging-profile", "set", car, *line)
        assert (refused.code, words in refused.err) == (2, True), (line, refused.err)
    assert "charging-profile set" in run("command", car, "charging-profile").err
    assert emulator.garage.truth(Vin(car)).profile == before
    assert run("audit", "--json").json["items"] == []


def test_what_stands_against_a_change_is_said_before_it_asks(run: Run, emulator: Emulator, data_dir: Path) -> None:
    ask_once(emulator, data_dir, SIGN_IN)
    petrol = next(car.vin for car in emulator.info.vehicles if emulator.garage.truth(Vin(car.vin)).profile is None)
    refused = run("charging-profile", "set", petrol, "--mode", "delayed")
    assert (refused.code, refused.out, "--yes" in refused.err) == (1, "", False)
    assert "chargingControl NOT_SUPPORTED; nothing was sent" in refused.err
    assert "no traction battery" in run("charging-profile", petrol).err
    assert "no traction battery" in run("range-map", petrol).err


def test_what_a_profile_of_two_timers_lacks_is_said_before_it_asks(
    run: Run, emulator: Emulator, data_dir: Path
) -> None:
    ask_once(emulator, data_dir, SIGN_IN)
    profiles = {car.vin: emulator.garage.truth(Vin(car.vin)).profile for car in emulator.info.vehicles}
    two = next(vin for vin, profile in profiles.items() if profile is not None and profile.override is None)
    for change, words in {
        ("--once", "10:00"): "no single departure",
        ("--timer", "3 on"): "no third one",
        ("--timer", "1 on mon"): "no weekdays",
    }.items():
        refused = run("charging-profile", "set", two, *change)
        assert (refused.code, words in refused.err, "--yes" in refused.err) == (2, True, False), refused.err
    assert run("audit", "--json").json["items"] == []
