"""A counter of our own that is off is counted again, said once, and no damage; readings that are missing are."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from bench.damage.sample import make_sample

from bimmerhub.store.sqlite.store import SqliteStore

READINGS = 500
MISCOUNTS = {
    "total of readings": "UPDATE totals SET readings = readings + 3",
    "total of raw messages": "UPDATE totals SET journal_entries = 0",
    "instead of one": "DELETE FROM totals",
    "roll-ups were of other": "UPDATE hours SET count = count + 1 WHERE rowid_of = 1",
    "roll-ups were": "DELETE FROM hours",
    "sqlite_sequence": "UPDATE sqlite_sequence SET seq = 'many'",
    "1 rows of sqlite_sequence": "UPDATE sqlite_sequence SET name = 'audxt' WHERE name = 'audit'",
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "store.db"
    make_sample(path, readings=READINGS, in_log=False)
    return path


@pytest.fixture
def database(sample: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(sample, tmp_path / "store.db"))


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def dump(path: Path) -> list[object]:
    tables = ("totals", "hours", "sqlite_sequence")
    with closing(sqlite3.connect(path)) as connection:
        return [sorted(connection.execute(f"SELECT * FROM {table}").fetchall()) for table in tables]


@pytest.mark.parametrize("words", MISCOUNTS)
async def test_a_counter_that_is_off_is_counted_again_once(database: Path, words: str) -> None:
    before = dump(database)
    execute(database, MISCOUNTS[words].replace("rowid_of = 1", "hour = (SELECT min(hour) FROM hours)"))
    async with SqliteStore.open(database) as store:
        assert await store.soundness.find_damage() == []
        assert words in " ".join(await store.soundness.recount())
        assert await store.soundness.recount() == ()
        assert await store.soundness.damages() == []
    after = dump(database)
    assert (after[0][0][:4], after[1]) == (before[0][0][:4], before[1])  # type: ignore[index]
    assert not list(database.parent.glob("*damaged*"))


async def test_readings_that_are_missing_are_damage_though_every_page_is_whole(database: Path) -> None:
    execute(database, "DELETE FROM points WHERE measured_at_ms IN (SELECT measured_at_ms FROM points LIMIT 7)")
    async with SqliteStore.open(database) as store:
        [problem] = await store.soundness.find_damage()
        assert "differ by 7" in problem
        assert await store.soundness.exchange_if_damaged(problem)
        [damage] = await store.soundness.damages()
        assert sum(item.rows or 0 for item in damage.salvage.lost) == 7
        assert await store.soundness.find_damage() == []
        assert await store.soundness.recount() == ()
