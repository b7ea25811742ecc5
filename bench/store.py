"""Figures of the SQLite store as JSON: `python -m bench.store [--millions N] [--seconds S] [--directory DIR]`.

Nothing here is asserted. The readings are of three simulated cars with 250 descriptors each, in order of arrival. The
cars speak in three hours of the day, some descriptors much more often than others; one reading in ten is the charge
level of the first car, at all hours.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from itertools import accumulate, islice
from pathlib import Path

from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
START_MS = 1_767_225_600_000  # 2026-01-01
YEAR_MS = 365 * DAY_MS
BUSY_SLICE_S = 0.002
CARS = [Vin(f"WBA0000000000000{number}") for number in (1, 2, 3)]
CHARGE_LEVEL = Descriptor("vehicle.drivetrain.batteryManagement.header")
DESCRIPTORS = [Descriptor(f"vehicle.group{number % 17}.descriptor{number}") for number in range(250)]
PAYLOAD = json.dumps(
    {
        "vin": CARS[0],
        "entityId": "11111111-2222-3333-4444-555555555555",
        "topic": "vehicle",
        "timestamp": "2026-01-01T00:00:00.000Z",
        "data": {CHARGE_LEVEL: {"timestamp": "2026-01-01T00:00:00.000Z", "value": 61, "unit": "%"}},
    }
).encode()

Json = dict[str, "Json | list[Json] | float | int | str | None"]


def simulated_readings(count: int, *, per_year: int = 10_000_000, seed: int = 1) -> Iterator[Reading]:
    """Yield the first `count` readings of cars that send `per_year` of them a year, about in order of arrival."""
    chance = random.Random(seed)
    often = list(accumulate(1 / (1 + rank) ** 0.8 for rank in range(len(DESCRIPTORS))))
    for number in range(count):
        after_ms = number * YEAR_MS // per_year // 1_000 * 1_000
        if number % 10 == 0:
            yield _reading((CARS[0], CHARGE_LEVEL), number // 50 % 101, START_MS + after_ms, chance)
        else:
            [place] = chance.choices(range(len(DESCRIPTORS)), cum_weights=often)
            series = (chance.choice(CARS), DESCRIPTORS[place])
            yield _reading(series, _value(place, chance), START_MS + _while_driving(after_ms), chance)


def _while_driving(after_ms: int) -> int:
    """Return a time of the same day in one of the three hours that begin at 7, 12 and 17."""
    day, in_day_ms = divmod(after_ms, DAY_MS)
    trip, in_trip_ms = divmod(in_day_ms // 8, HOUR_MS)
    return day * DAY_MS + (7 + 5 * trip) * HOUR_MS + in_trip_ms // 1_000 * 1_000


def _value(place: int, chance: random.Random) -> Value:
    match place % 5:
        case 0:
            return round(chance.uniform(-90, 90), 6)
        case 1:
            return chance.randint(0, 200_000)
        case 2:
            return chance.choice(["OPEN", "CLOSED", "LOCKED", "NOCHARGING"])
        case 3:
            return chance.random() < 0.5
        case _:
            return chance.randint(0, 100)


def _reading(series: tuple[Vin, Descriptor], value: Value, at_ms: int, chance: random.Random) -> Reading:
    vin, descriptor = series
    sent_at_ms = at_ms + int(chance.lognormvariate(8.1, 0.5))
    return Reading(
        vin=vin,
        descriptor=descriptor,
        value=value,
        unit=None,
        measured_at_ms=at_ms,
        sent_at_ms=sent_at_ms,
        received_at_ms=sent_at_ms + 50,
        source=Source.STREAM,
    )


def _batch(readings: list[Reading], *, is_journalled: bool) -> Batch:
    journal = [
        JournalEntry(received_at_ms=reading.received_at_ms, account="home", topic="gcid/vin", payload=PAYLOAD)
        for reading in readings
        if is_journalled
    ]
    return Batch(readings=readings, journal=journal)


async def _compute_until(done: asyncio.Event) -> None:
    """Keep the event loop computing in slices of 2 ms, as a hub at its limit would."""
    while not done.is_set():
        until = time.perf_counter() + BUSY_SLICE_S
        while time.perf_counter() < until:
            sum(range(100))
        await asyncio.sleep(0)


async def measure_appends(
    directory: Path, batches: list[Batch], *, seconds: float, is_busy: bool
) -> tuple[float, list[float]]:
    """Return readings a second and the milliseconds of each durable append; a fresh database, one append at a time."""
    done = asyncio.Event()
    took_ms: list[float] = []
    count = 0
    path = directory / f"append-{time.monotonic_ns()}.db"
    async with SqliteStore.open(path) as store, asyncio.TaskGroup() as group:
        if is_busy:
            group.create_task(_compute_until(done))
        began = time.perf_counter()
        for batch in batches:
            start = time.perf_counter()
            await store.append(batch)
            took_ms.append((time.perf_counter() - start) * 1_000)
            count += len(batch.readings)
            if time.perf_counter() - began > seconds:
                break
        elapsed_s = time.perf_counter() - began
        done.set()
    path.unlink()
    return count / elapsed_s, took_ms


async def append_figures(directory: Path, *, seconds: float, runs: int) -> list[Json]:
    """Return the medians of several runs for each size of batch, idle and busy, with and without the journal."""
    figures: list[Json] = []
    for size, is_busy, is_journalled in [
        *[(size, False, False) for size in (1, 100, 500, 5_000)],
        *[(size, True, False) for size in (1, 100, 500, 5_000)],
        (500, False, True),
        (500, True, True),
        (2_000, True, True),
    ]:
        readings = list(simulated_readings(min(max(size * 2_000, 10_000), 400_000)))
        batches = [
            _batch(readings[at : at + size], is_journalled=is_journalled) for at in range(0, len(readings), size)
        ]
        results = [await measure_appends(directory, batches, seconds=seconds, is_busy=is_busy) for _ in range(runs)]
        took_ms = [one for _, all_of_run in results for one in all_of_run]
        figures.append(
            {
                "batch": size,
                "event_loop": "busy" if is_busy else "idle",
                "journal": is_journalled,
                "readings_per_s": round(statistics.median(rate for rate, _ in results)),
                "p50_ms": round(statistics.median(took_ms), 2),
                "p99_ms": round(statistics.quantiles(took_ms, n=100)[98], 2) if len(took_ms) > 1 else None,
            }
        )
    return figures


async def repeated_figures(directory: Path, *, count: int) -> Json:
    """Return readings a second when all of them are stored already."""
    readings = list(simulated_readings(count))
    batches = [Batch(readings=readings[at : at + 5_000]) for at in range(0, count, 5_000)]
    async with SqliteStore.open(directory / "repeated.db") as store:
        for batch in batches:
            await store.append(batch)
        began = time.perf_counter()
        for batch in batches:
            await store.append(batch)
        return {"batch": 5_000, "readings_per_s": round(count / (time.perf_counter() - began))}


async def fill(path: Path, count: int, *, journalled: int) -> Json:
    """Make a database of a year of `count` readings, the first `journalled` with their raw message."""
    readings = simulated_readings(count, per_year=count)
    stored, in_store_s = 0, 0.0
    async with SqliteStore.open(path) as store:
        while part := list(islice(readings, 5_000)):
            batch = _batch(part, is_journalled=stored < journalled)
            began = time.perf_counter()
            await store.append(batch)
            in_store_s += time.perf_counter() - began
            stored += len(part)
        figures = await store.figures()
    return {"readings": figures.readings, "readings_per_s": round(count / in_store_s)}


def size_figures(path: Path) -> Json:
    """Return the bytes of each part of a checkpointed database; needs a SQLite built with dbstat."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        sizes = dict(connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
        readings, entries = connection.execute("SELECT readings, journal_entries FROM totals").fetchone()
        hours = connection.execute("SELECT count(*) FROM hours").fetchone()[0]
    return {
        "points_bytes_per_reading": round(sizes["points"] / readings, 1),
        "hours_bytes_per_reading": round(sizes["hours"] / readings, 1),
        "readings_per_hour_row": round(readings / hours, 1),
        "journal_bytes_per_message": round(sizes["journal"] / entries, 1) if entries else None,
        "payload_bytes": len(PAYLOAD),
        "file_bytes": path.stat().st_size,
    }


