"""Commands of the app: their life in three versions, what they change, and how they fail."""

from typing import TYPE_CHECKING, Any

import pytest
from tests.emulator.mybmw.conftest import BEV, MINI, PHEV, AppProgram, AppReply

if TYPE_CHECKING:
    from tests.emulator.conftest import Program
    from tests.emulator.older.conftest import OldProgram

VRCCS = "/eadrax-vrccs/{version}/presentation/remote-commands"
OBSERVER = {"latitude": "50.7", "longitude": "6.1"}


async def send(app: AppProgram, service: str, vin: str = BEV, *, version: str = "v4", **query: str) -> AppReply:
    base = VRCCS.format(version=version)
    path = f"{base}/{service}" if version == "v4" else f"{base}/{vin}/{service}"
    return await app.call("POST", path, vin=vin if version == "v4" else None, params=query, json={})


async def poll(app: AppProgram, reply: AppReply, *, version: str = "v3") -> dict[str, Any]:
    path = VRCCS.format(version=version) + "/eventStatus"
    answer = await app.call("POST", path, params={"eventId": reply.body["eventId"]})
    assert answer.status == 200, answer.body
    return dict(answer.body)


async def do(app: AppProgram, service: str, **query: str) -> None:
    reply = await send(app, service, **query)
    assert reply.status == 200, reply.body
    await app.pass_time(6)
    assert (await poll(app, reply))["eventStatus"] == "EXECUTED"


@pytest.mark.parametrize(("version", "key"), [("v2", "eventStatus"), ("v3", "eventStatus"), ("v4", "rsEventStatus")])
async def test_command_goes_its_way(app: AppProgram, version: str, key: str) -> None:
    reply = await send(app, "door-lock", version=version)
    assert reply.body["creationTime"] == "2026-07-27T12:00:00.000Z"
    states = [(await poll(app, reply, version=version))[key]]
    for seconds in (3, 3):
        await app.pass_time(seconds)
        states.append((await poll(app, reply, version=version))[key])
    assert states == ["PENDING", "DELIVERED", "EXECUTED"]
    assert (await app.state(BEV))["doorsState"]["combinedSecurityState"] == "LOCKED"


async def test_each_command_changes_the_car(app: AppProgram) -> None:
    await do(app, "door-unlock")
    await do(app, "light-flash")
    await do(app, "horn-blow")
    truth = app.truth(BEV)
    assert (truth.lock, truth.signals.flashes, truth.signals.honks) == ("UNLOCKED", 1, 1)


async def test_climate_starts_and_stops(app: AppProgram) -> None:
    await do(app, "climate-now", action="START")
    assert (await app.state(BEV))["climateControlState"]["remainingSeconds"] > 1000
    await do(app, "climate-now", action="STOP")
    assert (await app.state(BEV))["climateControlState"] == {"activity": "STANDBY"}
    assert (await send(app, "climate-now", action="MORE")).status == 400


async def test_charge_starts_and_stops(app: AppProgram) -> None:
    await app.command_car(BEV, "plug_in")
    await do(app, "start-charging")
    await app.pass_time(60)
    assert (await app.state(BEV))["electricChargingState"]["chargingStatus"] == "CHARGING"
    await do(app, "stop-charging")
    assert (await app.state(BEV))["electricChargingState"]["chargingStatus"] == "FINISHED_NOT_FULL"


async def test_finder_tells_where_the_car_is_to_who_says_where_they_are(app: AppProgram) -> None:
    reply = await send(app, "vehicle-finder")
    await app.pass_time(6)
    path, query = VRCCS.format(version="v4") + "/eventPosition", {"eventId": reply.body["eventId"]}
    answer = (await app.call("POST", path, params=query, headers=OBSERVER)).body
    position = answer["positionData"]["position"]
    assert (position["latitude"], position["longitude"]) == pytest.approx(
        (app.truth(BEV).latitude_deg, app.truth(BEV).longitude_deg), abs=1e-5
    )
    assert (answer["positionData"]["status"], answer["errorDetails"]) == ("OK", None)
    blind = (await app.call("POST", path, params=query)).body
    assert (blind["positionData"], blind["errorDetails"]["title"]) == (None, "Unknown position")


