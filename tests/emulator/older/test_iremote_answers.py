"""What the i Remote API tells beside the state: trips, charging profile, destinations, range, picture, history."""

import json
import struct
from typing import Any

import pytest
from tests.emulator.older.conftest import WEBAPI, OldProgram

from bimmerhub.emulator.faults.switches import FaultSwitch

BEV, PHEV, MINI = "WBY00000000E00001", "WBX00000000H00002", "WMW00000000F00003"
PROFILE: dict[str, Any] = {
    "weeklyPlanner": {
        "climatizationEnabled": True,
        "chargingMode": "DELAYED_CHARGING",
        "chargingPreferences": "CHARGING_WINDOW",
        "timer1": {"departureTime": "06:45", "timerEnabled": True, "weekdays": ["MONDAY", "FRIDAY"]},
        "timer2": {"departureTime": "09:00", "timerEnabled": False, "weekdays": []},
        "timer3": {"weekdays": []},
        "overrideTimer": {"departureTime": "13:00", "timerEnabled": False, "weekdays": ["SUNDAY"]},
        "preferredChargingWindow": {"enabled": True, "startTime": "23:00", "endTime": "05:00"},
    }
}
POI = {"poi": {"lat": 50.7, "lon": 6.1, "name": "Cathedral", "street": "Domhof 1", "city": "Aachen", "rating": -1}}


async def set_profile(old: OldProgram, vin: str, data: str) -> int:
    reply = await old.execute(vin, "CHARGING_CONTROL", data=data)
    await old.pass_time(6)
    return reply.status


async def test_last_trip_is_the_cars(old: OldProgram) -> None:
    await old.command(BEV, "drive", km=12)
    await old.pass_time(3600)
    trip = (await old.get(f"{WEBAPI}/{BEV}/statistics/lastTrip"))["lastTrip"]
    truth = old.truth(BEV).last_trip
    assert trip["totalDistance"] == round(truth.distance_km, 1)
    assert trip["duration"] == round((truth.end_ms - truth.start_ms) / 60_000)
    assert trip["avgElectricConsumption"] > 0
    assert (trip["electricDistanceRatio"], trip["date"][-5:]) == (100, "+0200")


async def test_new_car_has_a_last_trip_too(old: OldProgram) -> None:
    trip = (await old.get(f"{WEBAPI}/{BEV}/statistics/lastTrip"))["lastTrip"]
    assert trip["totalDistance"] > 0
    assert (await old.get(f"{WEBAPI}/{MINI}/statistics/lastTrip")) == {"lastTrip": {}}


async def test_new_car_has_driven_its_last_trip_by_all_accounts(old: OldProgram) -> None:
    last = (await old.get(f"{WEBAPI}/{BEV}/statistics/lastTrip"))["lastTrip"]
    trips = (await old.get(f"{WEBAPI}/{BEV}/statistics/allTrips"))["allTrips"]
    cycles = trips["chargecycleRange"]
    assert trips["totalElectricDistance"]["userTotal"] == last["totalDistance"]
    assert (cycles["userHigh"], cycles["userCurrentChargeCycle"]) == (last["totalDistance"], last["totalDistance"])
    assert round(trips["avgElectricConsumption"]["userAverage"], 1) == last["avgElectricConsumption"]
    assert trips["resetDate"][:10] == last["date"][:10]


async def test_statistics_compare_with_the_community(old: OldProgram) -> None:
    await old.command(BEV, "drive", km=12)
    await old.pass_time(3600)
    trips = (await old.get(f"{WEBAPI}/{BEV}/statistics/allTrips"))["allTrips"]
    driven = [old.truth(BEV).earlier_trip, *old.truth(BEV).trips]
    assert trips["totalElectricDistance"]["userTotal"] == pytest.approx(
        sum(trip.distance_km for trip in driven), abs=0.06
    )
    assert set(trips["avgElectricConsumption"]) == {"communityLow", "communityAverage", "communityHigh", "userAverage"}
    assert "communityLow" not in trips["chargecycleRange"]
    assert trips["batterySizeMax"] == 78_764


