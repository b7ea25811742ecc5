"""What a car seldom is, in the words of each family: roofs tilted, one door unlocked, services overdue."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.emulator.older.conftest import WEBAPI, OldProgram

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cars import MODELS
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings

CODES = ("bev", "530d", "cooper-s", "m2", "supra", "330e-gb", "i4-35", "x5-30d")
ROOFS = ("convertibleRoofState", "convertible_roof_state")
BEV, TOURING, CONVERTIBLE, M2 = (MODELS[code].vin for code in ("bev", "530d", "cooper-s", "m2"))


@pytest.fixture
async def old(
    make_settings: Callable[..., EmulatorSettings], old_program_of: Callable[[Emulator], OldProgram]
) -> AsyncIterator[OldProgram]:
    async with Emulator(make_settings(accounts=(EmulatedAccount(models=CODES),))) as emulator:
        yield await old_program_of(emulator).sign_in()


async def both(old: OldProgram, vin: str, of_iremote: str, of_portal: str) -> tuple[Any, Any]:
    """Return what i Remote and the portal say of a car."""
    return (await old.status(vin)).get(of_iremote), (await old.dynamic(vin)).get(of_portal)


@pytest.mark.parametrize(
    ("vin", "what", "how", "keys", "words"),
    [
        (BEV, "row1.driver", "ajar", ("doorDriverFront", "door_driver_front"), ("INTERMEDIATE", "INTERMEDIATE")),
        (BEV, "trunk", "open", ("trunk", "trunk_state"), ("OPEN", "OPEN")),
        (BEV, "window.row2.driver", "ajar", ("windowDriverRear", "window_driver_rear"), ("INTERMEDIATE",) * 2),
        (BEV, "sunroof", "tilted", ("sunroof", "shdStatusUnified"), ("OPEN_TILT", "OPEN_TILT")),
        (BEV, "sunroof", "open", ("sunroof", "sunroof_position"), ("OPEN", "100")),
        (TOURING, "rear_window", "open", ("rearWindow", "rear_window"), ("OPEN", "OPEN")),
        (CONVERTIBLE, "convertible_roof", "ajar", ROOFS, ("INTERMEDIATE", "INTERMEDIATE")),
    ],
)
async def test_openings(old: OldProgram, *, vin: str, what: str, how: str, keys: Any, words: Any) -> None:
    await old.command(vin, "open", what=what, how=how)
    assert await both(old, vin, *keys) == words
    assert (await old.status(vin))["updateReason"] == "DOOR_STATE_CHANGED"
    await old.command(vin, "close", what=what)
    assert await both(old, vin, *keys) == ("CLOSED", "0" if keys[1] == "sunroof_position" else "CLOSED")


@pytest.mark.parametrize("side", ["left", "right", "both"])
async def test_parking_light_burns_until_someone_drives(old: OldProgram, side: str) -> None:
    await old.command(BEV, "light", side=side)
    word = "ON" if side == "both" else side.upper()
    assert await both(old, BEV, "parkingLight", "lights_parking") == (word, word)
    await old.command(BEV, "drive", minutes=10)
    await old.pass_time(60)
    assert await both(old, BEV, "parkingLight", "lights_parking") == ("OFF", "OFF")


async def test_drivers_door_alone_is_unlocked(old: OldProgram) -> None:
    await old.command(BEV, "unlock", drivers_door_only=True)
    words = await both(old, BEV, "doorLockState", "door_lock_state")
    assert words == ("SELECTIVE_LOCKED", "SELECTIVELOCKED")
    assert (await old.status(BEV))["updateReason"] == "VEHICLE_UNSECURED"


async def test_service_is_overdue_until_it_is_done(old: OldProgram) -> None:
    for kind in ("REAR_BRAKES", "INSPECTION"):
        await old.command(M2, "miss_service", kind=kind)
    services = {service["cbsType"]: service for service in (await old.status(M2))["cbsData"]}
    late = services["BRAKE_PADS_REAR"], services["VEHICLE_TUV"]
    assert [service["cbsState"] for service in late] == ["OVERDUE", "OVERDUE"]
    assert (late[0]["cbsRemainingMileage"], late[1]["cbsDueDate"]) == (-600, "2026-06")
    assert "00006,OVERDUE,,-600" in (await old.dynamic(M2))["condition_based_services"]
    await old.command(M2, "do_service", kind="REAR_BRAKES")
    states = {service["cbsType"]: service["cbsState"] for service in (await old.status(M2))["cbsData"]}
    assert states["BRAKE_PADS_REAR"] != "OVERDUE"


async def test_charge_that_pauses_and_one_whose_power_fails(old: OldProgram) -> None:
    await old.command(BEV, "charge", soc_percent=20)
    await old.pass_time(120)
    await old.command(BEV, "pause_charging")
    assert await both(old, BEV, "updateReason", "charging_status") == ("CHARGING_PAUSED", "CHARGINGPAUSED")
    await old.pass_time(3600)
    await old.command(BEV, "disrupt_charging")
    reasons = await both(old, BEV, "updateReason", "lastUpdateReason")
    assert reasons == ("TEMPORARY_POWER_SUPPLY_FAILURE", "TEMPORARYPOWERSUPPLYFAILURE")


async def test_cars_are_not_all_alike(old: OldProgram) -> None:
    cars = dict(zip(CODES, (await old.get(WEBAPI))["vehicles"], strict=True))
    assert {car["countryCode"] for car in cars.values()} == {"V1-DE", "V1-UK", "V2-US", "V1-R1-SE", "B3-ZA"}
    assert {car["hmiVersion"] for car in cars.values()} == {"ID3", "ID4", "ID5", "id7"}
    assert {car["a4a"] for car in cars.values()} == {"BLUETOOTH", "USB_ONLY"}
    assert (cars["530d"]["climateFunction"], cars["supra"]["lscType"]) == ("PARK_HEATING", "UNKNOWN")
    assert (cars["m2"]["climateNowRES"], cars["m2"]["climateControlRES"]) == ("ACTIVATED", "START_TIMER")
    british = MODELS["330e-gb"].vin
    assert await both(old, british, "chargingConnectionType", "charging_connection_type") == ("INDUCTIVE", "INDUCTIVE")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("open", {"what": "convertible_roof"}),
        ("open", {"how": "closed"}),
        ("light", {"side": "below"}),
        ("miss_service", {"kind": "RADIO"}),
    ],
)
async def test_what_a_car_has_not_is_refused(old: OldProgram, name: str, arguments: dict[str, str]) -> None:
    url = f"{old.emulator.info.control_url}/vehicles/{BEV}/commands"
    async with old.session.post(url, json={"name": name, "arguments": arguments}) as refused:
        assert refused.status == 409
        assert len((await refused.json())["error"]) > 10
