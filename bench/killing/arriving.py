"""Readings on their way in when the process is killed: an import, and a live stream."""

import asyncio
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.killing.forks import Say
from bench.killing.operation import (
    NAME,
    OWN_FILES,
    START_MS,
    VIN,
    Operation,
    begin,
    check_sound,
    copy_folder,
    expect,
    names_in,
    rows_of,
    settings_of,
    started,
)
from typing_extensions import override

import bimmerhub.cli.hub_access.opening  # noqa: F401 - which each fork would load
from bimmerhub.bmw.cardata.streaming.stream import RawMessage
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.cli.hub_access.importing import open_importer
from bimmerhub.domain.events import Event, ReadingStored
from bimmerhub.hub.ingest import captures, pipeline
from bimmerhub.hub.ingest.pipeline import Pipeline
from bimmerhub.hub.parts import open_readings
from bimmerhub.ids import Gcid
from bimmerhub.times import format_time
from bimmerhub.views.event_ring import EventRing

COUNTER = "vehicle.body.chargingPort.plugEventId"
"""Any whole number is plausible for it."""
GCID = Gcid("11111111-2222-3333-4444-555555555555")
MESSAGES, A_BATCH = 240, 30


def _payload(number: int) -> bytes:
    at = format_time(START_MS + 1_000 * number)
    row = {"timestamp": at, "value": number, "unit": ""}
    return json.dumps({"vin": VIN, "entityId": GCID, "topic": VIN, "timestamp": at, "data": {COUNTER: row}}).encode()


def _stored(folder: Path) -> list[int]:
    return sorted(value for (value,) in rows_of(folder / NAME, "SELECT value FROM points"))


def _check_arrived(folder: Path) -> None:
    check_sound(folder / NAME)
    stored = _stored(folder)
    expect(stored == sorted(set(stored)), "a reading is there twice")
    expect(set(stored) <= set(range(MESSAGES)), "a reading that nobody sent")
    expect(names_in(folder) <= OWN_FILES, f"left: {sorted(names_in(folder) - OWN_FILES)}")


class Import(Operation):
    """`bimmerhub import` of a capture without a hub, in batches of 30; it says how many readings it has counted."""

    @override
    def prepare(self) -> None:
        lines = (
            json.dumps({"received_at": format_time(START_MS + 1_000 * number), "topic": f"{GCID}/{VIN}",
                        "payload": json.loads(_payload(number))})
            for number in range(MESSAGES)
        )  # fmt: skip
        (self.root / "capture.ndjson").write_text("\n".join(lines) + "\n")
        begin(self.root / "empty")

    @override
    def fresh(self) -> None:
        copy_folder(self.root / "empty", self.folder)

    @override
    def work(self, say: Say) -> None:
        captures.READINGS_PER_BATCH = A_BATCH
        asyncio.run(_import(self.root, say))

    @override
    def check(self, said: tuple[int, ...]) -> str:
        folder = self.folder
        before = len(_stored(folder))
        expect(before >= max(said, default=0), f"{max(said, default=0)} were counted, {before} are there")
        self.work(lambda _: None)
        _check_arrived(folder)
        expect(_stored(folder) == list(range(MESSAGES)), "imported again it is not whole")
        return "all" if before == MESSAGES else "some" if before else "none"


async def _import(root: Path, say: Say) -> None:
    async with open_importer(settings_of(root / "round")) as importer:
        async for report in importer(root / "capture.ndjson"):
            say(report.new)


class Live(Operation):
    """A stream's messages by the buffer, the ingest and the folds of a hub; it says what clients are told."""

    @override
    def prepare(self) -> None:
        begin(self.root / "empty")

    @override
    def fresh(self) -> None:
        copy_folder(self.root / "empty", self.folder)

    @override
    def work(self, say: Say) -> None:
        asyncio.run(_live(self.folder, range(MESSAGES), say, seed=self.number))

    @override
    def check(self, said: tuple[int, ...]) -> str:
        folder = self.folder
        before = set(_stored(folder))
        expect(set(said) <= before, f"{len(set(said) - before)} readings were told and are lost")
        asyncio.run(_live(folder, range(0, MESSAGES, 7), lambda _: None, seed=self.number))
        _check_arrived(folder)
        expect(before <= set(_stored(folder)), "readings were lost by the next start")
        [(journal, distinct)] = rows_of(folder / NAME, "SELECT count(*), (SELECT count(*) FROM points) FROM journal")
        expect(journal >= distinct, f"{distinct} readings, only {journal} messages in the raw journal")
        return "all" if before == set(range(MESSAGES)) else "some" if before else "none"


class _SayingRing(EventRing):
    """Says the values that event clients would be told."""

    def __init__(self, say: Say) -> None:
        super().__init__(now_ms=lambda: START_MS)
        self._say = say

    @override
    def publish(self, events: Sequence[Event]) -> None:
        super().publish(events)
        for event in events:
            if isinstance(event, ReadingStored) and isinstance(event.reading.value, int):
                self._say(event.reading.value)


async def _live(folder: Path, numbers: Sequence[int], say: Say, *, seed: int) -> None:
    pipeline.LINGER_S = 0.0
    chance = random.Random(seed)
    async with started(folder) as store:
        readings = await open_readings(store, _SayingRing(say), chance, clock=SystemClock())
        way_in = Pipeline(account="home", ingest=readings.ingest, gcid=GCID)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(way_in.run())
            for burst in _bursts(numbers, chance):
                await way_in.take(burst)
                await asyncio.sleep(0)
            way_in.close()
        await readings.derivation.catch_up()


def _bursts(numbers: Sequence[int], chance: random.Random) -> Iterator[list[RawMessage]]:
    at = 0
    while at < len(numbers):
        size = chance.randint(1, A_BATCH)
        yield [
            RawMessage(topic=f"{GCID}/{VIN}", payload=_payload(number), received_at_ms=START_MS + 1_000 * number + 950)
            for number in numbers[at : at + size]
        ]
        at += size
