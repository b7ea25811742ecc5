"""What BMW sends, in the shapes that clients observed in 2025 and 2026, and what must not come through."""

import json

import pytest

from bimmerhub.bmw.cardata.wire import (
    Decoded,
    decode_capture_line,
    decode_message,
    decode_telematic_data,
    parse_time_ms,
)
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.no_value import NO_VALUE
from bimmerhub.domain.reading import Source, Value
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Vin

VIN = Vin("WBA00000000000001")
SOC = "vehicle.drivetrain.batteryManagement.header"
ODOMETER = "vehicle.vehicle.travelledDistance"
MOVING = "vehicle.isMoving"
DOOR_LOCK = "vehicle.cabin.door.status"
HOOD = "vehicle.body.hood.isOpen"
POWER = "vehicle.powertrain.electric.battery.charging.power"
MEASURED = "2026-07-27T12:37:58Z"
MEASURED_MS = 1_785_155_878_000
SENT_MS = 1_785_155_878_991


def message(rows: dict[str, object], **envelope: object) -> bytes:
    whole = {"vin": VIN, "entityId": "11111111-2222-3333-4444-555555555555", "topic": VIN}
    return json.dumps({**whole, "timestamp": "2026-07-27T12:37:58.991Z", "data": rows, **envelope}).encode()


def row(value: object, unit: str | None = None, timestamp: str | None = MEASURED) -> dict[str, object]:
    return {"timestamp": timestamp, "value": value} | ({} if unit is None else {"unit": unit})


def raw_message(row_text: str) -> bytes:
    return message({SOC: row(67), "x.broken": 0}).replace(b'"x.broken": 0', f'"x.broken": {row_text}'.encode())


def decode(rows: dict[str, object], **envelope: object) -> Decoded:
    return decode_message(message(rows, **envelope), received_at_ms=MEASURED_MS + 4000)


def value_of(descriptor: str, value: object, unit: str | None = None) -> Value:
    decoded = decode({descriptor: row(value, unit)})
    assert decoded.refused == ()
    return decoded.readings[0].value


def reason(descriptor: str, value: object, unit: str | None = None) -> str:
    decoded = decode({descriptor: row(value, unit)})
    assert decoded.readings == ()
    assert decoded.refused[0].descriptor == descriptor
    return str(decoded.refused[0])


def test_stream_number_carries_unit_and_three_times() -> None:
    (reading,) = decode({SOC: row(67, "percent")}).readings
    assert (reading.vin, reading.descriptor, reading.value, reading.unit) == (VIN, SOC, 67, "%")
    assert reading.measured_at_ms == MEASURED_MS
    assert (reading.sent_at_ms, reading.sent_after_ms) == (SENT_MS, 991)
    assert reading.received_at_ms == MEASURED_MS + 4000
    assert reading.source is Source.STREAM


def test_stream_bool_and_enum_have_no_unit_member() -> None:
    moving, door = decode({MOVING: row(value=True), DOOR_LOCK: row("LOCKED")}).readings
    assert (moving.value, moving.unit) == (True, None)
    assert (door.value, door.unit) == ("LOCKED", None)


def test_position_keeps_every_digit() -> None:
    here = "vehicle.cabin.infotainment.navigation.currentLocation.latitude"
    (reading,) = decode({here: row(50.7664, "degrees")}).readings
    assert (reading.value, reading.unit) == (50.7664, "deg")


def test_missing_unit_means_the_canonical_one_unless_it_depends_on_how_the_car_is_set() -> None:
    soc, odometer = decode({SOC: row(67), ODOMETER: row(48260)}).readings
    assert (soc.unit, odometer.value, odometer.unit) == ("%", 48260, "?")


def test_message_of_several_keys_gives_one_reading_each_in_order() -> None:
    decoded = decode({ODOMETER: row(48260), SOC: row(67), MOVING: row(value=False)})
    assert [reading.descriptor for reading in decoded.readings] == [ODOMETER, SOC, MOVING]


