"""The portal's readings feed the same signals as CarData's, and the catalogue says of each key which, or why none."""

import json
from typing import Any

import pytest
from tests.bmw.connecteddrive.answers import ATTRIBUTES, DYNAMIC, EFFICIENCY, NAVIGATION, VIN

from bimmerhub.bmw.answers.field_readings import AnswerStamp
from bimmerhub.bmw.connecteddrive.catalogue import CATALOGUE, PREFIX
from bimmerhub.bmw.connecteddrive.state_readings import (
    decode_efficiency_readings,
    decode_navigation_readings,
    decode_state_readings,
)
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.domain.signals.older_families import FAMILY_KEYS
from bimmerhub.domain.signals.table import SIGNALS
from bimmerhub.domain.state import VehicleState
from bimmerhub.domain.units import convert
from bimmerhub.ids import Vin

NOW_MS, UPDATED_MS = 1_588_700_000_000, 1_588_694_400_000
STAMP = AnswerStamp(vin=Vin(VIN), received_at_ms=NOW_MS)


def readings_of(**changes: Any) -> list[Reading]:
    body = json.dumps({**DYNAMIC, "attributesMap": {**ATTRIBUTES, **changes}}).encode()
    return [
        *decode_state_readings(body, STAMP).readings,
        *decode_navigation_readings(json.dumps(NAVIGATION).encode(), STAMP).readings,
        *decode_efficiency_readings(json.dumps(EFFICIENCY).encode(), STAMP).readings,
    ]


def state_of(*readings: Reading) -> VehicleState:
    state = VehicleState()
    state.fold(readings)
    return state


def test_catalogue_and_signals_agree() -> None:
    feeding = {key for keys in FAMILY_KEYS["connecteddrive"].values() for key in keys}
    assert feeding == {key.key for key in CATALOGUE.values() if key.no_signal is None}
    for signal in SIGNALS:
        for descriptor in signal.descriptors():
            if descriptor.startswith(PREFIX):
                entry = CATALOGUE[descriptor]
                if signal.kind == "number" and signal.parse is None:
                    assert entry.datatype == "number"
                    convert(1, entry.unit, signal.unit)


EXPECTED: dict[str, Value] = {
    "soc_percent": 61,
    "usable_energy_kwh": 18.3,
    "charging_status": "charging",
    "is_charging": True,
    "is_plugged_in": True,
    "is_last_charging_successful": True,
    "time_to_full_min": 90,
    "electric_range_km": 150,
    "fuel_percent": 53,
    "fuel_l": 4.5,
    "odometer_km": 12345,
    "average_consumption_kwh_per_100km": 15.1,
    "latitude_deg": 48.1,
    "longitude_deg": 11.5,
    "heading_deg": 90,
    "last_trip_ended": "2020-05-05T15:40:31Z",
    "last_trip_electric_percent": 97,
    "last_trip_recuperation_kwh_per_100km": 3.4,
    "next_service_on": "2020-11-01",
    "services_due": 1,
    "check_control_messages": 1,
    "lock_state": "partly_locked",
    "is_locked": False,
    "is_door_front_driver_open": False,
    "is_door_front_passenger_open": True,
    "is_door_rear_driver_open": None,
    "is_door_rear_passenger_open": False,
    "is_any_door_open": True,
    "is_trunk_open": True,
    "is_trunk_window_open": None,
    "is_hood_open": False,
    "window_front_driver": "tilted",
    "window_front_passenger": "partly_open",
    "window_rear_driver": "closed",
    "window_rear_passenger": "closed",
    "is_any_window_open": True,
    "sunroof_state": "tilted",
    "convertible_roof_state": "closed",
}


def test_state_is_told_by_the_same_signals() -> None:
    state = state_of(*readings_of())
    signals = state.signals()
    assert {name: signal.value for name, signal in signals.items()} == EXPECTED
    assert {signal.not_understood for signal in signals.values()} == {None}
    assert signals["soc_percent"].source is Source.CONNECTEDDRIVE
    assert state.car.drivetrain == "PHEV"
    position = state.position()
    assert position is not None
    assert (position.latitude_deg, position.longitude_deg, position.measured_at_ms) == (48.1, 11.5, UPDATED_MS)


@pytest.mark.parametrize(
    ("high_voltage", "word", "status"),
    [
        ("CHARGING", "CHARGINGACTIVE", "charging"),
        ("WAITING_FOR_CHARGING", "NOCHARGING", "waiting"),
        ("FINISHED_NOT_FULL", "CHARGINGENDED", "finished"),
        (None, "CHARGINGACTIVE", "charging"),
        ("INVALID", "NOCHARGING", "not_charging"),
        (None, "CHARGINGPAUSED", "paused"),
        (None, "CHARGINGENDED", "finished"),
        (None, "CHARGINGERROR", "error"),
    ],
)
def test_words_of_charging(high_voltage: str | None, word: str, status: str) -> None:
    signals = state_of(*readings_of(chargingHVStatus=high_voltage, charging_status=word)).signals()
    assert (signals["charging_status"].value, signals["is_charging"].value) == (status, status == "charging")


@pytest.mark.parametrize(
    ("word", "state"),
    [("UNLOCKED", "unlocked"), ("LOCKED", "locked"), ("SECURED", "secured"), ("SELECTIVELOCKED", "partly_locked")],
)
def test_words_of_the_locks(word: str, state: str) -> None:
    assert state_of(*readings_of(door_lock_state=word)).signals()["lock_state"].value == state


def test_services_come_from_the_numbers_where_there_are_no_messages() -> None:
    numbers = ATTRIBUTES["condition_based_services"]
    body = {"attributesMap": {"updateTime": ATTRIBUTES["updateTime"], "condition_based_services": numbers}}
    signals = state_of(*decode_state_readings(json.dumps(body).encode(), STAMP).readings).signals()
    assert (signals["services_due"].value, signals["next_service_on"].value) == (1, "2020-11-01")
