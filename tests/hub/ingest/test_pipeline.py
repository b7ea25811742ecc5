"""Messages become durable readings; a failing store loses nothing until the buffer overflows, and then it counts."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from tests.hub.conftest import NOW_MS, SOC, VIN, FailingLog, message, until

from bimmerhub.bmw.cardata.streaming.stream import RawMessage
from bimmerhub.domain.events import Event, ReadingStored
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import StoreError
from bimmerhub.hub.ingest import ingest as ingest_module
from bimmerhub.hub.ingest import pipeline as module
from bimmerhub.hub.ingest.ingest import Ingest, IngestFigures
from bimmerhub.hub.ingest.pipeline import Pipeline
from bimmerhub.store.ports.readings import Appended, Batch, ReadingLog
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS


def raw(payload: bytes | int, *, at_ms: int = NOW_MS) -> RawMessage:
    body = message(payload, at_ms=at_ms) if isinstance(payload, int) else payload
    return RawMessage(topic=f"gcid/{VIN}", payload=body, received_at_ms=at_ms)


@dataclass
class Flow:
    """A pipeline that runs, and what came out of it."""

    pipeline: Pipeline
    figures: IngestFigures
    readings: list[Reading] = field(default_factory=list)

    async def take(self, *values: int) -> None:
        await self.pipeline.take([raw(value, at_ms=NOW_MS + 1_000 * value) for value in values])


@asynccontextmanager
async def ingesting(log: ReadingLog, *, clock_is_off_ms: int = 0) -> AsyncIterator[Flow]:
    readings: list[Reading] = []

    def tell(events: Sequence[Event]) -> None:
        readings.extend(event.reading for event in events if isinstance(event, ReadingStored))

    ingest = Ingest(log, tell=tell, jitter=random.Random(1))
    pipeline = Pipeline(account="home", ingest=ingest, arrived=lambda at_ms: at_ms - clock_is_off_ms)
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(pipeline.run())
        yield Flow(pipeline, ingest.figures, readings)
        pipeline.close()


@pytest.fixture
def _fast_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_module, "FIRST_RETRY_S", 0.002)
    monkeypatch.setattr(ingest_module, "LONGEST_RETRY_S", 0.01)


async def test_what_is_taken_is_stored_then_told(store: SqliteStore) -> None:
    async with ingesting(store) as flow:
        await flow.take(1, 2, 3)
        await flow.pipeline.take([raw(b"no json")])
    assert [reading.value for reading in flow.readings] == [1, 2, 3]
    figures = await store.figures()
    assert (figures.readings, figures.journal_entries, figures.refused) == (3, 4, 1)
    assert (flow.figures.stored, flow.figures.refused, flow.figures.not_stored) == (3, 1, 0)


async def test_what_has_come_is_stored_though_the_stream_is_cut_short(store: SqliteStore) -> None:
    messages = [raw(number % 100, at_ms=NOW_MS + 1_000 * number) for number in range(3 * module.MESSAGES_PER_TURN)]
    async with ingesting(store) as flow, asyncio.TaskGroup() as tasks:
        taking = tasks.create_task(flow.pipeline.take(messages))
        await asyncio.sleep(0)
        taking.cancel()
    assert flow.figures.stored == len(messages)


async def test_closing_stores_what_still_waits(store: SqliteStore) -> None:
    async with ingesting(store) as flow:
        await flow.take(*range(100))
    assert (await store.latest(VIN))[0].value == 99
    assert flow.figures.stored == 100


async def test_many_messages_are_one_commit() -> None:
    log = FailingLog()
    async with ingesting(log) as flow:
        await flow.take(*range(90))
        await flow.take(*range(90, 101))
    assert len(log.batches) == 1


@pytest.mark.usefixtures("_fast_retries")
async def test_a_failing_store_loses_nothing_while_the_buffer_holds() -> None:
    log = FailingLog(is_failing=True)
    async with ingesting(log) as flow:
        await flow.take(1)
        await until(lambda: flow.figures.last_store_error)
        await flow.take(2, 3)
        assert flow.readings == []
        log.is_failing = False
        await until(lambda: len(flow.readings) == 3)
    assert log.values == [1, 2, 3]
    assert (flow.figures.not_stored, flow.figures.last_store_error) == (0, None)


@pytest.mark.usefixtures("_fast_retries")
async def test_an_overflowing_buffer_drops_the_oldest_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUFFER_MESSAGES", 5)
    log = FailingLog(is_failing=True)
    async with ingesting(log) as flow:
        await flow.take(0)
        await until(lambda: flow.figures.last_store_error)
        await flow.take(*range(1, 9))
        assert flow.figures.not_stored == 3
        log.is_failing = False
    assert log.values == [0, 4, 5, 6, 7, 8]


@pytest.mark.usefixtures("_fast_retries")
async def test_buffer_is_full_of_few_messages_that_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    log = FailingLog(is_failing=True)
    async with ingesting(log) as flow:
        await flow.take(0)
        await until(lambda: flow.figures.last_store_error)
        monkeypatch.setattr(module, "BUFFER_BYTES", 1_000)
        await flow.take(*range(1, 40))
        assert 10 < flow.figures.not_stored < 39
        log.is_failing = False
    assert log.values[-1] == 39


async def test_a_full_buffer_makes_the_stream_wait_while_the_store_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUFFER_MESSAGES", 5)
    log = FailingLog()
    async with ingesting(log) as flow:
        for start in range(0, 100, 10):
            await flow.take(*range(start, start + 10))
    assert log.values == list(range(100))
    assert flow.figures.not_stored == 0


async def test_closing_while_the_store_fails_ends_at_once_and_counts() -> None:
    log = FailingLog(is_failing=True)
    async with ingesting(log) as flow:
        await flow.take(1)
        await until(lambda: flow.figures.last_store_error)
        await flow.take(2, 3)
    assert flow.figures.not_stored == 3


async def test_what_a_store_cannot_represent_goes_to_quarantine_alone() -> None:
    log = FailingLog(unstorable=frozenset({2}))
    async with ingesting(log) as flow:
        await flow.take(1, 2, 3)
    assert log.values == [1, 3]
    [refused] = [refused for batch in log.batches for refused in batch.refused]
    assert refused.payload == message(2, at_ms=NOW_MS + 2_000)
    assert (flow.figures.stored, flow.figures.refused, flow.figures.not_stored) == (2, 1, 0)


async def test_one_bad_row_is_refused_without_its_neighbours(store: SqliteStore) -> None:
    payload = message(1).replace(b'"data": {', b'"data": {"x.y": {"timestamp": "no time", "value": 1}, ')
    async with ingesting(store) as flow:
        await flow.pipeline.take([raw(payload)])
    assert [reading.descriptor for reading in flow.readings] == [SOC]
    assert [refused.descriptor for refused in await store.refused(limit=9)] == ["x.y"]


@dataclass
class FullForTheFirst(FailingLog):
    """A log that fails at the first append of each batch that holds one of `refused_once`."""

    refused_once: set[bytes] = field(default_factory=set)

    async def append(self, batch: Batch) -> Appended:
        payloads = {entry.payload for entry in batch.journal}
        if payloads & self.refused_once:
            self.refused_once -= payloads
            raise StoreError("the disk is full")
        return await super().append(batch)


@pytest.mark.usefixtures("_fast_retries")
async def test_the_journal_keeps_the_order_of_arrival_while_the_store_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that has to be tried again is not overtaken by the one behind it, which a nearly full disk may take."""
    monkeypatch.setattr(module, "LARGEST_BATCH", 2)
    monkeypatch.setattr(module, "ENOUGH_READINGS", 2)
    messages = [raw(value, at_ms=NOW_MS + 1_000 * value) for value in range(12)]
    log = FullForTheFirst(refused_once={messages[place].payload for place in (0, 4, 7)})
    async with ingesting(log) as flow:
        await flow.pipeline.take(messages)
        await until(lambda: len(flow.readings) == len(messages))
    journal = [entry.payload for batch in log.batches for entry in batch.journal]
    assert journal == [message.payload for message in messages]
    assert [reading.value for reading in flow.readings] == list(range(12))
    assert flow.figures.not_stored == 0


async def test_an_unstorable_message_does_not_let_the_batch_behind_it_overtake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_BATCH", 4)
    monkeypatch.setattr(module, "ENOUGH_READINGS", 2)
    log = FailingLog(unstorable=frozenset({1}))
    async with ingesting(log) as flow:
        await flow.take(*range(12))
    assert log.values == [0, *range(2, 12)]
    assert len([entry for batch in log.batches for entry in batch.journal]) == 12


@pytest.mark.parametrize("years", [-10, 10])
async def test_what_arrives_by_a_clock_that_is_years_off_is_believed(store: SqliteStore, years: int) -> None:
    off_ms = years * 366 * DAY_MS
    async with ingesting(store, clock_is_off_ms=off_ms) as flow:
        await flow.pipeline.take([RawMessage(topic=f"gcid/{VIN}", payload=message(7), received_at_ms=NOW_MS + off_ms)])
    assert [reading.received_at_ms for reading in flow.readings] == [NOW_MS]
    [entry], _ = await store.journal(limit=9)
    assert entry.received_at_ms == NOW_MS
    assert (await store.figures()).refused == 0
