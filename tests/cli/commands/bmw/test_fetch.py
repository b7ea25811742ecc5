"""`fetch`: BMW is asked out of a person's calls, the answer is shown and kept, and a fresh one costs nothing."""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Run, in_background, sign_in
from tests.emulated import emulator_settings

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings
from bimmerhub.hub.app import running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.ids import Vin
from bimmerhub.web.settings import WebSettings

WEEKS_OF_CHARGING = pytest.mark.parametrize("history_days", [20])


@pytest.fixture
def history_days() -> int:
    """How long the car has lived: weeks take longer than most tests."""
    return 1


@pytest.fixture
def settings(keys_dir: Path, history_days: int) -> EmulatorSettings:
    return emulator_settings(
        http_port=0,
        mqtt_port=0,
        keys_dir=keys_dir,
        poll_interval_s=0,
        speed=1.0,
        history_days=history_days,
        accounts=(EmulatedAccount(models=("bev",)),),
    )


@pytest.fixture
def emulator(
    settings: EmulatorSettings, monkeypatch: pytest.MonkeyPatch, data_dir: Path, run: Run
) -> Iterator[Emulator]:
    """An emulated BMW of one car; the account has signed in, and knows its car."""
    with in_background(lambda: Emulator(settings)) as running_emulator:
        info = running_emulator.info
        for name, value in {
            "BMW__AUTH_URL": info.base_url,
            "BMW__API_URL": info.base_url,
            "BMW__STREAM_HOST": info.mqtt_host,
            "BMW__STREAM_PORT": info.mqtt_port,
            "BMW__CA_FILE": info.ca_file,
            "REST__REFRESH_H": 0,
        }.items():
            monkeypatch.setenv(f"BIMMERHUB_{name}", str(value))
        sign_in(running_emulator, data_dir)
        assert run("fetch", "mappings").code == 0
        yield running_emulator


def spent(emulator: Emulator) -> int:
    return emulator.quota.spent(emulator.info.gcid)


def vin_of(emulator: Emulator) -> Vin:
    return emulator.info.vehicles[0].vin


def test_the_price_is_said_before_and_what_is_left_after(emulator: Emulator, run: Run) -> None:
    before = spent(emulator)
    result = run("fetch", vin_of(emulator), "tyres")
    assert (result.code, spent(emulator)) == (0, before + 1)
    price, left = result.err.splitlines()[:2]
    assert re.fullmatch(rf"Asking BMW, for 1 call of the {50 - before} that are left today \(home\)\.", price)
    assert left.startswith(f"1 call spent; {49 - before} of 50 are left until ")
    assert "245/45" in result.out
    assert run("tyres", "--json").json["items"][0]["wheel"] == "front_left"


def test_a_fresh_answer_costs_nothing_unless_another_is_wanted(emulator: Emulator, run: Run) -> None:
    first = run("fetch", "basic-data", "--raw")
    before = spent(emulator)
    again = run("fetch", "basic-data", "--raw")
    assert "from the store, for nothing" in again.err
    assert (json.loads(again.out), spent(emulator)) == (json.loads(first.out), before)
    answer = run("fetch", "basic-data", "--fresh", "--json").json
    assert (answer["served_from"], answer["calls"], spent(emulator)) == ("bmw", 1, before + 1)
    assert run("basic-data", "--json").json["fields"] == json.loads(first.out)
    assert " Ah" in run("basic-data").out
    assert "basicData" not in run("quota").out


@WEEKS_OF_CHARGING
@pytest.mark.parametrize("what", ["basic-data", "values", "charging-history", "tyres", "charging-settings", "image"])
def test_everything_can_be_asked_for(emulator: Emulator, run: Run, what: str) -> None:
    result = run("fetch", vin_of(emulator)[-4:], what)
    assert result.code == 0, result.err
    assert result.out
    answer = run("fetch", what, "--json").json
    assert (answer["served_from"], answer["calls"], answer["vin"]) == ("store", 0, vin_of(emulator))


@WEEKS_OF_CHARGING
def test_the_charging_history_of_a_stretch_of_time(emulator: Emulator, run: Run) -> None:
    truth = emulator.garage.truth(vin_of(emulator)).charging_sessions
    result = run("fetch", "charging-history", "--from", "120d", "--json")
    assert "for 3 calls or more" in result.err
    sessions = run("charging-history", "--json").json["items"]
    assert result.json["documents"] == len(sessions)
    assert 0 < len(truth) - len(sessions) <= 1 or len(truth) == len(sessions)
    assert "bimmerhub fetch charging-history" in run("charging-history").err


@pytest.mark.usefixtures("emulator")
def test_a_picture_as_it_came(data_dir: Path) -> None:
    line = [sys.executable, "-m", "bimmerhub", "fetch", "image", "--raw", "--data-dir", str(data_dir)]
    assert subprocess.run(line, check=True, capture_output=True, timeout=30).stdout.startswith(b"\x89PNG")