def test_telematic_answer_with_null_triple_text_values_old_cohort_and_embedded_json() -> None:
    services = json.dumps([{"date": "2027-01", "id": 1, "messageType": "CBS", "status": "OK"}])
    late = "2026-07-27T20:40:07.000Z"
    fuel = "vehicle.drivetrain.fuelSystem.consumptionOverLifeTime.overall.fuel"
    body = {
        ODOMETER: {"timestamp": late, "unit": "km", "value": "48260"},
        SOC: {"timestamp": "2026-07-27T20:35:44.995Z", "unit": "percent", "value": "67"},
        MOVING: {"timestamp": None, "unit": None, "value": None},
        HOOD: {"timestamp": late, "unit": None, "value": "CLOSED"},
        fuel: {"timestamp": "2024-10-30T08:55:27.912Z", "unit": "l", "value": "14.39"},
        "vehicle.status.conditionBasedServices": {"timestamp": late, "unit": None, "value": services},
    }
    decoded = decode_telematic_data(json.dumps({"telematicData": body}).encode(), vin=VIN, received_at_ms=5)
    assert decoded.refused == ()
    assert [reading.value for reading in decoded.readings] == [48260, 67, False, 14.39, services]
    assert {reading.source for reading in decoded.readings} == {Source.REST}
    assert {(reading.sent_at_ms, reading.received_at_ms) for reading in decoded.readings} == {(5, 5)}
    assert decoded.readings[3].measured_at_ms == parse_time_ms("2024-10-30T08:55:27Z")


def test_what_rest_says_finer_than_seconds_is_what_the_stream_said() -> None:
    body = json.dumps({"telematicData": {SOC: {**row("67", "percent"), "timestamp": "2026-07-27T12:37:58.612Z"}}})
    [by_rest] = decode_telematic_data(
        body.encode(), vin=VIN, received_at_ms=SENT_MS + 90_000, answered_at_ms=SENT_MS + 60_000
    ).readings
    [by_stream] = decode({SOC: row(67, "percent")}).readings
    assert by_rest[:5] == by_stream[:5]
    assert (by_rest.measured_at_ms, by_rest.sent_after_ms) == (MEASURED_MS, SENT_MS + 60_000 - MEASURED_MS)


@pytest.mark.parametrize(("time", "whole"), [("1969-12-31T23:59:59.999Z", -1_000), ("1970-01-01T00:00:00.001Z", 0)])
def test_the_second_of_a_time_is_the_one_that_had_begun(time: str, whole: int) -> None:
    assert decode({SOC: row(67, timestamp=time)}).readings[0].measured_at_ms == whole


@pytest.mark.parametrize("word", [None, *sorted(NO_VALUE), " ", "unknown", "ASN_isUnknown"])
@pytest.mark.parametrize("descriptor", [SOC, MOVING, DOOR_LOCK, "not.in.the.catalogue"])
def test_no_value_with_a_time_is_a_reading_of_none(descriptor: str, word: str | None) -> None:
    assert value_of(descriptor, word) is None


@pytest.mark.parametrize(
    "word",
    ["n.a.", "---", "NOT AVAILABLE", "NotAvailable", "ASN_INVALID", "ASN_NULL", "(null)", '"null"', "no-data", " -.- "],
)
@pytest.mark.parametrize("descriptor", [SOC, MOVING, DOOR_LOCK, "not.in.the.catalogue"])
def test_the_spelling_of_no_value_makes_no_difference(descriptor: str, word: str) -> None:
    assert value_of(descriptor, word) is None


@pytest.mark.parametrize("text", ["[]", "{}", "Nana", "N 1", "no value at all"])
def test_other_texts_are_not_taken_for_no_value(text: str) -> None:
    assert value_of(DOOR_LOCK, text) == text


def test_no_word_of_the_catalogue_is_taken_for_no_value() -> None:
    words = [
        (key, word) for key, entry in load_catalogue().items() if entry.datatype == "text" for word in entry.values
    ]
    assert len(words) > 100
    assert [(key, word) for key, word in words if value_of(key, word) is None] == []


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("67", "mm", 67),
        ("67.0", "mm", 67),
        ("6.75", "%", 6.75),
        ("007", "km", 7),
        ("67", None, "67"),
        ("80809", None, "80809"),
        ("wide", "mm", "wide"),
        ("1" * 30, "mm", "1" * 30),
    ],
)
def test_of_a_key_that_nobody_knows_a_text_beside_a_unit_is_a_number(
    text: str, unit: str | None, expected: Value
) -> None:
    value = value_of("vehicle.some.day", text, unit)
    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize("word", [None, *sorted(NO_VALUE)])
