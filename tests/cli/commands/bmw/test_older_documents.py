"""BMW's trips, charging profile, destinations and range map of a car of i Remote, on the emulator; and of CarData's."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from tests.cli.conftest import Run, capture_line, sign_in
from tests.hub.conftest import Cloud, until

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import LinkState
from bimmerhub.emulator.app import Emulator
from bimmerhub.hub.app import Hub
from bimmerhub.times import DAY_MS
from bimmerhub.views.ports.accounts import AccountSignIn

SIGN_IN = AccountSignIn(
    family=Family.IREMOTE, username="anna@example.com", password="emulator", client_key="any", client_secret="any"
)


PORTAL_SIGN_IN = AccountSignIn(
    family=Family.CONNECTEDDRIVE,
    username="anna@example.com",
    password="emulator",
    client_id="any",
    redirect_uri="https://www.bmw-connecteddrive.com/app/static/external-dispatch.html",
)
TERMINAL = 80
"""Columns of a terminal that nobody has made wider."""


def is_asked(hub: Hub) -> bool:
    return any(link.state is LinkState.POLLING for link in hub.connections.links())


def ask_once(emulator: Emulator, data_dir: Path, sign_in: AccountSignIn, *, days: int = 2) -> str:
    """Let a hub ask for an account's cars once, after so many days of their lives; return the VIN of the first."""

    async def ask() -> None:
        async with aiohttp.ClientSession() as session:
            cloud = Cloud(emulator=emulator, session=session, data_dir=data_dir)
            await cloud.control("clock", jump_ms=days * DAY_MS)  # it is driven meanwhile
            async with cloud.hub() as hub:
                await hub.connections.sign_in_with_password("old", sign_in)
                await until(lambda: is_asked(hub))

    asyncio.run(ask())
    return emulator.info.vehicles[0].vin


@pytest.fixture
def car(emulator: Emulator, data_dir: Path) -> str:
    """The VIN of a car of i Remote that a hub has asked for once."""
    return ask_once(emulator, data_dir, SIGN_IN)


def test_documents_of_an_older_car_are_shown(run: Run, car: str) -> None:
    profile = run("charging-profile", car, "--json").json
    assert (profile["shape"], profile["source"], profile["notice"]) == ("weekly", "iremote", None)
    assert profile["departures"][0]["departure"] in run("charging-profile", "show", car).out
    places = run("destinations", car, "--json").json["items"]
    assert places[0]["city"] in run("destinations", car).out
    ranges = run("range-map", car, "--json").json
    kinds = [(feature["type"], feature["geometry"]["type"]) for feature in ranges["features"]]
    assert (ranges["type"], kinds) == (
        "FeatureCollection",
        [("Feature", name) for name in ("Polygon", "Polygon", "Point")],
    )
    ring = ranges["features"][0]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert "ECO_PRO_PLUS" in run("range-map", car).out
    trips = run("bmw-trips", car, "--json").json
    figures = {figure["figure"]: figure for figure in trips["all_trips"]["figures"]}
    community = [figures["electric_consumption"][f"community_{name}"] for name in ("low", "average", "high")]
    assert community == sorted(set(community))
    shown = run("bmw-trips", car)
    assert f"{community[-1]}  kWh/100 km" in shown.out
    assert max(map(len, shown.out.splitlines())) <= TERMINAL
    assert trips["items"][0]["distance_km"] > 0


def test_car_of_cardata_is_told_that_bmw_does_not_offer_them(emulator: Emulator, run: Run, data_dir: Path) -> None:
    sign_in(emulator, data_dir)
    assert run("fetch", "mappings").code == 0
    vin = emulator.info.vehicles[0].vin
    for command, what in {
        "bmw-trips": "trips",
        "charging-profile": "charging profiles",
        "destinations": "destinations",
        "range-map": "range maps",
    }.items():
        shown = run(command, vin)
        assert (shown.code, shown.out) == (0, ""), shown.err
        assert shown.err.startswith(f"BMW's CarData does not offer {what}: i Remote"), shown.err
        assert run(command, vin, "--json").json["notice"] in shown.err


