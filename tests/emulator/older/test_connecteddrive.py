"""The ConnectedDrive portal's API: cars, their state as texts, and commands, as JSON and as XML."""

import json
import xml.etree.ElementTree as ET

import pytest
from tests.emulator.older.conftest import OldProgram

from bimmerhub.emulator.faults.switches import FaultSwitch

BEV, PHEV = "WBY00000000E00001", "WBX00000000H00002"
REMOTE = f"/api/vehicle/remoteservices/v1/{BEV}"


async def test_countries_lead_to_the_emulator(old: OldProgram) -> None:
    groups = (await old.get("/cms/default/default/country-selection.json"))["countryData"]
    countries = {country["name"]: country["link"] for [group] in groups.values() for country in group["countries"]}
    assert countries["Germany"].rstrip("/") == old.emulator.info.base_url


async def test_cars(old: OldProgram) -> None:
    cars = await old.get("/api/me/vehicles/v2")
    assert [(car["brand"], car["driveTrain"], car["maxFuel"]) for car in cars] == [
        ("BMWi", "BEV", None),
        ("BMW", "PHEV", "47.0"),
        ("MINI", "CONV", "44.0"),
    ]


async def test_every_value_is_a_text_or_null(old: OldProgram) -> None:
    for vin in (BEV, PHEV):
        attributes = await old.dynamic(vin)
        assert all(value is None or isinstance(value, str) for value in attributes.values())
        assert "DCS_CCH_Ongoing " in attributes


async def test_level_has_one_decimal(old: OldProgram) -> None:
    await old.command(BEV, "charge", soc_percent=99.0)
    await old.pass_time(3600)
    assert (await old.dynamic(BEV))["chargingLevelHv"] == "100.0"


async def test_offset_shifts_the_converted_texts(old: OldProgram) -> None:
    texts = [
        (await old.get(f"/api/vehicle/dynamic/v1/{BEV}", offset=offset))["attributesMap"] for offset in ("0", "-120")
    ]
    assert texts[0]["updateTime"] == texts[1]["updateTime"] == "27.07.2026 12:00:00 UTC"
    assert [text["updateTime_converted_time"] for text in texts] == ["12:00", "14:00"]
    stamps = [int(text["updateTime_converted_timestamp"]) for text in texts]
    assert stamps[1] - stamps[0] == 7_200_000


async def test_command_has_a_wrapper_when_it_begins_only(old: OldProgram) -> None:
    begun = (await old.call("POST", f"{REMOTE}/RDU")).body
    assert begun["nextRequestInSec"] == 10
    assert begun["remoteServiceEvent"]["remoteServiceStatus"] == "PENDING"
    states = []
    for seconds in (1, 2, 3):
        await old.pass_time(seconds)
        answer = await old.get(f"{REMOTE}/state/execution")
        assert answer["eventId"] == begun["remoteServiceEvent"]["eventId"]
        states.append(answer["remoteServiceStatus"])
    assert states == ["PENDING", "DELIVERED_TO_VEHICLE", "EXECUTED"]
    assert (await old.dynamic(BEV))["door_lock_state"] == "UNLOCKED"


async def test_times_of_a_command_have_a_short_offset(old: OldProgram) -> None:
    event = (await old.call("POST", f"{REMOTE}/RLF")).body["remoteServiceEvent"]
    assert event["lastUpdate"] == event["created"] == "2026-07-27T14:00:00.000+02"


async def test_xml_unless_json_is_accepted(old: OldProgram) -> None:
    reply = await old.call("POST", f"{REMOTE}/RLF", headers={"Accept": "*/*"})
    root = ET.fromstring(reply.body)
    assert root.findtext("remoteServiceEvent/remoteServiceStatus") == "PENDING"
    reply = await old.call("GET", f"{REMOTE}/state/execution", headers={"Accept": "*/*"})
    assert ET.fromstring(reply.body).findtext("remoteServiceStatus") == "PENDING"
    reply = await old.call("GET", f"{REMOTE}/history", headers={"Accept": "*/*"})
    past = ET.fromstring(reply.body)
    assert past.findtext("remoteServiceEvent/remoteServiceType") == "RLF"


async def test_history_is_newest_first(old: OldProgram) -> None:
    for code in ("RLF", "RDL"):
        await old.call("POST", f"{REMOTE}/{code}")
        await old.pass_time(10)
    history = await old.get(f"{REMOTE}/history")
    assert [(past["remoteServiceType"], past["status"]) for past in history] == [("RDL", "SUCCESS"), ("RLF", "SUCCESS")]
    assert history[0]["creationTime"] - history[1]["creationTime"] == 10_000


async def test_other_events_id_says_that_ours_was_superseded(old: OldProgram) -> None:
    first = (await old.call("POST", f"{REMOTE}/RLF")).body["remoteServiceEvent"]["eventId"]
    await old.call("POST", f"{REMOTE}/RDL")
    assert (await old.get(f"{REMOTE}/state/execution"))["eventId"] != first


async def test_state_of_a_car_on_the_road_may_be_empty(old: OldProgram) -> None:
    old.emulator.faults.switch_on(FaultSwitch(name="dynamic-empty"))
    reply = await old.call("GET", f"/api/vehicle/dynamic/v1/{BEV}")
    assert (reply.status, reply.body) == (200, "")


async def test_texts_may_hold_raw_line_feeds(old: OldProgram) -> None:
    old.emulator.faults.switch_on(FaultSwitch(name="dynamic-control-characters"))
    headers = {"Authorization": f"Bearer {old.token}", "Accept": "application/json"}
    url = f"{old.emulator.info.base_url}/api/vehicle/dynamic/v1/{BEV}"
    async with old.session.get(url, headers=headers) as response:
        text = await response.text()
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    assert json.loads(text, strict=False)["attributesMap"]
