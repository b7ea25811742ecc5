"""The MyBMW app's readings feed the same signals as CarData's, in the same units and words."""

import json
from typing import Any

import pytest
from tests.bmw.mybmw.answers import STATE, V1_ITEM, VIN

from bimmerhub.bmw.answers.field_readings import AnswerStamp
from bimmerhub.bmw.mybmw import wire
from bimmerhub.bmw.mybmw.catalogue import CATALOGUE, PREFIX
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.domain.signals.older_families import FAMILY_KEYS
from bimmerhub.domain.signals.table import SIGNALS, signal_by_name
from bimmerhub.domain.state import VehicleState
from bimmerhub.domain.units import convert
from bimmerhub.ids import Vin

UPDATED_MS = 1_672_844_226_000
STAMP = AnswerStamp(vin=Vin(VIN), received_at_ms=UPDATED_MS + 60_000)


def readings_of(**changes: Any) -> tuple[Reading, ...]:
    body = json.dumps({"state": {**STATE, **changes}}).encode()
    return wire.decode_state_readings(body, STAMP).readings


def state_of(*readings: Reading) -> VehicleState:
    state = VehicleState()
    state.fold(readings)
    return state


def test_catalogue_and_signals_agree() -> None:
    feeding = {key for keys in FAMILY_KEYS["mybmw"].values() for key in keys}
    assert feeding == {key.key for key in CATALOGUE.values() if key.no_signal is None}
    for signal in SIGNALS:
        for descriptor in signal.descriptors():
            if descriptor.startswith(PREFIX):
                entry = CATALOGUE[descriptor]
                if signal.kind == "number" and signal.parse is None:
                    assert entry.datatype == "number"
                    convert(1, entry.unit, signal.unit)


EXPECTED: dict[str, object] = {
    "soc_percent": 80,
    "soc_target_percent": 100,
    "charging_status": "charging",
    "is_charging": True,
    "is_plugged_in": True,
    "charging_current_limit_a": 16,
    "is_charging_current_limited": True,
    "time_to_full_min": 60,
    "electric_range_km": 47,
    "total_range_km": 472,
    "fuel_range_km": 425,
    "fuel_percent": 65,
    "fuel_l": 40,
    "odometer_km": 12345,
    "climate_activity": "heating",
    "is_climate_on": True,
    "climate_time_left_min": pytest.approx(29.85, abs=0.01),
    "latitude_deg": 48.1,
    "longitude_deg": 11.5,
    "heading_deg": 180,
    "next_service_on": "2023-02-01",
    "services_due": 1,
    "check_control_messages": 1,
    "lock_state": "partly_locked",
    "is_locked": False,
    "is_door_front_driver_open": True,
    "is_door_front_passenger_open": False,
    "is_door_rear_driver_open": False,
    "is_any_door_open": True,
    "is_trunk_open": True,
    "is_trunk_window_open": False,
    "is_hood_open": False,
    "window_front_driver": "closed",
    "window_front_passenger": "open",
    "window_rear_driver": "partly_open",
    "window_rear_passenger": "closed",
    "is_any_window_open": True,
    "sunroof_state": "closed",
    **{
        f"tyre_pressure_{place}_kpa": kpa
        for place, kpa in (("front_left", 241), ("front_right", 255), ("rear_left", 324), ("rear_right", 331))
    },
    **{f"tyre_pressure_target_{place}_kpa": 270 for place in ("front_left", "front_right", "rear_left", "rear_right")},
}


def test_state_is_told_by_the_same_signals() -> None:
    state = state_of(*readings_of())
    signals = state.signals()
    assert {name: signal.value for name, signal in signals.items()} == EXPECTED
    assert {signal.not_understood for signal in signals.values()} == {None}
    assert signals["soc_percent"].source is Source.MYBMW
    assert state.car.drivetrain == "PHEV"


def test_version_1_is_told_by_the_same_signals() -> None:
    decoded = wire.decode_state_readings(json.dumps([V1_ITEM]).encode(), STAMP)
    assert decoded.refused == ()
    signals = state_of(*decoded.readings).signals()
    assert {signal.not_understood for signal in signals.values()} == {None}
    told = {name: signal.value for name, signal in signals.items()}
    assert told["soc_percent"] == 80
    assert told["odometer_km"] == 1609.3
    assert (told["charging_status"], told["is_plugged_in"]) == ("not_charging", False)
    assert (told["lock_state"], told["is_door_front_passenger_open"]) == ("locked", True)
    assert told["tyre_pressure_rear_right_kpa"] == 281
    assert (told["climate_activity"], told["sunroof_state"]) == ("off", "closed")


@pytest.mark.parametrize(
    ("word", "status", "is_charging"),
    [
        ("CHARGING", "charging", True),
        ("COMPLETE", "finished", False),
        ("DEFAULT", "not_charging", False),
        ("ERROR", "error", False),
        ("FINISHED_FULLY_CHARGED", "finished", False),
        ("FINISHED_NOT_FULL", "finished", False),
        ("FULLY_CHARGED", "finished", False),
        ("INVALID", None, None),
        ("NOT_CHARGING", "not_charging", False),
        ("PLUGGED_IN", "not_charging", False),
        ("TARGET_REACHED", "finished", False),
        ("UNKNOWN", None, None),
        ("WAITING_FOR_CHARGING", "waiting", False),
    ],
)
def test_words_of_charging(word: str, status: str | None, is_charging: bool | None) -> None:  # noqa: FBT001 - a value
    charging = {**STATE["electricChargingState"], "chargingStatus": word}
    signals = state_of(*readings_of(electricChargingState=charging)).signals()
    assert (signals["charging_status"].value, signals["is_charging"].value) == (status, is_charging)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("UNLOCKED", "unlocked"),
        ("LOCKED", "locked"),
        ("SECURED", "secured"),
        ("SELECTIVE_LOCKED", "partly_locked"),
        ("PARTIALLY_LOCKED", "partly_locked"),
        ("UNKNOWN", None),
    ],
)
def test_words_of_the_locks(word: str, state: str | None) -> None:
    doors = {**STATE["doorsState"], "combinedSecurityState": word}
    assert state_of(*readings_of(doorsState=doors)).signals()["lock_state"].value == state


def test_car_on_fuel_alone() -> None:
    """It tells a target of 0 in its profile, and no state of charging."""
    profile = {"chargingSettings": {"targetSoc": 0}}
    told = {"combustionFuelLevel": {"remainingFuelLiters": 30, "range": 400}, "range": 400, "chargingProfile": profile}
    body = json.dumps({"state": {**told, "lastUpdatedAt": STATE["lastUpdatedAt"]}}).encode()
    signals = state_of(*wire.decode_state_readings(body, STAMP).readings).signals()
    assert "soc_target_percent" not in signals
    assert (signals["fuel_l"].value, signals["total_range_km"].value) == (30, 400)


def test_cardata_goes_first_and_this_family_stands_in_for_it() -> None:
    header = signal_by_name("soc_percent").descriptors()[0]
    newer = Reading(Vin(VIN), header, 70, "%", UPDATED_MS + 60_000, None, UPDATED_MS, Source.STREAM)
    assert state_of(*readings_of(), newer).signals()["soc_percent"].value == 70
    older = Reading(Vin(VIN), header, 70, "%", UPDATED_MS - 86_400_000, None, UPDATED_MS, Source.STREAM)
    assert state_of(*readings_of(), older).signals()["soc_percent"].value == 80
