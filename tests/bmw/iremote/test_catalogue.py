"""i Remote's readings feed the same signals as CarData's, and the catalogue says of each key which, or why none."""

import json
from typing import Any

import pytest
from tests.bmw.iremote.answers import ALL_TRIPS, LAST_TRIP, STATUS, VIN

from bimmerhub.bmw.answers.field_readings import AnswerStamp
from bimmerhub.bmw.iremote import wire
from bimmerhub.bmw.iremote.catalogue import CATALOGUE, PREFIX
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.domain.signals.older_families import FAMILY_KEYS
from bimmerhub.domain.signals.table import SIGNALS, signal_by_name
from bimmerhub.domain.state import VehicleState
from bimmerhub.domain.units import convert
from bimmerhub.ids import Descriptor, Vin

NOW_MS = 1_588_700_000_000
UPDATED_MS = 1_588_694_400_000
STAMP = AnswerStamp(vin=Vin(VIN), received_at_ms=NOW_MS)


def readings_of(**changes: Any) -> list[Reading]:
    status = json.dumps({"vehicleStatus": {**STATUS, **changes}}).encode()
    last = json.dumps({"lastTrip": LAST_TRIP}).encode()
    every = json.dumps({"allTrips": ALL_TRIPS}).encode()
    return [
        *wire.decode_status_readings(status, STAMP).readings,
        *wire.decode_last_trip_readings(last, STAMP).readings,
        *wire.decode_all_trips_readings(every, STAMP).readings,
    ]


def state_of(*readings: Reading) -> VehicleState:
    state = VehicleState()
    state.fold(readings)
    return state


def test_catalogue_and_signals_agree() -> None:
    feeding = {key for keys in FAMILY_KEYS["iremote"].values() for key in keys}
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
    "usable_energy_kwh": 18.1,
    "charging_status": "charging",
    "is_charging": True,
    "is_plugged_in": True,
    "is_instant_charging": False,
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
    "is_door_rear_passenger_open": False,
    "is_any_door_open": True,
    "is_trunk_open": True,
    "is_hood_open": False,
    "window_front_driver": "tilted",
    "window_front_passenger": "partly_open",
    "window_rear_driver": "closed",
    "window_rear_passenger": "closed",
    "is_any_window_open": True,
    "sunroof_state": "tilted",
    "are_lights_on": True,
}


def test_state_is_told_by_the_same_signals() -> None:
    state = state_of(*readings_of())
    signals = state.signals()
    assert {name: signal.value for name, signal in signals.items()} == EXPECTED
    assert {signal.not_understood for signal in signals.values()} == {None}
    assert signals["soc_percent"].source is Source.IREMOTE
    assert state.car.drivetrain == "PHEV"
    position = state.position()
    assert position is not None
    assert (position.latitude_deg, position.longitude_deg, position.measured_at_ms) == (48.1, 11.5, UPDATED_MS)


@pytest.mark.parametrize(
    ("word", "status", "is_charging"),
    [
        ("CHARGING", "charging", True),
        ("ERROR", "error", False),
        ("FINISHED_FULLY_CHARGED", "finished", False),
        ("FINISHED_NOT_FULL", "finished", False),
        ("INVALID", None, None),
        ("NOT_CHARGING", "not_charging", False),
        ("WAITING_FOR_CHARGING", "waiting", False),
    ],
)
def test_words_of_charging(word: str, status: str | None, is_charging: bool | None) -> None:  # noqa: FBT001 - a value
    signals = state_of(*readings_of(chargingStatus=word)).signals()
    assert (signals["charging_status"].value, signals["is_charging"].value) == (status, is_charging)


@pytest.mark.parametrize(
    ("word", "state"),
    [("UNLOCKED", "unlocked"), ("LOCKED", "locked"), ("SECURED", "secured"), ("SELECTIVE_LOCKED", "partly_locked")],
)
def test_words_of_the_locks(word: str, state: str) -> None:
    assert state_of(*readings_of(doorLockState=word)).signals()["lock_state"].value == state


def cardata(descriptor: Descriptor, value: Value, *, at_ms: int, unit: str | None = None) -> Reading:
    return Reading(Vin(VIN), descriptor, value, unit, at_ms, at_ms, at_ms, Source.STREAM)


def test_cardata_goes_first_and_the_older_family_stands_in_for_it() -> None:
    header = signal_by_name("soc_percent").descriptors()[0]
    polled = readings_of()
    newer = cardata(header, 70, at_ms=UPDATED_MS + 60_000, unit="%")
    assert state_of(*polled, newer).signals()["soc_percent"].value == 70
    a_day_older = cardata(header, 70, at_ms=UPDATED_MS - 86_400_000, unit="%")
    assert state_of(*polled, a_day_older).signals()["soc_percent"].value == 61


def test_position_of_the_newest_family_counts() -> None:
    latitude, longitude = (
        signal_by_name("latitude_deg").descriptors()[0],
        signal_by_name("longitude_deg").descriptors()[0],
    )
    polled = readings_of()
    later_ms, earlier_ms = UPDATED_MS + 3_600_000, UPDATED_MS - 3_600_000
    elsewhere = [cardata(latitude, 50.0, at_ms=later_ms), cardata(longitude, 8.0, at_ms=later_ms)]
    position = state_of(*polled, *elsewhere).position()
    assert position is not None
    assert position.latitude_deg == 50.0
    refused = [cardata(latitude, None, at_ms=earlier_ms), cardata(longitude, None, at_ms=earlier_ms)]
    assert state_of(*polled, *refused).position() is not None
    refused_since = [cardata(latitude, None, at_ms=later_ms), cardata(longitude, None, at_ms=later_ms)]
    assert state_of(*polled, *refused_since).position() is None


def test_charging_that_is_not_spoken_of_any_more_ages() -> None:
    charging = state_of(*readings_of()).signals()["is_charging"]
    assert charging.freshness(UPDATED_MS + 60_000) == "fresh"
    assert charging.freshness(UPDATED_MS + 3_600_000) == "ageing"
    assert charging.freshness(UPDATED_MS + 6 * 3_600_000) == "stale"