def test_no_value_without_a_time_is_nothing(word: str | None) -> None:
    decoded = decode({SOC: row(word, timestamp=None)})
    assert (decoded.readings, decoded.refused) == ((), ())


@pytest.mark.parametrize(
    ("descriptor", "value", "unit", "expected"),
    [
        (ODOMETER, 30_000, "miles", 48280.32),
        (ODOMETER, "30000", "mi", 48280.32),
        (ODOMETER, "48260", None, 48260),
        (ODOMETER, 48260, "-", 48260),
        (POWER, 11_260, "W", 11_260),
        (POWER, 11.26, "kW", 11_260),
        (SOC, "67", "%", 67),
        (SOC, 67.0, "percent", 67),
        (SOC, 66.5, "percent", 66.5),
        (SOC, "-0.0", None, 0),
        (SOC, " 67 ", None, 67),
        (SOC, "6.7e1", None, 67),
        (SOC, "67 %", None, 67),
        (SOC, ".5", "%", 0.5),
        ("vehicle.cabin.infotainment.navigation.currentLocation.latitude", "48.1°", None, 48.1),
        ("vehicle.cabin.hvac.not.in.the.catalogue", "2024.10", None, "2024.10"),
        ("vehicle.cabin.hvac.not.in.the.catalogue", 2024.1, None, 2024.1),
    ],
)
def test_numbers_become_canonical(descriptor: str, value: object, unit: str | None, expected: Value) -> None:
    decoded = value_of(descriptor, value, unit)
    assert decoded == expected
    assert type(decoded) is type(expected)


def test_charging_power_is_stored_in_watts() -> None:
    assert decode({POWER: row(11.26, "kW")}).readings[0].unit == "W"


def test_unit_outside_the_catalogue_is_kept_in_one_spelling() -> None:
    assert decode({"x.new": row(5, "Kilometers")}).readings[0].unit == "km"


PORT = "vehicle.powertrain.tractionBattery.charging.port.anyPosition"


@pytest.mark.parametrize(
    ("descriptor", "word", "expected"),
    [
        (MOVING, "true", True),
        (MOVING, "False", False),
        (MOVING, "ASN_isTrue", True),
        (MOVING, "ASN_isFalse", False),
        (MOVING, 1, True),
        (MOVING, "0", False),
        (MOVING, 1.0, True),
        (MOVING, "1.0", True),
        (MOVING, "0.0", False),
        (MOVING, "isTrue", True),
        (HOOD, "opened", True),
        (HOOD, "open", True),
        (HOOD, "CLOSED", False),
        ("vehicle.body.trunk.isOpen", "INTERMEDIATE", "INTERMEDIATE"),
        ("vehicle.body.flap.isLocked", "NO_ACTION", "NO_ACTION"),
        ("vehicle.body.flap.isPermanentlyUnlocked", "FLAP_UNLOCKED", True),
        ("vehicle.drivetrain.electricEngine.charging.acRestriction.isChosen", "NOTCHOSEN", False),
        ("vehicle.powertrain.electric.battery.charging.acLimit.isActive", "AC_LIMIT_INACTIVE", False),
        ("vehicle.powertrain.electric.battery.charging.acLimit.isActive", "AC_LIMIT_ACTIVE", True),
        ("vehicle.body.chargingPort.isHospitalityActive", "HOSPITALITY_ACTIVE", True),
        ("vehicle.drivetrain.electricEngine.charging.isSingleImmediateCharging", "DIRECT_CHG_ONCE_NOT_ACTIVE", False),
        ("vehicle.privacySettings.dataCollection.regulations.obfcm", "True", True),
        ("vehicle.body.trunk.isLocked", "SECURED", True),
        ("vehicle.body.trunk.isLocked", "unlocked", False),
        (f"{PORT}.isPlugged", "CONNECTED", True),
        (f"{PORT}.flap.isOpen", "closed", False),
        ("vehicle.vehicle.antiTheftAlarmSystem.alarm.isOn", "on", True),
        (MOVING, " TRUE ", True),
    ],
)
def test_words_of_booleans(descriptor: str, word: object, expected: Value) -> None:
    assert value_of(descriptor, word) == expected


