"""Charging by the app: settings and profile are read, changed and read back; CarData tells of them."""

import copy
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from tests.emulator.mybmw.conftest import BEV, MINI, PHEV, AppProgram, AppReply, flatten
from tests.emulator.mybmw.conftest import change as tell_otherwise

from bimmerhub.emulator.cars.owner_wishes import ChargingLoudness
from bimmerhub.ids import Vin

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

DETAILS = "/eadrax-crccs/v2/vehicles"
BASE = "/eadrax-crccs/v1/vehicles/{vin}"
PLAN = "/eadrax-cps/v2/vehicles"
PROFILE: dict[str, Any] = {
    "chargingMode": {
        "chargingPreference": "CHARGING_WINDOW",
        "endTimeSlot": "0001-01-01T05:30:00.000",
        "startTimeSlot": "0001-01-01T22:15:00.000",
        "type": "TIME_SLOT",
        "timerChange": "NO_CHANGE",
    },
    "departureTimer": {
        "type": "WEEKLY_DEPARTURE_TIMER",
        "weeklyTimers": [
            {"daysOfTheWeek": ["MONDAY"], "id": 1, "time": "0001-01-01T06:45:00.000", "timerAction": "ACTIVATE"},
            {"daysOfTheWeek": [], "id": 2, "time": "0001-01-01T00:00:00.000", "timerAction": "DEACTIVATE"},
        ],
    },
    "isPreconditionForDepartureActive": True,
    "servicePack": "ATM2",
}


async def details(app: AppProgram, vin: str = BEV, *, has_settings: str = "true", **headers: str) -> AppReply:
    query = {"fields": "charging-profile", "has_charging_settings_capabilities": has_settings}
    return await app.call("GET", DETAILS, vin=vin, params=query, headers=headers)


async def change(app: AppProgram, what: str, body: Any, vin: str = BEV) -> AppReply:
    reply = await app.call("POST", f"{BASE.format(vin=vin)}/{what}", json=body)
    await app.pass_time(6)
    return reply


async def test_settings_are_read_changed_and_read_back(app: AppProgram) -> None:
    before = (await details(app)).body["chargingSettingsDetail"]
    assert (before["acLimit"]["current"], before["chargingTarget"]) == ({"unit": "A", "value": 32}, 80)
    assert before["acLimit"]["values"][0] == before["acLimit"]["min"] == 6
    wish = {"chargingTarget": 65, "acLimitValue": 10, "isUnlockCableActive": True, "dcLoudness": None}
    assert (await change(app, "charging-settings", wish)).body["eventId"]
    after = (await details(app)).body
    assert after["chargingSettingsDetail"]["chargingTarget"] == 65
    assert after["chargingSettingsDetail"]["acLimit"]["current"]["value"] == 10
    assert after["chargingSettingsDetail"]["isUnlockCableActive"] is True
    assert after["chargeAndClimateSettings"]["chargingSettings"]["chargingTargetLabel"] == "65%"
    assert (await app.state(BEV))["electricChargingState"]["chargingTarget"] == 65


async def test_what_is_null_or_not_named_stays(app: AppProgram) -> None:
    await change(app, "charging-settings", {"chargingTarget": 50})
    await change(app, "charging-settings", {"chargingTarget": None, "acLimitValue": 6})
    settings = app.truth(BEV).charging_settings
    assert settings is not None
    assert (settings.target_percent, settings.ac_limit_a) == (50, 6)


@pytest.mark.parametrize("wish", [{"chargingTarget": 33}, {"acLimitValue": 17}, {"dcLoudness": "LOUDER"}, [], "x"])
async def test_impossible_settings_are_refused(app: AppProgram, wish: Any) -> None:
    assert (await change(app, "charging-settings", wish)).status == 400


async def test_car_charges_by_its_settings(app: AppProgram) -> None:
    await change(app, "charging-settings", {"chargingTarget": 50, "acLimitValue": 6})
    await app.command_car(BEV, "charge", soc_percent=20, target_percent=50)
    await app.pass_time(600)
    charging = app.truth(BEV).charging
    assert charging is not None
    assert charging.flow.power_kw == pytest.approx(6 * 230 * 3 / 1000)
    await change(app, "charging-settings", {"acLimitValue": 16})
    await app.pass_time(600)
    charging = app.truth(BEV).charging
    assert charging is not None
    assert charging.flow.power_kw == pytest.approx(11.0)


async def test_charge_at_home_ends_at_the_target(app: AppProgram) -> None:
    await change(app, "charging-settings", {"chargingTarget": 65})
    for _ in range(14 * 24):
        await app.pass_time(3600)
        ended = [session.end_soc_percent for session in app.truth(BEV).charging_sessions if not session.is_dc]
        if ended:
            break
    assert ended == [pytest.approx(65, abs=0.5)]


async def test_cardata_tells_the_new_target(app: AppProgram, program: "Program") -> None:
    key = "vehicle.powertrain.electric.battery.stateOfCharge.target"
    await program.sign_in()
    wish = {"name": "target", "purpose": "test", "technicalDescriptors": [key]}
    container_id = (await program.call("POST", "/containers", json=wish)).body["containerId"]
    await change(app, "charging-settings", {"chargingTarget": 65})
    data = await program.call("GET", f"/vehicles/{BEV}/telematicData?containerId={container_id}")
    assert data.body["telematicData"][key]["value"] == "65"


