"""Charging sessions by month, trips, places for the car, and what the app was seen to ask besides."""

import io
import zipfile
from typing import Any

import pytest
from tests.emulator.mybmw.conftest import BEV, MINI, AppProgram, AppReply

STATISTICS, SESSIONS = "/eadrax-chs/{}/charging-statistics", "/eadrax-chs/{}/charging-sessions"
SUSTAINABILITY = "/eadrax-suscs/v1/vehicles/sustainability"
PLACE = {
    "position": {"lat": 50.7, "lng": 6.1},
    "title": "Cathedral",
    "formattedAddress": "Domhof 1, Aachen",
    "address": {"street": "Domhof 1", "postalCode": "52062", "city": "Aachen", "country": "DE"},
    "category": {"losCategory": "Address", "mguVehicleCategoryId": None, "name": "Address"},
    "entrances": [{"name": None, "position": {"lat": 50.7, "lng": 6.1}}],
    "placeType": "ADDRESS",
    "provider": None,
    "providerPoiId": "",
}


async def charge(app: AppProgram, *, times: int = 1) -> None:
    """Let the car charge, and come home for the next charge."""
    for _ in range(times):
        await app.command_car(BEV, "charge", soc_percent=75, target_percent=80)
        await app.pass_time(1800)
        await app.command_car(BEV, "unplug")
        await app.pass_time(1000)
    await app.sign_in()


async def sessions(app: AppProgram, version: str = "v2", **query: str) -> Any:
    wish = {"date": "2026-07-01T00:00:00.000Z", "maxResults": "40", "include_date_picker": "false", **query}
    return await app.get(SESSIONS.format(version), vin=BEV, **wish)


async def test_month_is_summed_up(app: AppProgram) -> None:
    await charge(app, times=2)
    energy_kwh = sum(session.grid_kwh for session in app.truth(BEV).charging_sessions)
    for version in ("v1", "v2"):
        answer = await app.get(STATISTICS.format(version), currentDate="2026-07-27T00:00:00.000Z", vin=BEV)
        assert (answer["description"], answer["optStateType"]) == ("July 2026", "OPT_IN_WITH_SESSIONS")
        assert answer["statistics"]["numberOfChargingSessions"] == 2
        assert answer["statistics"]["totalEnergyCharged"] == round(energy_kwh)
    empty = await app.get(STATISTICS.format("v2"), currentDate="2026-05-01T00:00:00.000Z", vin=BEV)
    assert (empty["optStateType"], empty["statistics"]["totalEnergyCharged"]) == ("OPT_IN_WITHOUT_SESSIONS", 0)


async def test_sessions_are_texts_with_costs_since_v2(app: AppProgram) -> None:
    await charge(app)
    [truth] = app.truth(BEV).charging_sessions
    old, new = await sessions(app, "v1"), await sessions(app, "v2")
    [session] = new["chargingSessions"]["sessions"]
    assert session["energyCharged"] == f"~ {truth.grid_kwh:.0f} kWh"
    assert (session["title"][:5], session["sessionStatus"]) == ("Today", "FINISHED")
    assert new["chargingSessions"]["numberOfSessions"] == "1"
    assert new["paginationInfo"] is None
    assert old["paginationInfo"] == {}
    assert not any(key.startswith("costs") for key in old["chargingSessions"])
    assert "costsGroupedByCurrency" in new["chargingSessions"]


async def test_month_without_sessions_is_empty(app: AppProgram) -> None:
    listed = (await sessions(app, date="2026-05-01T00:00:00.000Z"))["chargingSessions"]
    assert (listed["chargingListState"], listed["sessions"]) == ("CHARGE_AND_TRACK", [])
    assert listed["costsGroupedByCurrency"] == ["--"]


async def test_sessions_come_in_pages(app: AppProgram) -> None:
    await charge(app, times=3)
    token, ids = "", []
    for _ in range(2):
        page = await sessions(app, maxResults="2", next_token=token)
        ids += [session["id"] for session in page["chargingSessions"]["sessions"]]
        token = (page["paginationInfo"] or {"nextToken": ""})["nextToken"]
    assert token == ""
    assert len(set(ids)) == 3


async def test_date_picker_ignores_the_date(app: AppProgram) -> None:
    await charge(app)
    answer = await sessions(app, include_date_picker="true", date="2020-01-01T00:00:00.000Z")
    assert answer["chargingSessions"]["numberOfSessions"] == "1"
    assert answer["datePicker"]["selectedDate"] == "2026-07-01T00:00:00Z"


async def test_one_session_in_detail(app: AppProgram) -> None:
    await charge(app)
    [item] = (await sessions(app))["chargingSessions"]["sessions"]
    detail = await app.get(f"{SESSIONS.format('v2')}/{item['id']}")
    assert (detail["startBatteryPc"], detail["endBatteryPc"]) == ("75%", "80%")
    assert detail["totalMileage"].endswith(" km")
    assert (await app.call("GET", f"{SESSIONS.format('v2')}/nothing")).status == 404


