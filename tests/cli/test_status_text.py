"""The words and figures of the status text, as a program of 2015 had them."""

import pytest

from bimmerhub.cli.printing.status_text import StatusFacts, plug_word, write_text
from bimmerhub.domain.reading import Value
from bimmerhub.views.cars.state import SignalAnswer
from bimmerhub.views.documents.bmw_trips import BmwTripAnswer

AT = "2026-01-31T08:15:00.000Z"


def signal(value: Value) -> SignalAnswer:
    return SignalAnswer(
        value=value,
        unit=None,
        measured_at=AT,
        age_s=0,
        descriptor="d",
        source="iremote",
        quality="ok",
        freshness="fresh",
        not_understood=None,
        how=None,
        band=None,
    )


def facts(reason: str | None = None, **values: Value) -> StatusFacts:
    return StatusFacts(signals={name: signal(value) for name, value in values.items()}, trip=TRIP, update_reason=reason)


TRIP = BmwTripAnswer(
    ended_at=AT,
    duration_min=42,
    distance_km=2_000.4,
    electric_distance_km=None,
    electric_percent=None,
    electric_consumption_kwh_per_100km=15.5,
    recuperation_kwh_per_100km=None,
    fuel_consumption_l_per_100km=None,
    saved_fuel_l=None,
    efficiency_score=None,
    acceleration_score=None,
    anticipation_score=None,
    total_consumption_score=None,
    auxiliary_consumption_score=None,
    driving_mode_score=None,
    fetched_at=AT,
    source="iremote",
)


def test_miles_and_efficiency_are_reckoned_as_they_were() -> None:
    text = write_text(
        "{trip_miles} {trip_minutes} {miles_per_kwh} {odometer_miles} {soc} {range_miles}", facts(odometer_km=20_000)
    )
    assert text == "1,243 42 4.01 12,427 - -"


def test_lines_without_a_value_drop_out_of_the_text_as_shipped() -> None:
    petrol = StatusFacts(signals={"odometer_km": signal(20_000)}, trip=None, update_reason=None)
    assert write_text(None, petrol) == "12,427 miles"
    assert write_text("{soc}\n{plug}", petrol) == "-\nUnknown"


@pytest.mark.parametrize(
    ("is_plugged_in", "status", "word"),
    [
        (False, "CHARGING", "Unplugged"),
        (True, "CHARGING", "Charging"),
        (True, "ERROR", "Error"),
        (True, "FINISHED_FULLY_CHARGED", "Finished (Full)"),
        (True, "FINISHED_NOT_FULL", "Finished (Partial)"),
        (True, "INVALID", "Invalid"),
        (True, "NOT_CHARGING", "Not charging"),
        (True, "WAITING_FOR_CHARGING", "Waiting for charge"),
        (True, "SOMETHING_NEW", "Unknown"),
    ],
)
def test_plug_word(is_plugged_in: Value, status: str, word: str) -> None:
    assert plug_word(facts(is_plugged_in=is_plugged_in, charging_status=status).signals) == word


def test_plug_word_of_a_car_of_cardata() -> None:
    assert plug_word(facts(is_charging=True, charging_status="CHARGINGACTIVE").signals) == "Charging"
    assert plug_word(facts(is_charging=False).signals) == "Not charging"


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("CHARGING_INTERRUPED", "Charging Interrupted"),
        ("CHARGIN_STARTED", "Charging started"),
        ("CHARGING_STARTED", "Charging started"),
        ("CHARGING_DONE", "Charging done"),
        ("DISCONNECTED", "Disconnected"),
        ("VEHICLE_SHUTDOWN_SECURED", "Shutdown Secured"),
        ("VEHCSHUTDOWN_SECURED", "Shutdown Secured"),
        ("CHARGINGINTERRUPED", "Charging Interrupted"),
        ("DOORSTATECHANGED", "Doors changed"),
        ("UNKNOWN", "???"),
        (None, "-"),
    ],
)
def test_update_word(reason: str | None, word: str) -> None:
    assert write_text("{update}", facts(reason)) == word
