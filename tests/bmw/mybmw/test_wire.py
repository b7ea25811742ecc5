"""The MyBMW app's answers as models and as readings: every field, every version, and any bytes at all."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bmw.mybmw.answers import (
    CAPABILITIES,
    CHARGING_SETTINGS,
    EVENT_ERROR,
    EVENT_POSITION,
    GCID,
    MINI_VIN,
    OAUTH_CONFIG,
    OLD_STATE,
    PROFILE,
    STATE,
    STATE_ANSWER,
    STATISTICS,
    V1_ITEM,
    V4_ITEM,
    V5_LIST,
    VIN,
    session_page,
)

from bimmerhub.bmw.answers.field_readings import AnswerStamp
from bimmerhub.bmw.gcdm.by_app import AppConfig, read_app_config
from bimmerhub.bmw.http import Answer
from bimmerhub.bmw.mybmw import wire
from bimmerhub.bmw.mybmw.catalogue import CATALOGUE, STATE_KEYS
from bimmerhub.bmw.mybmw.models import EventStatus, VehicleProfile
from bimmerhub.bmw.mybmw.refusals import is_refusal, to_error
from bimmerhub.bmw.mybmw.state.gcj02 import from_wgs84, to_wgs84
from bimmerhub.bmw.mybmw.state.state_models import CarState, ClockTime
from bimmerhub.bmw.mybmw.state.v1_models import V1Vehicle
from bimmerhub.bmw.mybmw.words import (
    Brand,
    ChargingStatus,
    DriveTrain,
    EventWord,
    LockWord,
    MappingStatus,
    Opening,
    ServiceItem,
)
from bimmerhub.domain.reading import Source, Value
from bimmerhub.domain.signals.conditions import read_check_control, read_conditions
from bimmerhub.errors import BimmerhubError, MalformedPayload
from bimmerhub.ids import Vin

NOW_MS = 1_672_850_000_000
UPDATED_MS = 1_672_844_226_000
STAMP = AnswerStamp(vin=Vin(VIN), received_at_ms=NOW_MS)


def encode(document: object) -> bytes:
    return json.dumps(document).encode()


def answer(**changes: object) -> bytes:
    return encode({**STATE_ANSWER, "state": {**STATE, **changes}})


def state(**changes: object) -> CarState:
    return wire.decode_state(answer(**changes), vin=Vin(VIN)).state


def readings(body: bytes) -> dict[str, Value]:
    decoded = wire.decode_state_readings(body, STAMP)
    return {reading.descriptor.removeprefix("mybmw."): reading.value for reading in decoded.readings}


def test_vehicle_list_in_any_of_its_versions() -> None:
    for document in ([V1_ITEM], [V4_ITEM], V5_LIST):
        [vehicle] = wire.decode_vehicle_list(encode(document)).vehicles
        assert (vehicle.vin, vehicle.mapping.status) == (VIN, MappingStatus.CONFIRMED)
    assert wire.decode_vehicle_list(encode(V5_LIST)).gcid == GCID
    [listed] = wire.decode_vehicle_list(encode([V4_ITEM])).vehicles
    assert (listed.model, listed.mapping.is_primary_user, listed.mapping.vehicle_kind) == (
        "330e xDrive",
        True,
        "CONNECTED",
    )
    assert listed.can_charge
    for china in (PROFILE, {"vehicle": PROFILE}):
        [in_china] = wire.decode_vehicle_list(encode({"mappingInfos": [{"vin": VIN, "cnData": china}]})).vehicles
        assert in_china.model == "330e xDrive"
    [untold] = wire.decode_vehicle_list(encode({"mappingInfos": [{"vin": VIN, "cnData": {"odd": 1}}]})).vehicles
    assert untold.profile is None  # and so it is asked for


def test_account_without_cars_and_odd_ones() -> None:
    assert wire.decode_vehicle_list(b"[]").vehicles == ()
    assert wire.decode_vehicle_list(encode([{"vin": "short"}, 7, {"vin": MINI_VIN}])).vehicles[0].vin == MINI_VIN
    for body in (b"{}", b'{"mappingInfos": 7}', b"null", b"<html>"):
        with pytest.raises(MalformedPayload):
            wire.decode_vehicle_list(body)


def missing_fields(model: msgspec.Struct, path: str = "") -> Iterator[str]:
    """Yield the fields that are None, in the objects inside as well."""
    for field in msgspec.structs.fields(model):
        value = getattr(model, field.name)
        if value is None:
            yield f"{path}{field.name}"
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, msgspec.Struct):
                yield from missing_fields(part, f"{path}{field.name}.")


def test_every_field_of_an_answer_is_read() -> None:
    decoded = wire.decode_state(encode(STATE_ANSWER), vin=Vin(VIN))
    missing = set(missing_fields(decoded.state))
    assert missing == {"charging_profile.departures.at", "services.remaining_km", "services.description"} | {
        "check_control.text"
    }
    assert list(missing_fields(decoded.capabilities)) == []
    assert list(missing_fields(wire.decode_profile(encode(PROFILE)))) == [
        "driver_guide.title",
        "last_fetched_at",
        "accessory_kind",
    ]
    [listed] = wire.decode_vehicle_list(encode([V4_ITEM])).vehicles
    assert list(missing_fields(listed)) == ["profile.vin", "profile.driver_guide.title"]
    settings = wire.decode_charging_settings(encode(CHARGING_SETTINGS))
    assert list(missing_fields(settings)) == ["timer.charging_mode.timer_change"]
    assert list(missing_fields(wire.decode_charging_statistics(encode(STATISTICS)))) == []
    assert list(missing_fields(wire.decode_session_page(encode(session_page("a", next_token="t"))))) == []


def test_every_field_of_version_1_is_read() -> None:
    [vehicle] = wire.decode_v1_vehicles(encode([V1_ITEM]))
    assert set(missing_fields(vehicle)) == {
        "properties.fuel_percent.units",
        "status.services.state",
        "status.check_control.subtitle",
    }
    told = {field.encode_name for field in msgspec.structs.fields(V1Vehicle)}
    assert told == V1_ITEM.keys()
    assert vehicle.capabilities is not None
    assert vehicle.capabilities.unlock is not None
    assert vehicle.capabilities.unlock.is_pin_needed


def another(value: object) -> object:
    """Return a value of the same kind that says something else."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str() if value.startswith("20") and "T" in value:
            return f"2019{value[4:]}"
        case str():
            return "ANOTHER"
        case list():
            return []
    return {}


