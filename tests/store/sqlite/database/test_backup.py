"""A backup has every reading and no secret."""

import asyncio
import stat
from pathlib import Path
from typing import Any

import pytest

from bimmerhub.domain.account.family import Family
from bimmerhub.errors import StoreError
from bimmerhub.store.ports.accounts import NewAccount
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore

SECRETS = [b"sealed-token-bytes" * 400, b"argon2-of-the-password"]


async def _fill(store: SqliteStore, make_reading: Any) -> None:
    await store.append(Batch(readings=[make_reading(number) for number in range(500)]))
    account = await store.accounts.save_account(NewAccount(name="home", family=Family.CARDATA, client_id="c1"))
    await store.accounts.save_tokens(account.id, SECRETS[0])
    await store.settings.save_setting("password", SECRETS[1].decode(), is_secret=True)
    await store.settings.save_setting("theme", "dark")


async def test_backup_is_a_store_without_secrets(path: Path, make_reading: Any) -> None:
    destination = path.with_name("backup.db")
    async with SqliteStore.open(path) as store:
        await _fill(store, make_reading)
        await store.backup(destination)
    async with SqliteStore.open(destination) as copy:
        assert (await copy.figures()).readings == 500
        assert await copy.settings.load_settings() == {"theme": "dark"}
        [account] = await copy.accounts.accounts()
        assert await copy.accounts.load_tokens(account.id) is None


async def test_no_page_of_a_backup_holds_a_secret(path: Path, make_reading: Any) -> None:
    destination = path.with_name("backup.db")
    async with SqliteStore.open(path) as store:
        await _fill(store, make_reading)
        await store.backup(destination)
    content = destination.read_bytes()
    assert [secret for secret in SECRETS if secret[:18] in content] == []
    assert stat.S_IMODE(destination.stat().st_mode) == 0o600


async def test_backup_of_a_store_in_use_is_sound(path: Path, make_reading: Any) -> None:
    destination = path.with_name("backup.db")
    async with SqliteStore.open(path) as store, asyncio.TaskGroup() as group:
        await _fill(store, make_reading)
        backup = group.create_task(store.backup(destination))
        while not backup.done():
            await store.append(Batch(readings=[make_reading("while it runs")]))
    async with SqliteStore.open_readonly(destination) as copy:
        assert await copy.integrity_check() == []


async def test_backup_never_replaces_a_file(path: Path) -> None:
    destination = path.with_name("precious")
    destination.write_text("keep me")
    async with SqliteStore.open(path) as store:
        with pytest.raises(StoreError, match="exists already"):
            await store.backup(destination)
    assert destination.read_text() == "keep me"


async def test_backup_that_fails_leaves_nothing(path: Path) -> None:
    async with SqliteStore.open(path) as store:
        with pytest.raises(StoreError):
            await store.backup(path.with_name("missing") / "backup.db")
    assert [file.name for file in path.parent.iterdir()] == ["store.db"]