async def test_sessions_come_as_a_workbook(app: AppProgram) -> None:
    await charge(app, times=2)
    query = {"vin": BEV, "currentDate": "2026-07-27", "format": "xlsx"}
    path = SESSIONS.format("v1") + "/generate-report"
    reply = await app.call("POST", path, params=query)
    sheet = zipfile.ZipFile(io.BytesIO(reply.body)).read("xl/sheet1.xml").decode()
    assert (sheet.count("<row>"), "startDate" in sheet) == (3, True)
    assert (await app.call("POST", path, params={**query, "format": "pdf"})).status == 400


async def test_car_without_a_plug_has_no_history(app: AppProgram) -> None:
    for path in (STATISTICS, SESSIONS):
        assert (await app.call("GET", path.format("v2"), params={"vin": MINI})).status == 404


async def trips(app: AppProgram, path: str, **query: str) -> AppReply:
    gcid = {"x-gcid": str(app.tokens["gcid"])}
    return await app.call("GET", SUSTAINABILITY + path, vin=BEV, params={"timezone": "+01:00", **query}, headers=gcid)


async def test_trips_of_a_month_and_one_of_them(app: AppProgram) -> None:
    await app.command_car(BEV, "drive", km=12)
    await app.pass_time(3600)
    await app.sign_in()
    truth = app.truth(BEV).trips[-1]
    history = (await trips(app, "/trips/history", date="2026-07", offset="0", limit="100")).body
    assert history["quantity"] == len(history["items"][0]["trips"]) == 1
    trip = (await trips(app, f"/trips/summary/{history['items'][0]['trips'][0]['id']}")).body["trip"]
    assert trip["distance"] == {"distance": round(truth.distance_km, 1), "distanceUnit": "km"}
    assert trip["electricConsumption"]["consumption"] == round(truth.energy_kwh, 2)
    assert trip["end"]["energyState"] == {"electric": truth.soc_end_percent}
    month = (await trips(app, "/trips/statistics", date="2026-07")).body
    assert month["distance"]["distance"] == round(truth.distance_km, 1)
    widget = (await trips(app, "/widget")).body
    assert widget["status"] == "Success"
    assert widget["widget"]["lastTrip"]["electricConsumption"]["averageConsumption"] > 0
    assert (await trips(app, "/trips/summary/0")).status == 404


async def test_trips_want_the_account_in_a_header(app: AppProgram) -> None:
    assert (await app.call("GET", SUSTAINABILITY + "/widget", vin=BEV)).status == 400


async def send(app: AppProgram, body: Any, *, gcid: str | None = None) -> AppReply:
    return await app.call("POST", f"/eadrax-dcs/v2/user/{gcid or app.tokens['gcid']}/send-to-car", json=body)


async def test_places_arrive_in_the_car(app: AppProgram) -> None:
    body = {"places": [PLACE, {**PLACE, "title": "Second"}], "vehicleInformation": {"vin": BEV}}
    reply = await send(app, body)
    assert (reply.status, reply.body) == (201, b"")
    await app.pass_time(6)
    first, second = app.truth(BEV).sent
    assert (first.name, first.latitude_deg, first.town) == ("Cathedral", 50.7, "Aachen")
    assert second.name == "Second"


async def test_place_by_the_first_version(app: AppProgram) -> None:
    location = {
        "name": "Home",
        "type": "SHARED_DESTINATION_FROM_EXTERNAL_APP",
        "coordinates": {"latitude": 50.7, "longitude": 6.1},
        "locationAddress": {"street": "Ring 1", "postalCode": None, "city": None, "country": None},
    }
    reply = await app.call("POST", "/eadrax-dcs/v1/send-to-car/send-to-car", json={"vin": BEV, "location": location})
    assert reply.status == 201
    await app.pass_time(6)
    assert app.truth(BEV).sent[-1].street == "Ring 1"
    assert await app.get(f"/eadrax-dcs/v1/send-to-car/{BEV}/subservice-status") == {"sendToCarEnabled": True}


@pytest.mark.parametrize(
    "body",
    [
        {"places": [], "vehicleInformation": {"vin": BEV}},
        {"places": [PLACE]},
        {"places": [{**PLACE, "position": {"lat": 95.0, "lng": 0.0}}], "vehicleInformation": {"vin": BEV}},
        [],
    ],
)
async def test_bad_place_is_refused(app: AppProgram, body: Any) -> None:
    assert (await send(app, body)).status == 400


async def test_place_is_sent_in_ones_own_name(app: AppProgram) -> None:
    body = {"places": [PLACE], "vehicleInformation": {"vin": BEV}}
    assert (await send(app, body, gcid="99999999-2222-3333-4444-555555555555")).status == 403


async def test_contacts_are_the_dealers_of_all_cars(app: AppProgram) -> None:
    [contact] = (await app.get("/eadrax-ucs/v2/contacts"))["contacts"]
    assert contact["name"] == app.truth(BEV).equipment.dealer.name


async def test_warranty_ends_three_years_after_the_car_was_built(app: AppProgram) -> None:
    plan = await app.get(f"/eadrax-bsics/v2/warrantyplans/{BEV}")
    assert plan["globalState"] == "ACTIVE"
    assert plan["warrantyList"][0]["dateCondition"]["endDate"] == "2026-10-01"