def leaves(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where in a document there is a value that is no object or list."""
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in items:
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def changed_at(document: Any, path: tuple[Any, ...]) -> Any:
    copy: Any = json.loads(json.dumps(document))
    place = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = another(place[path[-1]])
    return copy


GROUPS, ROWS = ("doors", "windows"), ("front", "rear")


def flat(model: object, path: str = "") -> dict[str, object]:
    """Return every attribute of a model, those of the objects inside among them, by its path."""
    if isinstance(model, tuple):
        return {key: value for at, part in enumerate(model) for key, value in flat(part, f"{path}[{at}]").items()}
    if not isinstance(model, msgspec.Struct):
        return {path: model}
    return {
        key: value
        for field in msgspec.structs.fields(model)
        for key, value in flat(getattr(model, field.name), f"{path}.{field.name}").items()
    }


DERIVED = tuple(f".{group}.{side}_{row}" for group in GROUPS for side in ("driver", "passenger") for row in ROWS)


def differing(one: object, other: object) -> set[str]:
    mine, theirs = flat(one), flat(other)
    changed = {key for key in mine.keys() | theirs.keys() if mine.get(key) != theirs.get(key)}
    return {key for key in changed if key not in DERIVED}


def test_each_field_of_a_state_feeds_one_attribute_and_no_other() -> None:
    seen = set()
    for path in leaves(STATE):
        [name] = differing(state(), wire.decode_state(encode({"state": changed_at(STATE, path)}), vin=Vin(VIN)).state)
        assert name not in seen
        seen.add(name)


@pytest.mark.parametrize(
    ("document", "decode"),
    [
        (CAPABILITIES, lambda told: wire.decode_state(encode({**STATE_ANSWER, "capabilities": told}), vin=Vin(VIN))),
        (PROFILE, lambda told: wire.decode_profile(encode(told))),
        (CHARGING_SETTINGS, lambda told: wire.decode_charging_settings(encode(told))),
        (STATISTICS, lambda told: wire.decode_charging_statistics(encode(told))),
        (session_page("a", next_token="t"), lambda told: wire.decode_session_page(encode(told))),
        (EVENT_ERROR, lambda told: wire.decode_event_status(encode(told))),
        (V1_ITEM, lambda told: wire.decode_v1_vehicles(encode([told]))),
    ],
    ids=["capabilities", "profile", "charging settings", "statistics", "sessions", "event", "version 1"],
)
def test_each_field_of_other_answers_feeds_one_attribute_and_no_other(document: Any, decode: Any) -> None:
    model = getattr(decode(document), "capabilities", decode(document))
    for path in leaves(document):
        if path[-1] in {"vin", "EUR"}:
            continue
        changed = decode(changed_at(document, path))
        assert len(differing(model, getattr(changed, "capabilities", changed))) == 1, path


def test_state_of_a_car() -> None:
    told = state()
    assert told.updated_at == datetime(2023, 1, 4, 14, 57, 6, tzinfo=UTC)
    assert (told.odometer_km, told.range_km, told.soc_percent) == (12345, 472, 80)
    assert told.charging is not None
    assert (told.charging.status, told.charging.remaining_min) == (ChargingStatus.CHARGING, 60)
    assert told.doors is not None
    assert (told.doors.left_front, told.doors.driver_front, told.doors.passenger_front) == (
        Opening.OPEN,
        Opening.OPEN,
        Opening.CLOSED,
    )
    assert told.doors.security is LockWord.PARTIALLY_LOCKED
    assert told.services is not None
    assert [item.item for item in told.services] == [ServiceItem.BRAKE_FLUID, ServiceItem.OIL]
    assert told.charging_profile is not None
    assert told.charging_profile.departures is not None
    assert told.charging_profile.departures[0].at == ClockTime(hour=7, minute=35)


def test_drivers_side_goes_by_the_steering_wheel() -> None:
    right = state(isLeftSteering=False)
    assert right.doors is not None
    assert right.doors.driver_front is Opening.CLOSED
    assert readings(answer(isLeftSteering=False))["doorsState.driverFront"] == "CLOSED"
    assert "doorsState.leftFront" not in readings(answer())
    unknown = readings(answer(isLeftSteering=None))
    assert unknown["doorsState.leftFront"] == "OPEN"
    assert "doorsState.driverFront" not in unknown


def test_state_of_an_old_car() -> None:
    body = encode({"capabilities": {}, "state": OLD_STATE})
    decoded = wire.decode_state(body, vin=Vin(VIN))
    assert (decoded.state.updated_at, decoded.state.odometer_km, decoded.state.services) == (None, None, ())
    assert readings(body)["requiredServices"] == "[]"


def test_unknown_words_stay_and_odd_values_read_as_missing() -> None:
    told = state(
        currentMileage="12345",
        lastUpdatedAt="yesterday",
        securityOverviewMode="ARMED_BY_CAT",
        electricChargingState={"chargingStatus": "DANCING", "chargingLevelPercent": [1]},
        doorsState=7,
    )
    assert (told.odometer_km, told.alarm, told.updated_at, told.doors) == (12345, "ARMED_BY_CAT", None, None)
    assert told.charging is not None
    assert (told.charging.status, told.charging.soc_percent) == ("DANCING", None)


def test_version_1_is_told_in_the_words_of_the_newer_ones() -> None:
    decoded = wire.decode_state(encode([{"vin": MINI_VIN}, V1_ITEM]), vin=Vin(VIN))
    told, able = decoded.state, decoded.capabilities
    assert (told.odometer_km, told.range_km, told.soc_percent) == (1609.3, 467, 80)
    assert told.fuel is not None
    assert (told.fuel.liters, told.fuel.percent, told.fuel.range_km) == (40, 65, 420)
    assert told.doors is not None
    assert (told.doors.driver_front, told.doors.passenger_front, told.doors.security) == ("CLOSED", "OPEN", "LOCKED")
    assert told.charging_profile is not None
    assert (told.charging_profile.control, told.charging_profile.start, told.charging_profile.preference) == (
        "WEEKLY_PLANNER",
        "IMMEDIATE_CHARGING",
        "NO_PRESELECTION",
    )
    assert told.charging_profile.departures is not None
    assert told.charging_profile.departures[0].weekdays == ("MONDAY", "FRIDAY")
    assert told.check_control is not None
    assert (told.check_control[0].item, told.check_control[0].severity) == ("TIRE_PRESSURE", "LOW")
    assert (able.lock, able.horn, able.is_charging_target_soc_enabled, able.is_charging_power_limit_enabled) == (
        True,
        False,
        True,
        False,
    )
    [listed] = wire.decode_vehicle_list(encode([V1_ITEM])).vehicles
    assert listed.profile is not None
    assert (listed.profile.brand, listed.profile.drive_train) == (Brand.BMW, DriveTrain.PLUGIN_HYBRID)
    with pytest.raises(MalformedPayload, match="without this car"):
        wire.decode_state(encode([V1_ITEM]), vin=Vin(MINI_VIN))


def test_readings_have_the_cars_time_and_the_catalogues_units() -> None:
    stamp = AnswerStamp(vin=Vin(VIN), received_at_ms=NOW_MS, server_time_ms=NOW_MS - 5)
    decoded = wire.decode_state_readings(answer(), stamp)
    assert decoded.refused == ()
    by_key = {reading.descriptor: reading for reading in decoded.readings}
    sides = {f"mybmw.{group}.{side}" for group in ("doorsState", "windowsState") for side in SIDES}
    not_told = {"mybmw.inMotion", "mybmw.doorsState.passengerRear"}
    assert by_key.keys() == {f"mybmw.{key.key}" for key in STATE_KEYS} - sides - not_told
    assert {reading.measured_at_ms for reading in decoded.readings} == {UPDATED_MS}
    assert {reading.source for reading in decoded.readings} == {Source.MYBMW}
    assert {reading.sent_at_ms for reading in decoded.readings} == {NOW_MS - 5}
    assert all(reading.unit == CATALOGUE[key].unit for key, reading in by_key.items())


SIDES = ("leftFront", "leftRear", "rightFront", "rightRear")


def test_each_field_of_a_state_feeds_one_reading_and_no_other() -> None:
    values = readings(answer())
    for path in leaves(STATE):
        if path[0] in {"lastUpdatedAt", "lastFetched", "isLeftSteering"} or path[-1] in {"rightRear", "severity"}:
            continue
        changed = readings(encode({"state": changed_at(STATE, path)}))
        different = [key for key in values.keys() | changed.keys() if changed.get(key) != values.get(key)]
        is_of_a_message_that_is_left_out = path[:2] == ("checkControlMessages", 1)
        assert len(different) == (0 if is_of_a_message_that_is_left_out else 1), path


def test_values_of_readings() -> None:
    values = readings(answer())
    assert values["electricChargingState.chargingLevelPercent"] == 80
    assert values["electricChargingState.isChargerConnected"] is True
    assert values["chargingProfile.reductionOfChargeCurrent.start"] == "18:01"
    assert values["climateControlState.remainingSeconds"] == 1790.846
    assert (values["doorsState.driverFront"], values["windowsState.passengerFront"]) == ("OPEN", "OPEN")
    assert values["tireState.rearRight.status.currentPressure"] == 331
    assert values["location.coordinates.latitude"] == 48.1
    assert "doorsState.passengerRear" not in values  # INVALID: the car has no such door


def test_services_and_messages_are_documents_that_our_signals_read() -> None:
    values = readings(answer())
    fluid, oil = read_conditions(str(values["requiredServices"]))
    assert (fluid.id, fluid.title, fluid.status, str(fluid.due_on)) == (3, "BRAKE_FLUID", "OK", "2024-12-01")
    assert (oil.id, oil.remaining_distance, oil.status) == (1, 2000, "PENDING")
    [message] = read_check_control(str(values["checkControlMessages"]))
    assert (message.title, message.text, message.status) == ("TIRE_PRESSURE", "Check the tyres.", "LOW")


def test_position_that_is_not_told_is_no_reading() -> None:
    without = {key: value for key, value in STATE.items() if key != "location"}
    assert not any(key.startswith("location") for key in readings(encode({"state": without})))


def test_position_in_china_is_converted() -> None:
    place = {"coordinates": {"latitude": 39.90923, "longitude": 116.397428}}
    body = answer(location=place)
    told = wire.decode_state(body, vin=Vin(VIN), is_gcj=True).state
    assert told.location is not None
    assert told.location.coordinates is not None
    assert told.location.coordinates.latitude_deg == pytest.approx(39.90783, abs=1e-4)
    assert told.location.coordinates.longitude_deg == pytest.approx(116.39119, abs=1e-4)
    found = {"positionData": {"status": "OK", "position": place["coordinates"]}}
    position = wire.decode_event_position(encode(found), is_gcj=True).place
    assert position is not None
    assert position.latitude_deg == told.location.coordinates.latitude_deg


@given(st.floats(18, 54), st.floats(74, 135))
def test_chinas_coordinates_there_and_back(latitude: float, longitude: float) -> None:
    there = from_wgs84(latitude, longitude)
    assert to_wgs84(*there) == pytest.approx((latitude, longitude), abs=2e-5)
    assert to_wgs84(48.1, 11.5) == (48.1, 11.5)


def test_events() -> None:
    failed = wire.decode_event_status(encode(EVENT_ERROR))
    assert failed.status is EventWord.ERROR
    assert failed.error is not None
    assert (failed.error.reason, failed.error.is_retriable) == ("NACK", True)
    assert wire.decode_event_status(b'{"rsEventStatus": "DELIVERED"}').status is EventWord.DELIVERED
    assert wire.decode_event_status(b"{}") == EventStatus()
    taken = wire.decode_taken_command(encode({"eventId": "e", "creationTime": "2021-08-14T20:58:36.403Z"}))
    assert (taken.event_id, taken.created_at) == ("e", datetime(2021, 8, 14, 20, 58, 36, 403_000, tzinfo=UTC))
    assert wire.decode_taken_command(b"").event_id is None
    position = wire.decode_event_position(encode(EVENT_POSITION))
    assert (position.status, position.error) == ("OK", None)
    assert position.place is not None
    assert (position.place.latitude_deg, position.place.heading_deg) == (48.1, 121)
    refused = wire.decode_event_position(encode({"errorDetails": {"title": "No", "description": "Too far."}}))
    assert refused.error is not None
    assert (refused.place, refused.error.title) == (None, "No")
    [past] = wire.decode_history(encode([{"type": "LOCK", "status": "SUCCESS", "dateTime": "2022-01-01T10:00:00Z"}]))
    assert (past.kind, past.status) == ("LOCK", "SUCCESS")


BODIES = (
    [V1_ITEM],
    [V4_ITEM],
    V5_LIST,
    PROFILE,
    STATE_ANSWER,
    {"capabilities": {}, "state": OLD_STATE},
    CHARGING_SETTINGS,
    STATISTICS,
    session_page("a", "b", next_token="t"),
    EVENT_ERROR,
    EVENT_POSITION,
    OAUTH_CONFIG,
    [{"type": "LOCK", "status": "SUCCESS", "dateTime": "2022-01-01T10:00:00Z"}],
    {"eventId": "e", "creationTime": "2021-08-14T20:58:36.403Z"},
    {"statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in 01:02:03."},
    {"data": None, "code": 699121, "error": True, "description": "no"},
    {"errors": [{"code": "x", "message": "no"}]},
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


def read_config(body: bytes) -> AppConfig:
    return read_app_config(Answer(status=200, body=body))


def refuse(body: bytes) -> None:
    for status in (200, 400, 401, 403, 409, 422, 429, 500):
        refused = Answer(status=status, body=body)
        if is_refusal(refused):
            raise to_error(refused, operation="state")


DECODERS = (
    wire.decode_vehicle_list,
    wire.decode_v1_vehicles,
    wire.decode_profile,
    lambda body: wire.decode_state(body, vin=Vin(VIN)),
    lambda body: wire.decode_state(body, vin=Vin(VIN), is_gcj=True),
    readings,
    lambda body: wire.decode_state_readings(body, STAMP, is_gcj=True),
    wire.decode_taken_command,
    wire.decode_event_status,
    wire.decode_event_position,
    lambda body: wire.decode_event_position(body, is_gcj=True),
    wire.decode_history,
    wire.decode_charging_settings,
    wire.decode_charging_statistics,
    wire.decode_session_page,
)


@settings(max_examples=300, deadline=None)
@given(mutated() | JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=200))
def test_any_bytes_are_a_value_or_malformed(body: bytes) -> None:
    for decode in DECODERS:
        try:
            decode(body)
        except MalformedPayload:
            continue
    for read in (read_config, refuse):
        try:
            read(body)
        except BimmerhubError:
            continue


def test_profile_of_a_supra() -> None:
    profile = wire.decode_profile(encode({**PROFILE, "brand": "DRITTKUNDE"}))
    assert isinstance(profile, VehicleProfile)
    assert profile.brand is Brand.TOYOTA
