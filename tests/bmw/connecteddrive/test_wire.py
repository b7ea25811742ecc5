"""The portal's answers as models and as readings: every field, every shape, and any bytes at all."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bmw.connecteddrive.answers import (
    ATTRIBUTES,
    COUNTRIES,
    DYNAMIC,
    EFFICIENCY,
    EVENT,
    I3,
    MESSAGES,
    NAVIGATION,
    OTHER_VIN,
    PARTNER,
    SERVICES,
    SPECS,
    TWO_TIMERS,
    VIN,
)

from bimmerhub.bmw.answers.cockpit_dynamic import DynamicAttributes, decode_dynamic
from bimmerhub.bmw.answers.field_readings import AnswerStamp, FieldReadings
from bimmerhub.bmw.car_commands.charging_profile import read_charging_profile
from bimmerhub.bmw.connecteddrive import wire
from bimmerhub.bmw.connecteddrive.catalogue import CATALOGUE, DYNAMIC_KEYS, LAST_TRIP_KEYS, NO_READING, PREFIX
from bimmerhub.bmw.connecteddrive.models import DataSheet, ListedVehicle
from bimmerhub.bmw.connecteddrive.remote_xml import LARGEST_BYTES
from bimmerhub.bmw.connecteddrive.state_readings import (
    decode_efficiency_readings,
    decode_navigation_readings,
    decode_state_readings,
)
from bimmerhub.bmw.connecteddrive.words import Brand, ChargingMode, DriveTrain, RemoteCode, RemoteWord, Steering
from bimmerhub.domain.reading import Source, Value
from bimmerhub.domain.signals.conditions import read_check_control, read_conditions
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Vin

NOW_MS, BMW_MS = 1_588_700_000_000, 1_588_699_999_000
UPDATED_MS, TRIP_ENDED_MS = 1_588_694_400_000, 1_588_693_231_000
STAMP = AnswerStamp(vin=Vin(VIN), received_at_ms=NOW_MS, server_time_ms=BMW_MS)


def encode(document: object) -> bytes:
    return json.dumps(document).encode()


def dynamic(**changes: Any) -> bytes:
    return encode({**DYNAMIC, "attributesMap": {**ATTRIBUTES, **changes}})


def read_state(body: bytes) -> FieldReadings:
    return decode_state_readings(body, STAMP)


def values_of(decoded: FieldReadings) -> dict[str, Value]:
    return {reading.descriptor.removeprefix(PREFIX): reading.value for reading in decoded.readings}


def test_car_has_every_field() -> None:
    [car] = wire.decode_vehicles(encode([I3, {"vin": "no VIN"}, "odd"]))
    assert all(
        getattr(car, field.name) is not None for field in msgspec.structs.fields(car) if field.name != "model_year_na"
    )
    assert (car.brand, car.drive_train, car.steering) == (Brand.BMW_I, DriveTrain.BEV_REX, Steering.RIGHT)
    assert (car.has_range_extender, car.has_sunroof, car.tank_l) == (True, False, 8.5)
    assert car.supported_charging_modes == (ChargingMode.AC_LOW, ChargingMode.DC, "SOLAR")
    assert set(I3) == {field.encode_name for field in msgspec.structs.fields(ListedVehicle)}


@pytest.mark.parametrize("name", sorted(set(I3) - {"vin"}))
def test_car_without_a_field(name: str) -> None:
    [car] = wire.decode_vehicles(encode([{key: value for key, value in I3.items() if key != name}]))
    [field] = (field for field in msgspec.structs.fields(car) if field.encode_name == name)
    assert getattr(car, field.name) is None


def test_words_that_are_not_known_stay() -> None:
    odd = {**I3, "brand": "Rolls", "driveTrain": "FCEV", "steering": "MIDDLE", "modelYearNA": "2017", "hasRex": False}
    [car] = wire.decode_vehicles(encode([odd]))
    assert (car.brand, car.drive_train, car.steering, car.model_year_na) == ("Rolls", "FCEV", "MIDDLE", 2017)
    assert car.has_range_extender is False


def test_data_sheet_has_every_field() -> None:
    specs = wire.decode_specs(encode([*SPECS, {"key": "NO_VALUE", "value": None}, "odd"]))
    assert None not in msgspec.structs.astuple(specs.sheet)
    assert (specs.sheet.compression, specs.raw["ENGINE_NEW"], len(specs.raw)) == (10.6, "text", len(SPECS))
    known = {line["key"] for line in SPECS} - {"ENGINE_NEW"}
    assert known == {field.encode_name for field in msgspec.structs.fields(DataSheet)}


def test_services_partner_pictures_and_countries() -> None:
    remote, others = wire.decode_services(encode(SERVICES))
    assert (remote.services[0].name, remote.services[0].status, remote.services[0].portfolio_id) == (
        "RLF",
        "ACTIVE",
        "RemoteOffer",
    )
    assert others.services[0].status == "EXPIRED"
    partner = wire.decode_service_partner(encode(PARTNER))
    assert (partner.dealer.name, partner.dealer.phone, partner.raw["fax"]) == ("Dealer", None, "2")
    assert wire.decode_service_partner(b"{}").raw == {}
    images = wire.decode_images(
        encode({"angleUrls": [{"angle": "10", "url": "a"}, {"angle": 20, "url": "b"}, {"angle": 3}]})
    )
    assert [(image.angle_deg, image.url) for image in images] == [(10, "a"), (20, "b")]
    countries = wire.decode_countries(encode(COUNTRIES))
    assert [(country.group, country.name, country.url) for country in countries] == [
        ("europe", "Germany", "https://www.bmw-connecteddrive.de"),
        ("europe", "United Kingdom", "https://www.bmw-connecteddrive.co.uk"),
    ]


def test_event_with_and_without_its_object() -> None:
    begun = wire.decode_event(encode({"remoteServiceEvent": EVENT, "nextRequestInSec": 10}))
    assert (begun.code, begun.status, begun.event_id) == (RemoteCode.LIGHT_FLASH, RemoteWord.PENDING, "EVT-1@bmw.de")
    assert begun.created_at == datetime(2018, 2, 17, 14, 56, 34, 846_000, tzinfo=UTC)
    assert begun.updated_at == datetime(2018, 2, 17, 14, 56, 35, 846_000, tzinfo=UTC)
    assert begun.next_request_s == 10
    later = wire.decode_event(encode({**EVENT, "remoteServiceStatus": "BEAMED"}))
    assert (later.status, later.event_id, later.next_request_s) == ("BEAMED", "EVT-1@bmw.de", None)


def test_event_in_xml() -> None:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in EVENT.items())
    whole = f"<a><remoteServiceEvent>{inner}</remoteServiceEvent><nextRequestInSec>10</nextRequestInSec></a>"
    json_event = wire.decode_event(encode({"remoteServiceEvent": EVENT, "nextRequestInSec": 10}))
    assert wire.decode_event(whole.encode()) == json_event
    assert wire.decode_event(f"<a><remoteServiceEvent>{inner}</remoteServiceEvent></a>".encode()).status == "PENDING"
    assert wire.decode_event(f"\n<x:a xmlns:x='u'>{inner}</x:a>".encode()).event_id == "EVT-1@bmw.de"
    for body in (
        b"<html><body>down</body></html>",
        b"<a>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a><eventId>&b;</eventId></a>",
        b"<a>" * 40 + b"x" + b"</a>" * 40,
        b"<a>" + b" " * LARGEST_BYTES + b"</a>",
    ):
        with pytest.raises(MalformedPayload):
            wire.decode_event(body)


def test_history_in_both_forms() -> None:
    past = {"creationTime": UPDATED_MS, "remoteServiceType": "RDL", "status": "SUCCESS"}
    [lock] = wire.decode_history(encode([past]))
    assert (lock.code, lock.status) == (RemoteCode.DOOR_LOCK, RemoteWord.SUCCESS)
    assert lock.created_at == datetime(2020, 5, 5, 16, tzinfo=UTC)
    item = "<event>" + "".join(f"<{name}>{value}</{name}>" for name, value in past.items()) + "</event>"
    assert wire.decode_history(f"<all>{item}{item}</all>".encode()) == (lock, lock)
    assert wire.decode_history(f"<all>{item}</all>".encode()) == (lock,)
    assert wire.decode_history(encode([{**past, "creationTime": -5}]))[0].created_at is None


def test_messages() -> None:
    sent = {"vin": VIN, "subject": "Hello", "message": "World", "created": UPDATED_MS, "status": "OK"}
    [message] = wire.decode_messages(encode([sent]))
    assert (message.vin, message.subject, message.message, message.status) == (VIN, "Hello", "World", "OK")
    assert message.created_at == datetime(2020, 5, 5, 16, tzinfo=UTC)
    assert (wire.decode_receipt(b'{"status": "OK"}'), wire.decode_receipt(b"")) == ("OK", None)


def test_every_key_of_the_state_is_a_field_a_reading_or_neither_with_a_reason() -> None:
    keys = {key.strip() for key in ATTRIBUTES}
    readings = {key.key for key in DYNAMIC_KEYS} - set(MESSAGES)
    assert keys == readings | set(NO_READING)
    fields = {field.encode_name for field in msgspec.structs.fields(DynamicAttributes)}
    own_unit = {"beRemainingRangeFuel", "beRemainingRangeElectric", "beMaxRangeElectric"}
    assert keys - fields - set(NO_READING) == own_unit | {"condition_based_services"}


def altered(value: object) -> object:
    """Return another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if not isinstance(value, str):
        return "OTHER"
    if "UTC" in value:
        return value.replace("2020", "2019")
    return str(float(value) + 1) if re.fullmatch(r"[\d.]+", value) else "OTHER"


