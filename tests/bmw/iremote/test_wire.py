"""i Remote's answers as models and as readings: every field, every shape, and any bytes at all."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bmw.iremote.answers import (
    ALL_TRIPS,
    DESTINATIONS,
    EFFICIENCY,
    I3,
    LAST_TRIP,
    NAVIGATION,
    OTHER_VIN,
    RANGE_MAP,
    STATUS,
    TWO_TIMERS,
    VIN,
    WEEKLY,
)

from bimmerhub.bmw.answers.cockpit_answers import decode_efficiency, decode_navigation
from bimmerhub.bmw.answers.field_readings import AnswerStamp
from bimmerhub.bmw.car_commands.charging_profile import as_json, read_charging_profile
from bimmerhub.bmw.iremote import wire
from bimmerhub.bmw.iremote.catalogue import ALL_TRIPS_KEYS, CATALOGUE, LAST_TRIP_KEYS, PREFIX, STATUS_KEYS
from bimmerhub.bmw.iremote.models import (
    AllTrips,
    CarPosition,
    CheckControl,
    Comparison,
    DueService,
    LastTrip,
    ListedVehicle,
    VehicleStatus,
)
from bimmerhub.bmw.iremote.range_map import to_geojson
from bimmerhub.bmw.iremote.rsapi import RsCode, RsDetail, decode_rs_event
from bimmerhub.bmw.iremote.words import (
    ChargingMode,
    DriveTrain,
    LockWord,
    Opening,
    PositionStatus,
    ServiceDueState,
    ServiceItem,
    UpdateReason,
)
from bimmerhub.domain.reading import Source, Value
from bimmerhub.domain.signals.conditions import read_check_control, read_conditions
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Vin

NOW_MS = 1_588_700_000_000


STAMP = AnswerStamp(vin=Vin(VIN), received_at_ms=NOW_MS)


def encode(document: object) -> bytes:
    return json.dumps(document).encode()


def status(**changes: object) -> bytes:
    return encode({"vehicleStatus": {**STATUS, **changes}})


def readings(body: bytes) -> dict[str, Value]:
    decoded = wire.decode_status_readings(body, STAMP)
    return {reading.descriptor.removeprefix("iremote."): reading.value for reading in decoded.readings}


@pytest.mark.parametrize("shape", [[I3], {"vehicles": [I3]}, {"vehicle": I3}, I3, {"vehicles": [I3, {"vin": "short"}]}])
def test_vehicle_list_in_any_of_its_shapes(shape: object) -> None:
    [vehicle] = wire.decode_vehicles(encode(shape))
    assert vehicle.vin == VIN
    assert vehicle.drive_train is DriveTrain.BEV_REX
    assert vehicle.supported_charging_modes == (ChargingMode.AC_LOW, ChargingMode.DC, "SOLAR")
    assert vehicle.dealer is not None
    assert vehicle.dealer.postal_code == "AB1 2CD"
    assert not vehicle.needs_position_of_asker


def test_account_without_cars() -> None:
    assert wire.decode_vehicles(b'{"vehicles": []}') == ()
    for body in (b"{}", b'{"vehicles": 7}', b"null", b"<html>"):
        with pytest.raises(MalformedPayload):
            wire.decode_vehicles(body)


def missing_fields(model: msgspec.Struct) -> list[str]:
    return [field.name for field in msgspec.structs.fields(model) if getattr(model, field.name) is None]


def test_every_field_of_an_answer_is_read() -> None:
    [vehicle] = wire.decode_vehicles(encode([I3]))
    assert missing_fields(vehicle) == ["ego_vehicle_path"]  # null in every answer seen
    assert missing_fields(wire.decode_status(status())) == []
    assert missing_fields(wire.decode_last_trip(encode({"lastTrip": LAST_TRIP}))) == []
    assert missing_fields(wire.decode_all_trips(encode({"allTrips": ALL_TRIPS}))) == []
    [destination] = wire.decode_destinations(encode({"destinations": DESTINATIONS}))
    assert missing_fields(destination) == []
    for kind, answer in ((ListedVehicle, I3), (VehicleStatus, STATUS), (LastTrip, LAST_TRIP), (AllTrips, ALL_TRIPS)):
        assert {field.encode_name for field in msgspec.structs.fields(kind)} == set(answer)


def another(value: object) -> object:
    """Return a value of the same kind that says something else."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str() if value.startswith(("19", "20")) and "T" in value:
            return f"2019{value[4:]}"
        case str():
            return "ANOTHER"
        case list():
            return []
    return {}


