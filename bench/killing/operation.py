"""What is killed: an operation on a fresh folder, and what has to hold when the hub starts there afterwards."""

import asyncio
import shutil
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from bench.killing.forks import Say

from bimmerhub.hub.config import HubConfig, load_settings
from bimmerhub.hub.opening import opened_store
from bimmerhub.hub.process.directory import own
from bimmerhub.hub.safekeeping.move_mark import refuse_half_restored, refuse_moved, settle_mark
from bimmerhub.hub.safekeeping.private_folders import remove_left_folders
from bimmerhub.store.sqlite.store import SqliteStore

NAME = "bimmerhub.sqlite3"
VIN = "WBA00000000000001"
START_MS = 1_785_000_000_000
OWN_FILES = {NAME, f"{NAME}-wal", f"{NAME}-shm", f"{NAME}.lock", f"{NAME}.mark", "lock"}
"""What lies in a data directory in any case."""


class Operation(ABC):
    """One kind of operation, in round `number` below `root`. All of it but `fresh` runs in forks."""

    def __init__(self, root: Path, number: int) -> None:
        self.root = root
        self.number = number
        self.folder = root / "round"
        """Where the round happens."""

    @abstractmethod
    def prepare(self) -> None:
        """Make in `root` what every round begins with."""

    @abstractmethod
    def fresh(self) -> None:
        """Fill the folder for a round."""

    @abstractmethod
    def work(self, say: Say) -> None:
        """Do it in the folder, and say what is acknowledged."""

    @abstractmethod
    def check(self, said: tuple[int, ...]) -> str:
        """Start there as a hub does, and return what came of it in a word; AssertionError for what must not be."""


def settings_of(folder: Path) -> HubConfig:
    """Return the settings of a hub in that folder; it never listens but while it migrates, on a free port."""
    return load_settings(config_file=None, environment={}, overrides={"data_dir": str(folder), "hub": {"port": 0}})


@asynccontextmanager
async def started(folder: Path) -> AsyncIterator[SqliteStore]:
    """Open a data directory in the order in which the hub's start does, as far as its disk is concerned."""
    settings = settings_of(folder)
    refuse_half_restored(folder)
    refuse_moved(folder)
    with own(folder, database=settings.database):
        settle_mark(folder)
        async with opened_store(settings) as store:
            remove_left_folders(settings.database.parent)
            yield store


def begin(folder: Path) -> None:
    """Start there and stop again."""

    async def start() -> None:
        async with started(folder):
            pass

    asyncio.run(start())


def copy_folder(source: Path, target: Path) -> None:
    """Put a copy of a folder in the place of another."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def rows_of(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Return what a query says of a database."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def check_sound(path: Path) -> None:
    """Raise AssertionError unless a database is sound and its counters agree with its rows."""
    problems = rows_of(path, "PRAGMA integrity_check")
    expect(problems == [("ok",)], f"damaged: {problems[:2]}")
    [(points,)] = rows_of(path, "SELECT count(*) FROM points")
    [(hours,)] = rows_of(path, "SELECT coalesce(sum(count), 0) FROM hours")
    [(total,)] = rows_of(path, "SELECT readings FROM totals")
    expect(points == total, f"{points} readings, counted as {total}")
    expect(points == hours, f"{points} readings, {hours} in the hours")


def expect(is_so: object, words: str) -> None:
    """Raise AssertionError with those words unless it is so."""
    if not is_so:
        raise AssertionError(words)


def names_in(folder: Path) -> set[str]:
    """Return what lies in a folder."""
    return {path.name for path in folder.iterdir()}


def is_dead_journal(path: Path) -> bool:
    """Tell whether a journal beside a database was not begun: SQLite leaves it until it needs one again.

    Source: sqlite.org, "Database File Format": a journal without a header is not hot.
    """
    return path.exists() and not path.read_bytes()[:8].strip(b"\0")
