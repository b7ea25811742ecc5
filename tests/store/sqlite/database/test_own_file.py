"""Another file in the place of the database that is in use: nothing written is lost, and it is said."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from bench.damage.sample import make_sample

from bimmerhub.errors import StoreError
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.database import damage_control
from bimmerhub.store.sqlite.salvage import set_aside_files, setting_aside
from bimmerhub.store.sqlite.store import SqliteStore

READINGS = 500
Make = Callable[[int], Any]


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the database, made some time ago."""
    path = tmp_path_factory.mktemp("old") / "store.db"
    make_sample(path, readings=READINGS, in_log=False)
    return path


@pytest.fixture
def database(old: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(old, tmp_path / "store.db"))


def rename_over(old: Path, path: Path) -> None:
    shutil.copyfile(old, path.with_name("new"))
    path.with_name("new").rename(path)


def rename_over_without_log(old: Path, path: Path) -> None:
    rename_over(old, path)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink()


def rename_over_with_a_log(old: Path, path: Path) -> None:
    rename_over_without_log(old, path)
    path.with_name(f"{path.name}-wal").write_bytes(b"of another database")


def remove(_: Path, path: Path) -> None:
    path.unlink()


def write_over(old: Path, path: Path) -> None:
    shutil.copyfile(old, path)