def differing(kind: type[msgspec.Struct], one: msgspec.Struct, other: msgspec.Struct) -> list[str]:
    return [
        field.encode_name
        for field in msgspec.structs.fields(kind)
        if getattr(one, field.name) != getattr(other, field.name)
    ]


def test_each_field_of_an_answer_feeds_one_attribute_and_no_other() -> None:
    [vehicle] = wire.decode_vehicles(encode([I3]))
    for name in I3.keys() - {"vin", "egoVehiclePath"}:
        [changed] = wire.decode_vehicles(encode([{**I3, name: another(I3[name])}]))
        assert differing(ListedVehicle, vehicle, changed) == [name]
    for name in STATUS:
        changed_status = wire.decode_status(status(**{name: another(STATUS[name])}))
        assert differing(VehicleStatus, wire.decode_status(status()), changed_status) == [name]
    for name in LAST_TRIP:
        trip = wire.decode_last_trip(encode({"lastTrip": {**LAST_TRIP, name: another(LAST_TRIP[name])}}))
        assert differing(LastTrip, wire.decode_last_trip(encode({"lastTrip": LAST_TRIP})), trip) == [name]
    for name in ALL_TRIPS:
        trips = wire.decode_all_trips(encode({"allTrips": {**ALL_TRIPS, name: another(ALL_TRIPS[name])}}))
        assert differing(AllTrips, wire.decode_all_trips(encode({"allTrips": ALL_TRIPS})), trips) == [name]


def test_each_field_of_a_status_feeds_one_reading_and_no_other() -> None:
    values = readings(status())
    for name in STATUS.keys() - {"vin", "updateTime", "position"}:
        changed = readings(status(**{name: another(STATUS[name])}))
        assert [key for key in changed if changed[key] != values.get(key)] == [name]
    for name in STATUS["position"]:
        changed = readings(status(position={**STATUS["position"], name: another(STATUS["position"][name])}))
        assert [key for key in changed if changed[key] != values.get(key)] == [f"position.{name}"]


def test_state_of_a_car() -> None:
    state = wire.decode_status(status())
    assert state.updated_at == datetime(2020, 5, 5, 16, 0, tzinfo=UTC)
    assert state.internal_data_at == datetime(2020, 5, 5, 16, 0, 1, tzinfo=UTC)
    assert state.update_reason is UpdateReason.CHARGING_STARTED
    assert (state.odometer_km, state.electric_range_km, state.electric_range_mi) == (12345, 150, 93)
    assert (state.door_driver_rear, state.sunroof) == (Opening.INVALID, Opening.OPEN_TILT)
    assert state.door_lock_state is LockWord.SELECTIVE_LOCKED
    assert state.position == CarPosition(
        status=PositionStatus.OK, latitude_deg=48.1, longitude_deg=11.5, heading_deg=90
    )
    assert state.check_control == (CheckControl(id=955, odometer_km=12000, title="Tyres", text="Check the tyres."),)
    assert state.services == (
        DueService(
            item=ServiceItem.BRAKE_FLUID,
            state=ServiceDueState.OK,
            due_month="2021-03",
            description="Brake fluid",
        ),
        DueService(item=ServiceItem.OIL, state=ServiceDueState.PENDING, due_month="2020-11", remaining_km=2000),
    )