SHOWN: list[tuple[str, dict[str, Any], set[str]]] = [
    ("charging_settings", {"unlocks_cable": True}, {"isUnlockCableActive", "unlockCableAutomaticallyLabel"}),
    ("charging_settings", {"loudness": ChargingLoudness.QUIET}, {"dcLoudness", "dcLoudnessLabel"}),
    ("charging_settings", {"ac_limit_a": 8}, {"value", "acCurrentLimitLabel", "acCurrentLimitLabelSemantics"}),
    ("charging", {"goal_percent": 55}, {"chargingTarget", "chargingTargetLabel"}),
    ("profile", {"is_climate_on": True}, {"isPreconditionForDepartureActive", "preconditionForDeparture"}),
    ("profile", {"prefers_window": True}, {"chargingPreference"}),
    ("profile", {"is_delayed": True}, {"type", "chargingMode", "chargingModeSemantics"}),
]
"""By a part of the truth, a change of it, and the fields that tell of it, by their last names."""


async def test_each_part_of_the_truth_shows_in_its_fields(app: AppProgram) -> None:
    before, retouches = flatten((await details(app)).body), app.emulator.account_vehicles.retouches
    for part, values, fields in SHOWN:
        retouches[Vin(BEV)] = partial(tell_otherwise, part, values)
        after = flatten((await details(app)).body)
        changed = {path.rpartition(".")[2] for path in before if before[path] != after[path]}
        assert changed == fields, (part, values)


async def test_profile_is_set_and_shown_by_every_answer(app: AppProgram) -> None:
    assert (await change(app, "charging-profile", PROFILE)).status == 200
    detail = (await details(app)).body["chargeAndClimateTimerDetail"]
    assert detail["chargingMode"] == {
        "chargingPreference": "CHARGING_WINDOW",
        "endTimeSlot": "0001-01-01T05:30:00",
        "startTimeSlot": "0001-01-01T22:15:00",
        "type": "TIME_SLOT",
    }
    assert detail["departureTimer"]["weeklyTimers"][0] == {
        "daysOfTheWeek": ["MONDAY"],
        "id": 1,
        "time": "0001-01-01T06:45:00",
        "timerAction": "ACTIVATE",
    }
    state = (await app.state(BEV))["chargingProfile"]
    assert (state["chargingMode"], state["climatisationOn"]) == ("DELAYED_CHARGING", True)
    assert state["departureTimes"][0]["timeStamp"] == {"hour": 6, "minute": 45}
    assert state["reductionOfChargeCurrent"]["start"] == {"hour": 22, "minute": 15}


@pytest.mark.parametrize("missing", list(PROFILE))
async def test_profile_has_to_have_all_its_keys(app: AppProgram, missing: str) -> None:
    wish = {key: value for key, value in PROFILE.items() if key != missing}
    assert (await change(app, "charging-profile", wish)).status == 500


async def test_preference_and_mode_go_together(app: AppProgram) -> None:
    wish = copy.deepcopy(PROFILE)
    wish["chargingMode"]["chargingPreference"] = "NO_PRESELECTION"
    assert (await change(app, "charging-profile", wish)).status == 500


async def test_profile_as_it_is_read_can_be_written(app: AppProgram) -> None:
    for vin in (BEV, PHEV):
        detail = (await details(app, vin)).body
        wish = copy.deepcopy({**detail["chargeAndClimateTimerDetail"], "servicePack": detail["servicePack"]})
        wish["chargingMode"]["timerChange"] = "NO_CHANGE"
        assert (await change(app, "charging-profile", wish, vin)).status == 200
        assert (await details(app, vin)).body["chargeAndClimateTimerDetail"] == detail["chargeAndClimateTimerDetail"]


@pytest.mark.parametrize("what", ["start-charging", "stop-charging", "charging-settings", "charging-profile"])
async def test_car_without_a_plug_has_no_charging(app: AppProgram, what: str) -> None:
    assert (await change(app, what, {}, MINI)).status == 404
    assert (await details(app, MINI)).status == 404


async def test_charge_is_started_with_its_plug_in(app: AppProgram) -> None:
    await app.command_car(BEV, "plug_in")
    reply = await change(app, "start-charging", {})
    status = await app.call(
        "POST", f"/eadrax-vrccs/v3/presentation/remote-commands/eventStatus?eventId={reply.body['eventId']}"
    )
    assert status.body == {"eventStatus": "EXECUTED"}
    await app.pass_time(60)
    plan = await app.get(PLAN, vin=BEV, fields="charging-plan", current_date="2026-07-27T12:00:00.000Z")
    assert (plan["status"], plan["buttonState"]) == ("CHARGING", "STOP_CHARGING")


async def test_old_car_has_timers_only(app: AppProgram) -> None:
    assert (await details(app, has_settings="false")).body.keys() == {
        *("chargeAndClimateSettings", "chargeAndClimateTimerDetail", "servicePack")
    }


@pytest.mark.parametrize(
    ("date", "status"),
    [
        ("2026-07-27T12:00:00.000000+00:00", 200),
        ("2026-07-27T12:00:00.000Z", 200),
        ("2026-07-27 02:00:00", 200),
        ("today", 400),
    ],
)
async def test_current_date_in_its_shapes(app: AppProgram, date: str, status: int) -> None:
    assert (await details(app, **{"bmw-current-date": date})).status == status
