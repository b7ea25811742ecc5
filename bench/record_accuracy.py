"""Trips and charging sessions against the emulator's truth: `python -m bench record-accuracy [--days N] [--seeds 1-3]
[--models A,B] [--faults none|all|NAME,NAME] [--records trips,sessions]`.

Each model lives by itself for so many days, once a seed. What it streams passes the faults, is taken in and stored as
the hub does it, a REST answer every two hours among it; then the folds see what the hub's would see, and their records
are held against what the car did in truth. What is compared is said in `accuracy_trips` and `accuracy_sessions`.

Seeds 1 to 10 are for work on the folds. A figure that is published comes from others.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.accuracy_sessions import compare_sessions
from bench.accuracy_trips import compare_trips
from bench.record_findings import Findings, Life

from bimmerhub.bmw.cardata.wire import decode_message, decode_telematic_data
from bimmerhub.domain.folds.fold import fold_order
from bimmerhub.domain.reading import Reading
from bimmerhub.emulator.cardata.answers.telematic import format_entry
from bimmerhub.emulator.cardata.stream.misbehaviour import Misbehaviour, Outgoing
from bimmerhub.emulator.cardata.voice.voice import CarDataVoice
from bimmerhub.emulator.cars import MODELS, Garage
from bimmerhub.emulator.fault_table import FAULTS
from bimmerhub.emulator.faults.fault import Area
from bimmerhub.emulator.faults.switches import Faults, FaultSwitch
from bimmerhub.errors import MalformedPayload
from bimmerhub.hub.ingest.incoming import Arrival, Origin, to_batch
from bimmerhub.ids import Descriptor, Gcid, Vin
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, HOUR_MS

START_MS: Final = 1_780_272_000_000  # 2026-06-01
GCID: Final = Gcid("11111111-2222-3333-4444-555555555555")
REST_EVERY_MS: Final = 2 * HOUR_MS
ARRIVALS_AT_ONCE: Final = 500
READINGS_AT_ONCE: Final = 10_000
MEMORY: Final = "/dev/shm" if Path("/dev/shm").is_dir() else None
STREAMS_NOTHING: Final = frozenset({"motorcycle", "supra"})

LEFT_OUT: Final = frozenset({"silent", "unticked", "odometer-in-miles", "odometer-jump", "halves-apart", "future"})
"""No trip can be told from nothing; the others say something false of the whole life, which nothing contradicts."""
NOW_AND_THEN: Final = {"held-back": 7, "lost": 7}
"""Faults that would leave nothing as it is are on for one day of so many."""

COMPARISONS: Final[dict[str, Callable[[Life], Findings]]] = {
    "trips": compare_trips,
    "sessions": compare_sessions,
}


def switches_of(wanted: str, days: float) -> list[FaultSwitch]:
    """Return the switches: those of the faults that were named, of all that make sense, or none."""
    if wanted == "none":
        return []
    every = [name for name, fault in FAULTS.items() if fault.area is Area.MESSAGES and name not in LEFT_OUT]
    switches = []
    for name in every if wanted == "all" else wanted.split(","):
        if wanted != "all" or name not in NOW_AND_THEN:
            switches.append(FaultSwitch(name=name))
            continue
        for day in range(NOW_AND_THEN[name] // 2, int(days), NOW_AND_THEN[name]):
            begin_ms = START_MS + day * DAY_MS
            switches.append(FaultSwitch(name=name, from_ms=begin_ms, until_ms=begin_ms + DAY_MS))
    return switches


@dataclass(slots=True)
class _Clock:
    garage: Garage

    def now_ms(self) -> int:
        return self.garage.now_ms


async def live(model: str, *, seed: int, days: float, faults: str, start_ms: int = START_MS) -> Life:
    """Let a car live; return what the folds see of it, and the truth."""
    garage = Garage(seed=seed, start_ms=start_ms, models=(model,))
    [car] = garage.cars
    end_ms = start_ms + round(days * DAY_MS)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        async with SqliteStore.open(Path(folder) / "life.db") as store:
            waiting: list[Arrival] = []
            for arrival in _arrivals(garage, car.vin, seed=seed, until_ms=end_ms, faults=switches_of(faults, days)):
                waiting.append(arrival)
                if len(waiting) >= ARRIVALS_AT_ONCE:
                    await store.append(to_batch(waiting, Origin.STREAM, sold={}))
                    waiting.clear()
            await store.append(to_batch(waiting, Origin.STREAM, sold={}))
            readings = await _load(store, car.vin)
    return Life(
        model=model,
        seed=seed,
        vin=car.vin,
        start_ms=start_ms,
        end_ms=end_ms,
        readings=sorted(readings, key=fold_order),
        truth=garage.truth(car.vin),
    )


def _arrivals(
    garage: Garage, vin: Vin, *, seed: int, until_ms: int, faults: Sequence[FaultSwitch]
) -> Iterator[Arrival]:
    """Yield what arrives of the car by stream and REST, in that order, as it arrives."""
    voice = CarDataVoice(garage)
    way = Misbehaviour(GCID, faults=Faults(FAULTS, _Clock(garage), faults), seed=seed)
    next_rest_ms = garage.now_ms
    while garage.now_ms < until_ms:
        next_rest_ms = min(until_ms, next_rest_ms + REST_EVERY_MS)
        for message in voice.advance(next_rest_ms):
            yield from filter(None, (_streamed(outgoing, vin) for outgoing in way.pass_on(message)))
        yield from filter(None, (_streamed(outgoing, vin) for outgoing in way.release(next_rest_ms)))
        answer = {"telematicData": {key: format_entry(value) for key, value in voice.known_of(vin).items()}}
        decoded = decode_telematic_data(json.dumps(answer).encode(), vin=vin, received_at_ms=next_rest_ms)
        yield Arrival(
            place="rest", payload=b"", received_at_ms=next_rest_ms, readings=decoded.readings, errors=decoded.refused
        )


def _streamed(outgoing: Outgoing, vin: Vin) -> Arrival | None:
    """Return one message as the hub takes it; None for what is not the car's, or no message."""
    if outgoing.vin != vin or outgoing.topic_gcid is not None:
        return None
    try:
        decoded = decode_message(outgoing.payload, received_at_ms=outgoing.at_ms)
    except MalformedPayload:
        return None
    readings = [reading for reading in decoded.readings if reading.vin == vin]
    return Arrival(
        place="stream",
        payload=b"",
        received_at_ms=outgoing.at_ms,
        readings=readings,
        errors=decoded.refused,
        unclear=decoded.unclear,
    )