def changed_fields(before: msgspec.Struct, after: msgspec.Struct) -> set[str]:
    fields = msgspec.structs.fields(before)
    return {field.encode_name for field in fields if getattr(before, field.name) != getattr(after, field.name)}


ATTRIBUTE_FIELDS = {field.encode_name for field in msgspec.structs.fields(DynamicAttributes)}


@pytest.mark.parametrize("key", [key for key in ATTRIBUTES if key.strip() in ATTRIBUTE_FIELDS])
def test_one_value_of_the_state_changes_one_attribute_and_one_reading(key: str) -> None:
    before, changed = dynamic(), dynamic(**{key: altered(ATTRIBUTES[key])})
    assert changed_fields(decode_dynamic(before).attributes, decode_dynamic(changed).attributes) == {key.strip()}
    if key.strip() not in NO_READING:
        old, new = values_of(read_state(before)), values_of(read_state(changed))
        assert {name for name in old if old[name] != new[name]} == {key.strip()}


@pytest.mark.parametrize("name", sorted(set(I3) - {"vin", "supportedChargingModes"}))
def test_one_value_of_a_car_changes_one_field(name: str) -> None:
    other = 2017 if name == "modelYearNA" else altered(I3[name])
    [before], [after] = (wire.decode_vehicles(encode([car])) for car in (I3, {**I3, name: other}))
    assert changed_fields(before, after) == {name}


