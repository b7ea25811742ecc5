"""`bimmerhub call`: every family's operations by the sign-in of an account, on the emulator."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.commands.bmw.test_older_documents import PORTAL_SIGN_IN, SIGN_IN, ask_once
from tests.cli.conftest import Run, sign_in
from typing_extensions import override

from bimmerhub.domain.account.family import Family
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.hub.calls.operation_tables import FAMILIES, operations_of
from bimmerhub.views.ports.accounts import AccountSignIn


@pytest.fixture
def car(emulator: Emulator, data_dir: Path) -> str:
    """The VIN of a car of i Remote that a hub has asked for once."""
    return ask_once(emulator, data_dir, SIGN_IN)


def test_families_and_operations_are_listed(run: Run) -> None:
    families = run("call").out
    for family in FAMILIES:
        assert family in families
        listed = run("call", family, "--json").json["items"]
        assert [row["operation"] for row in listed] == list(operations_of(family))
    table = run("call", "iremote").out
    assert "--vin [--device-time]" in table
    assert "inferred from working clients" in table
    assert run("call", "iremote", "status", "more").code == 2
    assert run("call", "iremote", "status", "--vin").code == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("nothing", "Families: cardata"),
        ("nothing --raw /path", "Families: cardata"),
        ("mybmw states-v4", "state-v4"),
        ("iremote status --vim 0001", "no parameter 'vim'"),
        ("iremote execute-service --service FLY", "LIGHT_FLASH"),
        ("mybmw command-v4", "needs the parameter service"),
        ("mybmw set-charging-settings --target-percent many", "is no number"),
        ("mybmw authenticate-1", "a step of the sign-in"),
        ("mybmw --raw /eadrax-vcs/v4/vehicles --brand mini", "no parameter --brand"),
        ("mybmw --raw /Fahrzeugübersicht", "ASCII"),
        ("mybmw --raw /eadrax-vcs/v4/vehicles --out nowhere/x.json", "no folder nowhere"),
    ],
)
def test_slip_of_the_line_is_said_before_anybody_is_asked(run: Run, line: str, words: str) -> None:
    refused = run("call", *line.split())
    assert (refused.code, words in refused.err) == (2, True), refused.err


def test_question_is_answered_as_it_came(run: Run, car: str, tmp_path: Path) -> None:
    status = run("call", "iremote", "status", "--vin", car[-4:])
    assert json.loads(status.out)["vehicleStatus"]["vin"] == car
    assert '\n  "vehicleStatus": {\n' in status.out
    assert run("call", "iremote", "status", f"--vin={car}", "--json").out.startswith('{"vehicleStatus":{"vin":')
    told = run("call", "iremote", "vehicles", "--verbose")
    assert "content-type: application/json" in told.err
    picture = tmp_path / "car.png"
    run("call", "iremote", "image", "--vin", car, "--view", "rear", "--out", picture)
    assert picture.stat().st_mode & 0o077 == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    raw = run("call", "iremote", "--raw", f"/webapi/v1/user/vehicles/{car}/statistics/lastTrip")
    assert "lastTrip" in raw.json
    assert run("call", "iremote", "--raw", "webapi").code == 2


def test_picture_gets_a_name_that_is_free(run: Run, car: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert run("call", "iremote", "image", "--vin", car).code == 0
    assert {path.name for path in tmp_path.glob("*.png")} == {"iremote-image.png", "iremote-image-2.png"}


def test_dry_run_prints_the_request_without_secrets(run: Run, car: str) -> None:
    words = ("--vin", car, "--service", "door_unlock", "--secret-answer", "Rex")
    shown = run("call", "iremote", "execute-service", *words, "--dry-run").out
    assert shown.startswith("curl --request POST http://127.0.0.1")
    assert f"/webapi/v1/user/vehicles/{car}/executeService" in shown
    assert "'authorization: Bearer ***'" in shown
    assert "serviceType=DOOR_UNLOCK" in shown
    assert "Rex" not in shown
    assert run("audit", "--json").json["items"] == []


def test_change_asks_first_and_is_in_the_audit(run: Run, car: str) -> None:
    words = ("call", "iremote", "execute-service", "--vin", car, "--service", "LIGHT_FLASH")
    refused = run(*words)
    assert (refused.code, "--yes" in refused.err) == (2, True)
    sent = run(*words, "--yes")
    assert sent.json["executionStatus"]["serviceType"] == "LIGHT_FLASH"
    assert "bimmerhub command" in sent.err
    entries = run("audit", "--json").json["items"]
    assert [(entry["action"], entry["vin"]) for entry in entries] == [("call_ended", car), ("call_asked", car)]
    assert entries[0]["body"]["service"] == "LIGHT_FLASH"


class Keyboard(io.StringIO):
    """A person's keyboard."""

    @override
    def isatty(self) -> bool:
        return True