async def test_profile_is_read_changed_and_read_back(old: OldProgram) -> None:
    assert (await old.get(f"{WEBAPI}/{BEV}/chargingprofile")) != PROFILE
    assert await set_profile(old, BEV, json.dumps(PROFILE)) == 200
    assert await old.poll(BEV, "CHARGING_CONTROL") == "EXECUTED"
    assert (await old.get(f"{WEBAPI}/{BEV}/chargingprofile")) == PROFILE


async def test_two_timers_have_no_weekdays(old: OldProgram) -> None:
    profile = (await old.get(f"{WEBAPI}/{PHEV}/chargingprofile"))["twoTimesTimer"]
    assert {"timer1", "timer2"} <= profile.keys()
    assert not {"timer3", "overrideTimer"} & profile.keys()
    assert all("weekdays" not in profile[timer] for timer in ("timer1", "timer2"))
    changed = {"twoTimesTimer": {**profile, "timer1": {"departureTime": "05:30", "timerEnabled": True}, "timer2": {}}}
    assert await set_profile(old, PHEV, json.dumps(changed)) == 200
    assert (await old.get(f"{WEBAPI}/{PHEV}/chargingprofile")) == changed


@pytest.mark.parametrize(
    "data",
    ["", "[]", '{"twoTimesTimer": {"timer1": {},}}', '{"weeklyPlanner": {}}', '{"other": {}}', json.dumps([PROFILE])],
)
async def test_what_is_no_profile_is_refused(old: OldProgram, data: str) -> None:
    assert await set_profile(old, BEV, data) == 400


async def test_profile_of_another_kind_is_not_executed(old: OldProgram) -> None:
    assert await set_profile(old, PHEV, json.dumps(PROFILE)) == 200
    assert await old.poll(PHEV, "CHARGING_CONTROL") == "NOT_EXECUTED"


async def test_profile_may_fail(old: OldProgram) -> None:
    old.emulator.faults.switch_on(FaultSwitch(name="profile-500"))
    assert (await old.call("GET", f"{WEBAPI}/{BEV}/chargingprofile")).status == 500


async def test_profile_of_two_timers_may_be_no_json(old: OldProgram) -> None:
    good = await old.get(f"{WEBAPI}/{PHEV}/chargingprofile")
    old.emulator.faults.switch_on(FaultSwitch(name="two-times-timer-not-json"))
    url = f"{old.emulator.info.base_url}{WEBAPI}/{PHEV}/chargingprofile"
    async with old.session.get(url, headers={"Authorization": f"Bearer {old.token}"}) as response:
        text = await response.text()
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    assert json.loads(text.replace(",}", "}")) == good
    assert "weeklyPlanner" in await old.get(f"{WEBAPI}/{BEV}/chargingprofile")


@pytest.mark.parametrize("path", ["chargingprofile", "rangemap"])
async def test_car_without_a_plug_has_none(old: OldProgram, path: str) -> None:
    assert (await old.call("GET", f"{WEBAPI}/{MINI}/{path}")).status == 404


async def test_destinations_are_where_it_was_driven(old: OldProgram) -> None:
    assert (await old.get(f"{WEBAPI}/{BEV}/destinations")) == {"destinations": []}
    await old.command(BEV, "drive", km=12)
    await old.pass_time(3600)
    [destination] = (await old.get(f"{WEBAPI}/{BEV}/destinations"))["destinations"]
    assert destination["lat"] == round(old.truth(BEV).latitude_deg, 6)
    assert (destination["type"], destination["city"]) == ("DESTINATION", destination["city"].upper())


async def test_range_map_surrounds_the_car(old: OldProgram) -> None:
    range_map = (await old.get(f"{WEBAPI}/{BEV}/rangemap"))["rangemap"]
    assert [line["type"] for line in range_map["rangemaps"]] == ["ECO_PRO_PLUS", "COMFORT"]
    latitudes = [point["lat"] for point in range_map["rangemaps"][1]["polyline"]]
    assert min(latitudes) < range_map["center"]["lat"] < max(latitudes)
    assert (await old.get(f"{WEBAPI}/{PHEV}/rangemap")) == {"rangemap": {}}