@pytest.mark.parametrize(("fault", "reason"), [("command-not-executed", "NACK"), ("command-times-out", "UNKNOWN")])
async def test_failed_command_says_why(app: AppProgram, fault: str, reason: str) -> None:
    app.switch_on(fault)
    reply = await send(app, "door-lock")
    await app.pass_time(200)
    answer = await poll(app, reply)
    assert (answer["eventStatus"], answer["errorDetails"]["errorDetails"]) == ("ERROR", reason)
    assert answer["errorDetails"]["isRetriable"] is True


async def test_busy_car_refuses(app: AppProgram) -> None:
    app.switch_on("vehicle-busy", times=1)
    reply = await send(app, "door-lock")
    assert (reply.status, "busy" in reply.body["message"]) == (409, True)
    assert (await send(app, "door-lock")).status == 200


async def test_command_can_come_without_event(app: AppProgram) -> None:
    app.switch_on("command-without-event")
    reply = await send(app, "light-flash")
    assert (reply.status, reply.body) == (200, b"")
    await app.pass_time(6)
    assert app.truth(BEV).signals.flashes == 1


@pytest.mark.parametrize(("service", "vin"), [("launch", BEV), ("start-charging", MINI), ("door-lock", "WBA0")])
async def test_what_there_is_not_is_not_found(app: AppProgram, service: str, vin: str) -> None:
    assert (await send(app, service, vin)).status == 404


async def test_events_are_the_accounts_own(app: AppProgram) -> None:
    path = VRCCS.format(version="v3") + "/eventStatus"
    assert (await app.call("POST", path)).status == 400
    assert (await app.call("POST", path, params={"eventId": "0"})).status == 404


@pytest.mark.parametrize("version", ["v2", "v3"])
async def test_history_is_shown_and_deleted(app: AppProgram, version: str) -> None:
    await do(app, "light-flash")
    await do(app, "door-lock")
    path = f"/eadrax-vrccs/{version}/presentation/remote-history/{BEV}"
    history = await app.get(path)
    assert [(entry["type"], entry["status"]) for entry in history] == [("LOCK", "SUCCESS"), ("LIGHTS", "SUCCESS")]
    assert (await app.call("DELETE", path)).status == 204
    assert await app.get(path) == []


async def test_command_changes_the_car_in_every_family(app: AppProgram, old: "OldProgram", program: "Program") -> None:
    key = "vehicle.cabin.door.status"
    await program.sign_in()
    wish = {"name": "lock", "purpose": "test", "technicalDescriptors": [key]}
    container_id = (await program.call("POST", "/containers", json=wish)).body["containerId"]
    await do(app, "door-unlock")
    assert (await old.status(BEV))["doorLockState"] == "UNLOCKED"
    assert (await old.dynamic(BEV))["door_lock_state"] == "UNLOCKED"
    data = await program.call("GET", f"/vehicles/{BEV}/telematicData?containerId={container_id}")
    assert data.body["telematicData"][key]["value"] == "UNLOCKED"
    assert await old.poll(BEV, "DOOR_UNLOCK") == "EXECUTED"


@pytest.mark.parametrize(("year", "there"), [(2021, ["v2"]), (2022, ["v2"]), (2023, ["v3"]), (2024, ["v3", "v4"])])
async def test_versions_of_commands_by_year(app: AppProgram, year: int, there: list[str]) -> None:
    app.switch_on("era", year)
    statuses = {
        version: (await send(app, "light-flash", PHEV, version=version)).status for version in ("v2", "v3", "v4")
    }
    assert statuses == {version: 200 if version in there else 404 for version in statuses}