@pytest.mark.parametrize("number", range(len(SPECS) - 1))
def test_one_line_of_the_data_sheet_changes_one_field(number: int) -> None:
    lines = [
        {**line, "value": f"{float(line['value']) + 1:g}"} if at == number else line for at, line in enumerate(SPECS)
    ]
    before, after = wire.decode_specs(encode(SPECS)).sheet, wire.decode_specs(encode(lines)).sheet
    assert changed_fields(before, after) == {SPECS[number]["key"]}


@pytest.mark.parametrize(("shown", "member"), [("lastTripList", "lastTrip"), ("lifeTimeList", "lifeTime")])
def test_one_figure_of_efficiency_changes_one_reading(shown: str, member: str) -> None:
    for at, entry in enumerate(EFFICIENCY[shown]):
        if entry["name"] == "LASTTRIP_TIME_SEGMENT_END":
            continue
        entries = [*EFFICIENCY[shown]]
        entries[at] = {**entry, member: "7.7"}
        before, after = (
            values_of(decode_efficiency_readings(encode(document), STAMP))
            for document in (EFFICIENCY, {**EFFICIENCY, shown: entries})
        )
        assert {name for name in before if before[name] != after[name]} == {f"efficiency.{member}.{entry['name']}"}


NULLS = {"DCS_CCH_Activation", "DCS_CCH_Ongoing", "door_driver_rear", "rear_window"}