def test_a_picture_that_bmw_does_not_have_is_not_offered(emulator: Emulator, run: Run) -> None:
    emulator.faults.switch_on(FaultSwitch(name="no-image"))
    for _ in range(2):
        result = run("fetch", "image")
        assert (result.code, result.out) == (0, "")
        assert "BMW has no picture of this vehicle." in result.err


def test_what_cannot_be_asked_for_spends_nothing(emulator: Emulator, run: Run) -> None:
    before = spent(emulator)
    for words, code, said in (
        (["tires"], 2, "Did you mean tyres?"),
        (["0E00001"], 2, "bimmerhub fetch 0E00001 values"),
        (["x", "y", "tyres"], 2, "too many words"),
        (["values", "--container", "ABC"], 2, "no id of a container"),
        (["tyres", "--container", "J00I035N193CD"], 2, "--container is for values"),
        (["tyres", "--from", "2026-01-01"], 2, "--from and --to are for charging-history, not for tyres"),
        (["charging-history", "--from", "2020-01-01", "--to", "2019-01-01"], 2, "is not before --to"),
        (["charging-history", "--from", "1990-01-01"], 4, "are left of this day"),
    ):
        result = run("fetch", *words)
        assert (result.code, said in result.err) == (code, True), result.err
    assert spent(emulator) == before


def test_no_price_is_named_to_who_is_not_signed_in(emulator: Emulator, run: Run) -> None:
    assert emulator.info.client_id
    run("logout")
    result = run("fetch", "tyres")
    assert (result.code, "Asking BMW" in result.err) == (3, False)
    assert "home is not signed in" in result.err


def test_who_never_signed_in_is_told_so_and_of_no_account(run: Run, capture: Path) -> None:
    run("import", capture)
    result = run("fetch", "mappings")
    assert (result.code, "nobody is signed in here" in result.err, "home" in result.err) == (1, True, False)


def test_what_a_refused_call_cost_is_said(emulator: Emulator, run: Run) -> None:
    before = spent(emulator)
    result = run("fetch", "values", "--container", "ABCDEFGHIJKLM")
    assert (result.code, spent(emulator)) == (1, before + 1)
    assert f"{49 - before} of 50 are left until " in result.err


def test_the_way_to_ask_is_said_by_what_is_stored_only(emulator: Emulator, run: Run) -> None:
    vin = vin_of(emulator)
    assert "To ask BMW now" not in run("fetch", vin, "tyres").err
    assert f"To ask BMW now: bimmerhub fetch {vin} tyres" in run("tyres", vin).err


def test_mappings_say_how_and_since_when(emulator: Emulator, run: Run) -> None:
    [mapping] = run("mappings", "--json").json["items"]
    assert (mapping["vin"], mapping["account"], mapping["type"]) == (vin_of(emulator), "home", "PRIMARY")
    assert mapping["mapped_since"] is not None
    assert "from the store" in run("fetch", "mappings").err


def test_mappings_say_which_car_is_the_accounts_no_longer(emulator: Emulator, run: Run) -> None:
    info = emulator.info
    unmap = urllib.request.Request(
        f"{info.control_url}/vehicles/{vin_of(emulator)}/unmap",
        data=json.dumps({"account": info.user}).encode(),
        headers={"content-type": "application/json"},
    )
    urllib.request.urlopen(unmap).close()
    assert "until" not in run("mappings").out
    assert "until" in run("fetch", "mappings", "--fresh").out
    [mapping] = run("mappings", "--json").json["items"]
    assert mapping["unmapped_at"] is not None


@WEEKS_OF_CHARGING
def test_a_running_hub_asks_and_its_page_sees_the_answer(emulator: Emulator, run: Run, data_dir: Path) -> None:
    info = emulator.info
    bmw = Endpoints(
        auth_url=info.base_url,
        api_url=info.base_url,
        stream_host=info.mqtt_host,
        stream_port=info.mqtt_port,
        ca_file=Path(info.ca_file),
    )
    settings = HubConfig(data_dir=data_dir, bmw=bmw, hub=WebSettings(port=0), rest=RestSettings(refresh_h=0))
    with in_background(lambda: running(settings)) as hub:
        answer = run("fetch", "charging-settings", "--json").json
        assert (answer["served_from"], answer["calls"]) == ("bmw", 1)
        with urllib.request.urlopen(f"{hub.address}/api/v1/vehicles/{answer['vin']}/charging-settings") as shown:
            assert json.load(shown) == run("charging-settings", "--json").json
        assert "delayed" in run("charging-settings").out.lower()
        assert "fetch" in run("quota").out
