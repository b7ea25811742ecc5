"""What the ConnectedDrive portal tells beside the state, and on b2vapi's hosts as well."""

import json
from typing import Any

import pytest
from tests.emulator.older.conftest import WEBAPI, OldProgram
from tests.emulator.older.test_iremote_answers import PROFILE

from bimmerhub.emulator.faults.switches import FaultSwitch

BEV, PHEV, MINI = "WBY00000000E00001", "WBX00000000H00002", "WMW00000000F00003"
VEHICLE = "/api/vehicle"
CURVES = ("eco", "norm", "ecoEv", "normEv")


async def test_navigation_has_curves_in_hex(old: OldProgram) -> None:
    navigation = await old.get(f"{VEHICLE}/navigation/v1/{BEV}")
    truth = old.truth(BEV)
    model, battery = truth.equipment.consumption, truth.service.battery
    assert model is not None
    assert battery is not None
    told = tuple(tuple(int(value, 16) for value in navigation[curve].split(",")) for curve in CURVES)
    assert told == (model.eco, model.norm, model.eco_electric, model.norm_electric)
    assert all(len(curve) == 11 for curve in told)
    assert navigation["soc"] == round(battery.usable_kwh * (truth.levels.soc_percent or 0) / 100, 3)
    assert (navigation["socMax"], navigation["driveTrain"]) == (round(battery.usable_kwh, 3), "bev_ohne_rex")


async def test_navigation_may_be_minimal(old: OldProgram) -> None:
    old.emulator.faults.switch_on(FaultSwitch(name="navigation-minimal"))
    assert "eco" not in await old.get(f"{VEHICLE}/navigation/v1/{BEV}")


@pytest.mark.parametrize("path", ["navigation/v1", "efficiency/v1", "remoteservices/chargingprofile/v1"])
async def test_car_without_a_plug_is_not_found(old: OldProgram, path: str) -> None:
    assert (await old.call("GET", f"{VEHICLE}/{path}/{MINI}")).status == 404


async def test_efficiency_is_that_of_the_last_trip(old: OldProgram) -> None:
    efficiency = await old.get(f"{VEHICLE}/efficiency/v1/{BEV}")
    last = {row["name"]: row["lastTrip"] for row in efficiency["lastTripList"]}
    assert last["LASTTRIP_DELTA_KM"] == f"{old.truth(BEV).last_trip.distance_km:.1f}"
    assert efficiency["lifeTimeList"][-1].keys() == {"name", "lifeTime"}
    assert {row["characteristic"]: row["quantity"] for row in efficiency["characteristicList"]}["ELECTRIC_DRIVING"] == 5
    assert "scoreList" not in await old.get(f"{VEHICLE}/efficiency/v1/{PHEV}")


async def test_data_sheet_fits_the_engine(old: OldProgram) -> None:
    sheets = {
        vin: {row["key"]: row["value"] for row in await old.get(f"{VEHICLE}/specs/v1/{vin}")} for vin in (BEV, MINI)
    }
    assert sheets[MINI]["TANK_CAPACITY"] == "44"
    assert (sheets[MINI]["ENGINE_CYLINDERS"], sheets[MINI]["PERFORMANCE_ACCELERATION"]) == ("3", "7.7")
    assert not {"ENGINE_CYLINDERS", "TANK_CAPACITY"} & sheets[BEV].keys()


async def test_services_dealer_and_pictures(old: OldProgram) -> None:
    [booked] = await old.get(f"{VEHICLE}/service/v1/{MINI}")
    assert {service["name"] for service in booked["services"]} == {"RLF", "RDL", "RDU", "RHB", "RCN", "RCT"}
    assert (await old.get(f"{VEHICLE}/servicepartner/v1/{BEV}"))["dealer"]["name"] == "Autohaus Muster"
    pictures = await old.get(f"{VEHICLE}/image/v1/{BEV}", startAngle="0", stepAngle="90", width="780")
    assert [picture["angle"] for picture in pictures["angleUrls"]] == ["0", "90", "180", "270"]
    async with old.session.get(pictures["angleUrls"][1]["url"]) as response:
        assert response.content_type == "image/png"


