"""The portal's state of a car, as it came and as typed fields."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.bmw.answers.cockpit_dynamic import ConditionBasedService, decode_attributes, decode_dynamic
from bimmerhub.errors import MalformedPayload

ATTRIBUTES: dict[str, Any] = {
    "updateTime": "05.05.2020 16:00:00 UTC",
    "updateTime_converted": "05.05.2020 18:00",
    "unitOfLength": "km",
    "mileage": "12345",
    "vehicle_tracking": "1",
    "gps_lat": "48.1",
    "gps_lng": "11.5",
    "heading": "90",
    "chargingLevelHv": "61.0",
    "soc_hv_percent": "58.5",
    "battery_size_max": "18100",
    "chargingTimeRemaining": "10.0",
    "remaining_fuel": "-",
    "door_driver_front": "CLOSED",
    "door_lock_state": "SELECTIVELOCKED",
    "chargingHVStatus": "CHARGING",
    "condition_based_services": "00001,OK,2020-01,28000;00003,OVERDUE,01.2019,-200,x;no,OK;00032,PENDING,,",
    "Segment_LastTrip_time_segment_end": "05.05.2020 15:40:31 UTC",
    "DCS_CCH_Activation": None,
    "DCS_CCH_Ongoing ": None,
}
MESSAGES = {
    "ccmMessages": [{"text": "Tyres"}],
    "cbsMessages": [
        {"messageType": "CBS", "id": 3, "text": "Brake fluid", "status": "OK", "date": "03.2021"},
        {
            "messageType": "CBS",
            "id": 1,
            "text": "Oil",
            "status": "PENDING",
            "date": "",
            "unitOfLengthRemaining": "9000",
        },
    ],
}


def body_of(**changes: Any) -> bytes:
    return json.dumps({"attributesMap": {**ATTRIBUTES, **changes}, "vehicleMessages": MESSAGES}).encode()


def test_texts_become_typed_fields() -> None:
    dynamic = decode_dynamic(body_of())
    state = dynamic.attributes
    assert state.updated_at == datetime(2020, 5, 5, 16, tzinfo=UTC)
    assert state.last_trip_ended_at == datetime(2020, 5, 5, 15, 40, 31, tzinfo=UTC)
    assert (state.odometer_km, state.soc_percent, state.gross_soc_percent) == (12345, 61, 58.5)
    assert (state.battery_capacity_wh, state.charging_time_remaining_min) == (18100, 10)
    assert (state.is_tracking_allowed, state.latitude_deg, state.longitude_deg) == (True, 48.1, 11.5)
    assert (state.fuel_l, state.dcs_cch_ongoing, state.door_lock_state) == (None, None, "SELECTIVELOCKED")
    assert "DCS_CCH_Ongoing" in dynamic.raw
    assert dynamic.raw["updateTime_converted"] == "05.05.2020 18:00"


def test_services_in_both_ways() -> None:
    dynamic = decode_dynamic(body_of())
    assert dynamic.conditions == (
        ConditionBasedService(id=1, state="OK", due_month="2020-01", remaining_distance=28000),
        ConditionBasedService(id=3, state="OVERDUE", due_month="2019-01", remaining_distance=-200),
        ConditionBasedService(id=32, state="PENDING", due_month=None, remaining_distance=None),
    )
    fluid, oil = dynamic.services
    assert (fluid.id, fluid.title, fluid.due_month, fluid.remaining_distance) == (3, "Brake fluid", "2021-03", None)
    assert (oil.state, oil.due_month, oil.remaining_distance) == ("PENDING", None, 9000)
    assert dynamic.check_control == ({"text": "Tyres"},)


def test_car_that_is_set_to_miles() -> None:
    assert decode_dynamic(body_of(unitOfLength="mls", mileage="100")).attributes.odometer_km == 160.934


def test_body_with_control_characters_and_none_while_driving() -> None:
    assert decode_attributes(body_of().replace(b"CLOSED", b"CLO\n\x01SED"))["door_driver_front"] == "CLO  SED"
    for body in (b"", b" \n", b"{}", b'{"attributesMap": null}'):
        assert decode_dynamic(body).attributes.odometer_km is None
    for body in (b"<html>", b"[]", b'{"attributesMap": 7}'):
        with pytest.raises(MalformedPayload):
            decode_dynamic(body)


ODD = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.lists(st.integers()))


@given(st.dictionaries(st.sampled_from(sorted(ATTRIBUTES)), ODD), ODD, st.binary(max_size=60))
def test_any_body_is_a_state_or_malformed(changes: dict[str, Any], messages: Any, noise: bytes) -> None:
    whole = {"attributesMap": {**ATTRIBUTES, **changes}, "vehicleMessages": {"cbsMessages": [messages]}}
    for body in (json.dumps(whole).encode(errors="surrogatepass"), noise, b'{"attributesMap": {' + noise + b"}}"):
        try:
            decode_dynamic(body)
        except MalformedPayload:
            continue
