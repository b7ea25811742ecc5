"""State of a car: one change of its truth changes exactly the fields that tell of it."""

from dataclasses import replace
from functools import partial
from typing import Any

from tests.emulator.mybmw.conftest import BEV, MINI, PHEV, AppProgram, change, flatten

from bimmerhub.emulator.cars.states import (
    ChargeEnd,
    ChargingState,
    ClimateActivity,
    LockState,
    WarningKind,
    WindowState,
)
from bimmerhub.emulator.cars.workshop import CarWarning
from bimmerhub.ids import Vin

FIELDS_OF_EVERY_CAR = {
    *("isLeftSteering", "lastFetched", "lastUpdatedAt", "isLscSupported", "requiredServices", "checkControlMessages"),
    *("climateTimers", "driverPreferences", "range", "doorsState", "windowsState", "currentMileage"),
    *("chargingProfile", "climateControlState", "isDeepSleepModeActive", "securityOverviewMode", "tireState"),
    *("vehicleSoftwareVersion", "location"),
}


CHANGES: list[tuple[str, str, dict[str, Any], set[str]]] = [
    (BEV, "", {"odometer_km": 12_345.4}, {"currentMileage"}),
    (BEV, "levels", {"soc_percent": 12.6}, {"electricChargingState.chargingLevelPercent"}),
    (BEV, "levels", {"electric_range_km": 99.6}, {"range", "electricChargingState.range"}),
    (PHEV, "levels", {"electric_range_km": 9.0}, {"range", "electricChargingState.range", "combustionFuelLevel.range"}),
    (PHEV, "levels", {"fuel_range_km": 99.0}, {"range", "combustionFuelLevel.range"}),
    (MINI, "levels", {"fuel_l": 2.6}, {"combustionFuelLevel.remainingFuelLiters"}),
    (MINI, "levels", {"fuel_percent": 7.4}, {"combustionFuelLevel.remainingFuelPercent"}),
    (BEV, "", {"lock": LockState.UNLOCKED}, {"doorsState.combinedSecurityState", "securityOverviewMode"}),
    (BEV, "", {"lock": LockState.LOCKED}, {"doorsState.combinedSecurityState", "securityOverviewMode"}),
    (BEV, "openings", {"open_names": frozenset({"hood"})}, {"doorsState.hood", "doorsState.combinedState"}),
    (BEV, "openings", {"open_names": frozenset({"row1.driver"})}, {"doorsState.leftFront", "doorsState.combinedState"}),
    (
        BEV,
        "openings",
        {"windows": {"window.row2.passenger": WindowState.AJAR}},
        {"windowsState.rightRear", "windowsState.combinedState"},
    ),
    (BEV, "openings", {"windows": {"sunroof": WindowState.TILTED}}, {"roofState.roofState"}),
    (BEV, "equipment", {"has_rear_window": True}, {"windowsState.rear"}),
    (BEV, "climate", {"activity": ClimateActivity.COOLING}, {"climateControlState.activity"}),
    (BEV, "climate", {"remaining_ms": 61_500}, {"climateControlState.remainingSeconds"}),
    (BEV, "", {"latitude_deg": 48.1}, {"location.coordinates.latitude"}),
    (BEV, "", {"longitude_deg": 11.5}, {"location.coordinates.longitude"}),
    (BEV, "", {"heading_deg": 271}, {"location.heading"}),
    (BEV, "", {"place_name": "elsewhere"}, {"location.address.formatted"}),
    (
        BEV,
        "charging",
        {"goal_percent": 65},
        {"electricChargingState.chargingTarget", "chargingProfile.chargingSettings.targetSoc"},
    ),
    (
        BEV,
        "charging_settings",
        {"ac_limit_a": 12},
        {
            "chargingProfile.chargingSettings.acCurrentLimit",
            "chargingProfile.chargingSettings.isAcCurrentLimitActive",
        },
    ),
    (BEV, "profile", {"is_delayed": True}, {"chargingProfile.chargingMode"}),
    (BEV, "profile", {"is_climate_on": True}, {"chargingProfile.climatisationOn"}),
    (BEV, "profile", {"prefers_window": True}, {"chargingProfile.chargingPreference"}),
    (BEV, "equipment", {"is_right_hand_drive": True}, {"isLeftSteering"}),
    (
        BEV,
        "equipment",
        {"software": "1124"},
        {
            *(f"vehicleSoftwareVersion.{step}.{part}" for step in ("iStep", "puStep") for part in ("month", "year")),
            "vehicleSoftwareVersion.iStep.iStep",
        },
    ),
]

CHARGES: list[tuple[dict[str, Any], str]] = [
    ({"state": ChargingState.FULL}, "FULLY_CHARGED"),
    ({"state": ChargingState.ENDED, "last_end": ChargeEnd.GOAL_REACHED}, "TARGET_REACHED"),
    ({"state": ChargingState.ENDED, "last_end": ChargeEnd.STOPPED_BY_DRIVER}, "FINISHED_NOT_FULL"),
    ({"state": ChargingState.FAILED}, "ERROR"),
    ({"waits_until_ms": 1}, "WAITING_FOR_CHARGING"),
]
CAPABILITIES = {
    "lights": "lights",
    "horn": "horn",
    "climate": "climateNow",
    "unlock": "unlock",
    "find": "vehicleFinder",
    "receive": "sendPoi",
}
"""By ability of the car, the capability that tells of it."""