def test_unknown_words_stay_and_odd_values_read_as_missing() -> None:
    state = wire.decode_status(
        status(doorLockState="LOCKED_BY_CAT", mileage="12345", chargingLevelHv=[1], updateTime="yesterday", hood=7)
    )
    assert (state.door_lock_state, state.odometer_km) == ("LOCKED_BY_CAT", 12345)
    assert (state.soc_percent, state.updated_at, state.hood) == (None, None, None)


def test_dcs_keys_beside_the_state() -> None:
    inner = {key: value for key, value in STATUS.items() if not key.startswith("DCS")}
    body = encode({"vehicleStatus": inner, "DCS_CCH_Activation": "NA", "DCS_CCH_Ongoing": True})
    state = wire.decode_status(body)
    assert (state.dcs_cch_activation, state.is_dcs_cch_ongoing) == ("NA", True)
    assert readings(body)["DCS_CCH_Ongoing"] is True


def test_minimal_car() -> None:
    body = encode({"vehicleStatus": {"vin": VIN, "updateTime": STATUS["updateTime"], "position": {"status": "OK"}}})
    state = wire.decode_status(body)
    assert (state.vin, state.odometer_km, state.services) == (VIN, None, None)
    assert readings(body) == {"position.status": "OK"}


def test_readings_have_the_cars_time_and_the_catalogues_units() -> None:
    body = status(updateTime="2020-05-05T18:00:00.7+0200")
    stamp = AnswerStamp(vin=Vin(VIN), received_at_ms=NOW_MS, server_time_ms=NOW_MS - 5)
    decoded = wire.decode_status_readings(body, stamp)
    assert decoded.refused == ()
    by_key = {reading.descriptor: reading for reading in decoded.readings}
    assert by_key.keys() == {PREFIX + key.key for key in STATUS_KEYS if STATUS.get(key.key) != "INVALID"}
    assert {reading.measured_at_ms for reading in decoded.readings} == {1_588_694_400_000}
    assert {reading.source for reading in decoded.readings} == {Source.IREMOTE}
    assert {reading.sent_at_ms for reading in decoded.readings} == {NOW_MS - 5}
    assert all(reading.unit == CATALOGUE[key].unit for key, reading in by_key.items())


def test_values_of_readings() -> None:
    values = readings(status())
    assert values["chargingLevelHv"] == 61
    assert values["remainingFuel"] == 4.5
    assert values["positionLight"] is True
    assert "doorDriverRear" not in values  # INVALID: the car has no such door
    assert values["DCS_CCH_Activation"] is None
    assert values["updateReason"] == "CHARGING_STARTED"
    assert values["internalDataTimeUTC"] == "2020-05-05T16:00:01+00:00"
    assert (values["position.lat"], values["position.lon"], values["position.heading"]) == (48.1, 11.5, 90)


def test_services_and_messages_are_documents_that_our_signals_read() -> None:
    values = readings(status())
    fluid, oil = read_conditions(str(values["cbsData"]))
    assert (fluid.id, fluid.title, fluid.description, fluid.status) == (3, "BRAKE_FLUID", "Brake fluid", "OK")
    assert (oil.id, oil.remaining_distance, str(oil.due_on)) == (1, 2000, "2020-11-01")
    [message] = read_check_control(str(values["checkControlMessages"]))
    assert (message.id, message.title, message.text) == (955, "Tyres", "Check the tyres.")
    assert readings(status(cbsData=[], checkControlMessages=[]))["checkControlMessages"] == "[]"


def test_position_too_far_away_takes_no_position_back() -> None:
    values = readings(status(position={"status": "TOO_FAR_AWAY"}))
    assert values["position.status"] == "TOO_FAR_AWAY"
    assert not {"position.lat", "position.lon", "position.heading"} & values.keys()


def test_one_odd_value_does_not_cost_its_neighbours() -> None:
    body = status(mileage="far", newKey="word", newList=[1], **{"odd key!": 1})
    decoded = wire.decode_status_readings(body, STAMP)
    assert [error.descriptor for error in decoded.refused] == ["iremote.mileage"]
    values = readings(body)
    assert values["newKey"] == "word"
    assert not {"newList", "odd key!", "mileage"} & values.keys()