def test_every_listed_key_of_the_state_is_read_with_its_unit() -> None:
    decoded = read_state(encode(DYNAMIC))
    values = values_of(decoded)
    assert values.keys() == {key.key for key in DYNAMIC_KEYS}
    assert {key for key, value in values.items() if value is None} == NULLS
    assert decoded.refused == ()
    for reading in decoded.readings:
        assert reading.unit == CATALOGUE[reading.descriptor].unit
        assert (reading.measured_at_ms, reading.sent_at_ms, reading.received_at_ms) == (UPDATED_MS, BMW_MS, NOW_MS)
        assert reading.source is Source.CONNECTEDDRIVE
    assert (values["chargingLevelHv"], values["soc_hv_percent"], values["vehicle_tracking"]) == (61, 58.5, True)
    assert (values["check_control_messages"], values["lights_parking"]) == ("Check the tyres.", "LEFT")


@pytest.mark.parametrize("key", [key for key in ATTRIBUTES if key.strip() not in NO_READING])
def test_state_without_a_key(key: str) -> None:
    attributes = {name: value for name, value in ATTRIBUTES.items() if name != key}
    values = values_of(read_state(encode({**DYNAMIC, "attributesMap": attributes})))
    assert values_of(read_state(encode(DYNAMIC))).keys() - values.keys() == {key.strip()}


def test_car_in_miles_is_stored_in_kilometres() -> None:
    decoded = read_state(dynamic(unitOfLength="mls", mileage="1000", remaining_range="x", beRemainingRangeFuel=None))
    values = values_of(decoded)
    assert (values["mileage"], values["kombi_current_remaining_range_fuel"]) == (1609.344, 82.076544)
    assert (values["beRemainingRangeElectricKm"], values["beRemainingRangeElectricMile"]) == (150, 93)
    assert values["beRemainingRangeFuel"] is None
    assert [error.descriptor for error in decoded.refused] == ["connecteddrive.remaining_range"]


def test_lists_become_documents_for_the_signals() -> None:
    values = values_of(read_state(encode(DYNAMIC)))
    fluid, oil = read_conditions(str(values["cbsMessages"]))
    assert (oil.id, oil.title, oil.status, str(oil.due_on), oil.remaining_distance) == (
        1,
        "Oil",
        "PENDING",
        "2020-11-01",
        2000,
    )
    assert (fluid.id, str(fluid.due_on), fluid.remaining_distance) == (3, "2021-03-01", None)
    numbers = read_conditions(str(values["condition_based_services"]))
    assert [(item.id, item.status, item.remaining_distance) for item in numbers] == [
        (1, "PENDING", 2000),
        (3, "OK", None),
    ]
    [message] = read_check_control(str(values["ccmMessages"]))
    assert (message.id, message.text) == (955, "Tyres")


def test_state_of_a_car_that_drives() -> None:
    for body in (
        b"",
        b" \n",
        b"{}",
        encode({"attributesMap": {"mileage": "7"}}),
        dynamic(updateTime=None, updateTime_converted_timestamp="x"),
    ):
        assert read_state(body) == FieldReadings()
    [reading] = read_state(
        encode({"attributesMap": {"updateTime_converted_timestamp": str(UPDATED_MS), "mileage": "7"}})
    ).readings
    assert (reading.value, reading.measured_at_ms) == (7, UPDATED_MS)


def test_text_where_a_number_belongs_is_refused_alone() -> None:
    decoded = read_state(dynamic(chargingLevelHv="plenty", mileage={"km": 7}, new_key="word", odd=[1], nine="9"))
    assert [error.descriptor for error in decoded.refused] == ["connecteddrive.chargingLevelHv"]
    values = values_of(decoded)
    assert values["new_key"] == "word"
    assert values.keys() & {"odd", "mileage", "chargingLevelHv"} == set()


def test_control_characters_and_numbers_that_are_no_texts() -> None:
    body = dynamic(mileage=12345, gps_lat=48.1).replace(b"Check the tyres.", b"Check\n\x02the tyres.")
    values = values_of(read_state(body))
    assert (values["mileage"], values["gps_lat"], values["check_control_messages"]) == (
        12345,
        48.1,
        "Check  the tyres.",
    )