async def _load(store: SqliteStore, vin: Vin) -> list[Reading]:
    descriptors: list[Descriptor] = sorted({series.descriptor for series in await store.series(vin)})
    readings: list[Reading] = []
    token: str | None = None
    while True:
        points, token = await store.range(vin, descriptors, from_ms=0, to_ms=2**62, limit=READINGS_AT_ONCE, after=token)
        readings += [point.to_reading(vin) for point in points]
        if token is None:
            return readings


def measure(
    *, models: Sequence[str], seeds: Sequence[int], days: float, faults: str, records: Sequence[str]
) -> dict[str, Any]:
    """Return, by kind of record and model, what the comparisons found over all seeds."""
    figures: dict[str, dict[str, Any]] = defaultdict(dict)
    for model in models:
        pooled = {name: Findings() for name in records}
        readings: Counter[str] = Counter()
        for seed in seeds:
            life = asyncio.run(live(model, seed=seed, days=days, faults=faults))
            readings[model] += len(life.readings)
            for name in records:
                pooled[name].add(COMPARISONS[name](life))
        for name in records:
            figures[name][model] = {"readings": readings[model], **pooled[name].row()}
            print(model, name, json.dumps(figures[name][model]), file=sys.stderr, flush=True)
    return {"days": days, "seeds": list(seeds), "faults": faults, **figures}


def main(arguments: list[str]) -> dict[str, Any]:
    """Measure and return the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench record-accuracy", description=__doc__)
    parser.add_argument("--days", type=float, default=30.0)
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--models", default=",".join(code for code in MODELS if code not in STREAMS_NOTHING))
    parser.add_argument("--faults", default="none")
    parser.add_argument("--records", default=",".join(COMPARISONS))
    options = parser.parse_args(arguments)
    first, _, last = options.seeds.partition("-")
    return measure(
        models=options.models.split(","),
        seeds=range(int(first), int(last or first) + 1),
        days=options.days,
        faults=options.faults,
        records=options.records.split(","),
    )
