"""Capture files: what simulated cars would have sent, without a network."""

import gzip
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from bimmerhub.emulator.cardata.stream.capture_lines import encode_capture_line
from bimmerhub.emulator.cardata.voice.voice import CarDataVoice
from bimmerhub.emulator.cars import Garage
from bimmerhub.emulator.control.truth_json import truth_to_json
from bimmerhub.ids import Gcid
from bimmerhub.times import DAY_MS

FASTEST_MS, SLOWEST_MS = 20, 400
"""From BMW to the client."""
CAPTURE_GCID = Gcid("11111111-2222-3333-4444-555555555555")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureCounts:
    """How much a capture holds; times are milliseconds since 1970 UTC."""

    messages: int
    vehicles: int
    start_ms: int
    end_ms: int


def write_capture(
    garage: Garage, *, days: float, out: Path, truth: Path | None = None, gcid: Gcid = CAPTURE_GCID
) -> CaptureCounts:
    """Write what the cars of a new garage send in their first `days` to `out`, and what really happened to `truth`.

    Lines are in order of received_at: one connection carries them all, so none overtakes another. A name that ends in
    .gz or .zst is packed. OSError when a file cannot be written.
    """
    start_ms = garage.now_ms
    end_ms = start_ms + round(days * DAY_MS)
    travel = random.Random(f"travel {start_ms}")  # noqa: S311 - scenery
    messages = received_at_ms = 0
    with _opened(out) as file:
        for message in CarDataVoice(garage).advance(end_ms):
            travel_ms = FASTEST_MS + int(travel.random() * (SLOWEST_MS - FASTEST_MS))
            received_at_ms = max(received_at_ms, message.sent_at_ms + travel_ms)
            payload = message.encode(gcid)
            file.write(encode_capture_line(payload, gcid=gcid, vin=message.vin, received_at_ms=received_at_ms))
            messages += 1
    if truth is not None:
        truths = {car.vin: truth_to_json(garage.truth(car.vin)) for car in garage.cars}
        truth.write_text(json.dumps({"vehicles": truths}, indent=1) + "\n", "utf-8")
    return CaptureCounts(messages=messages, vehicles=len(garage.cars), start_ms=start_ms, end_ms=end_ms)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if path.suffix == ".gz":
        with path.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as file:
            yield cast("BinaryIO", file)
    elif path.suffix == ".zst":
        import zstandard  # noqa: PLC0415 - loaded only when such a file is written

        with path.open("wb") as raw, zstandard.ZstdCompressor().stream_writer(raw) as packed:
            yield cast("BinaryIO", packed)
    else:
        with path.open("wb") as file:
            yield file