async def test_picture_has_the_size_that_is_asked_for(old: OldProgram) -> None:
    url = f"{old.emulator.info.base_url}{WEBAPI}/{BEV}/image?width=400&height=300&view=FRONT"
    headers = {"Authorization": f"Bearer {old.token}", "Accept": "image/png"}
    async with old.session.get(url, headers=headers) as response:
        picture = await response.read()
    assert (response.content_type, picture[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (400, 300)


@pytest.mark.parametrize("query", ["view=ROOF", "width=0&height=1", "width=a&height=b"])
async def test_picture_that_there_is_not(old: OldProgram, query: str) -> None:
    assert (await old.call("GET", f"{WEBAPI}/{BEV}/image?{query}")).status == 500


@pytest.mark.parametrize("field", ["data", "body"])
async def test_place_is_sent(old: OldProgram, field: str) -> None:
    reply = await old.call("POST", f"{WEBAPI}/{BEV}/sendpoi", data={field: json.dumps(POI)})
    assert (reply.status, reply.body) == (204, "")
    await old.pass_time(6)
    answer = await old.get(f"{WEBAPI}/{BEV}/serviceExecutionStatus", serviceType="SEND_POI_TO_CAR")
    assert answer == {"executionStatus": {"eventId": "-1", "status": "EXECUTED"}}
    [sent] = old.truth(BEV).sent
    assert (sent.name, sent.town, sent.latitude_deg) == ("Cathedral", "Aachen", 50.7)


async def test_message_is_a_name_and_a_text(old: OldProgram) -> None:
    message = {"poi": {"name": "Dinner", "additionalInfo": "At eight"}}
    assert (await old.call("POST", f"{WEBAPI}/{BEV}/sendpoi", data={"data": json.dumps(message)})).status == 204
    await old.pass_time(6)
    assert [(sent.name, sent.text, sent.latitude_deg) for sent in old.truth(BEV).sent] == [("Dinner", "At eight", None)]


@pytest.mark.parametrize("data", ["", "{}", '{"poi": {"lat": 1.0}}', '{"poi": {"name": "x", "additionalInfo": "%s"}}'])
async def test_nothing_to_send(old: OldProgram, data: str) -> None:
    body = {"data": data.replace("%s", "y" * 256)}
    assert (await old.call("POST", f"{WEBAPI}/{BEV}/sendpoi", data=body)).status == 500


async def test_history_tells_of_both_families(old: OldProgram) -> None:
    await old.execute(BEV, "LIGHT_FLASH")
    await old.pass_time(10)
    await old.call("POST", f"/api/vehicle/remoteservices/v1/{BEV}/RDL")
    history = (await old.get(f"{WEBAPI}/{BEV}/serviceExecutionHistory"))["serviceExecutionHistory"]
    assert [(past["serviceType"], past["status"], past["client"]) for past in history] == [
        ("DOOR_LOCK", "PENDING", "PORTAL"),
        ("LIGHT_FLASH", "SUCCESS", "MOBILE_APP"),
    ]
    assert history[1]["initiatedAt"] == "2026-07-27T14:00:00+0200"


async def test_idle_service_does_nothing(old: OldProgram) -> None:
    await old.execute(BEV, "LOCAL_SEARCH")
    await old.pass_time(6)
    assert await old.poll(BEV, "LOCAL_SEARCH") == "EXECUTED"


async def test_unknown_service_is_refused(old: OldProgram) -> None:
    assert (await old.execute(BEV, "FLY")).status == 500


async def test_remote_services_of_the_app_take_json(old: OldProgram) -> None:
    path = f"/remoteservices/rsapi/v1/{BEV}"
    begun = await old.call("POST", f"{path}/RLF", json={"number": 2, "pause": 1, "duration": 1})
    assert (begun.body["rsStatus"], begun.body["rsError"]) == ("INITIATED", "NO_ERROR")
    await old.pass_time(6)
    state = await old.get(f"{path}/state/execution")
    assert (state["rsStatus"], state["rsDetailedStatus"]) == ("EXECUTED", "UPLINK_MESSAGE_ACK")
    assert old.truth(BEV).signals.flashes == 2


async def test_climate_is_started_and_stopped(old: OldProgram) -> None:
    activities = []
    for action in ("START", "STOP"):
        await old.call("POST", f"/remoteservices/rsapi/v1/{BEV}/RCN", json={"rcnAction": action})
        await old.pass_time(6)
        activities.append(old.truth(BEV).climate.activity)
    assert [activity == "standby" for activity in activities] == [False, True]
