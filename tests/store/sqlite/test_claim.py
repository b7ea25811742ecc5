"""One writer for a database file, by whatever name it is reached."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bimmerhub.store.sqlite.store import SqliteStore

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the lock is Linux's")

_OPEN = """
import asyncio, sys
from pathlib import Path
from bimmerhub.errors import StoreError
from bimmerhub.store.sqlite.store import SqliteStore

async def open_it():
    async with SqliteStore.open(Path(sys.argv[1])):
        print("opened")

try:
    asyncio.run(open_it())
except StoreError as error:
    print(error)
"""


def open_elsewhere(path: Path) -> str:
    done = subprocess.run([sys.executable, "-c", _OPEN, str(path)], capture_output=True, text=True, check=True)
    return done.stdout.strip()


_CLOSE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT count(*) FROM settings").fetchone()
connection.close()
"""


def open_and_close_elsewhere(path: Path) -> None:
    subprocess.run([sys.executable, "-c", _CLOSE, str(path)], check=True)


def locks_of_sqlite(path: Path) -> list[str]:
    """Return the locks that this process has on a file for SQLite, as the kernel lists them."""
    ours = f" {os.getpid()} "
    lines = Path("/proc/locks").read_text().splitlines()
    return [line for line in lines if "POSIX" in line and ours in line and f":{path.stat().st_ino} " in line]


@pytest.mark.parametrize("kind", ["same", "hard link", "link"])
async def test_a_second_process_is_refused_by_whatever_name(tmp_path: Path, kind: str) -> None:
    database, other = tmp_path / "a.sqlite3", tmp_path / "elsewhere" / "b.sqlite3"
    other.parent.mkdir()
    async with SqliteStore.open(database):
        match kind:
            case "same":
                other = database
            case "hard link":
                other.hardlink_to(database)
            case _:
                other.symlink_to(database)
        assert "in use by another bimmerhub" in open_elsewhere(other)
        async with SqliteStore.open_readonly(database) as reader:
            assert await reader.accounts.accounts() == []
    assert open_elsewhere(other) == "opened"


async def test_a_new_database_is_held_too_and_is_no_damaged_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with SqliteStore.open(tmp_path / "a.sqlite3"):
        (tmp_path / "b.sqlite3").hardlink_to(tmp_path / "a.sqlite3")
        assert "in use by another bimmerhub" in open_elsewhere(tmp_path / "b.sqlite3")
    assert caplog.text == ""


async def test_a_new_database_is_none_that_was_damaged(tmp_path: Path) -> None:
    async with SqliteStore.open(tmp_path / "a.sqlite3") as store:
        assert await store.soundness.damages() == []
    assert not list(tmp_path.glob("*damaged*"))  # noqa: ASYNC240 - a local folder


@pytest.mark.parametrize("ending", ["a false alarm", "a reader closes"])
async def test_sqlite_stays_locked_so_that_nobody_takes_its_log_away(tmp_path: Path, ending: str) -> None:
    database, log = tmp_path / "a.sqlite3", tmp_path / "a.sqlite3-wal"
    assert open_elsewhere(database) == "opened"
    async with SqliteStore.open(database) as store:
        await store.figures()
        if ending == "a false alarm":
            assert not await store.soundness.exchange_if_damaged(ending)
        else:
            async with SqliteStore.open_readonly(database):
                pass
        assert locks_of_sqlite(database)
        open_and_close_elsewhere(database)
        assert log.exists()
        assert "in use by another bimmerhub" in open_elsewhere(database)
    assert open_elsewhere(database) == "opened"