def test_status_without_its_time_or_of_another_car() -> None:
    with pytest.raises(MalformedPayload, match="of when"):
        readings(status(updateTime=None, internalDataTimeUTC=None))
    with pytest.raises(MalformedPayload, match="another car"):
        readings(status(vin=OTHER_VIN))
    assert readings(status(updateTime=None))["mileage"] == 12345


def test_trips_as_readings() -> None:
    last = wire.decode_last_trip_readings(encode({"lastTrip": LAST_TRIP}), STAMP)
    assert {reading.descriptor for reading in last.readings} == {PREFIX + key.key for key in LAST_TRIP_KEYS}
    assert {reading.measured_at_ms for reading in last.readings} == {1_588_693_231_000}
    every = wire.decode_all_trips_readings(encode({"allTrips": ALL_TRIPS}), STAMP)
    assert {reading.descriptor for reading in every.readings} <= {PREFIX + key.key for key in ALL_TRIPS_KEYS}
    assert {reading.measured_at_ms for reading in every.readings} == {NOW_MS}
    assert every.refused == last.refused == ()
    nothing = wire.decode_last_trip_readings(b'{"lastTrip": {}}', STAMP)
    assert nothing.readings == ()


def test_trips() -> None:
    trip = wire.decode_last_trip(encode({"lastTrip": LAST_TRIP}))
    assert (trip.distance_km, trip.duration_min, trip.electric_consumption_kwh_per_100km) == (52, 57, 16.2)
    assert trip.ended_at == datetime(2020, 5, 5, 15, 40, 31, tzinfo=UTC)
    assert wire.decode_last_trip(b'{"lastTrip": {}}') == wire.decode_last_trip(b'{"lastTrip": null}') == LastTrip()
    trips = wire.decode_all_trips(encode({"allTrips": ALL_TRIPS}))
    assert trips.recuperation_kwh_per_100km == Comparison(
        community_low=-1.5, community_average=3.5, community_high=14.2, user_average=3.2
    )
    assert trips.battery_capacity_wh == 18_100
    assert trips.reset_at == datetime(1970, 1, 1, tzinfo=UTC)


def test_range_map_as_geojson() -> None:
    drawn = to_geojson(wire.decode_range_map(encode({"rangemap": RANGE_MAP})))
    features: Any = drawn["features"]
    assert [feature["geometry"]["type"] for feature in features] == ["Polygon", "Point"]
    assert features[0]["geometry"]["coordinates"] == [[[11.0, 48.0], [11.0, 49.0], [12.0, 48.5], [11.0, 48.0]]]
    assert features[0]["properties"] == {"mode": "COMFORT", "quality": "AVERAGE"}
    assert to_geojson(wire.decode_range_map(b'{"rangemap": {}}')) == {"type": "FeatureCollection", "features": []}


def test_execution_and_history() -> None:
    body = {
        "executionStatus": {
            "serviceType": "LIGHT_FLASH",
            "status": "DELIVERED",
            "eventId": "0a1b@bmw.de",
            "extendedStatus": {"result": "STATUS_UNKNOWN", "ignitionOnStatus": "false"},
        }
    }
    execution = wire.decode_execution(encode(body))
    assert (execution.status, execution.event_id) == ("DELIVERED", "0a1b@bmw.de")
    assert execution.extended is not None
    assert execution.extended.is_ignition_on is False
    assert wire.decode_execution(b'{"executionStatus": {"eventId": "-1"}}').status is None
    history = {"initiatedAt": "2020-05-05T18:00:00+0200", "serviceType": "DOOR_LOCK", "status": "SUCCESS"}
    [past] = wire.decode_history(encode({"serviceExecutionHistory": [{**history, "client": "PORTAL"}]}))
    assert (past.service_type, past.status, past.client) == ("DOOR_LOCK", "SUCCESS", "PORTAL")


