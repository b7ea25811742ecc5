"""What of the MyBMW app's answers follows no single value of a car's truth: which car it is, its telling, commands."""

from functools import partial

from tests.families.conftest import BEV, PHEV, Scene
from tools.families.truth import with_value

from bimmerhub.bmw.mybmw.wire import decode_taken_command


async def test_lists_and_profiles_tell_cars_apart(lived: Scene) -> None:
    cars = {car.vin: car for car in lived.emulator.garage.cars}
    listed = (await lived.ask("vehicle-list", BEV)).values
    assert listed["mappingInfos[].vin"] == (BEV, PHEV)
    for vin, drive, brand in ((BEV, "ELECTRIC", "BMW_I"), (PHEV, "PLUGIN_HYBRID", "BMW")):
        for name, place in (("profile", ""), ("vehicles-v4", "attributes."), ("vehicles-v2", "attributes.")):
            values = (await lived.ask(name, vin)).values
            told = [values[field] for field in ("vin", f"{place}model", f"{place}driveTrain", f"{place}brand")]
            assert told == [vin, cars[vin].model_name, drive, brand]
        first = (await lived.ask("vehicles-v1", vin)).values
        assert [first["vin"], first["model"], first["driveTrain"]] == [vin, cars[vin].model_name, drive]


async def test_a_state_has_the_time_of_its_telling(lived: Scene) -> None:
    names = {"state": "lastUpdatedAt", "state-v2": "lastUpdatedAt", "vehicles-v1": "properties.lastUpdatedAt"}
    before = {name: (await lived.ask(name, BEV)).values for name in names}
    await lived.command(BEV, "unplug", then_s=1)
    reported_at_ms = lived.emulator.garage.last_state(BEV).reported_at_ms
    for name, field in names.items():
        after = (await lived.ask(name, BEV)).values
        assert after[field].timestamp() * 1000 == reported_at_ms > before[name][field].timestamp() * 1000
        if name != "vehicles-v1":
            assert after["lastFetched"] > before[name]["lastFetched"]
    assert after["status.lastUpdatedAt"] == after["properties.lastUpdatedAt"]
    assert after["status.timestampMessage"] != before["vehicles-v1"]["status.timestampMessage"]


async def test_a_command_is_told_as_it_goes(lived: Scene) -> None:
    body = await lived.app.rest.call("command-v4", {"vin": BEV, "service": "horn-blow"})
    taken = decode_taken_command(body)
    lived.event_ids[BEV] = taken.event_id or ""
    begun = (await lived.ask("eventStatus", BEV)).values
    past = (await lived.ask("remote-history", BEV)).values
    assert (past["type"], past["status"], past["dateTime"]) == ("HORN", "PENDING", taken.created_at)
    lived.emulator.clock.jump(by_ms=60_000)
    await lived.emulator.catch_up()
    done = [(await lived.ask(name, BEV)).values for name in ("eventStatus", "eventStatus-v4")]
    assert [begun["eventStatus"], done[0]["eventStatus"], done[1]["rsEventStatus"]] == ["PENDING", *["EXECUTED"] * 2]
    assert (await lived.ask("remote-history", BEV)).values["status"] == "SUCCESS"


async def test_a_car_that_does_not_report_tells_little(lived: Scene) -> None:
    lived.retouch(BEV, partial(with_value, path="equipment.abilities.lock", value=False))
    state = (await lived.ask("state", BEV)).values
    assert {field.partition(".")[0].partition("[]")[0] for field, value in state.items() if value is not None} == {
        *("checkControlMessages", "climateTimers", "driverPreferences", "isLeftSteering", "isLscSupported"),
        *("lastFetched", "requiredServices"),
    }
    assert (await lived.ask("state-v2", BEV)).values["isLscSupported"] is False
    for able in [(await lived.ask(name, BEV)).values for name in ("capabilities", "capabilities-v2")]:
        assert (able["lock"], able["lastStateCallState"], able["vehicleStateSource"]) == (False, *["NOT_SUPPORTED"] * 2)
        assert (able["isNonLscFeatureEnabled"], able["isRemoteHistorySupported"]) == (True, False)
    able = (await lived.ask("capabilities", BEV)).values
    assert able["remoteServices.doorLock.state"] == "NOT_AVAILABLE"
    first = (await lived.ask("vehicles-v1", BEV)).values
    assert (first["isLscSupported"], first["capabilities.lastStateCall.lscState"]) == (False, "NOT_CAPABLE")
    assert (first["capabilities.lock.isEnabled"], first["capabilities.lastStateCall.isNonLscFeatureEnabled"]) == (
        False,
        True,
    )
