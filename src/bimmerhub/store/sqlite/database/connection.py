"""Opening the SQLite file, and saying in words what went wrong."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from bimmerhub.errors import StoreDamaged, StoreError
from bimmerhub.files import DISK_FULL, READ_ONLY, write_hint
from bimmerhub.store.sqlite.database.vehicle_keys import add_vehicle_key
from bimmerhub.store.sqlite.database.versions import NUMBER_TABLE, newest_version

APPLICATION_ID = 0x626D6875
"""Marks a SQLite file as ours ("bmhu")."""

NOTE_TABLE = "backup_note"
"""A table that backups have and a database in use has not: what the backup says of itself, see `backup`."""

_WRITER_CACHE_KIB = 8_192
_READER_CACHE_KIB = 2_048
_CACHED_STATEMENTS = 64
_BUSY_S = 5.0
_WAL_PAGES = 4_000
_WAL_BYTES_KEPT = 32 * 1024 * 1024

_UNSHARED = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR_SHM", "SQLITE_FULL")
"""What SQLite says where it cannot make the files that a reader shares with a writer: read-only or full disk."""

_HINTS = {
    "SQLITE_FULL": DISK_FULL,
    "SQLITE_IOERR": "The disk did not take or give the data. Check its free space, file size limits and health.",
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_CANTOPEN": "Check that the data directory exists and that this user may read and write it.",
    "SQLITE_PERM": READ_ONLY,
    "SQLITE_BUSY": "Another program holds the database. Close it, then try again.",
}
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR_SHORT_READ", "SQLITE_IOERR_CORRUPTFS")


def open_writer(path: Path) -> sqlite3.Connection:
    """Return the one connection that writes: WAL, every commit on disk. Its schema is what it is: see `migrations`.

    The file is made when it is missing. StoreError when the path cannot be written, holds something else, or was
    written by a newer bimmerhub.
    """
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        hint = write_hint(error) or _HINTS["SQLITE_CANTOPEN"]
        raise StoreError(f"cannot write {path}: {error.strerror}", hint=hint) from error
    with _opened(path, mode="rw") as connection:
        _check_version(connection, path, is_new_allowed=True)
        add_vehicle_key(connection)
        journal_mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if journal_mode != "wal":
            raise StoreError(
                f"{path}: SQLite refuses its write-ahead log here", hint="Use a disk that is not a network share."
            )
        connection.executescript(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
            f"PRAGMA cache_size = -{_WRITER_CACHE_KIB};"
            f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}; PRAGMA journal_size_limit = {_WAL_BYTES_KEPT};"
            f"DROP TABLE IF EXISTS {NOTE_TABLE};"  # of a backup that somebody put here by hand
        )
        # A power cut may have left a rollback journal that says nothing: SQLite has used up one that does.
        with suppress(OSError):
            file = path.resolve()
            file.with_name(f"{file.name}-journal").unlink(missing_ok=True)
    return connection


def open_reader(path: Path, *, is_older_allowed: bool = False, is_at_rest: bool = False) -> sqlite3.Connection:
    """Return a connection that cannot write; it sees what was committed before each of its statements.

    StoreError when there is no database yet, it is something else, or its schema is not this program's; an older one
    may be allowed, for a copy. A file that nobody writes and that was closed is `is_at_rest`: it is read without locks,
    which not every network share has.

    On a disk that cannot be written, SQLite cannot make the files it shares with a writer. There is none then, so the
    database is read as it lies; unless a crash left commits in its write-ahead log, which would be missed.
    """
    if not path.is_file():
        raise StoreError(
            f"there is no database at {path}",
            hint="Start the hub (bimmerhub run) or import a capture (bimmerhub import FILE) first.",
        )
    still = "ro&immutable=1"
    if is_at_rest:
        return _open_reader(path, mode=still, is_older_allowed=is_older_allowed)
    try:
        return _open_reader(path, mode="ro", is_older_allowed=is_older_allowed)
    except StoreError as error:
        code = getattr(error.__cause__, "sqlite_errorname", "")
        if not code.startswith(_UNSHARED) or has_filled_log(path):
            raise
    return _open_reader(path, mode=still, is_older_allowed=is_older_allowed)


def has_filled_log(path: Path) -> bool:
    """Tell whether a database has a write-ahead log with something in it."""
    file = path.resolve()  # the log lies beside the file itself, where a link leads to it
    log = file.with_name(f"{file.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _open_reader(path: Path, *, mode: str, is_older_allowed: bool) -> sqlite3.Connection:
    with _opened(path, mode=mode) as connection:
        version = _check_version(connection, path, is_new_allowed=False)
        if version < newest_version() and not is_older_allowed:
            raise StoreError(
                f"{path} has schema {version}, this bimmerhub reads {newest_version()}",
                hint="Start the hub once; it brings the database up to date.",
            )
        connection.executescript(f"PRAGMA query_only = ON; PRAGMA cache_size = -{_READER_CACHE_KIB};")
    return connection


_HOLDS_ANYTHING = """
SELECT EXISTS (SELECT 1 FROM accounts) OR EXISTS (SELECT 1 FROM series)
OR EXISTS (SELECT 1 FROM settings WHERE key = 'catalogue.added')"""


def holds_anything(path: Path) -> bool:
    """Tell whether a database has an account, a reading or a key added to the catalogue; False when there is none.

    StoreError when it is none of ours.
    """
    if not path.is_file():
        return False
    with closing(open_reader(path, is_older_allowed=True)) as connection:
        return bool(connection.execute(_HOLDS_ANYTHING).fetchone()[0])


def schema_version(path: Path) -> int:
    """Return the number of the schema of a database of ours; StoreError as `open_reader`."""
    with closing(open_reader(path, is_older_allowed=True)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit durably at the end of the block, or undo all of it when the block or the commit fails."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def not_ours(path: Path) -> StoreError:
    """Return what to raise of a file of somebody else's."""
    hint = "Name another database, or move that file out of the way."
    return StoreError(f"{path} is not a database of bimmerhub", hint=hint)


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite raises inside the block into a StoreError with a hint a person can act on."""
    try:
        yield
    except sqlite3.Error as error:
        raise _store_error(error, path) from error


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn an OSError of the block, which works on the database's file or beside it, into a StoreError with a hint."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"the disk refuses to work on {path}: {error.strerror or error}",
            hint=write_hint(error) or "Check the disk's free space and health.",
        ) from error


@contextmanager
def _opened(path: Path, *, mode: str) -> Iterator[sqlite3.Connection]:
    with store_errors(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            timeout=_BUSY_S,
            cached_statements=_CACHED_STATEMENTS,
            check_same_thread=False,
        )
        try:
            yield connection
        except BaseException:
            connection.close()
            raise


def _check_version(connection: sqlite3.Connection, path: Path, *, is_new_allowed: bool) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    is_new = version == 0 and connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if application_id != APPLICATION_ID and not (is_new and is_new_allowed):
        raise not_ours(path)
    if version > newest_version():
        raise StoreError(
            f"{path} was written by a newer bimmerhub: it has schema {version}, this one knows {newest_version()}",
            hint="Update bimmerhub, or restore a backup from before the update.",
        )
    if not is_new:
        _check_note(connection, path, version)
    return version


def _check_note(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Raise StoreDamaged when the header says another schema than the table that repeats it, where that is there."""
    named = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?"
    if connection.execute(named, (NUMBER_TABLE,)).fetchone() is None:
        return
    row = connection.execute(f"SELECT number FROM {NUMBER_TABLE}").fetchone()  # noqa: S608 - a name of ours
    if row is not None and row[0] != version:
        raise StoreDamaged(f"{path}: its header says that it has schema {version}, but it has schema {row[0]}")


def _store_error(error: sqlite3.Error, path: Path) -> StoreError:
    code = getattr(error, "sqlite_errorname", "")
    if code.startswith(_DAMAGED):
        return StoreDamaged(f"{path}: {error}")
    hint = next((hint for name, hint in _HINTS.items() if code.startswith(name)), None)
    return StoreError(f"{path}: {error}", hint=hint)
