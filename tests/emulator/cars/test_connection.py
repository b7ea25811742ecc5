"""SIM and ConnectedDrive contract: a car without one of them tells BMW nothing, and basicData and contracts say why."""

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.emulator.conftest import NOON_MS

from bimmerhub.emulator.cars import Garage
from bimmerhub.times import format_time

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

CONTRACTS = "vehicle.vehicleIdentification.connectedDriveContractList"
LOCK = "vehicle.cabin.door.status"
MINUTE_MS = 60_000


def vin_of(program: "Program") -> str:
    return program.emulator.info.vehicles[0].vin


async def command(program: "Program", name: str) -> dict[str, Any]:
    answer = await program.control(f"vehicles/{vin_of(program)}/commands", name=name)
    assert answer.status == 200
    body: dict[str, Any] = answer.body
    return body


async def values(program: "Program") -> dict[str, Any]:
    wish = {"name": "n", "purpose": "p", "technicalDescriptors": [CONTRACTS, LOCK]}
    container = (await program.call("POST", "/containers", json=wish)).body["containerId"]
    answer = await program.call("GET", f"/vehicles/{vin_of(program)}/telematicData?containerId={container}")
    data: dict[str, Any] = answer.body["telematicData"]
    return data


@pytest.mark.parametrize(("expire", "renew"), [("expire_sim", "renew_sim"), ("expire_contract", "renew_contract")])
async def test_car_without_connection_tells_nothing_until_it_is_renewed(
    program: "Program", expire: str, renew: str
) -> None:
    await program.sign_in()
    before = (await values(program))[LOCK]
    await command(program, expire)
    await command(program, "unlock")
    await program.control("clock", jump_ms=MINUTE_MS)
    assert (await values(program))[LOCK] == before
    await command(program, renew)
    await command(program, "lock")
    await command(program, "unlock")
    await program.control("clock", jump_ms=MINUTE_MS)
    assert (await values(program))[LOCK] != before


async def test_expired_sim_is_told_by_basic_data(program: "Program") -> None:
    await program.sign_in()
    path = f"/vehicles/{vin_of(program)}/basicData"
    assert (await program.call("GET", path)).body["simStatus"] == "ACTIVE"
    truth = await command(program, "expire_sim")
    assert (truth["has_sim"], truth["has_contract"]) == (False, True)
    assert (await program.call("GET", path)).body["simStatus"] == "INACTIVE"


async def test_end_of_the_contract_is_told_by_its_key(program: "Program") -> None:
    await program.sign_in()
    before = json.loads((await values(program))[CONTRACTS]["value"])
    assert {contract["status"] for contract in before} == {"ACTIVE"}
    assert before[0]["end"] == "2026-09-30 12:00:00 UTC"  # 300 days before now it was made for a year
    await command(program, "expire_contract")
    entry = (await values(program))[CONTRACTS]
    after = json.loads(entry["value"])
    assert {(contract["status"], contract["end"]) for contract in after} == {("EXPIRED", "2026-07-27 12:00:00 UTC")}
    assert entry["timestamp"].startswith("2026-07-27T12:00:00")


def test_contract_that_runs_is_renewed_each_year() -> None:
    garage = Garage(seed=1, start_ms=NOON_MS, models=("motorcycle",))
    garage.advance(NOON_MS + 70 * 86_400_000)
    connection = garage.truth(garage.cars[0].vin).connection
    assert (connection.has_contract, format_time(connection.contract_until_ms)) == (True, "2027-09-30T12:00:00.000Z")


@pytest.mark.parametrize(("name", "words"), [("renew_contract", "the contract runs")])
async def test_contract_that_runs_cannot_be_renewed(program: "Program", name: str, words: str) -> None:
    answer = await program.control(f"vehicles/{vin_of(program)}/commands", name=name)
    assert (answer.status, answer.body["error"]) == (409, words)