def test_car_of_a_capture_is_no_cars_of_these(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "capture.ndjson"
    path.write_text(capture_line(60))
    assert run("import", path).code == 0
    assert json.loads(run("destinations", "--json").out)["items"] == []


def test_status_is_a_text_by_a_template_and_only_when_new(run: Run, car: str, tmp_path: Path) -> None:
    km = run("bmw-trips", car, "--json").json["items"][0]["distance_km"]
    signals = run("status", car, "--json").json["signals"]
    text = run("status", car, "--format", "text", "--only-when-new")
    assert f"{km * 0.621371:,.0f} miles in " in text.out, text.err
    assert (
        f"{signals['soc_percent']['value']:.0f}% ({signals['electric_range_km']['value'] * 0.621371:,.0f} miles)"
        in text.out
    )
    assert "???" not in text.out
    assert run("status", car, "--format", "text", "--only-when-new").out == ""
    own = tmp_path / "template.txt"
    own.write_text("{odometer_km} km, {plug}\n")
    odometer = f"{signals['odometer_km']['value']:,.0f} km, "
    assert run("status", car, "--template", f"@{own}").out.startswith(odometer)
    wrong = run("status", car, "--template", "{level}")
    assert (wrong.code, "miles_per_kwh" in wrong.err) == (2, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full, as Linux has")
def test_text_that_cannot_be_written_comes_again(run: Run, car: str, data_dir: Path) -> None:
    line = ("status", car, "--template", "{soc}", "--only-when-new")
    command = [sys.executable, "-m", "bimmerhub", *line, "--data-dir", str(data_dir)]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        assert subprocess.run(command, stdout=full, stderr=subprocess.DEVNULL, check=False).returncode != 0
    assert run(*line).out
    assert not run(*line).out


def test_capabilities_are_the_cars_own_words(run: Run, car: str) -> None:
    listed = {entry["name"]: entry for entry in run("vehicles", car, "--capabilities", "--json").json["capabilities"]}
    lock = {"name": "doorLock", "word": "ACTIVATED", "command": "lock", "is_able": True, "note": None}
    assert listed["doorLock"] == lock
    table = run("vehicles", car, "--capabilities").out
    assert all(name in table for name in listed)


def test_car_of_cardata_has_no_list_of_capabilities(emulator: Emulator, run: Run, data_dir: Path) -> None:
    sign_in(emulator, data_dir)
    assert run("fetch", "mappings").code == 0
    shown = run("vehicles", emulator.info.vehicles[0].vin, "--capabilities")
    assert (shown.code, shown.out) == (0, "")
    assert "CarData, by which it is read, allows reading only" in shown.err


def test_portal_tells_charging_profile_and_figures_of_trips(emulator: Emulator, run: Run, data_dir: Path) -> None:
    vin = ask_once(emulator, data_dir, PORTAL_SIGN_IN)
    profile = run("charging-profile", vin, "--json").json
    assert (profile["source"], profile["notice"]) == ("connecteddrive", None)
    assert profile["departures"]
    figures = run("bmw-trips", vin, "--json").json["portal_figures"]
    assert any(line["last_trip"] for line in figures)
    shown = run("bmw-trips", vin).out
    assert figures[0]["name"] in shown
    assert max(map(len, shown.splitlines())) <= TERMINAL
    assert "The ConnectedDrive portal has no destinations: i Remote did" in run("destinations", vin).err


def test_documents_of_the_portal_are_shown(emulator: Emulator, run: Run, data_dir: Path) -> None:
    vin = ask_once(emulator, data_dir, PORTAL_SIGN_IN)
    assert "unladen weight" in run("specs", vin).out
    assert "RLF" in run("booked-services", vin).out
    assert run("dealer", vin, "--json").json["name"] in run("dealer", vin).out
    assert "BMW tells of none." in run("messages", vin).out + run("messages", vin).err
    assert "the ConnectedDrive portal has no destinations" in run("destinations", vin).err.replace("The", "the")


def test_older_car_is_asked_at_once(run: Run, car: str) -> None:
    assert run("fetch", car, "destinations", "--fresh").out.startswith("To see it: bimmerhub destinations")
    assert "from the store, for nothing" in run("fetch", car, "destinations").err
    raw = run("fetch", car, "charging-profile", "--fresh", "--raw")
    assert "weeklyPlanner" in raw.out
    values = run("fetch", car, "values", "--fresh")
    assert (values.code, "repeated" in values.out or "known" in values.out) == (0, True), values.err
    assert "calls" not in values.err
    refused = run("fetch", car, "specs")
    assert (refused.code, "It can be asked for" in refused.err) == (1, True), refused.err
    assert "vehicles --account old" in run("fetch", "mappings", "--fresh").out


def test_what_only_cardata_tells_is_not_to_be_asked_for(run: Run, car: str) -> None:
    for what in ("tyres", "charging-history", "charging-settings", "basic-data"):
        shown = run(what, car)
        assert "Only BMW CarData tells this, and no account of CarData reads this car." in shown.err
        assert "bimmerhub fetch" not in shown.err
    assert "CarData has told of no car. All cars: bimmerhub vehicles" in run("mappings").err
