"""Histories to keep safe: databases of this and of older schemas, and what is in them."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.new_stores import make_empty_store

from bimmerhub.hub.safekeeping import sealed_file
from bimmerhub.store.ports.audit import AuditEntry
from bimmerhub.store.sqlite.database.connection import APPLICATION_ID
from bimmerhub.store.sqlite.database.vehicle_keys import add_vehicle_key
from bimmerhub.store.sqlite.database.versions import newest_version, scripts

PAGE = 4096
VIN = "WBA00000000000001"
ENTRY = AuditEntry(at_ms=1, who="command line", from_where=None, action="restored")

FillHistory = Callable[..., Path]


@pytest.fixture(autouse=True)
def cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a passphrase cost a millisecond; files say themselves what they cost."""
    monkeypatch.setattr(sealed_file, "_Cost", partial(sealed_file._Cost, log2_n=10))


def fill(path: Path, *, readings: int = 1000, text: str = "") -> Path:
    """Make a database of the newest schema with so many readings, each with a text, and secrets; return its path."""
    make_empty_store(path)
    path.write_bytes(_filled(path.name, readings, text))
    return path


@cache
def _filled(name: str, readings: int, text: str) -> bytes:
    with TemporaryDirectory() as folder:
        return _fill(Path(folder) / name, readings=readings, text=text).read_bytes()


def _fill(path: Path, *, readings: int, text: str) -> Path:
    make_empty_store(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        add_vehicle_key(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN")
        connection.execute("INSERT INTO series (id, subject, descriptor, unit) VALUES (1, ?, 'a.b', '')", (VIN,))
        connection.executemany(
            "INSERT INTO points VALUES (1, ?, ?, 0, 1)",
            ((1_800_000_000_000 + number * 1000, f"{text}{number}") for number in range(readings)),
        )
        connection.execute("INSERT INTO settings VALUES ('credentials', 'hash of ' || ?, 1)", (path.name,))
        connection.execute("INSERT INTO settings VALUES ('theme', 'dark', 0)")
        connection.execute("COMMIT")
    return path


def fill_old(path: Path, version: int) -> Path:
    """Make a database as a release with that schema left it, with one reading."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        add_vehicle_key(connection)
        for number, script in scripts().items():
            if number <= version:
                connection.executescript(script)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {version}")
        subject = "subject" if version > 2 else "vin"
        connection.execute(f"INSERT INTO series (id, {subject}, descriptor, unit) VALUES (1, ?, 'a.b', '')", (VIN,))
        connection.execute("INSERT INTO points VALUES (1, 1800000000000, 7, 0, 1)")
    return path


def readings_of(path: Path) -> list[str]:
    """Return the readings of a sound database, as texts, with what lies beside it."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [str(value) for (value,) in connection.execute("SELECT value FROM points ORDER BY measured_at_ms")]


def schema_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


async def patiently(is_so: Callable[[], object]) -> None:
    """Return once it is so, which takes some processes; the test fails when that is longer than two minutes."""
    async with asyncio.timeout(120):
        while not is_so():  # noqa: ASYNC110 - whatever is waited for has no event of its own
            await asyncio.sleep(0.02)


def names_in(folder: Path) -> set[str]:
    """Return what lies in a folder."""
    return {path.name for path in folder.iterdir()}


def damage(path: Path, page: int) -> None:
    """Write over a page of the database; the first is page 1."""
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xa5" * PAGE)


OLD_SCHEMAS = range(2, newest_version())


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A history of 1,000 readings in a directory of its own."""
    return fill(tmp_path / "hub" / "bimmerhub.sqlite3")