async def test_profile_is_spelt_otherwise_here(old: OldProgram) -> None:
    assert "twoTimeTimer" in await old.get(f"{VEHICLE}/remoteservices/chargingprofile/v1/{PHEV}")
    await old.call("POST", f"{VEHICLE}/remoteservices/v1/{BEV}/RCP", data=json.dumps(PROFILE).encode())
    await old.pass_time(6)
    assert await old.get(f"{VEHICLE}/remoteservices/chargingprofile/v1/{BEV}") == PROFILE


async def test_message_goes_to_cars(old: OldProgram) -> None:
    body = {"vins": [BEV], "message": "At eight", "subject": "Dinner"}
    assert (await old.call("POST", f"{VEHICLE}/myinfo/v1", json=body)).body == {"status": "OK"}
    await old.pass_time(6)
    [message] = await old.get(f"{VEHICLE}/myinfo/v1")
    assert (message["subject"], message["message"]) == ("Dinner", "At eight")
    assert (await old.call("POST", f"{VEHICLE}/myinfo/v1/send", json={**body, "vins": ["X"]})).status == 404


async def test_what_is_around_a_car(old: OldProgram) -> None:
    assert [mapping["vin"] for mapping in await old.get("/api/me/mapping/v4/status", brand="BM")] == [BEV, PHEV, MINI]
    assert (await old.get(f"{VEHICLE}/v2/{BEV}"))["attributesMap"]["mileage"]
    assert (await old.call("POST", "/api/me/service/feed/v1", json={"url": "u", "title": "t"})).body == {"status": "OK"}
    assert (await old.call("GET", f"/api/me/service/mapupdate/download/v1/{BEV}")).status == 404
    assert await old.get(f"/api/store/v2/{BEV}/offersAndPortfolios") == {"offers": [], "portfolios": []}


async def test_service_that_the_car_lacks_is_not_found(old: OldProgram) -> None:
    assert (await old.call("POST", f"{VEHICLE}/remoteservices/v1/{MINI}/RCP")).status == 404


@pytest.mark.parametrize(
    ("fault", "path", "status"),
    [
        ("portal-gone", f"{VEHICLE}/dynamic/v1/{BEV}", 404),
        ("portal-error-as-200", f"{VEHICLE}/dynamic/v1/X", 200),
        ("older-tokens-refused", f"{VEHICLE}/dynamic/v1/{BEV}", 401),
    ],
)
async def test_bad_days_of_the_portal(old: OldProgram, fault: str, path: str, status: int) -> None:
    old.emulator.faults.switch_on(FaultSwitch(name=fault))
    assert (await old.call("GET", path)).status == status


async def test_portal_ended_in_2022(old: OldProgram) -> None:
    for year, status in ((2021, 200), (2022, 404), (2025, 404)):
        old.emulator.faults.switch_on(FaultSwitch(name="era", value=year))
        assert (await old.call("GET", f"{VEHICLE}/dynamic/v1/{BEV}")).status == status


@pytest.mark.parametrize("query", ["offset=abc", "offset=", "offset=99999999999", "offset=-99999999999"])
async def test_offset_is_a_number(old: OldProgram, query: str) -> None:
    assert (await old.call("GET", f"{VEHICLE}/dynamic/v1/{BEV}?{query}")).status == 400


DEEP = "[" * 5_000 + "]" * 5_000


@pytest.mark.parametrize(
    ("path", "options"),
    [
        (f"{VEHICLE}/remoteservices/v1/{BEV}/RCP", {"data": DEEP}),
        (f"{VEHICLE}/remoteservices/v1/{BEV}/RCP", {"data": b'{"weeklyPlanner":"\xff"}'}),
        (f"{VEHICLE}/myinfo/v1", {"data": f'{{"vins":[],"more":{DEEP}}}'}),
        ("/api/me/service/feed/v1", {"data": f'{{"url":"u","title":"t","more":{DEEP}}}'}),
        (f"/remoteservices/rsapi/v1/{BEV}/RLF", {"data": f'{{"more":{DEEP}}}'}),
        (f"{WEBAPI}/{BEV}/sendpoi", {"data": {"data": f'{{"poi":{DEEP}}}'}}),
        (f"{WEBAPI}/{BEV}/executeService", {"data": {"serviceType": "CHARGING_CONTROL", "data": DEEP}}),
    ],
)
async def test_json_that_is_broken_is_a_bad_request(old: OldProgram, path: str, options: dict[str, Any]) -> None:
    reply = await old.call("POST", path, **options)
    assert reply.status == 400 or "A-101" in str(reply.body), (reply.status, reply.body)
