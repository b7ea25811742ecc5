"""A judgement about many readings is settled in slices: nothing waits for it, and a crash in between loses nothing."""

import asyncio
from pathlib import Path

import pytest
from tests.hub.conftest import NOW_MS, SOC, VIN, judging_of, reading

from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import StoreError
from bimmerhub.hub.ingest.incoming import Arrival, Origin
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.ids import Descriptor
from bimmerhub.store.sqlite.readings import appending
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import MINUTE_MS
from bimmerhub.views.ports.readings import ReadingSpan

SPEED = Descriptor("vehicle.vehicle.avgSpeed")
KEYS = [Descriptor(SOC), ODOMETERS[0], SPEED]
COUNT = 20
FIRST_MS = NOW_MS // 1000 * 1000 - COUNT * MINUTE_MS


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appending, "SLICE_ROWS", 3)


@pytest.fixture(params=KEYS, ids=["charge level", "odometer", "speed"])
async def filled(request: pytest.FixtureRequest, store: SqliteStore) -> tuple[SqliteStore, Descriptor]:
    await take(store, *readings(request.param))
    return store, request.param


def readings(key: Descriptor) -> list[Reading]:
    return [reading(40 + number, at_ms=FIRST_MS + number * MINUTE_MS, descriptor=key) for number in range(COUNT)]


async def take(store: SqliteStore, *given: Reading) -> None:
    arrival = Arrival(place="stream", payload=b"", received_at_ms=NOW_MS, readings=given)
    await Ingest(store).take([arrival], origin=Origin.STREAM)


def span(key: Descriptor, first: int, last: int) -> ReadingSpan:
    return ReadingSpan(
        vin=VIN, descriptors=(key,), from_ms=FIRST_MS + first * MINUTE_MS, until_ms=FIRST_MS + last * MINUTE_MS
    )


async def numbers(store: SqliteStore, key: Descriptor) -> list[object]:
    """Return what is stored, as which of the readings it is; the figures and quarantine have to agree."""
    stored, _ = await store.range(VIN, [key], from_ms=0, to_ms=2 * NOW_MS, limit=99)
    apart = await store.refused(limit=99)
    assert len(stored) + len(apart) == COUNT
    assert (await store.figures()).readings == len(stored)
    return [(point.measured_at_ms - FIRST_MS) // MINUTE_MS for point in stored]


async def test_what_is_rejected_in_slices_is_all_gone_and_all_restored(filled: tuple[SqliteStore, Descriptor]) -> None:
    store, key = filled
    judging = judging_of(store, Ingest(store))
    rejected = await judging.reject(span(key, 2, 17), dry_run=False)
    assert len(rejected.withdrawn) == 16
    assert await numbers(store, key) == [0, 1, 18, 19]
    restored = await judging.restore(span(key, 5, 5), dry_run=False)
    assert len(restored.returned) == 16
    assert await numbers(store, key) == list(range(COUNT))


async def test_what_comes_between_two_slices_obeys(filled: tuple[SqliteStore, Descriptor]) -> None:
    store, key = filled
    judging = judging_of(store, Ingest(store))
    for judge in (judging.reject, judging.restore):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(judge(span(key, 2, 17), dry_run=False))
            await asyncio.sleep(0)
            for again in readings(key):
                tasks.create_task(take(store, again))
        assert await numbers(store, key) == ([0, 1, 18, 19] if judge == judging.reject else list(range(COUNT)))


async def test_what_a_crash_left_is_settled_at_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise StoreError("the disk is full")

    async with SqliteStore.open(tmp_path / "crashing.db") as store:
        await take(store, *readings(SPEED))
        with monkeypatch.context() as patch:
            patch.setattr(appending.Appender, "settle_slice", crash)
            with pytest.raises(StoreError):
                await judging_of(store, Ingest(store)).reject(span(SPEED, 2, 17), dry_run=False)
        assert len(await numbers(store, SPEED)) > 4
    async with SqliteStore.open(tmp_path / "crashing.db") as store:
        assert await numbers(store, SPEED) == [0, 1, 18, 19]