def test_navigation_and_efficiency() -> None:
    navigation = decode_navigation(encode(NAVIGATION))
    assert (navigation.soc_kwh, navigation.soc_max_kwh, navigation.vehicle_mass_kg) == (11.0, 18.3, 1390)
    assert navigation.curve("eco") == (26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36)
    assert (navigation.curve("norm"), navigation.norm, navigation.curve("norm_ev")) == (None, "not hex", None)
    efficiency = decode_efficiency(encode(EFFICIENCY))
    assert [entry.text for entry in efficiency.last_trip] == ["52.0", None]
    assert efficiency.ratings[0].quantity == 4
    assert efficiency.scores[0].life_time == 15.1


BODIES = (
    {"vehicles": [I3]},
    {"vehicleStatus": STATUS},
    {"lastTrip": LAST_TRIP},
    {"allTrips": ALL_TRIPS},
    {"destinations": DESTINATIONS},
    {"rangemap": RANGE_MAP},
    {"weeklyPlanner": WEEKLY},
    {"twoTimesTimer": TWO_TIMERS},
    {"executionStatus": {"status": "PENDING", "eventId": "x"}},
    {"serviceExecutionHistory": [{"status": "SUCCESS", "initiatedAt": "2020-05-05T18:00:00+0200"}]},
    NAVIGATION,
    EFFICIENCY,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Return a true answer of which one member, at any depth, is another value."""
    document = json.loads(json.dumps(draw(st.sampled_from(BODIES))))
    place: Any = document
    while True:
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or not place[key] or draw(st.booleans()):
            place[key] = draw(JSON)
            return json.dumps(document).encode(errors="surrogatepass")
        place = place[key]


DECODERS = (
    wire.decode_vehicles,
    wire.decode_status,
    wire.decode_last_trip,
    wire.decode_all_trips,
    wire.decode_destinations,
    wire.decode_range_map,
    wire.decode_execution,
    wire.decode_history,
    read_charging_profile,
    decode_navigation,
    decode_efficiency,
    readings,
    lambda body: wire.decode_last_trip_readings(body, STAMP),
    lambda body: wire.decode_all_trips_readings(body, STAMP),
    lambda body: wire.decode_navigation_readings(body, STAMP),
)


@settings(max_examples=300, deadline=None)
@given(mutated() | JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=200))
def test_any_bytes_are_a_value_or_malformed(body: bytes) -> None:
    for decode in DECODERS:
        try:
            decode(body)
        except MalformedPayload:
            continue


def test_charging_profile_with_a_comma_too_many_becomes_json() -> None:
    wrong = b'{"twoTimesTimer": {"timer1": {"departureTime": "07:30"}, }}'
    assert json.loads(as_json(wrong)) == {"twoTimesTimer": {"timer1": {"departureTime": "07:30"}}}
    right = b'{"twoTimesTimer": {"note": "a comma,}"}}'
    assert as_json(right) == right


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"rsStatus": 3}', b"\xff", b'{"initStatus": true}'])
def test_no_answer_about_a_command_by_rsapi(body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        decode_rs_event(body)


def test_every_field_of_rsapi() -> None:
    event = decode_rs_event(
        encode(
            {
                "eventId": "E",
                "rsType": "RDL",
                "rsStatus": "NEW_WORD",
                "rsDetailedStatus": "DLQ_MESSAGE_FETCHED",
                "initiationError": "NO_ERROR",
                "rsError": "X",
                "creationTime": 1_588_694_400_000,
                "initStatus": True,
            }
        )
    )
    assert (event.event_id, event.code, event.status) == ("E", RsCode.DOOR_LOCK, "NEW_WORD")
    assert (event.detail, event.error, event.is_initiated) == (RsDetail.MESSAGE_FETCHED, "X", True)
    assert event.created_at is not None
    assert event.created_at.year == 2020
