"""The first list of vehicles (2021 to 2022): everything of a car in one item."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.emulator.mybmw.conftest import BEV, MINI, PHEV, AppProgram

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cars.states import LockState
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings
from bimmerhub.ids import Vin

LIST = "/eadrax-vcs/v1/vehicles"


async def items(app: AppProgram, brand: str = "bmw") -> dict[str, dict[str, Any]]:
    query = {"apptimezone": "0.0", "appDateTime": "1785153600000", "tireGuardMode": "ENABLED"}
    return {item["vin"]: item for item in await app.get(LIST, brand=brand, **query)}


async def test_item_has_properties_status_and_capabilities(app: AppProgram) -> None:
    car = (await items(app))[BEV]
    properties, status, truth = car["properties"], car["status"], app.truth(BEV)
    assert (car["brand"], car["driveTrain"], car["puStep"]) == ("BMW", "ELECTRIC", "0723")
    assert status["currentMileage"]["mileage"] == round(truth.odometer_km)
    assert properties["chargingState"]["chargePercentage"] == round(truth.levels.soc_percent or 0)
    assert properties["vehicleLocation"]["coordinates"]["latitude"] == pytest.approx(truth.latitude_deg, abs=1e-5)
    assert (status["doorsGeneralState"], properties["areDoorsLocked"]) == ("Locked", True)
    assert status["timestampMessage"].startswith("Updated from vehicle 7/2")
    assert car["capabilities"]["unlock"]["isPinAuthenticationRequired"] is True
    assert car["capabilities"]["lastStateCall"]["lscState"] == "ACTIVATED"


async def test_indicators_are_told_apart_by_their_icons(app: AppProgram) -> None:
    cars = {**await items(app), **await items(app, "mini")}
    icons = {vin: [one["rangeIconId"] for one in car["status"]["fuelIndicators"]] for vin, car in cars.items()}
    assert icons == {BEV: [59683], PHEV: [59691, 59683, 59681], MINI: [59681]}


async def test_charge_is_written_as_the_app_shows_it(app: AppProgram) -> None:
    await app.command_car(BEV, "charge", soc_percent=50, target_percent=80)
    await app.pass_time(300)
    car = (await items(app))[BEV]
    [electric] = car["status"]["fuelIndicators"]
    assert electric["chargingStatusType"] == "CHARGING"
    assert electric["infoLabel"].startswith("80% at ~")
    assert electric["infoLabel"].endswith("PM")
    assert car["properties"]["chargingState"]["state"] == "CHARGING"


async def test_profile_is_in_lower_case(app: AppProgram) -> None:
    cars = await items(app)
    weekly, two_times = (cars[vin]["status"]["chargingProfile"] for vin in (BEV, PHEV))
    assert (weekly["chargingControlType"], two_times["chargingControlType"]) == ("weeklyPlanner", "twoWeeksTimer")
    assert (weekly["chargingMode"], weekly["chargingPreference"]) == ("immediateCharging", "noPreSelection")
    assert weekly["departureTimes"][0] == {
        "id": 1,
        "timeStamp": {"hour": 7, "minute": 20},
        "action": "activate",
        "timerWeekDays": ["monday", "tuesday", "wednesday", "thursday", "friday"],
    }


async def test_open_car_says_so_in_every_place(app: AppProgram) -> None:
    openings = replace(app.truth(BEV).openings, open_names=frozenset({"trunk"}))
    app.emulator.account_vehicles.retouches[Vin(BEV)] = lambda truth: replace(
        truth, lock=LockState.UNLOCKED, openings=openings
    )
    car = (await items(app))[BEV]
    assert (car["properties"]["areDoorsOpen"], car["properties"]["areDoorsLocked"]) == (True, False)
    assert car["properties"]["doorsAndWindows"]["trunk"] == "OPEN"
    rows = {row["title"]: row["state"] for row in car["status"]["doorsAndWindows"]}
    assert (rows["Lock status"], rows["All doors"], rows["Trunk"]) == ("Unlocked", "Closed", "Open")
    assert car["status"]["issues"]["doorsAndWindows"]["title"] == "Vehicle unlocked"


async def test_services_and_tyres_are_in_words(app: AppProgram) -> None:
    car = (await items(app))[BEV]
    subtitles = {service["id"]: service["subtitle"] for service in car["status"]["requiredServices"]}
    assert subtitles["BrakeFluid"].startswith("Due in ")
    assert subtitles["BrakePadsFront"].endswith(" km")
    tyre = car["properties"]["tires"]["frontLeft"]
    assert (tyre["details"]["season"], tyre["details"]["maxSpeed"]) == ("Summer tires", "300 km/h")
    assert tyre["status"]["localizedTargetPressure"].endswith(" bar")


async def test_range_extender_comes_behind_its_battery(
    make_settings: Callable[..., EmulatorSettings], app_of: Callable[[Emulator], AppProgram]
) -> None:
    account = EmulatedAccount(models=("i3-rex", "530d"))
    async with Emulator(make_settings(accounts=(account,))) as emulator:
        cars = await items(await app_of(emulator).sign_in())
        rex, diesel = (cars[car.vin]["status"] for car in emulator.info.vehicles)
    assert [one["infoLabel"] for one in rex["fuelIndicators"]] == [
        "State of Charge",
        "Combined Range",
        "Extended Range",
    ]
    assert [one["levelUnits"] for one in diesel["fuelIndicators"]] == ["l"]
    assert [row["title"] for row in diesel["doorsAndWindows"]] == ["All doors and windows"]


async def test_list_was_there_until_2022(app: AppProgram) -> None:
    for year, status in ((2021, 200), (2022, 200), (2023, 404)):
        app.switch_on("era", year)
        assert (await app.call("GET", LIST)).status == status
