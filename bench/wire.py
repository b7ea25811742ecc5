"""Figures of the wire decoder: `python -m bench.wire [--messages N] [--repeats N]` prints them as JSON.

Nothing here is asserted. Each figure is the median over the repeats, in microseconds; the calls are single-threaded, in
a warm process. Two sets of messages bound what a stream costs: in the first every message has times of its own, in the
second the four messages of one event share them (observed by clients 2025-2026: all messages of an event share the
envelope's time).
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
import timeit
from collections.abc import Callable, Iterable
from dataclasses import make_dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

import msgspec

from bimmerhub.bmw.cardata.wire import decode_capture_line, decode_message, decode_telematic_data
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.ids import Vin

VIN = Vin("WBA00000000000001")
START = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = (
    ("vehicle.drivetrain.batteryManagement.header", 67, "percent"),
    ("vehicle.isMoving", True, None),
    ("vehicle.cabin.door.status", "LOCKED", None),
    ("vehicle.cabin.infotainment.navigation.currentLocation.latitude", 50.7664, "degrees"),
    ("vehicle.vehicle.travelledDistance", 48260, "km"),
    ("vehicle.powertrain.electric.battery.charging.power", 11260, "W"),
)


def stream_messages(count: int, *, per_event: int) -> list[bytes]:
    """Return messages of one key each; `per_event` of them in a row share their times."""
    return [_message(number, number // per_event) for number in range(count)]


def _message(number: int, event: int) -> bytes:
    descriptor, value, unit = ROWS[number % len(ROWS)]
    at = (START + timedelta(seconds=3 * event)).strftime("%Y-%m-%dT%H:%M:%S")
    row = {"timestamp": f"{at}Z", "value": value} | ({} if unit is None else {"unit": unit})
    envelope = {"vin": VIN, "entityId": "11111111-2222-3333-4444-555555555555", "topic": VIN}
    return json.dumps(envelope | {"timestamp": f"{at}.991Z", "data": {descriptor: row}}, separators=(",", ":")).encode()


def telematic_body() -> bytes:
    """Return a REST answer with a text value for every descriptor of the catalogue."""
    rows = {
        key: {"timestamp": "2026-07-27T20:40:07.000Z", "unit": entry.unit, "value": "1"}
        for key, entry in load_catalogue().items()
    }
    return json.dumps({"telematicData": rows}).encode()


def measure_us(call: Callable[[bytes], object], inputs: Iterable[bytes], repeats: int) -> float:
    """Return the median over the repeats of the mean time of one call, in microseconds."""
    inputs = list(inputs)
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        for body in inputs:
            call(body)
        times.append((time.perf_counter() - started) / len(inputs) * 1e6)
    return round(statistics.median(times), 2)


class Named(NamedTuple):
    """A reading as a named tuple."""

    vin: str
    descriptor: str
    value: Value
    unit: str | None
    measured_at_ms: int
    sent_at_ms: int | None
    received_at_ms: int
    source: Source


def reading_types_us(repeats: int) -> dict[str, float]:
    """Return what making one reading costs as the type that it is, and as others with the same fields."""
    fields = list(Named._fields)
    types: dict[str, Callable[..., object]] = {
        "frozen slotted dataclass (Reading)": Reading,
        "slotted dataclass": make_dataclass("Slotted", fields, slots=True, kw_only=True),
        "named tuple": Named,
        "frozen msgspec.Struct": msgspec.defstruct("Struct", fields, frozen=True, kw_only=True),
    }
    values = dict(zip(fields, (VIN, ROWS[0][0], 67, "%", 1, 2, 3, Source.STREAM), strict=True))
    return {name: _making_us(partial(make, **values), repeats) for name, make in types.items()}


def _making_us(make: Callable[[], object], repeats: int) -> float:
    count = 50_000
    return round(statistics.median(timeit.repeat(make, number=count, repeat=repeats)) / count * 1e6, 2)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.wire", description="Figures of the wire decoder as JSON.")
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    alone = stream_messages(options.messages, per_event=1)
    events = stream_messages(options.messages, per_event=4)
    wrapped = [b'{"received_at":"2026-01-01T00:00:00.000Z","topic":"g/v","payload":%s}' % event for event in events]
    broken = [event.replace(b'"value":', b'"value":[],"v":') for event in events]
    body = telematic_body()

    def decode(payload: bytes) -> object:
        return decode_message(payload, received_at_ms=1)

    def decode_rest(text: bytes) -> object:
        return decode_telematic_data(text, vin=VIN, received_at_ms=1)

    figures = {
        "decode_message, times of its own": measure_us(decode, alone, options.repeats),
        "decode_message, four of an event": measure_us(decode, events, options.repeats),
        "decode_message, refused": measure_us(decode, broken[:5_000], options.repeats),
        "decode_capture_line, bare": measure_us(decode_capture_line, events, options.repeats),
        "decode_capture_line, wrapped": measure_us(decode_capture_line, wrapped, options.repeats),
        "decode_telematic_data, whole catalogue": measure_us(decode_rest, [body] * 100, options.repeats),
    }
    conditions = {
        "python": platform.python_version(),
        "msgspec": msgspec.__version__,
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 2),
        "messages": options.messages,
        "bytes_per_message": round(sum(map(len, alone)) / len(alone)),
        "repeats": options.repeats,
    }
    made = reading_types_us(options.repeats)
    whole = {"bench": "wire", "unit": "us", "conditions": conditions, "figures": figures, "making_a_reading": made}
    json.dump(whole, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
