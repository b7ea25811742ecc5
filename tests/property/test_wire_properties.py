"""Whatever the bytes: readings that fit the store, or MalformedPayload; and one value, however it is written."""

import json
import math
from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st

from bimmerhub.bmw.cardata.wire import (
    Decoded,
    decode_capture_line,
    decode_message,
    decode_telematic_data,
    parse_time_ms,
)
from bimmerhub.domain.catalogue.descriptors import CatalogueEntry, load_catalogue
from bimmerhub.domain.no_value import NO_VALUE
from bimmerhub.domain.reading import Reading, Value
from bimmerhub.domain.sent_units import UNKNOWN_UNIT, varies
from bimmerhub.domain.units import KM_PER_MILE
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Vin

VIN = Vin("WBA00000000000001")
TIME = "2026-07-27T12:38:00Z"
GOOD_ROW = {"timestamp": TIME, "value": 1}
INT64 = 2**63

ENTRIES = sorted(load_catalogue().values(), key=lambda entry: entry.key)
DECODERS: list[Callable[[bytes], Decoded]] = [
    lambda text: decode_message(text, received_at_ms=5),
    lambda text: decode_message(text, received_at_ms=None),
    decode_capture_line,
    lambda text: decode_telematic_data(text, vin=VIN, received_at_ms=5),
]

descriptors = st.sampled_from([entry.key for entry in ENTRIES]) | st.text(st.characters(), max_size=12)
times = (
    st.sampled_from([TIME, "2026-07-27T12:38:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.9-23:59", ""])
    | st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())
    | st.text(max_size=30)
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(st.characters(), max_size=30)
    | st.sampled_from(["ASN_isTrue", "-NA-", "1e999", "9" * 26, "0" * 5000 + "1", "9" * 5000, "\ud800", "a\0b", "OPEN"])
)
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
units = st.none() | st.text(st.characters(), max_size=8) | st.sampled_from(["km", "miles", "%", "kWh/100mi", "mi/kWh"])
rows = st.fixed_dictionaries({}, optional={"timestamp": times | trees, "value": scalars | trees, "unit": units | trees})
tables = st.dictionaries(descriptors, rows | trees, max_size=4)
envelopes = st.fixed_dictionaries(
    {"vin": st.just(VIN) | trees, "data": tables | trees}, optional={"timestamp": times | trees}
)
documents = (
    envelopes
    | st.fixed_dictionaries({"telematicData": tables | trees})
    | st.fixed_dictionaries({"payload": envelopes | trees}, optional={"received_at": times | trees})
    | trees
)


def fits_the_store(reading: Reading) -> bool:
    texts = [
        reading.vin,
        reading.descriptor,
        reading.unit or "",
        reading.value if isinstance(reading.value, str) else "",
    ]
    times_ms = [reading.measured_at_ms, reading.received_at_ms, reading.sent_at_ms or 0]
    return (
        all(text == text.encode().decode() and "\0" not in text for text in texts)
        and all(type(time_ms) is int and -INT64 <= time_ms < INT64 for time_ms in times_ms)
        and is_canonical(reading.value)
    )


def is_canonical(value: Value) -> bool:
    if isinstance(value, float):
        return math.isfinite(value) and not (value.is_integer() and -INT64 <= value < INT64)
    if isinstance(value, int):
        return -INT64 <= value < INT64
    return value is None or isinstance(value, str)


def is_ordinary(value: object) -> bool:
    return not isinstance(value, int | float) or (math.isfinite(value) and abs(value) < INT64)


def check(text: bytes) -> None:
    for decode in DECODERS:
        decoded = decode(text)
        assert all(fits_the_store(reading) for reading in decoded.readings)
        assert all(type(error) is MalformedPayload for error in decoded.refused)
        assert all(f"{error}{error.descriptor}".encode() for error in decoded.refused)
        assert all(reading.received_at_ms == decoded.received_at_ms for reading in decoded.readings)


def stream_value(entry: CatalogueEntry, value: object, unit: str | None = None) -> Value | MalformedPayload:
    row = {**GOOD_ROW, "value": value} | ({} if unit is None else {"unit": unit})
    text = json.dumps({"vin": VIN, "timestamp": TIME, "data": {entry.key: row}}).encode()
    return only(decode_message(text, received_at_ms=5), entry)


def rest_value(entry: CatalogueEntry, value: object, unit: str | None = None) -> Value | MalformedPayload:
    row = {"timestamp": TIME, "value": as_rest_writes(value), "unit": unit}
    return only(
        decode_telematic_data(json.dumps({"telematicData": {entry.key: row}}).encode(), vin=VIN, received_at_ms=5),
        entry,
    )


def as_rest_writes(value: object) -> str | None:
    return value if isinstance(value, str) or value is None else json.dumps(value)


def only(decoded: Decoded, entry: CatalogueEntry) -> Value | MalformedPayload:
    if decoded.refused:
        return decoded.refused[0]
    (reading,) = decoded.readings
    assert reading.unit == entry.unit or (reading.unit == UNKNOWN_UNIT and varies(entry.key))
    return reading.value


