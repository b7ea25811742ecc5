"""One year of three cars with two upgrades: `python -m bench year [--days-a-month N] [--months N] [--seed N]`.

Simulated cars send a year of messages. Release 0.1.0's database takes the first two months of them, 0.2.0's the next
two, and from then on this program takes them as a live stream, in a process of its own: decoded, stored with the raw
journal, judged, folded, told, pruned. Prints the memory of that process and the sizes of its files after each month,
how long the upgrade took, and whether a reading was lost: each that the cars sent has to be stored or set apart.
"""

import argparse
import asyncio
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final, Self

from bench.old_schemas import RELEASE_0_1, RELEASE_0_2, OldDatabase

from bimmerhub.bmw.cardata.streaming.stream import RawMessage
from bimmerhub.bmw.cardata.wire import decode_message
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.domain.reading import Reading
from bimmerhub.emulator.cardata.voice.voice import CarDataVoice
from bimmerhub.emulator.cars import Garage
from bimmerhub.hub.ingest.pipeline import Pipeline
from bimmerhub.hub.parts import open_readings
from bimmerhub.ids import Gcid
from bimmerhub.store.sqlite.readings.values import encode_value
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, HOUR_MS
from bimmerhub.views.event_ring import EventRing

START_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z
GCID = Gcid("11111111-2222-3333-4444-555555555555")
MODELS = ("bev", "phev", "ice")
OLD_RELEASES: Final = {0: RELEASE_0_1, 1: RELEASE_0_1, 2: RELEASE_0_2, 3: RELEASE_0_2}
"""The schema of each of the first months."""
TRAVEL_MS = 150
AT_ONCE = 500
"""Messages that come in one read of the socket."""
JOURNAL_MS = 7 * DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What a month was like; sizes and memory are in MB (10^6 bytes), `rss_mb` is None in old releases' months."""

    month: int
    schema: int
    messages: int
    readings_sent: int
    took_s: float
    rss_mb: float | None
    database_mb: float
    log_mb: float


@dataclass(slots=True, kw_only=True)
class YearFigures:
    """What came of a year. `lost` readings were sent and are neither stored nor set apart."""

    months: list[Month] = field(default_factory=list)
    upgrade_s: float = 0.0
    sent: int = 0
    stored: int = 0
    set_apart: int = 0
    lost: int = 0
    invented: int = 0
    problems: list[str] = field(default_factory=list)