async def changed_fields(app: AppProgram, vin: str, retouch: Any) -> set[str]:
    before = flatten(await app.state(vin))
    app.emulator.account_vehicles.retouches[Vin(vin)] = retouch
    after = flatten(await app.state(vin))
    return {path for path in before.keys() | after.keys() if before.get(path, ...) != after.get(path, ...)}


async def test_one_change_changes_what_tells_of_it(app: AppProgram) -> None:
    for vin, part, values, fields in CHANGES:
        changed = await changed_fields(app, vin, partial(change, part, values))
        assert changed == fields, (part, values)
        app.emulator.account_vehicles.retouches.clear()


async def test_every_car_has_the_groups_of_its_kind(app: AppProgram) -> None:
    assert (await app.state(BEV)).keys() == FIELDS_OF_EVERY_CAR | {"electricChargingState", "roofState"}
    assert (await app.state(PHEV)).keys() == FIELDS_OF_EVERY_CAR | {
        *("electricChargingState", "roofState", "combustionFuelLevel")
    }
    assert (await app.state(MINI)).keys() == FIELDS_OF_EVERY_CAR | {"combustionFuelLevel"}


async def test_minutes_are_told_only_while_charging(app: AppProgram) -> None:
    assert "remainingChargingMinutes" not in (await app.state(BEV))["electricChargingState"]
    await app.command_car(BEV, "charge", target_percent=100, soc_percent=20)
    await app.pass_time(120)
    electric = (await app.state(BEV))["electricChargingState"]
    assert (electric["chargingStatus"], electric["isChargerConnected"]) == ("CHARGING", True)
    assert electric["remainingChargingMinutes"] > 60


async def test_charging_status_of_a_car_with_its_plug_in(app: AppProgram) -> None:
    await app.command_car(BEV, "plug_in")
    for changes, status in CHARGES:
        app.emulator.account_vehicles.retouches[Vin(BEV)] = partial(change, "charging", changes)
        assert (await app.state(BEV))["electricChargingState"]["chargingStatus"] == status


async def test_car_that_must_not_tell_where_it_is(app: AppProgram) -> None:
    fields = await changed_fields(app, BEV, partial(change, "equipment", {"is_tracking_allowed": False}))
    assert {field for field in fields if not field.startswith("location")} == {"driverPreferences.lscPrivacyMode"}
    assert "location" not in await app.state(BEV)


async def test_warning_shows_at_its_wheel(app: AppProgram) -> None:
    warning = CarWarning(kind=WarningKind.TYRE_PRESSURE_LOW, wheel="row2.wheel.left")
    fields = await changed_fields(app, BEV, partial(change, "service", {"warnings": (warning,)}))
    assert "tireState.rearLeft.status.pressureStatus" in fields
    message = (await app.state(BEV))["checkControlMessages"][-1]
    assert (message["type"], message["severity"]) == ("TIRE_PRESSURE", "LOW")


async def test_old_car_has_a_minimal_state(app: AppProgram) -> None:
    able = app.truth(BEV).equipment.abilities
    unable = {"abilities": replace(able, lock=False)}
    app.emulator.account_vehicles.retouches[Vin(BEV)] = partial(change, "equipment", unable)
    state = await app.state(BEV)
    assert state["lastUpdatedAt"] == "0001-01-01T00:00:00Z"
    assert state.keys() == {
        *("checkControlMessages", "climateTimers", "driverPreferences", "isLeftSteering", "isLscSupported"),
        *("lastFetched", "lastUpdatedAt", "requiredServices"),
    }
    assert (await app.capabilities(BEV))["lastStateCallState"] == "NOT_SUPPORTED"


async def test_v2_has_no_tyres_and_no_charging_commands(app: AppProgram) -> None:
    old = await app.get(f"/eadrax-vcs/v2/vehicles/{BEV}/state")
    assert "tireState" not in old["state"]
    assert old["capabilities"]["remoteChargingCommands"] == {}
    assert not {"digitalKey", "a4aType"} & old["capabilities"].keys()
    assert (await app.capabilities(BEV))["remoteChargingCommands"]["chargingControl"] == ["START", "STOP"]


async def test_capabilities_follow_the_cars_abilities(app: AppProgram) -> None:
    for ability, capability in CAPABILITIES.items():
        assert (await app.capabilities(BEV))[capability] is True
        able = replace(app.truth(BEV).equipment.abilities, **{ability: False})
        app.emulator.account_vehicles.retouches[Vin(BEV)] = partial(change, "equipment", {"abilities": able})
        assert (await app.capabilities(BEV))[capability] is False
        app.emulator.account_vehicles.retouches.clear()