def test_navigation_readings() -> None:
    decoded = decode_navigation_readings(encode(NAVIGATION), STAMP)
    assert values_of(decoded) == {"navigation.soc": 11, "navigation.socMax": 18.3}
    assert {(reading.unit, reading.measured_at_ms) for reading in decoded.readings} == {("kWh", BMW_MS)}
    assert decode_navigation_readings(b"{}", STAMP) == FieldReadings()


def test_efficiency_readings() -> None:
    decoded = decode_efficiency_readings(encode(EFFICIENCY), STAMP)
    assert decoded.refused == ()
    assert {reading.descriptor for reading in decoded.readings} == {
        descriptor for descriptor, key in CATALOGUE.items() if key.key.startswith("efficiency.")
    }
    of_trip = {PREFIX + key.key for key in LAST_TRIP_KEYS}
    for reading in decoded.readings:
        assert reading.measured_at_ms == (TRIP_ENDED_MS if reading.descriptor in of_trip else BMW_MS)
    values = values_of(decoded)
    assert values["efficiency.lastTrip.ACTUAL_DISTANCE_WITHOUT_CHARGING"] is None
    assert (values["efficiency.lifeTime.AVERAGE_ELECTRIC_CONSUMPTION"], values["efficiency.efficiencyQuotient"]) == (
        15.1,
        62,
    )
    assert values["efficiency.characteristic.ELECTRIC_DRIVING"] == 5


def test_figure_in_another_unit_is_refused() -> None:
    miles = {"name": "CUMULATED_ELECTRIC_DRIVEN_DISTANCE", "unit": "MILES", "lifeTime": "7000"}
    other = {"name": "NEW_FIGURE", "unit": "KM", "lifeTime": "1"}
    decoded = decode_efficiency_readings(encode({"lifeTimeList": [miles, other]}), STAMP)
    assert decoded.readings == ()
    assert [error.descriptor for error in decoded.refused] == [
        "connecteddrive.efficiency.lifeTime.CUMULATED_ELECTRIC_DRIVEN_DISTANCE"
    ]


def test_bodies_that_are_not_bmws() -> None:
    decoders = (
        wire.decode_vehicles,
        wire.decode_specs,
        wire.decode_services,
        wire.decode_countries,
        wire.decode_event,
        wire.decode_history,
        wire.decode_messages,
    )
    for decode in decoders:
        for body in (b"", b"<html>", b"7", b"\xff", b"{" * 5000):
            with pytest.raises(MalformedPayload):
                decode(body)


BODIES = (
    [I3, {**I3, "vin": OTHER_VIN}],
    DYNAMIC,
    NAVIGATION,
    EFFICIENCY,
    SPECS,
    SERVICES,
    PARTNER,
    COUNTRIES,
    {"twoTimeTimer": TWO_TIMERS},
    {"remoteServiceEvent": EVENT, "nextRequestInSec": 10},
    EVENT,
    [{"creationTime": UPDATED_MS, "remoteServiceType": "RDL", "status": "SUCCESS"}],
    {"vin": VIN, "angleUrls": [{"angle": "10", "url": "https://example.org"}]},
    [{"vin": VIN, "subject": "Hello", "created": UPDATED_MS}],
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
XML = st.sampled_from(["<a>", "</a>", "<b/>", "<eventId>", "</eventId>", "x", "&#0;", "<?xml encoding='odd'?>", "<!--"])
DECODERS = (
    wire.decode_countries,
    wire.decode_vehicles,
    wire.decode_specs,
    wire.decode_services,
    wire.decode_service_partner,
    wire.decode_images,
    wire.decode_event,
    wire.decode_history,
    wire.decode_messages,
    wire.decode_receipt,
    decode_dynamic,
    read_charging_profile,
    read_state,
    lambda body: decode_navigation_readings(body, STAMP),
    lambda body: decode_efficiency_readings(body, STAMP),
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


@settings(max_examples=300, deadline=None)
@given(
    mutated()
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.lists(XML, max_size=8).map(lambda parts: "".join(parts).encode())
    | st.binary(max_size=200)
)
def test_any_bytes_are_a_value_or_malformed(body: bytes) -> None:
    for decode in DECODERS:
        try:
            decode(body)
        except MalformedPayload:
            continue
