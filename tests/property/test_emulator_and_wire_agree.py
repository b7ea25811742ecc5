"""Two readings of BMW's published facts, made apart: what the simulated cars send is what the SDK understands.

Emulator and SDK share no descriptor table, no encoder and no decoder; here they meet.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from tests.emulated import HeardCars

from bimmerhub.bmw.cardata.wire import decode_capture_line, decode_message, decode_telematic_data
from bimmerhub.domain.catalogue.descriptors import CatalogueEntry, load_catalogue
from bimmerhub.domain.reading import Reading, Value
from bimmerhub.domain.sent_units import UNKNOWN_UNIT, varies
from bimmerhub.domain.units import convert, normalise_unit
from bimmerhub.emulator.cardata.answers.telematic import format_entry as as_rest_writes
from bimmerhub.emulator.cardata.catalogue import official_keys
from bimmerhub.emulator.cardata.voice.keys import EVERY_CAR, WITH_PLUG, WITH_TANK, KeyForm
from bimmerhub.emulator.cardata.voice.message import BackendValue, StreamMessage
from bimmerhub.emulator.cars import MODELS
from bimmerhub.ids import Descriptor, Gcid, Vin

GCID = Gcid("11111111-2222-3333-4444-555555555555")
START_MS = 1_780_272_000_000  # 2026-06-01
DAYS = 10
DAY_MS = 86_400_000
RECEIVED_MS = START_MS + DAYS * DAY_MS
CATALOGUE = load_catalogue()
EMULATORS_TABLE: dict[str, KeyForm] = EVERY_CAR | WITH_PLUG | WITH_TANK
TYPES: dict[str, tuple[type, ...]] = {"number": (int, float), "bool": (bool, str), "text": (str,)}


@dataclass(frozen=True, kw_only=True)
class Lived:
    """Some days of one garage: all that was sent, and what the backend knows at the end."""

    messages: list[StreamMessage]
    backend: dict[Vin, Mapping[str, BackendValue]]


GARAGES = (
    ("bev", "phev", "ice"),
    ("i4", "ix3", "i3", "x1", "motorcycle"),
    ("i4-35", "spectre", "x3-30e", "x5-30d", "cooper-s", "530d", "m2", "supra"),
)


@pytest.fixture(scope="module", params=GARAGES, ids=" ".join)
def lived(request: pytest.FixtureRequest) -> Lived:
    garage = HeardCars(seed=7, start_ms=START_MS, models=request.param)
    garage.command(garage.cars[0].vin, "charge", soc_percent=20)
    messages = list(garage.advance(START_MS + DAYS * DAY_MS))
    return Lived(messages=messages, backend={car.vin: garage.known_of(car.vin) for car in garage.cars})


def entry_of(key: str) -> CatalogueEntry:
    return CATALOGUE[Descriptor(key)]


def means_the_same(sent: Value, unit: str | None, read: Value, entry: CatalogueEntry) -> bool:
    if entry.datatype == "number" and isinstance(sent, int | float) and isinstance(read, int | float):
        spelt = normalise_unit(unit)
        canonical = sent if spelt is None or entry.unit is None else convert(sent, spelt, entry.unit)
        return math.isclose(read, canonical, rel_tol=1e-11)
    if entry.datatype == "bool" and isinstance(sent, str):
        words = entry.true_words if read is True else entry.false_words if read is False else {str(read).upper()}
        return sent.upper() in words
    return type(sent) is type(read) and sent == read


def agrees(message: StreamMessage, reading: Reading) -> bool:
    entry = entry_of(message.descriptor)
    is_unit_open = message.unit is None and message.value is not None and varies(entry.key)
    return (
        (reading.vin, reading.descriptor) == (message.vin, message.descriptor)
        and reading.unit == (UNKNOWN_UNIT if is_unit_open else entry.unit)
        and (reading.measured_at_ms, reading.sent_at_ms) == (message.measured_at_ms, message.sent_at_ms)
        and means_the_same(message.value, message.unit, reading.value, entry)
    )


def test_cars_send_something_of_each_datatype(lived: Lived) -> None:
    sent = {entry_of(message.descriptor).datatype for message in lived.messages}
    assert sent == {"number", "bool", "text"}
    speaking = set(lived.backend) - {MODELS["motorcycle"].vin}
    assert {message.vin for message in lived.messages} == speaking


def test_every_message_is_decoded_to_what_was_sent(lived: Lived) -> None:
    for message in lived.messages:
        decoded = decode_message(message.encode(GCID), received_at_ms=RECEIVED_MS)
        assert decoded.refused == ()
        assert agrees(message, decoded.readings[0]), (message, decoded.readings[0])
        assert len(decoded.readings) == 1


def test_every_message_is_a_capture_line(lived: Lived) -> None:
    for message in lived.messages[::10]:
        decoded = decode_capture_line(message.encode(GCID))
        assert agrees(message, decoded.readings[0])
        assert decoded.received_at_ms == message.sent_at_ms


def test_what_the_backend_knows_is_decoded_from_rest(lived: Lived) -> None:
    for vin, backends in lived.backend.items():
        body = json.dumps(
            {"telematicData": {key: as_rest_writes(backend) for key, backend in backends.items()}}
        ).encode()
        decoded = decode_telematic_data(body, vin=vin, received_at_ms=RECEIVED_MS)
        assert decoded.refused == ()
        with_values = {key: backend for key, backend in backends.items() if backend.value is not None}
        assert [reading.descriptor for reading in decoded.readings] == list(with_values)
        for reading in decoded.readings:
            backend = with_values[reading.descriptor]
            assert reading.measured_at_ms // 1000 * 1000 == backend.measured_at_ms  # REST tells milliseconds
            assert means_the_same(backend.value, backend.unit, reading.value, entry_of(reading.descriptor))


def test_cars_stream_only_what_the_catalogue_lets_stream(lived: Lived) -> None:
    assert {message.descriptor for message in lived.messages if not entry_of(message.descriptor).streamable} == set()


def test_cars_speak_in_the_catalogues_types_and_units(lived: Lived) -> None:
    spoken = {(message.descriptor, type(message.value), message.unit) for message in lived.messages}
    spoken |= {
        (key, type(backend.value), backend.unit)
        for backends in lived.backend.values()
        for key, backend in backends.items()
    }
    for key, kind, unit in spoken:
        entry = entry_of(key)
        assert kind in {*TYPES[entry.datatype], type(None)}, (key, kind)
        assert (
            unit is None or normalise_unit(unit) in {None, entry.unit} or convert(1, normalise_unit(unit), entry.unit)
        )


def test_words_that_cars_send_are_in_the_catalogues_closed_lists(lived: Lived) -> None:
    spoken = {(message.descriptor, message.value) for message in lived.messages if isinstance(message.value, str)}
    strays = {(key, word) for key, word in spoken if entry_of(key).values and word not in entry_of(key).values}
    assert strays == set()


def test_cars_know_only_keys_that_a_container_takes(lived: Lived) -> None:
    assert {key for backends in lived.backend.values() for key in backends} <= official_keys()


@pytest.mark.parametrize("key", sorted(EMULATORS_TABLE))
def test_emulators_own_table_says_what_the_catalogue_says(key: str) -> None:
    spoken, entry = EMULATORS_TABLE[key], entry_of(key)
    assert (spoken.is_streamable, normalise_unit(spoken.unit)) == (entry.streamable, entry.unit)


def test_emulator_and_catalogue_list_the_same_keys() -> None:
    assert official_keys() == {entry.key for entry in CATALOGUE.values() if not entry.retired}