def test_question_names_what_is_sent(run: Run, car: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Keyboard("n\nn\n"))
    asked = run("call", "iremote", "execute-service", "--vin", car, "--service", "LIGHT_FLASH")
    assert (asked.code, "executeService) service=LIGHT_FLASH? [y/N]" in asked.err) == (2, True), asked.err
    asked = run("call", "iremote", "send-message", "--vins", f'["{car}"]', "--text", "At eight.", "--subject", "Dinner")
    assert ("v1/send)? [y/N]" in asked.err, "At eight." in asked.err) == (True, False), asked.err


def test_audit_does_not_call_refused_what_bmw_may_have_done(run: Run, car: str, emulator: Emulator) -> None:
    emulator.faults.switch_on(FaultSwitch(name="older-500"))
    assert run("call", "iremote", "execute-service", "--vin", car, "--service", "LIGHT_FLASH", "--yes").code != 0
    ended, asked = run("audit", "--json").json["items"]
    assert (asked["action"], ended["action"]) == ("call_asked", "call_ended")
    assert ended["body"]["reason"]


@pytest.mark.parametrize(
    "words",
    [("execute-service", "--service", "door_unlock"), ("rs-execute", "--code", "rdu", "--document", "{}")],
)
def test_car_is_opened_only_when_that_is_allowed(run: Run, car: str, words: tuple[str, ...]) -> None:
    line = ("call", "iremote", *words, "--vin", car, "--yes")
    refused = run(*line)
    assert (refused.code, "allow-opening" in refused.err) == (1, True)
    assert [entry["action"] for entry in run("audit", "--json").json["items"]] == ["call_refused", "call_asked"]
    assert run("vehicles", "allow-opening", car).code == 0
    assert run(*line).code == 0


def test_archived_car_is_not_changed(run: Run, car: str) -> None:
    assert run("vehicles", "archive", car).code == 0
    line = ("call", "iremote", "execute-service", "--vin", car, "--service", "LIGHT_FLASH", "--yes")
    assert "archived" in run(*line).err


def test_archived_car_is_found_wherever_a_call_names_it(run: Run, car: str, emulator: Emulator) -> None:
    other = emulator.info.vehicles[1].vin
    assert run("vehicles", "archive", car).code == 0
    line = ("call", "iremote", "send-message", "--text", "At eight.", "--subject", "Dinner", "--yes", "--vins")
    assert "archived" in run(*line, json.dumps([other, car.lower()])).err
    assert "archived" not in run(*line, json.dumps([other])).err


def test_archived_car_gets_no_destination_by_a_call(run: Run, emulator: Emulator, data_dir: Path) -> None:
    car = ask_once(emulator, data_dir, APP_SIGN_IN)
    assert run("vehicles", "archive", car).code == 0
    for operation, body in (
        ("send-to-car-v1", {"vin": car}),
        ("send-to-car-v2", {"vehicleInformation": {"vin": car}}),
        ("recording-execute", {"vin": car}),
    ):
        assert "archived" in run("call", "mybmw", operation, "--body", json.dumps(body), "--yes").err
    newest = run("audit", "--json").json["items"][0]
    assert (newest["action"], newest["vin"]) == ("call_refused", car)


def test_portal_is_called_alike(run: Run, emulator: Emulator, data_dir: Path) -> None:
    car = ask_once(emulator, data_dir, PORTAL_SIGN_IN)
    assert run("call", "connecteddrive", "dynamic", "--vin", car).json["attributesMap"]
    sent = run("call", "connecteddrive", "execute", "--vin", car, "--code", "RDL", "--yes").json
    assert sent["remoteServiceEvent"]["remoteServiceType"] == "RDL"
    assert "allow-opening" in run("call", "connecteddrive", "execute", "--vin", car, "--code", "RDU", "--yes").err


def test_call_of_cardata_is_one_of_the_day(run: Run, emulator: Emulator, data_dir: Path) -> None:
    sign_in(emulator, data_dir)
    mappings = run("call", "cardata", "mappings")
    assert [car["vin"] for car in mappings.json] == [car.vin for car in emulator.info.vehicles]
    assert "49 of the day's 50 calls are left" in mappings.err
    spent = run("quota", "--json").json["items"][0]["spent"]
    assert spent == [{"caller": "call", "operation": "mappings", "calls": 1}]
    refused = run("call", "cardata", "basic-data", "--vin", emulator.info.vehicles[0].vin, "--more", "1")
    assert (refused.code, "no parameter" in refused.err) == (2, True)


