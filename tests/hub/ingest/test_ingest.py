"""Whoever brings values: they are judged, stored, then told, and a failing store loses none."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.hub.conftest import NOW_MS, SOC, VIN, FailingLog, judging_of, reading, until

from bimmerhub.domain.documents import BASIC_DATA, Document
from bimmerhub.domain.events import Event
from bimmerhub.domain.reading import Source
from bimmerhub.errors import MalformedPayload, StoreError
from bimmerhub.hub.ingest import ingest as module
from bimmerhub.hub.ingest.incoming import Arrival, Origin
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.store.ports.readings import Appended, Batch
from bimmerhub.store.sqlite.store import SqliteStore

RETRIED = [Origin.STREAM, Origin.REST]


@pytest.fixture(autouse=True)
def _fast_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_RETRY_S", 0.002)
    monkeypatch.setattr(module, "LONGEST_RETRY_S", 0.01)


def arrival(*values: int, place: str = "rest") -> Arrival:
    readings = [reading(value, at_ms=NOW_MS + value) for value in values]
    return Arrival(place=place, payload=b"as it came", received_at_ms=NOW_MS, readings=readings)


def kinds(events: Sequence[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


@pytest.mark.parametrize("origin", RETRIED)
async def test_what_cannot_be_asked_for_again_is_tried_until_it_is_stored(origin: Origin) -> None:
    log = FailingLog(is_failing=True)
    ingest = Ingest(log, jitter=random.Random(1))
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        taking = tasks.create_task(ingest.take([arrival(1, 2)], origin=origin))
        await until(lambda: ingest.figures.last_store_error)
        log.is_failing = False
    assert log.values == [1, 2]
    assert taking.result().new == 2
    assert (ingest.figures.last_store_error, ingest.figures.not_stored) == (None, 0)


@pytest.mark.parametrize("origin", RETRIED)
async def test_at_the_stop_what_is_not_stored_is_counted(origin: Origin) -> None:
    ingest = Ingest(FailingLog(is_failing=True))
    ingest.close()
    with pytest.raises(StoreError, match="full"):
        await ingest.take([arrival(1), arrival(2)], origin=origin)
    assert ingest.figures.not_stored == 2


@pytest.mark.parametrize("origin", [Origin.IMPORT, Origin.RELEASE])
async def test_what_a_person_waits_for_fails_at_once_and_counts_nowhere(origin: Origin) -> None:
    ingest = Ingest(FailingLog(is_failing=True))
    with pytest.raises(StoreError, match="full"):
        await ingest.take([arrival(1)], origin=origin)
    assert (ingest.figures.not_stored, ingest.figures.last_store_error) == (0, None)


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (Origin.STREAM, ["ReadingStored", "ReadingStored", "SignalChanged"]),
        (Origin.REST, ["ReadingStored", "ReadingStored", "SignalChanged"]),
        (Origin.IMPORT, ["SignalChanged"]),
        (Origin.RELEASE, ["SignalChanged"]),
    ],
)
async def test_who_brings_it_says_what_is_told(store: SqliteStore, origin: Origin, expected: list[str]) -> None:
    events: list[Event] = []
    live = LiveVehicles()
    ingest = Ingest(store, fold=live.fold, tell=events.extend)
    await ingest.take([arrival(1, 2)], origin=origin)
    assert kinds(events) == expected
    assert (live.state(VIN) or {})["soc_percent"].value == 2
    assert ingest.figures.stored == (2 if origin in {Origin.STREAM, Origin.REST} else 0)


async def test_nothing_is_told_that_is_not_stored() -> None:
    events: list[Event] = []
    log = FailingLog(is_failing=True)
    ingest = Ingest(log, fold=LiveVehicles().fold, tell=events.extend)
    ingest.close()
    with pytest.raises(StoreError):
        await ingest.take([arrival(1)], origin=Origin.REST)
    assert events == []


async def test_what_is_refused_keeps_its_payload_and_place(store: SqliteStore) -> None:
    bad_row = MalformedPayload("no time", descriptor="x.y")
    given = Arrival(
        place="march.ndjson:7",
        payload=b"as it came",
        received_at_ms=NOW_MS,
        readings=[reading(50), reading(250)],
        errors=[bad_row],
    )
    taken = await Ingest(store).take([given], origin=Origin.IMPORT)
    assert (taken.new, len(taken.refused)) == (1, 2)
    stored = await store.refused(limit=9)
    assert {(item.descriptor, item.origin, item.payload) for item in stored} == {
        ("x.y", "march.ndjson:7", b"as it came"),
        (SOC, "march.ndjson:7", b"as it came"),
    }


async def test_of_many_arrivals_only_the_unstorable_one_is_refused() -> None:
    log = FailingLog(unstorable=frozenset({3}))
    taken = await Ingest(log).take([arrival(value) for value in range(6)], origin=Origin.IMPORT)
    assert sorted(log.values, key=str) == [0, 1, 2, 4, 5]
    assert [item.reason for item in taken.refused] == ["not a canonical value"]
    assert taken.new == 5


async def test_what_was_not_understood_of_an_unstorable_arrival_is_refused_too() -> None:
    bad_row = MalformedPayload("no time", descriptor="x.y")
    given = Arrival(place="rest", payload=b"as it came", received_at_ms=NOW_MS, readings=[reading(3)], errors=[bad_row])
    taken = await Ingest(FailingLog(unstorable=frozenset({3}))).take([given], origin=Origin.REST)
    assert [(item.descriptor, item.reason) for item in taken.refused] == [
        ("x.y", "no time"),
        (None, "not a canonical value"),
    ]


async def test_documents_go_in_with_the_readings(store: SqliteStore) -> None:
    document = Document(
        subject=VIN, kind=BASIC_DATA, natural_key="", body="{}", source=Source.REST, fetched_at_ms=NOW_MS
    )
    given = Arrival(place="rest", payload=b"{}", received_at_ms=NOW_MS, documents=[document])
    await Ingest(store).take([given], origin=Origin.REST)
    assert await store.documents.document(VIN, BASIC_DATA) == document


async def test_a_release_on_a_full_disk_fails_and_the_reading_stays_in_quarantine(store: SqliteStore) -> None:
    await Ingest(store).take([arrival(250)], origin=Origin.REST)
    [item] = await store.refused(limit=9)
    log = FailingLog(is_failing=True)
    releases = judging_of(store, Ingest(log))
    with pytest.raises(StoreError, match="full"):
        await releases.release(item.id or 0)
    assert await store.refused(limit=9) == [item]
    log.is_failing = False
    assert await releases.release(item.id or 0) == item.reading
    assert [batch.released for batch in log.batches] == [[item.id]]


@dataclass
class SlowLog(FailingLog):
    """A log whose appends wait until `goes_on`."""

    goes_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def append(self, batch: Batch) -> Appended:
        self.attempted.set()
        await self.goes_on.wait()
        return await super().append(batch)


async def cancelled_taking(ingest: Ingest, log: FailingLog) -> None:
    """Give an answer to the ingest and be cancelled while it is being stored, as a feed at its stop."""
    async with asyncio.TaskGroup() as tasks:
        taking = tasks.create_task(ingest.take([arrival(1, 2)], origin=Origin.REST))
        await log.attempted.wait()
        taking.cancel()


async def test_a_commit_under_way_is_folded_and_told_though_its_giver_is_gone() -> None:
    events: list[Event] = []
    live, log = LiveVehicles(), SlowLog()
    ingest = Ingest(log, fold=live.fold, tell=events.extend)
    await cancelled_taking(ingest, log)
    assert events == []
    log.goes_on.set()
    ingest.close()
    await ingest.finish()
    assert log.values == [1, 2]
    assert kinds(events) == ["ReadingStored", "ReadingStored", "SignalChanged"]
    assert (live.state(VIN) or {})["soc_percent"].value == 2


async def test_what_waits_for_a_full_disk_is_stored_though_its_giver_is_gone() -> None:
    log = FailingLog(is_failing=True)
    ingest = Ingest(log)
    await cancelled_taking(ingest, log)
    log.is_failing = False
    await until(lambda: ingest.figures.stored == 2)
    assert (log.values, ingest.figures.not_stored) == ([1, 2], 0)


async def test_what_a_full_disk_does_not_take_at_the_stop_is_logged_with_its_number(caplog: Any) -> None:
    log = FailingLog(is_failing=True)
    ingest = Ingest(log)
    await cancelled_taking(ingest, log)
    ingest.close()
    await ingest.finish()
    assert ingest.figures.not_stored == 1
    assert "1 messages or answers could not be stored: the disk is full" in caplog.text


async def test_the_stop_does_not_wait_for_ever(caplog: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FINISH_S", 0.01)
    log = SlowLog()
    ingest = Ingest(log)
    await cancelled_taking(ingest, log)
    ingest.close()
    async with asyncio.timeout(5):
        await ingest.finish()
    assert ingest.figures.not_stored == 1
    assert "1 messages or answers were not stored" in caplog.text