async def query_figures(path: Path, *, runs: int) -> Json:
    """Return the milliseconds of each kind of question, with an idle and with a busy event loop."""
    last_ms = START_MS + YEAR_MS
    car, level = CARS[0], CHARGE_LEVEL
    done = asyncio.Event()
    async with SqliteStore.open_readonly(path) as store, asyncio.TaskGroup() as group:
        questions: dict[str, Callable[[], Awaitable[object]]] = {
            "vins": store.vins,
            "latest_of_a_car": lambda: store.latest(car),
            "day_raw": lambda: store.range(car, [level], from_ms=last_ms - DAY_MS, to_ms=last_ms, limit=10_000),
            "page_of_1000_of_250_series": lambda: store.range(
                car, DESCRIPTORS, from_ms=START_MS, to_ms=last_ms, limit=1_000
            ),
            "day_in_200_buckets": lambda: store.downsample(
                car, level, from_ms=last_ms - DAY_MS, to_ms=last_ms, buckets=200
            ),
            "year_in_1000_buckets": lambda: store.downsample(
                car, level, from_ms=START_MS, to_ms=last_ms, buckets=1_000
            ),
            "series_of_a_car": lambda: store.series(car),
            "figures": store.figures,
        }
        idle = {name: await _times(question, runs=runs) for name, question in questions.items()}
        group.create_task(_compute_until(done))
        busy = {name: await _times(question, runs=min(runs, 10)) for name, question in questions.items()}
        done.set()
    return {"event_loop_idle": dict(idle), "event_loop_busy": dict(busy)}


async def _times(question: Callable[[], Awaitable[object]], *, runs: int) -> Json:
    took_ms = []
    for _ in range(runs):
        began = time.perf_counter()
        await question()
        took_ms.append((time.perf_counter() - began) * 1_000)
    return {
        "first_ms": round(took_ms[0], 2),
        "p50_ms": round(statistics.median(took_ms), 2),
        "p95_ms": round(statistics.quantiles(took_ms, n=20)[18], 2),
    }


async def measure(directory: Path, *, millions: float, seconds: float, runs: int) -> Json:
    """Return every figure with its conditions."""
    count = int(millions * 1_000_000)
    path = directory / "year.db"
    appends = await append_figures(directory, seconds=seconds, runs=runs)
    repeated = await repeated_figures(directory, count=100_000)
    filled = await fill(path, count, journalled=50_000)
    return {
        "conditions": {
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "seconds_per_run": seconds,
            "runs": runs,
        },
        "append": list(appends),
        "append_repeated": repeated,
        "fill": filled,
        "size": size_figures(path),
        "query": await query_figures(path, runs=50),
    }


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.store", description="Figures of the SQLite store as JSON.")
    parser.add_argument("--millions", type=float, default=1.0, help="millions of readings for sizes and questions")
    parser.add_argument("--seconds", type=float, default=3.0, help="longest time of one run of appends")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--directory", type=Path, help="a disk to measure; default: the temporary directory")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        figures = asyncio.run(
            measure(Path(directory), millions=options.millions, seconds=options.seconds, runs=options.runs)
        )
    json.dump(figures, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
