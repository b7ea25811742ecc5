"""The customer archive of a simulated car, from the control API and from the command line."""

import base64
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from bimmerhub.cli import main
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

SHAPES = {
    "milliseconds and offset": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}",
    "milliseconds": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "microseconds": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z",
    "any fraction": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,2})?Z",
    "date": r"\d{4}-\d\d-\d\d",
    "in words": r"\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d [A-Z]+",
    "seconds": r"1[67]\d{8}",
}


@dataclass
class Opened:
    """An archive as a reader finds it: by the key list's name and what its root says."""

    root: ET.Element
    files: dict[str, bytes]

    def sibling(self, attribute: str) -> Any:
        return json.loads(self.files[self.root.attrib[attribute]])

    def values(self) -> dict[str, str | None]:
        return {
            entry.findtext("telematicKeyName") or "": entry.findtext("value")
            for entry in self.root.iterfind("telematicValueList/telematicValue")
        }


def opened(content: bytes) -> Opened:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        [key_list] = [name for name in archive.namelist() if "KeyList" in name and name.endswith(".xml")]
        folder = key_list.rpartition("/")[0] + "/"
        files = {name.removeprefix(folder): archive.read(name) for name in archive.namelist()}
    return Opened(root=ET.fromstring(files[key_list.removeprefix(folder)]), files=files)


@pytest.fixture
async def client(
    make_settings: Callable[..., EmulatorSettings], program_of: "Callable[[Emulator], Program]"
) -> "AsyncIterator[Program]":
    """A program whose account has a BEV and a petrol car with three weeks behind them."""
    account = EmulatedAccount(models=("bev", "ice"))
    async with Emulator(make_settings(accounts=(account,), history_days=21)) as emulator:
        yield program_of(emulator)


async def download(client: "Program", *, car: int = 0) -> Opened:
    vin = client.emulator.info.vehicles[car].vin
    async with client.session.get(f"{client.emulator.info.control_url}/vehicles/{vin}/archive") as response:
        assert (response.status, response.content_type) == (200, "application/zip")
        return opened(await response.read())


async def test_key_list_names_its_siblings_and_the_vehicle(client: "Program") -> None:
    archive = await download(client)
    assert archive.root.tag == "customerArchiveContent"
    assert (archive.root.attrib["vin"], archive.root.attrib["unitOfLength"]) == (
        client.emulator.garage.cars[0].vin,
        "km",
    )
    assert archive.root.attrib["requestDate"] == "27-07-2026"
    assert {value for name, value in archive.root.attrib.items() if name.endswith("FileName")} == set(archive.files)


async def test_key_list_holds_what_the_backend_knows(client: "Program") -> None:
    archive, vin = await download(client), client.emulator.garage.cars[0].vin
    backend = client.emulator.voice.known_of(vin)
    values = archive.values()
    assert set(backend) <= set(values)
    odometer = "vehicle.vehicle.travelledDistance"
    assert values[odometer] == str(backend[odometer].value)
    assert base64.b64decode(archive.root.findtext("vehicleImage") or "").startswith(b"\x89PNG")


async def test_history_and_tyres_are_those_of_rest(client: "Program") -> None:
    await client.sign_in()
    archive, path = await download(client), f"/vehicles/{client.emulator.info.vehicles[0].vin}/"
    window = {"from": "2026-07-06T00:00:00.000Z", "to": "2026-07-27T12:00:00.000Z"}
    by_rest = (await client.call("GET", path + "chargingHistory", params=window)).body["data"]
    archived = archive.sibling("chargingHistoryFileName")
    assert [session["startTime"] for session in archived] == [session["startTime"] for session in by_rest]
    tyres = (await client.call("GET", path + "smartMaintenanceTyreDiagnosis")).body
    assert archive.sibling("smartMaintenanceFileName") == tyres


async def test_navigation_has_learned_home_and_work_and_the_way_between(client: "Program") -> None:
    learned = (await download(client)).sibling("learningNavigationFileName")
    labels = {entry["place"]["learnedLabel"]["label"]: entry["place"]["id"] for entry in learned["places"]}
    ways = {(entry["route"]["originId"], entry["route"]["destinationId"]) for entry in learned["routes"]}
    assert (labels["HOME"], labels["WORK"]) in ways
    assert {(entry["originId"], entry["destinationId"]) for entry in learned["transitions"]} == ways
    assert all(entry["route"]["segments"][0]["locations"] for entry in learned["routes"])


async def test_car_without_plug_has_an_archive_too(client: "Program") -> None:
    assert (await download(client, car=1)).sibling("chargingHistoryFileName") == []


def rows(archive: Opened) -> list[dict[str, str | None]]:
    values = archive.root.iterfind("telematicValueList/telematicValue")
    return [{part.tag: part.text for part in value} for value in values]


async def test_rows_can_lack_their_key_and_never_their_title(client: "Program") -> None:
    before = rows(await download(client))
    client.emulator.faults.switch_on(FaultSwitch(name="archive-without-keys", value=0.3))
    after = rows(await download(client))
    keyless = [row for row in after if "telematicKeyName" not in row]
    assert len(after) == len(before)
    assert 0.1 < len(keyless) / len(after) < 0.5
    assert all(row["name"] for row in keyless)


async def test_values_can_be_null_as_text_and_units_odd(client: "Program") -> None:
    client.emulator.faults.switch_on(FaultSwitch(name="archive-null-texts", value=0.2))
    client.emulator.faults.switch_on(FaultSwitch(name="archive-odd-units"))
    after = rows(await download(client))
    assert 0.05 < sum(row["value"] == "null" for row in after) / len(after) < 0.4
    assert {"WGS84", "kpa"} <= {row["unit"] for row in after}


def run(*arguments: str) -> object:
    """Return the exit code of the command."""
    with pytest.raises(SystemExit) as ended:
        main(["emulator", "archive", *arguments])
    return ended.value.code


def test_command_writes_the_same_archive_for_the_same_seed(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one.zip", "two.zip", "other.zip")]
    for file, seed in zip(files, ("1", "1", "2"), strict=True):
        assert run("--out", str(file), "--days", "20", "--seed", seed) == 0
    one, two, other = (file.read_bytes() for file in files)
    assert one == two != other
    text = b"\n".join(opened(one).files.values()).decode()
    names = {name for name, shape in SHAPES.items() if re.search(rf"""(?<=[">\s]){shape}(?=[<",\s])""", text)}
    assert names == set(SHAPES)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--model", "hovercraft"], 2), (["--start", "yesterday"], 2), (["--out", "/no/where.zip"], 1)],
)
def test_command_says_what_it_cannot_do(tmp_path: Path, arguments: list[str], code: int) -> None:
    assert run("--out", str(tmp_path / "a.zip"), "--days", "1", *arguments) == code
