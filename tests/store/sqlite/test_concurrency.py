"""Readers and the writer do not wait for each other."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bimmerhub.errors import StoreError
from bimmerhub.ids import Vin
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore

CAR = Vin("WBA00000000000001")


async def test_readers_see_whole_batches_while_a_writer_writes(path: Path, make_reading: Any) -> None:
    seen: list[int] = []

    async def read_until(count: int, store: SqliteStore) -> None:
        while not seen or seen[-1] < count:
            seen.append((await store.figures()).readings)
            assert all(point.measured_at_ms % 100 == 99 for point in await store.latest(CAR))

    async with SqliteStore.open(path) as store, SqliteStore.open_readonly(path) as other, asyncio.TaskGroup() as group:
        group.create_task(read_until(3_000, store))
        group.create_task(read_until(3_000, other))
        for start in range(0, 3_000, 100):
            readings = [make_reading(number, at_ms=number) for number in range(start, start + 100)]
            await store.append(Batch(readings=readings))
    assert all(count % 100 == 0 for count in seen)


async def test_busy_event_loop_does_not_starve_the_store(path: Path, make_reading: Any) -> None:
    done = asyncio.Event()

    async def compute() -> None:
        while not done.is_set():
            until = time.perf_counter() + 0.0001
            while time.perf_counter() < until:
                sum(range(100))
            await asyncio.sleep(0)

    async with SqliteStore.open(path) as store, asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(compute())
        for start in range(0, 5_000, 500):
            await store.append(Batch(readings=[make_reading(number) for number in range(start, start + 500)]))
        assert len(await store.latest(CAR)) == 1
        done.set()


async def test_reading_goes_on_while_a_transaction_is_open(path: Path, make_reading: Any) -> None:
    async with SqliteStore.open(path) as store:
        await store.append(Batch(readings=[make_reading(1)]))
        with closing(sqlite3.connect(path, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("DELETE FROM points")
            async with asyncio.timeout(5):
                assert [point.value for point in await store.latest(CAR)] == [1]
            writer.execute("ROLLBACK")


async def test_closing_finishes_the_writes_already_handed_over(path: Path, make_reading: Any) -> None:
    async with asyncio.TaskGroup() as group, SqliteStore.open(path) as store:
        for number in range(20):
            group.create_task(store.append(Batch(readings=[make_reading(number)])))
        await store.figures()
    async with SqliteStore.open_readonly(path) as store:
        assert (await store.figures()).readings == 20


async def test_closed_store_says_so(path: Path, make_reading: Any) -> None:
    async with SqliteStore.open(path) as store:
        pass
    with pytest.raises(StoreError, match="closed"):
        await store.append(Batch(readings=[make_reading(1)]))
    with pytest.raises(StoreError, match="closed"):
        await store.vins()


async def test_closing_leaves_no_log_behind(path: Path, make_reading: Any) -> None:
    async with SqliteStore.open(path) as store:
        await store.append(Batch(readings=[make_reading(1)]))
    names = {file.name for file in path.parent.iterdir()}
    assert names == {"store.db", "store.db.mark"}