@pytest.mark.parametrize(
    ("descriptor", "value", "unit", "words"),
    [
        (SOC, True, None, "a bool"),
        (SOC, "sixty", None, "not a number"),
        (SOC, ".e1", "%", "not a number"),
        (POWER, "50 %", "W", "not a number"),
        (SOC, "1_000", None, "not a number"),
        (SOC, "٣", None, "not a number"),
        (SOC, "1" * 26, None, "beyond 64 bits"),
        (SOC, "1" * 40, None, "beyond 64 bits"),
        (SOC, "0" * 5_000 + "1", None, "beyond 64 bits"),
        (SOC, 10**26, None, "beyond 64 bits"),
        (SOC, 2**63, None, "beyond 64 bits"),
        (SOC, "1e999", None, "not finite"),
        (SOC, 50, "km", "unit 'km'"),
        (SOC, 50, "%" * 41, "not a unit"),
        (MOVING, 2, None, "a number"),
        (MOVING, "2", None, "a number"),
        (DOOR_LOCK, "LOC\0KED", None, "NUL"),
        (DOOR_LOCK, {"front": "LOCKED"}, None, "got `object`"),
        ("x" * 200, [[[]]], None, "got `array`"),
    ],
)
def test_value_that_cannot_be_right_is_refused(descriptor: str, value: object, unit: str | None, words: str) -> None:
    assert words in reason(descriptor, value, unit)


@pytest.mark.parametrize(
    "row_text",
    [
        "0",
        "null",
        '{"timestamp": "2026-07-27T12:38:00Z"}',
        '{"value": 1}',
        '{"timestamp": 1, "value": 1}',
        '{"timestamp": "2026-07-27T12:38:00", "value": 1}',
        '{"timestamp": "2026-07-27", "value": 1}',
        '{"timestamp": "9999-12-31T23:59:59-01:00", "value": 1}',
        '{"timestamp": "0001-01-01T00:00:00+01:00", "value": 1}',
        '{"timestamp": "2026-07-27T12:38:00Z", "value": NaN}',
        '{"timestamp": "2026-07-27T12:38:00Z", "value": -Infinity}',
        '{"timestamp": "2026-07-27T12:38:00Z", "value": 1e999}',
        '{"timestamp": "2026-07-27T12:38:00Z", "value": "\\ud800"}',
        '{"timestamp": "2026-07-27T12:38:00Z", "value": "\\u0000"}',
        '{"timestamp": "2026-07-27T12:38:00Z", "value": ' + "[" * 100 + "]" * 100 + "}",
    ],
)
def test_bad_row_leaves_its_neighbour(row_text: str) -> None:
    decoded = decode_message(raw_message(row_text), received_at_ms=1)
    assert [reading.descriptor for reading in decoded.readings] == [SOC]
    assert [error.descriptor for error in decoded.refused] == ["x.broken"]


def test_bytes_that_are_not_utf8_leave_the_neighbour() -> None:
    bad = raw_message('{"timestamp": "2026-07-27T12:38:00Z", "value": "?"}').replace(b"?", b"\xff")
    decoded = decode_message(bad, received_at_ms=1)
    assert (len(decoded.readings), len(decoded.refused)) == (1, 1)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xef\xbb\xbf" + message({SOC: row(67)}),
        message({SOC: row(67)})[:-1],
        message({SOC: row(67)}, vin="short"),
        message({SOC: row(67)}, vin=None),
        message({SOC: row(67)}, timestamp="2026-07-27T12:37:58"),
        message({SOC: row(67)}, timestamp=5),
        message({SOC: row(67)}, data=[]),
        b"[" * 100_000,
        b'{"data":' * 5_000 + b"1" + b"}" * 5_000,
        b"9" * 5_000,
    ],
)
def test_bytes_that_are_no_message_are_one_refusal(payload: bytes) -> None:
    decoded = decode_message(payload, received_at_ms=7)
    assert (decoded.readings, len(decoded.refused), decoded.received_at_ms) == ((), 1, 7)


def test_of_a_member_given_twice_the_last_counts() -> None:
    twice = message({SOC: row(66)}).replace(b'"value": 66', b'"value": 66, "value": 67')
    assert decode_message(twice, received_at_ms=1).readings[0].value == 67


