"""`bimmerhub report`: whatever is broken, one file that a person can read, and nothing private in it."""

import json
import os
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import VIN, Run, in_background, sign_in

from bimmerhub.emulator.app import Emulator
from bimmerhub.hub.app import running
from bimmerhub.hub.config import load_settings
from bimmerhub.hub.process.directory import announce, own
from bimmerhub.hub.reporting.own_words import mask_words


@pytest.fixture(autouse=True)
def _nothing_beyond_loopback(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the doctor look at loopback where no emulator runs, so that a test asks no name server."""
    if "emulator" not in request.fixturenames:
        for name, value in {
            "AUTH_URL": "http://127.0.0.1:9",
            "API_URL": "http://127.0.0.1:9",
            "STREAM_HOST": "127.0.0.1",
        }.items():
            monkeypatch.setenv(f"BIMMERHUB_BMW__{name}", value)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "report.json"


def read(out: Path) -> Any:
    return json.loads(out.read_text("utf-8"))


def test_store_without_a_hub_is_reported(run: Run, capture: Path, out: Path) -> None:
    run("import", capture)
    result = run("report", "--out", out)
    report = read(out)
    assert (result.code, report["hub"], report["store"]["readings"]) == (0, "none", 3)
    [car] = report["cars"]
    assert (car["car"], car["brand"]) == (1, "BMW")
    [line] = car["descriptors"]
    assert (line["descriptor"], line["units"], line["readings"]) == (
        "vehicle.drivetrain.batteryManagement.header",
        ["%"],
        3,
    )
    assert VIN not in out.read_text("utf-8")


def test_what_is_in_it_and_what_is_not_is_printed(run: Run, capture: Path, out: Path) -> None:
    run("import", capture)
    printed = run("report", "--out", out).out
    assert "3 readings, counted" in printed
    assert "Not in it are" in printed
    assert "- VINs, account ids" in printed


def test_report_goes_to_standard_output(run: Run) -> None:
    result = run("report", "--out", "-")
    assert result.json["store"]["trouble"].startswith("there is no database at …")


def test_file_that_is_there_is_not_replaced(run: Run, out: Path) -> None:
    out.write_text("mine")
    assert run("report", "--out", out).code == 1
    assert out.read_text() == "mine"


def test_hub_reports_its_account_and_what_the_doctor_found(
    run: Run, emulator: Emulator, data_dir: Path, out: Path
) -> None:
    sign_in(emulator, data_dir)
    settings = load_settings(config_file=None, environment=os.environ, overrides={"hub": {"port": 0}})
    with in_background(lambda: running(replace(settings, data_dir=data_dir))):
        run("report", "--out", out)
    report = read(out)
    [account] = report["accounts"]
    assert (report["hub"], account["signed_in"], account["family"]) == ("runs", True, "cardata")
    assert account["link"]["state"] in {"connecting", "connected"}
    assert {"sign-in server", "quota", "stream"} <= {check["name"] for check in account["checks"]}
    assert report["health"]["status"] == "ok"
    for private in (emulator.info.gcid, emulator.info.client_id, *(car.vin for car in emulator.info.vehicles)):
        assert private not in out.read_text("utf-8")


def test_hub_that_hangs_is_reported_from_its_store(run: Run, data_dir: Path, capture: Path, out: Path) -> None:
    run("import", capture)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with own(data_dir), announce(data_dir, address=address):
            run("report", "--out", out)
    report = read(out)
    assert report["hub"].startswith("does not answer")
    assert report["store"]["readings"] == 3


def test_damaged_database_is_reported(run: Run, data_dir: Path, capture: Path, out: Path) -> None:
    run("import", capture)
    database = data_dir / "bimmerhub.sqlite3"
    whole = database.read_bytes()
    database.write_bytes(whole[:4096] + b"\x5a" * (len(whole) - 4096))
    assert run("report", "--out", out).code == 0
    report = read(out)
    told = f"{report['store']['trouble']} {report['troubles']}"
    assert "database disk image is malformed" in told


def test_file_that_is_no_database_is_reported(run: Run, data_dir: Path, out: Path) -> None:
    data_dir.mkdir()
    (data_dir / "bimmerhub.sqlite3").write_bytes(b"nothing of the kind" * 1000)
    run("report", "--out", out)
    assert "file is not a database" in read(out)["store"]["trouble"]


def test_wrong_settings_are_reported(run: Run, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIMMERHUB_HUB__PORT", "Erika")
    run("report", "--out", out)
    [trouble] = read(out)["troubles"]
    assert trouble.startswith("settings: a setting has a wrong value: hub.port: expected a whole number")


def test_certificates_that_cannot_be_read_are_reported(
    run: Run, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIMMERHUB_BMW__CA_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("BIMMERHUB_BMW__API_URL", "https://127.0.0.1:9")
    assert run("report", "--out", out).code == 0
    assert read(out)["troubles"] == ["network: cannot use the CA file …: No such file or directory"]


def test_directory_that_cannot_be_is_reported(run: Run, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIMMERHUB_STORE__PATH", f"/{'x' * 300}/hub.db")
    assert run("report", "--out", out).code == 0
    assert "File name too long" in read(out)["store"]["trouble"]


def test_addresses_are_told_by_their_owner(run: Run, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIMMERHUB_HUB__HOST", "erikas-host.example")
    monkeypatch.setenv("BIMMERHUB_HUB__ALLOWED_HOSTS", "one.example,two.example")
    run("report", "--out", out)
    settings = read(out)["settings"]
    assert (settings["bmw.api_url"], settings["hub.host"]) == ("this machine", "other")
    assert settings["hub.allowed_hosts"] == "2 of them"


def test_a_sentence_keeps_our_words_only() -> None:
    assert mask_words("account anna: 3 of 50 REST calls used") == "account …: # of 50 REST calls used"
    assert mask_words("BMW answered 403 CU-104") == "BMW answered 403 CU-104"
    assert mask_words("/srv/anna/hub.db: disk I/O error") == "…: disk I/O error"
    assert mask_words("Erika Mustermann, M-AB 1234, 48.137") == "… …, … #, …"
