"""The catalogue of a store: lists that are taken at once, and two stores side by side."""

import asyncio
from pathlib import Path

from bimmerhub.hub.catalogue.list_check import StoredCatalogue
from bimmerhub.ids import Descriptor
from bimmerhub.store.sqlite.store import SqliteStore


def one_key(key: str) -> bytes:
    return f"key,name,unit\n{key},New,km".encode()


async def test_lists_taken_at_once_lose_no_key(tmp_path: Path) -> None:
    keys = [Descriptor(f"vehicle.new.key{number}") for number in range(8)]
    async with SqliteStore.open(tmp_path / "a.sqlite3") as store:
        catalogue = StoredCatalogue(store.settings)
        await asyncio.gather(*(catalogue.check_list(one_key(key), takes_new=True) for key in keys))
        assert set(keys) <= (await catalogue.load()).keys()


async def test_another_store_neither_learns_nor_forgets_a_key(tmp_path: Path) -> None:
    async with SqliteStore.open(tmp_path / "a.sqlite3") as one, SqliteStore.open(tmp_path / "b.sqlite3") as other:
        await StoredCatalogue(one.settings).check_list(one_key("vehicle.new.key"), takes_new=True)
        sizes = [len(await StoredCatalogue(store.settings).load()) for store in (one, other)]
    assert sizes == [296, 295]