def test_members_that_nobody_reads_may_hold_anything() -> None:
    assert len(decode({SOC: row(67)}, extra=[{"nested": [1]}], topic=5, entityId=None).readings) == 1


def test_megabyte_of_text_is_kept_where_text_belongs_and_refused_elsewhere() -> None:
    long = "x" * 1_000_000
    assert value_of("vehicle.diagnosticTroubleCodes.raw", long) == long
    assert len(reason(SOC, long)) < 200
    assert len(str(decode({long: row(1)}).refused[0].descriptor)) <= 200


@pytest.mark.parametrize("descriptor", ["", "a\0b", "\u200bvehicle.isMoving", "a\nb", "\ud800"])
def test_unprintable_descriptor_is_refused_with_a_name_that_can_be_stored(descriptor: str) -> None:
    (refused,) = decode({descriptor: row(1)}).refused
    assert refused.descriptor is not None
    assert "\0" not in refused.descriptor.encode().decode()


def test_reason_does_not_quote_a_message() -> None:
    secret = message({SOC: row(67)}, vin=VIN.lower())
    assert VIN.lower() not in str(decode_message(secret, received_at_ms=1).refused[0])


def test_capture_line_bare_takes_the_envelope_time_as_arrival() -> None:
    decoded = decode_capture_line(message({SOC: row(67)}))
    assert (decoded.received_at_ms, decoded.readings[0].received_at_ms) == (SENT_MS, SENT_MS)
    assert decoded.readings[0].source is Source.CAPTURE


def test_capture_line_wrapped_takes_its_own_time_as_arrival() -> None:
    wrapped = b'{"received_at": "2026-07-27T12:38:02.500Z", "topic": "g/v", "payload": %s}'
    decoded = decode_capture_line(wrapped % message({SOC: row(67)}))
    assert decoded.readings[0].received_at_ms == decoded.received_at_ms == MEASURED_MS + 4500
    assert decoded.readings[0].sent_at_ms == SENT_MS


def test_capture_line_without_any_message_time_takes_the_newest_row() -> None:
    rows: dict[str, object] = {SOC: row(67), MOVING: row(value=True, timestamp="2026-07-27T12:38:58Z")}
    decoded = decode_capture_line(message(rows, timestamp=None))
    assert {reading.received_at_ms for reading in decoded.readings} == {MEASURED_MS + 60_000}
    assert {reading.sent_at_ms for reading in decoded.readings} == {None}


def test_capture_line_from_1970_keeps_its_arrival() -> None:
    decoded = decode_capture_line(b'{"received_at": "1970-01-01T00:00:00Z", "payload": %s}' % message({SOC: row(67)}))
    assert (decoded.received_at_ms, decoded.readings[0].received_at_ms) == (0, 0)


@pytest.mark.parametrize("wrap", [b"%s", b'{"received_at": "2026-07-27T12:38:02.500Z", "payload": %s}'])
def test_bad_row_in_a_capture_line_leaves_its_neighbour(wrap: bytes) -> None:
    decoded = decode_capture_line(wrap % raw_message('{"timestamp": "2026-07-27T12:38:00Z", "value": "\\ud800"}'))
    assert (len(decoded.readings), len(decoded.refused)) == (1, 1)
    assert decoded.readings[0].source is Source.CAPTURE


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"nonsense",
        b'{"payload": null}',
        b'{"payload": "text"}',
        b'{"received_at": "yesterday", "payload": {}}',
        b'{"received_at": 5, "payload": {}}',
        b'{"received_at": "2026-07-27T12:38:02", "payload": "\\ud800"}',
    ],
)
def test_capture_line_that_is_none_is_one_refusal(line: bytes) -> None:
    decoded = decode_capture_line(line)
    assert (decoded.readings, len(decoded.refused)) == ((), 1)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"telematicData": []}', b'{"telematicData": null}', b"[" * 9999])
def test_body_that_is_no_telematic_answer_is_one_refusal(body: bytes) -> None:
    decoded = decode_telematic_data(body, vin=VIN, received_at_ms=5)
    assert (decoded.readings, len(decoded.refused)) == ((), 1)


