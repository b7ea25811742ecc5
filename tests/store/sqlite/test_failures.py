"""A disk that takes no more: nothing of the batch is stored, and the store goes on when there is room again."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bimmerhub.errors import StoreError
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.ports.readings import Appended, Batch
from bimmerhub.store.sqlite.database.connection import store_errors
from bimmerhub.store.sqlite.store import SqliteStore


@contextmanager
def _no_file_larger_than(size_bytes: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _large(make_reading: Any, start: int) -> Batch:
    entry = JournalEntry(received_at_ms=1, account="home", topic="t", payload=b"x" * 200)
    return Batch(readings=[make_reading(number) for number in range(start, start + 3_000)], journal=[entry] * 3_000)


async def test_append_works_again_when_there_is_room(path: Path, make_reading: Any) -> None:
    async with SqliteStore.open(path) as store:
        await store.append(_large(make_reading, 0))
        with _no_file_larger_than(400_000), pytest.raises(StoreError) as caught:
            await store.append(_large(make_reading, 2_999))
        assert "space" in str(caught.value.hint)
        assert (await store.figures()).readings == 3_000
        assert await store.append(_large(make_reading, 2_999)) == Appended(new=2_999, repeated=1)
        assert (await store.figures()).journal_entries == 6_000
        assert await store.integrity_check() == []


async def test_failed_batch_takes_its_new_series_along(path: Path, make_reading: Any) -> None:
    async with SqliteStore.open(path) as store:
        with pytest.raises(ValueError, match="finite"):
            await store.append(Batch(readings=[make_reading(1, descriptor="new"), make_reading(float("nan"))]))
        assert await store.vins() == []
        await store.append(Batch(readings=[make_reading(1, descriptor="new")]))
        assert len(await store.latest((await store.vins())[0])) == 1


async def test_first_start_on_a_full_disk_can_be_repeated(path: Path, make_reading: Any) -> None:
    with _no_file_larger_than(8_192), pytest.raises(StoreError):
        async with SqliteStore.open(path):
            pass
    async with SqliteStore.open(path) as store:
        assert await store.append(Batch(readings=[make_reading(1)])) == Appended(new=1, repeated=0)


def _fill_to_the_last_page(path: Path) -> None:
    with store_errors(path), closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA max_page_count = 2; CREATE TABLE a (b); CREATE TABLE c (d);")


def test_full_disk_is_named_as_such(path: Path) -> None:
    with pytest.raises(StoreError, match="full") as caught:
        _fill_to_the_last_page(path)
    assert "disk is full" in str(caught.value.hint)


def _damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-40_000:] = bytes(40_000)
    path.write_bytes(content)


async def test_damaged_database_is_reported(path: Path, make_reading: Any) -> None:
    async with SqliteStore.open(path) as store:
        await store.append(_large(make_reading, 0))
    _damage(path)
    async with SqliteStore.open_readonly(path) as store:
        assert await store.integrity_check() != []
