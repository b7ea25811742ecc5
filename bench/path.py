"""Where the time of one message goes on its way into the store: processor time of each step, live and on import.

Run: python -m bench.path. Each step is timed alone, over messages that carry one reading each of 600 series.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.processes import conditions

from bimmerhub.bmw.cardata.streaming.stream import RawMessage
from bimmerhub.bmw.cardata.wire import decode_capture_line, decode_message
from bimmerhub.domain.events import ReadingStored
from bimmerhub.domain.reading import Reading
from bimmerhub.hub.ingest.incoming import Origin, to_batch
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.hub.ingest.pipeline import Pipeline
from bimmerhub.mqtt.client_parser import ClientParser
from bimmerhub.mqtt.encoder import PublishEncoder
from bimmerhub.mqtt.packets import ProtocolVersion
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.event_ring import EventRing

MESSAGES = 20_000
BATCH = 10_000
RUNS = 5
FIRST_S = 1_790_000_000
TOPIC = "11111111-2222-3333-4444-555555555555/WBA00000000000001"


def make_payloads() -> list[bytes]:
    """Return messages of three cars and 200 descriptors, 60 in each millisecond."""
    made = []
    for number in range(MESSAGES):
        vin = f"WBA0000000000000{number % 3}"
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(FIRST_S + number // 60_000))
        rows = {f"bench.descriptor{number % 200:03d}": {"timestamp": f"{stamp}Z", "value": number, "unit": "us"}}
        message = {"vin": vin, "entityId": TOPIC[:36], "topic": vin, "timestamp": f"{stamp}.991Z", "data": rows}
        made.append(json.dumps(message, separators=(",", ":")).encode())
    return made


def measure_path() -> dict[str, Any]:
    """Return microseconds of processor time a message for each step."""
    payloads = make_payloads()
    raws = [RawMessage(topic=TOPIC, payload=payload, received_at_ms=FIRST_S * 1000) for payload in payloads]
    lines = [
        b'{"received_at":"2026-09-21T14:13:20.000Z","topic":"%b","payload":%b}' % (TOPIC.encode(), payload)
        for payload in payloads
    ]
    frames = b"".join(PublishEncoder(TOPIC, payload).at_most_once(ProtocolVersion.V5) for payload in payloads)
    readings = [reading for payload in payloads for reading in decode_message(payload, received_at_ms=0).readings]
    live, ring = LiveVehicles(), EventRing(now_ms=lambda: 0)

    async def prepared() -> dict[str, float]:
        pipeline = Pipeline(account="bench", ingest=Ingest(_NoLog()))
        arrivals = [pipeline._to_arrival(raw) for raw in raws]  # noqa: SLF001 - a step of the path
        return {
            "decode and wrap": _us(lambda: [pipeline._to_arrival(raw) for raw in raws]),  # noqa: SLF001
            "judge and gather": _us(lambda: to_batch(arrivals, Origin.STREAM, sold={})),
        }

    return {
        "live": {
            "MQTT packets to messages": _us(lambda: list(ClientParser(version=ProtocolVersion.V5).feed(frames))),
            **asyncio.run(prepared()),
            "live state": _us(lambda: live.fold(readings)),
            "tell": _us(lambda: _tell(ring, readings)),
            "store, with journal": asyncio.run(_store_us(readings, payloads)),
        },
        "import": {
            "decode": _us(lambda: [decode_capture_line(line) for line in lines]),
            "store": asyncio.run(_store_us(readings, [])),
        },
    }


class _NoLog:
    async def append(self, batch: Batch) -> Any:  # noqa: ANN401 - nothing is appended here
        raise NotImplementedError


def _tell(ring: EventRing, readings: Sequence[Reading]) -> None:
    ring.publish([ReadingStored(reading=reading) for reading in readings])


def _us(work: Callable[[], object]) -> float:
    """Return the least processor time of some runs, in microseconds a message."""
    times_s = []
    for _ in range(RUNS):
        begun_s = time.process_time()
        work()
        times_s.append(time.process_time() - begun_s)
    return round(min(times_s) / MESSAGES * 1e6, 2)


async def _store_us(readings: Sequence[Reading], payloads: Sequence[bytes]) -> float:
    """Return the processor time of durable appends in batches, in microseconds a reading."""
    journal = [JournalEntry(received_at_ms=0, account="bench", topic=TOPIC, payload=payload) for payload in payloads]
    with tempfile.TemporaryDirectory() as folder:
        async with SqliteStore.open(Path(folder) / "bench.sqlite3") as store:
            begun_s = time.process_time()
            for start in range(0, MESSAGES, BATCH):
                await store.append(
                    Batch(readings=readings[start : start + BATCH], journal=journal[start : start + BATCH])
                )
            return round((time.process_time() - begun_s) / MESSAGES * 1e6, 2)


if __name__ == "__main__":
    print(json.dumps({"us_per_message": measure_path(), "conditions": conditions()}, indent=1))
