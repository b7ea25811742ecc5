"""Faults of telematicData: nulls, texts, zeros and units as some cars have them."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.oddities import NO_VALUE_TEXTS
from bimmerhub.emulator.faults.switches import FaultSwitch

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

NOT_THERE = "vehicle.channel.ngtp.timeVehicle"
ASKED = [
    keys.SOC_HEADER,
    keys.SOC_DISPLAYED,
    keys.HV_STATUS,
    keys.CHECK_CONTROL,
    keys.TOTAL_RANGE,
    keys.BATTERY_SIZE,
    keys.LATITUDE,
    keys.ALTITUDE,
    NOT_THERE,
]


async def ask(program: "Program", *faults: str) -> dict[str, Any]:
    await program.sign_in()
    container = await program.call("POST", "/containers", json={"technicalDescriptors": ASKED})
    for fault in faults:
        program.emulator.faults.switch_on(FaultSwitch(name=fault))
    program.emulator.clock.jump(by_ms=2_000)
    path = f"/vehicles/{program.emulator.info.vehicles[0].vin}/telematicData"
    answer = await program.call("GET", path, params={"containerId": container.body["containerId"]})
    entries: dict[str, Any] = answer.body["telematicData"]
    return entries


async def test_null_stands_beside_a_good_value(program: "Program") -> None:
    entries = await ask(program, "rest-null-beside-good")
    header, displayed = entries[keys.SOC_HEADER], entries[keys.SOC_DISPLAYED]
    assert header["value"] is None
    assert header["timestamp"] > displayed["timestamp"]
    assert 0 < int(displayed["value"]) <= 100
    assert entries[keys.HV_STATUS] == {"timestamp": header["timestamp"], "unit": None, "value": "INVALID"}


async def test_no_check_control_message_is_null_with_a_time(program: "Program") -> None:
    entry = (await ask(program, "check-control-null"))[keys.CHECK_CONTROL]
    assert entry["value"] is None
    assert entry["timestamp"]


async def test_nothing_is_a_text(program: "Program") -> None:
    entries = await ask(program, "rest-no-value-texts")
    assert entries[NOT_THERE]["value"] in NO_VALUE_TEXTS
    assert entries[NOT_THERE]["timestamp"]
    assert json.loads(entries[keys.CHECK_CONTROL]["value"]) == []


async def test_zero_stands_for_what_is_not_there(program: "Program") -> None:
    entries = await ask(program, "rest-zeros-for-absent")
    assert (entries[keys.TOTAL_RANGE]["value"], entries[keys.BATTERY_SIZE]["value"]) == ("0", "0.0")


async def test_units_are_spelt_otherwise(program: "Program") -> None:
    entries = await ask(program, "rest-odd-units")
    assert entries[keys.LATITUDE]["unit"] == "WGS84"
    assert entries[keys.ALTITUDE]["unit"] == "cm"
    assert float(entries[keys.ALTITUDE]["value"]) > 10_000


@pytest.mark.parametrize(("fault", "least"), [("rest-millis", 8), ("rest-no-unit", 0)])
async def test_all_times_have_milliseconds(program: "Program", fault: str, least: int) -> None:
    entries = (await ask(program, fault)).values()
    stamps = [entry["timestamp"] for entry in entries if entry["timestamp"]]
    assert sum(not stamp.endswith(".000Z") for stamp in stamps) >= least
    assert fault != "rest-no-unit" or not any(entry["unit"] for entry in entries)


async def test_faults_of_entries_go_together(program: "Program") -> None:
    faults = ["all-null", "check-control-null", "rest-in-miles", "rest-millis", "rest-odometer-in-miles"]
    faults += [
        "rest-null-beside-good",
        "rest-zeros-for-absent",
        "rest-no-value-texts",
        "rest-odd-units",
        "rest-no-unit",
    ]
    entries = await ask(program, *faults)
    assert set(entries) <= set(ASKED)
    assert entries[keys.ALTITUDE]["value"] in NO_VALUE_TEXTS