def same(one: object, other: object) -> bool:
    return type(one) is type(other) and (isinstance(one, MalformedPayload) or one == other)


@given(st.binary(max_size=300))
def test_any_bytes_give_readings_or_malformed_payload(text: bytes) -> None:
    check(text)


@given(documents)
@example("\ud800")
def test_any_json_in_any_place_gives_readings_or_malformed_payload(document: object) -> None:
    check(json.dumps(document).encode())


@given(documents, st.data())
def test_damaged_json_gives_readings_or_malformed_payload(document: object, data: st.DataObject) -> None:
    text = bytearray(json.dumps(document, ensure_ascii=False).encode(errors="surrogatepass"))
    for _ in range(data.draw(st.integers(0, 3))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    check(bytes(text[: data.draw(st.integers(0, len(text)))] if data.draw(st.booleans()) else text))


@given(tables.filter(lambda table: "x.good" not in table))
def test_one_bad_row_never_takes_its_message_along(table: dict[str, object]) -> None:
    rows_text = {**table, "x.good": GOOD_ROW}
    stream = json.dumps({"vin": VIN, "timestamp": TIME, "data": rows_text}).encode()
    rest = json.dumps({"telematicData": rows_text}).encode()
    for decoded in (decode_message(stream, received_at_ms=5), decode_capture_line(stream), DECODERS[3](rest)):
        assert [reading.value for reading in decoded.readings if reading.descriptor == "x.good"] == [1]


@given(st.sampled_from(ENTRIES), scalars.filter(is_ordinary), units)
@example(ENTRIES[0], "2024.10", None)
def test_stream_and_rest_write_one_value(entry: CatalogueEntry, value: object, unit: str | None) -> None:
    assert same(stream_value(entry, value, unit), rest_value(entry, value, unit))


@given(st.integers(-(INT64 * 2), INT64 * 2) | st.floats(allow_nan=False))
def test_every_number_descriptor_reads_numbers_alike(number: float) -> None:
    for entry in ENTRIES:
        if entry.datatype == "number":
            native, text = stream_value(entry, number), rest_value(entry, number)
            assert same(native, text)
            if not isinstance(native, MalformedPayload):
                assert native == number


def test_every_bool_descriptor_knows_its_own_words() -> None:
    bools = [entry for entry in ENTRIES if entry.datatype == "bool"]
    assert bools
    for entry in bools:
        for expected, words in ((True, entry.true_words), (False, entry.false_words)):
            assert words
            written = {spelling for word in words for spelling in (word, word.lower(), word.title())}
            assert {stream_value(entry, word) for word in written} == {expected}
            assert {rest_value(entry, word) for word in written} == {expected}


def test_every_descriptor_reads_the_words_of_no_value_as_none() -> None:
    words = [None, *NO_VALUE, *(word.lower() for word in NO_VALUE)]
    for entry in ENTRIES:
        own = {value.upper() for value in entry.values}
        none = [word for word in words if word is None or word.upper() not in own]
        assert {stream_value(entry, word) for word in none} == {None}
        assert {rest_value(entry, word) for word in none} == {None}


def test_every_text_descriptor_keeps_the_words_of_its_closed_list() -> None:
    for entry in ENTRIES:
        if entry.datatype == "text":
            assert [stream_value(entry, word) for word in entry.values] == list(entry.values)


@given(st.integers(0, 2_000_000))
def test_miles_become_kilometres(miles: int) -> None:
    odometer = next(entry for entry in ENTRIES if entry.key == "vehicle.vehicle.travelledDistance")
    km = stream_value(odometer, miles, "miles")
    assert isinstance(km, int | float)
    assert math.isclose(km, miles * KM_PER_MILE, rel_tol=1e-11)
    assert same(km, rest_value(odometer, miles, "mi"))


@given(st.integers(0, 500))
def test_kilowatts_become_watts(power_kw: int) -> None:
    power = next(entry for entry in ENTRIES if entry.unit == "W")
    assert stream_value(power, power_kw, "kW") == power_kw * 1000


@given(st.sampled_from([entry for entry in ENTRIES if entry.unit == "%"]), st.integers(0, 100))
def test_every_spelling_of_percent_is_one(entry: CatalogueEntry, percent: int) -> None:
    values = {stream_value(entry, percent, unit) for unit in (None, "%", "percent", "Percent", " percent ", "-", "")}
    assert values == {percent}


@given(st.datetimes(timezones=st.timezones() | st.just(None)) | st.just(None), times)
def test_any_time_is_int64_milliseconds_or_malformed(moment: object, text: str) -> None:
    for written in (text, str(moment)):
        try:
            time_ms = parse_time_ms(written)
        except MalformedPayload:
            continue
        assert -62_135_596_800_000 <= time_ms <= 253_402_300_799_999