@pytest.mark.parametrize("nothing", [None, "", "null", "-"])
def test_a_row_without_value_and_time_is_nothing_however_it_is_spelt(nothing: str | None) -> None:
    values = {SOC: None, MOVING: "", DOOR_LOCK: "-NA-"}
    rows = {key: {"timestamp": nothing, "unit": nothing, "value": value} for key, value in values.items()}
    decoded = decode_telematic_data(json.dumps({"telematicData": rows}).encode(), vin=VIN, received_at_ms=5_000)
    assert (decoded.readings, decoded.refused) == ((), ())


@pytest.mark.parametrize("beside", [{}, {"x.bad": {"value": []}}])
@pytest.mark.parametrize("nothing", [None, "", "null"])
def test_no_check_control_messages_have_the_time_of_the_answer(nothing: str | None, beside: dict[str, object]) -> None:
    key = "vehicle.status.checkControlMessages"
    body = {"telematicData": {key: {"timestamp": nothing, "unit": nothing, "value": nothing}, **beside}}
    decoded = decode_telematic_data(json.dumps(body).encode(), vin=VIN, received_at_ms=5_000)
    assert [(one.descriptor, one.value, one.measured_at_ms) for one in decoded.readings] == [(key, None, 5_000)]


def test_a_capture_may_begin_with_a_byte_order_mark() -> None:
    line = b"\xef\xbb\xbf" + message({SOC: row(67)})
    assert [one.value for one in decode_capture_line(line).readings] == [67]
    assert len(decode_capture_line(b"\xef\xbb\xbf" * 9_999).refused) == 1


def test_rows_as_the_guide_prints_them_decode_like_the_map() -> None:
    rows = {SOC: row("67", "percent"), "vehicle.isMoving": row("true", None), "x.y": row("5", "km")}
    as_map = decode_telematic_data(json.dumps({"telematicData": rows}).encode(), vin=VIN, received_at_ms=5)
    items = [{"name": name, **item} for name, item in rows.items()]
    for body in ({"telematicData": items}, items):
        assert decode_telematic_data(json.dumps(body).encode(), vin=VIN, received_at_ms=5) == as_map
    for alone in ({"telematicData": items[0]}, items[0]):
        decoded = decode_telematic_data(json.dumps(alone).encode(), vin=VIN, received_at_ms=5)
        assert decoded.readings == as_map.readings[:1]


def test_a_printed_row_without_a_name_leaves_its_neighbours() -> None:
    good = {"name": SOC, **row("67", "percent")}
    for odd in ({"value": "1", "timestamp": "2026-07-27T12:37:58Z"}, 5, None, {"name": 5, "value": "1"}):
        decoded = decode_telematic_data(json.dumps([odd, good]).encode(), vin=VIN, received_at_ms=5)
        assert [reading.value for reading in decoded.readings] == [67], odd
        assert len(decoded.refused) == 1, odd


def test_bad_row_in_a_telematic_answer_leaves_its_neighbours() -> None:
    good = '{"timestamp": "2026-07-27T12:38:00.000Z", "unit": null, "value": "5"}'
    body = f'{{"telematicData": {{"x.a": {good}, "x.bad": {{"value": "\\ud800"}}, "x.b": {good}}}}}'
    decoded = decode_telematic_data(body.encode(), vin=VIN, received_at_ms=5)
    assert [reading.descriptor for reading in decoded.readings] == ["x.a", "x.b"]
    assert [error.descriptor for error in decoded.refused] == ["x.bad"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-07-27T12:37:58.991Z", SENT_MS),
        ("2026-07-27T14:37:58.991+02:00", SENT_MS),
        ("2026-07-27T12:37:58.991999Z", SENT_MS),
        ("2026-07-27T12:37:58+0000", MEASURED_MS),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ],
)
def test_times_with_a_zone_are_milliseconds_since_1970(text: str, expected: int) -> None:
    assert parse_time_ms(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-07-27",
        "2026-07-27T12:37:58",
        "2026-07-27T12:37:60Z",
        "1785155878",
        "17.01.2027 00:00:00 UTC",
        "2026-07-27T12:37:58+24:00",
        "2026-07-27T12:37:58.\ud800Z",
        "2026-07-27T12:37:58." + "0" * 100_000 + "Z",
    ],
)
def test_other_times_are_malformed(text: str) -> None:
    with pytest.raises(MalformedPayload) as caught:
        parse_time_ms(text)
    assert len(str(caught.value)) < 400
