"""Every program in `examples/` runs as a user runs it: as a process of its own, against the emulator or a hub."""

import csv
import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.cli.conftest import in_background
from tests.examples.conftest import approve, post, running_program

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.emulator.host.info import EmulatorInfo
from bimmerhub.hub.app import running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.hub.process.directory import RunningHub, find_hub
from bimmerhub.web.settings import WebSettings

EXAMPLES = Path(__file__).parents[2] / "examples"
PROGRAMS = {file.stem for file in EXAMPLES.glob("*.py")}


def program(
    name: str, environment: dict[str, str], *words: str, is_endless: bool = False
) -> AbstractContextManager[Iterator[str]]:
    return running_program(EXAMPLES / f"{name}.py", *words, environment=environment, is_endless=is_endless)


@pytest.fixture(scope="module")
def environment(emulator: EmulatorInfo, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the examples read, for an account that has signed in with `sign_in.py`."""
    folder = tmp_path_factory.mktemp("account")
    (folder / "emulator.json").write_text(json.dumps(emulator.to_json()) + "\n")
    environment = {"EMULATOR": str(folder / "emulator.json"), "TOKENS": str(folder / "tokens.json")}
    with program("sign_in", environment) as lines:
        approve(emulator, next(lines))
        assert "Signed in" in next(lines)
    return environment


def test_every_example_is_listed_and_tried() -> None:
    tried = set(re.findall(r'program\(\s*"(\w+)"', Path(__file__).read_text("utf-8")))
    assert tried | {"account"} == PROGRAMS
    page = (EXAMPLES / "README.md").read_text("utf-8")
    assert [name for name in PROGRAMS if f"[{name}.py]({name}.py)" not in page] == []


def test_live_values_become_csv(environment: dict[str, str]) -> None:
    with program("live_to_csv", environment, is_endless=True) as lines:
        first = next(csv.DictReader(lines))
    assert first["descriptor"].startswith("vehicle.")
    assert first["measured_at"].endswith("+00:00")


def test_the_charging_history_becomes_csv(environment: dict[str, str]) -> None:
    with program("charging_history_to_csv", environment, "10") as lines:
        sessions = list(csv.DictReader(lines))
    assert sessions
    energies_kwh = [float(session["energy_from_grid_kwh"]) for session in sessions if session["energy_from_grid_kwh"]]
    assert all(0 < energy_kwh < 100 for energy_kwh in energies_kwh)


def test_the_last_values_of_every_car_are_printed(environment: dict[str, str], emulator: EmulatorInfo) -> None:
    with program("last_values", environment) as lines:
        text = "".join(lines)
    assert [vehicle.vin for vehicle in emulator.vehicles if vehicle.vin not in text] == []
    assert text.count("vehicle.vehicle.travelledDistance: ") == len(emulator.vehicles)


@pytest.fixture
def hub(emulator: EmulatorInfo, tmp_path: Path) -> Iterator[RunningHub]:
    """A hub that has signed in at the emulator."""
    bmw = Endpoints(
        auth_url=emulator.base_url,
        api_url=emulator.base_url,
        stream_host=emulator.mqtt_host,
        stream_port=emulator.mqtt_port,
        ca_file=Path(emulator.ca_file),
    )
    settings = HubConfig(
        data_dir=tmp_path, bmw=bmw, hub=WebSettings(port=0), rest=RestSettings(refresh_h=0, reserve=50)
    )
    with in_background(lambda: running(settings)):
        hub = find_hub(tmp_path)
        assert hub is not None
        code = post(f"{hub.address}/api/v1/accounts/home/sign-in", {"client_id": emulator.client_id}, token=hub.token)
        approve(emulator, json.loads(code)["verification_uri_complete"])
        yield hub


def test_signals_of_a_hub_are_followed(hub: RunningHub) -> None:
    with program("follow_hub", {}, hub.address, is_endless=True) as lines:
        assert re.fullmatch(r"\w{17} \w+ = .+ \(\d{4}-.+Z\)\n", next(lines))