def test_account_of_the_family_is_needed(run: Run, emulator: Emulator, data_dir: Path) -> None:
    sign_in(emulator, data_dir)
    missing = run("call", "iremote", "vehicles")
    assert (missing.code, "login --family iremote" in missing.err) == (3, True)
    assert run("--account", "other", "call", "cardata", "mappings").code in {1, 2}


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("call in", {"inventory"}),
        ("call iremote range", {"range-map"}),
        ("call iremote image --wi", {"--width-px"}),
        ("call iremote image --view REAR", {"REAR", "REARSIDE", "REARBIRDSEYE"}),
        ("call nothing ", set()),
    ],
)
def test_shell_completes_the_line(line: str, wanted: set[str]) -> None:
    words = f"bimmerhub {line}".split(" ")
    question = {
        "_BIMMERHUB_COMPLETE": "complete_bash",
        "COMP_WORDS": f"bimmerhub {line}",
        "COMP_CWORD": str(len(words) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-m", "bimmerhub"], env={**os.environ, **question}, capture_output=True, text=True, check=False
    )
    assert set(done.stdout.split()) == wanted


def test_no_parameter_is_named_as_an_option_of_the_command() -> None:
    taken = {"raw", "dry_run", "yes", "out", "json", "verbose", "account", "data_dir", "config", "help", "version"}
    named = {param.name for family in FAMILIES for row in operations_of(family).values() for param in row.params}
    assert named & taken == set()


APP_SIGN_IN = AccountSignIn(
    family=Family.MYBMW,
    username="anna@example.com",
    password="emulator",
    captcha="solved",
    subscription_key="any",
    app_version="4.9.2(36892)",
    app_build="AP2A.240605.024",
)


def test_app_and_my_garage_are_called_by_one_sign_in(run: Run, emulator: Emulator, data_dir: Path) -> None:
    car = ask_once(emulator, data_dir, APP_SIGN_IN)
    state = run("call", "mybmw", "state-v4", "--vin", car[-4:])
    assert state.json["state"]["currentMileage"] > 0
    assert run("call", "mybmw", "contacts", "--vin", car).code == 0
    demands = run("call", "mybmw", "--raw", "/eadrax-slcs/v1/demands", "--vin", car)
    assert demands.code == 0
    assert "allow-opening" in run("call", "mybmw", "command-v4", "--service", "door-unlock", "--vin", car, "--yes").err
    recalls = run("call", "mygarage", "recalls", "--vin", car)
    assert recalls.code == 0
    shown = run("call", "mygarage", "recalls", "--vin", car, "--dry-run").out
    assert f"authorization: gcid=***,token=***,vin={car}" in shown
    warranty = run("call", "mygarage", "warranty", "--vin", car[-4:])
    assert warranty.code == 0, warranty.err
    assert (refused := run("call", "mygarage", "get-recalls")).code == 2, refused.out
    assert run("call", "mybmw", "contacts").code == 0


def test_account_that_is_not_signed_in_is_told_how(
    run: Run, emulator: Emulator, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_once(emulator, data_dir, APP_SIGN_IN)
    monkeypatch.setenv("BIMMERHUB_ACCOUNTS__AWAY__FAMILY", "mybmw")
    command = "bimmerhub login --account away --family mybmw"
    refused = run("call", "mybmw", "vehicles-v4", "--account", "away")
    assert (refused.code, command in refused.err) == (3, True), refused.err
    assert command in run("vehicles", "--account", "away").err


def test_car_is_asked_about_as_its_brands_app(run: Run, emulator: Emulator, data_dir: Path) -> None:
    cars = [str(vehicle.vin) for vehicle in emulator.info.vehicles]
    ask_once(emulator, data_dir, APP_SIGN_IN)
    [mini] = [car for car in cars if car.startswith("WMW")]
    for words in (("state-v4",), ("--raw", "/eadrax-vcs/v4/vehicles/state")):
        assert ";mini;4.9.2" in run("call", "mybmw", *words, "--vin", mini, "--dry-run").out
    assert ";bmw;4.9.2" in run("call", "mybmw", "state-v4", "--vin", cars[0], "--dry-run").out


def test_what_anybody_may_ask_needs_no_account(run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    car = emulator.info.vehicles[0].vin
    assert run("call", "mygarage", "get-recalls", "--vin", car.lower()).code == 0
    assert "--vin VIN" in run("call", "mygarage", "warranty").err
    refused = run("call", "mygarage", "recalls", "--vin", car)
    assert refused.code in {1, 3}
    assert run("call", "inventory", "dealer", "--zip-code", "90210").code == 0
    assert run("call", "inventory", "vehicle", "--page-size", "1").json  # an emulator takes any storefront
    monkeypatch.setenv("BIMMERHUB_INVENTORY__USERNAME", "any")
    monkeypatch.setenv("BIMMERHUB_INVENTORY__PASSWORD", "word of the storefront")
    assert run("call", "inventory", "vehicle", "--page-size", "1").json
    shown = run("call", "inventory", "token", "--dry-run").out
    assert "word of the storefront" not in shown
    assert "'password=***'" in shown
