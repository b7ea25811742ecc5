"""How sessions of every kind read in the charging history, in the settings by place, and in the archive."""

import json
from dataclasses import replace
from typing import Any

from jsonschema import Draft202012Validator

from bimmerhub.emulator.cardata.answers.charging_history import format_session
from bimmerhub.emulator.cardata.answers.charging_settings import format_charging_settings
from bimmerhub.emulator.cars.records import ChargingBlockTruth, ChargingSessionTruth
from bimmerhub.ids import Gcid, Vin
from bimmerhub.specs.reader import read_spec

START_MS = 1_784_980_800_500
HOUR_MS = 3_600_000
VIN, GCID = Vin("WBY00000000E00001"), Gcid("11111111-2222-3333-4444-555555555555")
AT_HOME = ChargingSessionTruth(
    plugged_in_ms=START_MS - 60_000,
    start_ms=START_MS,
    end_ms=START_MS + 4 * HOUR_MS,
    unplugged_ms=START_MS + 5 * HOUR_MS,
    paused_s=420.0,
    is_dc=False,
    is_preconditioned=True,
    start_soc_percent=31.4,
    end_soc_percent=79.6,
    battery_kwh=37.5,
    grid_kwh=41.203571428571436,
    odometer_km=48_210.4,
    place_name="0001 home",
    latitude_deg=50.7664,
    longitude_deg=6.0834,
    blocks=(ChargingBlockTruth(start_ms=START_MS, end_ms=START_MS + HOUR_MS, average_kw=10.9),),
)
ON_THE_WAY = replace(
    AT_HOME,
    start_ms=START_MS - 48 * HOUR_MS,
    end_ms=START_MS - 47 * HOUR_MS,
    is_dc=True,
    place_name="0001 far 2",
    latitude_deg=51.2,
    longitude_deg=6.7,
    errors=("The charging station ended the charge.", "The cable was pulled."),
)


def validator(name: str) -> Draft202012Validator:
    schema: dict[str, Any] = json.loads(read_spec(f"schemas/cardata/{name}"))
    return Draft202012Validator(schema)


def test_pauses_are_not_charged_in_and_energy_keeps_its_digits() -> None:
    session = format_session(AT_HOME)
    assert session["totalChargingDurationSec"] == 4 * 3600 - 420
    assert session["energyConsumedFromPowerGridKwh"] == 41.203571428571436
    assert (session["displayedStartSoc"], session["displayedSoc"], session["mileage"]) == (31, 80, 48_210)
    assert session["isPreconditioningActivated"] is True
    assert session["chargingBlocks"] == [
        {"startTime": START_MS // 1000, "endTime": START_MS // 1000 + 3600, "averagePowerGridKw": 10.9}
    ]


def test_home_has_a_price_and_a_public_point_has_a_provider() -> None:
    home, public = (format_session(session, has_costs=True) for session in (AT_HOME, ON_THE_WAY))
    assert "chargingCostInformation" in home
    assert "publicChargingPoint" not in home
    assert "publicChargingPoint" in public
    assert "chargingCostInformation" not in public


def test_since_the_guide_of_september_there_are_no_costs_but_two_energies() -> None:
    session = format_session(AT_HOME)
    assert "chargingCostInformation" not in session
    assert (session["energyDecreaseHvbKwh"], session["energyDischargedKwh"]) == (None, None)


def test_car_in_miles_tells_its_mileage_in_miles() -> None:
    session = format_session(AT_HOME, is_in_miles=True)
    assert (session["mileage"], session["mileageUnits"]) == (29_957, "MILES")


def test_errors_carry_their_moment_in_two_shapes() -> None:
    errors: Any = format_session(ON_THE_WAY)["businessErrors"]
    assert [error["hint"] for error in errors] == [*ON_THE_WAY.errors]
    assert [error["creationTime"][19:] for error in errors] == [".500Z", ""]


def test_session_without_blocks_and_full_ones_all_fit_the_schema() -> None:
    bare = replace(AT_HOME, blocks=(), paused_s=0.0, unplugged_ms=None)
    sessions = [format_session(session) for session in (AT_HOME, ON_THE_WAY, bare)]
    validator("charging-history").validate({"data": sessions})


def test_settings_go_by_place_most_visited_first() -> None:
    earlier = replace(AT_HOME, end_ms=START_MS - 90 * HOUR_MS)
    settings: Any = format_charging_settings([earlier, ON_THE_WAY, AT_HOME], vin=VIN, gcid=GCID)
    validator("charging-settings").validate({"data": settings})
    assert [item["visits"] for item in settings] == [2, 1]
    assert (settings[0]["latitude"], settings[0]["lastVisit"]) == (50.7664, "2026-07-25T16:00:00.500Z")
    assert settings[0]["lastUpdated"] < settings[0]["lastVisit"]