def remove_log(_: Path, path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


def remove_index(_: Path, path: Path) -> None:
    path.with_name(f"{path.name}-shm").unlink()


def remove_all_but_the_file(old: Path, path: Path) -> None:
    remove_log(old, path)
    remove_index(old, path)


WAYS_OF_THE_LOG = [remove_log, remove_index, remove_all_but_the_file]
WAYS = [rename_over, rename_over_without_log, rename_over_with_a_log, remove]


def readings_in(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM points").fetchone()[0])


async def append(store: SqliteStore, make_reading: Make, first: int) -> None:
    await store.append(Batch(readings=[make_reading(n) for n in range(first, first + 10)]))


@pytest.mark.parametrize("way", WAYS)
async def test_what_was_and_is_written_stays_and_the_other_file_goes_aside(
    database: Path, old: Path, make_reading: Make, way: Callable[[Path, Path], None]
) -> None:
    async with SqliteStore.open(database) as store:
        await append(store, make_reading, 0)
        way(old, database)
        await append(store, make_reading, 10)
        [damage] = await store.soundness.damages()
        assert damage.salvage.is_displaced
        assert await store.soundness.find_damage() == []
        assert (await store.figures()).readings == READINGS + 20
    assert readings_in(database) == READINGS + 20
    found = Path(damage.set_aside)
    assert found.name == "store.db.found-1"
    assert found.exists() is (way is not remove)  # noqa: ASYNC240 - a local folder
    if way is not remove and way is not rename_over_with_a_log:
        assert readings_in(found) == READINGS


@pytest.mark.parametrize("way", WAYS)
async def test_it_is_noticed_at_the_end_by_the_check_and_by_a_read(
    database: Path, old: Path, make_reading: Make, way: Callable[[Path, Path], None]
) -> None:
    for readings in (10, 20, 30):
        async with SqliteStore.open(database) as store:
            await append(store, make_reading, readings - 10)
            way(old, database)
            if readings == 20:
                [problem] = await store.soundness.find_damage()
                assert await store.soundness.exchange_if_damaged(problem)
        assert readings_in(database) == READINGS + readings


@pytest.mark.parametrize("way", WAYS_OF_THE_LOG)
@pytest.mark.parametrize("does_write", [False, True])
async def test_a_young_database_whose_log_is_removed_loses_nothing(
    tmp_path: Path, make_reading: Make, way: Callable[[Path, Path], None], *, does_write: bool
) -> None:
    database = tmp_path / "store.db"
    async with SqliteStore.open(database) as store:
        await append(store, make_reading, 0)
        way(database, database)
        if does_write:
            await append(store, make_reading, 10)
        else:
            [problem] = await store.soundness.find_damage()
            assert await store.soundness.exchange_if_damaged(problem, is_asked=True)
        killed = shutil.copytree(tmp_path, tmp_path / "killed") / "store.db"
        [damage] = await store.soundness.damages()
        assert damage.salvage.is_displaced
        assert "write-ahead log" in damage.problem
        assert await store.soundness.find_damage() == []
    for path in (database, killed):
        async with SqliteStore.open(path) as store:
            assert (await store.figures()).readings == (20 if does_write else 10)


async def test_a_young_database_without_its_log_is_damage_after_a_kill(tmp_path: Path, make_reading: Make) -> None:
    database = tmp_path / "store.db"
    async with SqliteStore.open(database) as store:
        await append(store, make_reading, 0)
        killed = shutil.copytree(tmp_path, tmp_path / "killed") / "store.db"
    killed.with_name("store.db-wal").unlink()
    async with SqliteStore.open(killed) as store:
        [damage] = await store.soundness.damages()
        assert "log is gone" in damage.problem


async def test_a_young_database_of_which_only_the_log_is_left_is_saved(tmp_path: Path, make_reading: Make) -> None:
    database = tmp_path / "store.db"
    async with SqliteStore.open(database) as store:
        await append(store, make_reading, 0)
        killed = shutil.copytree(tmp_path, tmp_path / "killed") / "store.db"
    killed.unlink()
    async with SqliteStore.open(killed) as store:
        assert len(await store.soundness.damages()) == 1
        assert (await store.figures()).readings == 10


async def test_a_database_that_is_gone_is_not_begun_anew(database: Path) -> None:
    async with SqliteStore.open(database):
        pass
    remove(database, database)
    with pytest.raises(StoreError, match="is gone"):
        async with SqliteStore.open(database):
            pass


async def test_a_first_start_that_was_killed_early_is_no_damage(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    async with SqliteStore.open(tmp_path / "store.db") as store:
        assert await store.soundness.damages() == []


async def test_a_kill_before_it_has_its_place_again_loses_nothing(
    database: Path, old: Path, make_reading: Make
) -> None:
    async with SqliteStore.open(database) as store:
        await append(store, make_reading, 0)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("INSERT INTO settings VALUES ('newest', 'yes', 0)")
        rename_over(old, database)
        setting_aside.put_back(connection, database, "another file is there", now_ms=1)
        async with SqliteStore.open(database) as store:
            assert (await store.figures()).readings == READINGS + 10
            assert (await store.settings.load_settings())["newest"] == "yes"
            assert [damage.salvage.is_displaced for damage in await store.soundness.damages()] == [True]


async def test_without_room_what_is_written_goes_on_and_is_put_back_later(
    database: Path, old: Path, make_reading: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    async with SqliteStore.open(database) as store:
        monkeypatch.setattr(setting_aside, "sync", full)
        rename_over(old, database)
        await append(store, make_reading, 0)
        assert "another file was put in the place" in (store.soundness.failure or "")
        assert (await store.figures()).readings == READINGS + 10
        monkeypatch.undo()
        await append(store, make_reading, 10)
        assert "another file" in (store.soundness.failure or "")
        monkeypatch.setattr(damage_control, "PUT_BACK_AGAIN_S", 0.0)
        await append(store, make_reading, 20)
        assert store.soundness.failure is None
    assert readings_in(database) == READINGS + 30


async def test_a_program_that_does_it_again_and_again_does_not_fill_the_disk(
    database: Path, old: Path, make_reading: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(damage_control, "PUT_BACK_AGAIN_S", 0.0)
    async with SqliteStore.open(database) as store:
        for first in range(0, 100, 10):
            rename_over(old, database)
            await append(store, make_reading, first)
        assert len(await store.soundness.set_aside()) == set_aside_files.MOST_A_DAY
        assert "bimmerhub damage clear" in (store.soundness.failure or "")
        [problem] = await store.soundness.find_damage()
        assert await store.soundness.exchange_if_damaged(problem, is_asked=True)
        assert store.soundness.failure is None
        rename_over(old, database)
    assert readings_in(database) == READINGS + 100


async def test_a_file_that_is_written_over_is_checked_and_what_is_readable_saved(
    database: Path, old: Path, make_reading: Make
) -> None:
    async with SqliteStore.open(database) as store:
        for first in range(0, 400, 10):
            await append(store, make_reading, first)
        write_over(old, database)
        await append(store, make_reading, 400)
        assert await store.soundness.find_damage() == []
        assert (await store.figures()).readings >= READINGS + 10
        assert await store.soundness.recount() == ()


async def test_another_program_may_write_to_it_as_sqlite_does(database: Path, make_reading: Make) -> None:
    async with SqliteStore.open(database) as store:
        await append(store, make_reading, 0)
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("INSERT INTO settings VALUES ('by hand', 'yes', 0)")
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        await append(store, make_reading, 10)
        assert (await store.settings.load_settings())["by hand"] == "yes"
        assert await store.soundness.damages() == []