class LiveHub:
    """The present program's way in over one database, for as long as the `async with`."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._stack = AsyncExitStack()
        self._pruned_ms = 0

    async def __aenter__(self) -> Self:
        self._store = await self._stack.enter_async_context(SqliteStore.open(self._database))
        events = EventRing(now_ms=lambda: START_MS)
        self._readings = await open_readings(self._store, events, random.Random(1), clock=SystemClock())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def live(self, file: Path) -> None:
        """Take a file of messages as a stream brings them, and do what a hub does beside it."""
        pipeline = Pipeline(account="home", ingest=self._readings.ingest, gcid=GCID)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(pipeline.run())
            for burst in bursts(file):
                await pipeline.take(burst)
                await self._prune(burst[-1].received_at_ms)
            pipeline.close()
        await self._readings.derivation.catch_up()

    async def _prune(self, now_ms: int) -> None:
        """Forget old raw messages, as a hub does every hour."""
        if now_ms - self._pruned_ms >= HOUR_MS:
            self._pruned_ms = now_ms
            await self._store.prune(before_ms=now_ms - JOURNAL_MS, now_ms=now_ms)


def bursts(file: Path) -> Iterator[list[RawMessage]]:
    """Give the messages of a file in the portions in which they are read."""
    with file.open("rb") as lines:
        rows = (json.loads(line) for line in lines)
        while portion := list(islice(rows, AT_ONCE)):
            yield [RawMessage(topic=row[1], payload=row[2].encode(), received_at_ms=row[0]) for row in portion]


@dataclass(slots=True, kw_only=True)
class Year:
    """A year under way in `folder`; `has_process` says whether the present program runs in a process of its own."""

    folder: Path
    days_a_month: float = 365 / 12
    months: int = 12
    seed: int = 1
    has_process: bool = True
    figures: YearFigures = field(default_factory=YearFigures)
    sent: set[int] = field(default_factory=set)

    @property
    def database(self) -> Path:
        return self.folder / "bimmerhub.sqlite3"

    def live(self) -> YearFigures:
        """Live it, and look for what was lost."""
        voice = CarDataVoice(Garage(seed=self.seed, start_ms=START_MS, models=MODELS))
        old: OldDatabase | None = None
        schema = 0
        process: _HubProcess | None = None
        try:
            for month in range(self.months):
                sent = self._write_messages(voice, month)
                begun_s = time.perf_counter()
                rss_mb: float | None = None
                if month in OLD_RELEASES:
                    if schema != OLD_RELEASES[month]:
                        schema = OLD_RELEASES[month]
                        old = OldDatabase(self.database, schema)
                    assert old is not None
                    for burst in bursts(self._file):
                        old.write((row.received_at_ms, row.topic, row.payload, decoded(row)) for row in burst)
                elif self.has_process:
                    if process is None:
                        process = _HubProcess(self.database)
                        self.figures.upgrade_s = process.started_s
                    rss_mb = process.live(self._file)
                else:
                    asyncio.run(_live_once(self.database, self._file))
                self._note(month, sent, took_s=time.perf_counter() - begun_s, rss_mb=rss_mb)
        finally:
            if process is not None:
                process.stop()
        self._audit()
        return self.figures

    @property
    def _file(self) -> Path:
        return self.folder / "messages.ndjson"

    def _write_messages(self, voice: CarDataVoice, month: int) -> tuple[int, int]:
        """Let the cars live a month, write what they send, and note each reading; return how many of both."""
        until_ms = START_MS + round((month + 1) * self.days_a_month * DAY_MS)
        messages, before = 0, len(self.sent)
        with self._file.open("w") as file:
            for message in voice.advance(until_ms):
                row = (message.sent_at_ms + TRAVEL_MS, f"{GCID}/{message.vin}", message.encode(GCID).decode())
                file.write(json.dumps(row) + "\n")
                messages += 1
                raw = RawMessage(topic=row[1], payload=row[2].encode(), received_at_ms=row[0])
                self.sent.update(mark_of_reading(reading) for reading in decoded(raw))
        return messages, len(self.sent) - before

    def _note(self, month: int, sent: tuple[int, int], *, took_s: float, rss_mb: float | None) -> None:
        """Note what a month was like, of which so many messages and readings were sent."""
        log = self.database.with_name(f"{self.database.name}-wal")
        with closing(sqlite3.connect(self.database)) as connection:
            schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
        self.figures.months.append(
            Month(
                month=month + 1,
                schema=schema,
                messages=sent[0],
                readings_sent=sent[1],
                took_s=round(took_s, 1),
                rss_mb=rss_mb,
                database_mb=round(self.database.stat().st_size / 1e6, 1),
                log_mb=round(log.stat().st_size / 1e6, 1) if log.exists() else 0.0,
            )
        )

    def _audit(self) -> None:
        """Compare what was sent with what is stored and set apart."""
        with closing(sqlite3.connect(self.database)) as connection:
            stored = {mark(*row) for row in connection.execute(_STORED)}
            apart = {mark(*row) for row in connection.execute(_SET_APART)}
            self.figures.problems = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        figures = self.figures
        figures.sent, figures.stored, figures.set_apart = len(self.sent), len(stored), len(apart)
        figures.lost = len(self.sent - stored - apart)
        figures.invented = len((stored | apart) - self.sent)


_STORED = """
SELECT subject, descriptor, unit, measured_at_ms, value FROM points JOIN series ON series.id = points.series_id"""
_SET_APART = """
SELECT vin, descriptor, coalesce(unit, ''), measured_at_ms, value FROM quarantine
WHERE vin IS NOT NULL AND measured_at_ms IS NOT NULL"""


def decoded(message: RawMessage) -> tuple[Reading, ...]:
    """Return the readings of a message."""
    return decode_message(message.payload, received_at_ms=message.received_at_ms).readings


def mark_of_reading(reading: Reading) -> int:
    return mark(
        reading.vin, reading.descriptor, reading.unit or "", reading.measured_at_ms, encode_value(reading.value)
    )


def mark(*row: object) -> int:
    """Return a number for a row (car, descriptor, unit, time, value): a year of rows would fill the memory."""
    return hash(row)


async def _live_once(database: Path, file: Path) -> None:
    async with LiveHub(database) as hub:
        await hub.live(file)


class _HubProcess:
    """The present program over the database in a process of its own; `started_s` is how long its upgrade took."""

    def __init__(self, database: Path) -> None:
        begun_s = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.year", "--hub", str(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._ask("ready")
        self.started_s = round(time.perf_counter() - begun_s, 1)

    def live(self, file: Path) -> float:
        """Let it take a file; return its memory afterwards, in MB."""
        return float(self._ask(str(file)))

    def stop(self) -> None:
        _pipe(self._process.stdin).close()
        self._process.wait(60)

    def _ask(self, words: str) -> str:
        pipe = _pipe(self._process.stdin)
        pipe.write(f"{words}\n")
        pipe.flush()
        answer = _pipe(self._process.stdout).readline().strip()
        if not answer:
            raise RuntimeError(f"the hub's process has ended: {self._process.wait(10)}")
        return answer


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


async def _serve(database: Path) -> None:
    """Take the files that standard input names, and answer each with this process's memory."""
    async with LiveHub(database) as hub:
        while words := (await asyncio.to_thread(sys.stdin.readline)).strip():
            if words != "ready":
                await hub.live(Path(words))
            print(_own_rss_mb(), flush=True)


def _own_rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def main(arguments: Sequence[str]) -> dict[str, Any]:
    """Live a year and return its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days-a-month", type=float, default=365 / 12)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        year = Year(folder=Path(folder), days_a_month=options.days_a_month, months=options.months, seed=options.seed)
        return asdict(year.live())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--hub"]:
        asyncio.run(_serve(Path(sys.argv[2])))
    else:
        print(json.dumps(main(sys.argv[1:]), indent=1))
