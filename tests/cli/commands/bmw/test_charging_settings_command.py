"""`bimmerhub command VIN charging-settings` against the emulator's cars of the MyBMW app's interface."""

from pathlib import Path

import pytest
from tests.cli.commands.bmw.test_app_documents import SIGN_IN
from tests.cli.commands.bmw.test_older_documents import ask_once
from tests.cli.conftest import Run

from bimmerhub.emulator.app import Emulator
from bimmerhub.ids import Vin


@pytest.fixture
def car(emulator: Emulator, data_dir: Path) -> str:
    """The VIN of a car that a hub has asked for once, and that can be set."""
    return ask_once(emulator, data_dir, SIGN_IN)


def test_target_and_current_of_the_car_change(run: Run, emulator: Emulator, car: str) -> None:
    done = run("command", car, "charging-settings", "--target-percent", "75", "--ac-limit-a", "10")
    assert (done.code, done.out.split()[-1]) == (0, "executed"), done.err
    settings = emulator.garage.truth(Vin(car)).charging_settings
    assert settings is not None
    assert (settings.target_percent, settings.ac_limit_a) == (75, 10)
    shown = run("charging-profile", car, "--json").json["settings"]
    assert (shown["target_percent"], shown["ac_limit_a"], 16 in shown["ac_limits_a"]) == (75, 10, True)
    assert "75 %" in run("charging-profile", car).out
    newest, oldest = run("audit", "--json").json["items"]
    assert (newest["body"]["state"], oldest["body"]["target_percent"], oldest["body"]["ac_limit_a"]) == (
        *("executed", 75, 10),
    )


def test_what_no_car_can_take_is_refused_before_anything_is_asked(run: Run, car: str) -> None:
    for line, words in {
        (): "nothing is to be changed",
        ("--target-percent", "77"): "steps of 5",
        ("--count", "2", "--target-percent", "80"): "takes no count",
    }.items():
        refused = run("command", car, "charging-settings", *line)
        assert (refused.code != 0, words in refused.err) == (True, True), (line, refused.err)
    assert "lock takes no settings" in run("command", car, "lock", "--target-percent", "80").err
    assert run("audit", "--json").json["items"] == []


def test_what_this_car_cannot_take_is_refused_and_not_sent(run: Run, emulator: Emulator, car: str) -> None:
    refused = run("command", car, "charging-settings", "--ac-limit-a", "17")
    assert (refused.code, "Its limits: 6, 7" in refused.err) == (1, True), refused.err
    petrol = next(car.vin for car in emulator.info.vehicles if emulator.garage.truth(Vin(car.vin)).profile is None)
    denied = run("command", petrol, "charging-settings", "--target-percent", "80")
    assert (denied.code, "isChargingSettingsEnabled false; nothing was sent" in denied.err) == (1, True), denied.err
