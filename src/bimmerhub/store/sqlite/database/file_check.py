"""Whether a database is sound: what its header says, SQLite's own checks, and what our tables say of each other."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

from bimmerhub.errors import StoreDamaged
from bimmerhub.store.sqlite.database.connection import has_filled_log, open_reader, store_errors
from bimmerhub.store.sqlite.database.counters import find_missing
from bimmerhub.store.sqlite.salvage.held_files import hold, read_at
from bimmerhub.store.sqlite.salvage.log_frames import PAGE_BYTES, LogFrames
from bimmerhub.store.sqlite.salvage.raw_file import MAGIC, is_new

MOST_PROBLEMS: Final = 20
_NICE: Final = 15
_SCHEMA_FORMAT: Final = 4
_UTF_8: Final = 1


def find_problems(connection: sqlite3.Connection) -> list[str]:
    """Return what is wrong with the file of a database of any schema, nothing when it is sound; reads all of it."""
    with _one_state(connection):
        lines = [line for problem in _problems(connection) for line in problem.splitlines()]
    return [line for line in lines if line != "ok" and not line.startswith("***")][:MOST_PROBLEMS]


def find_damage(path: Path, *, opened: Callable[[sqlite3.Connection], None] = lambda _: None) -> list[str]:
    """Return what is wrong with the database at `path`, nothing when it is sound; of the newest schema.

    `opened` gets the connection, so that another thread can interrupt it. StoreError when it cannot be looked at.
    """
    if problem := look(path):
        return [problem]
    try:
        with closing(open_reader(path)) as connection, store_errors(path):
            opened(connection)
            with _one_state(connection):
                return find_problems(connection) or find_missing(connection)
    except StoreDamaged as error:
        return [str(error)]


@contextmanager
def _one_state(connection: sqlite3.Connection) -> Iterator[None]:
    """See the database as it is now until the end of the block, if that is not so already."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")


def look(path: Path) -> str | None:
    """Return what a look at the header says is wrong with a database file, None when nothing; OSError as reading it."""
    header = read_at(hold(path), 108, 0)
    if not header:
        return f"{path} is empty" if was_in_use(path) else None
    if is_new(header) and not has_filled_log(path) and was_in_use(path):
        return f"{path} holds nothing: its write-ahead log is gone"
    return None if _is_header(header) else f"{path}: its header is damaged"


def _is_header(header: bytes) -> bool:
    """Tell whether the fields of a header that never change are as SQLite writes them for us.

    Source: https://www.sqlite.org/fileformat2.html, section 1.3.
    """
    return (
        header[:16] == MAGIC
        and int.from_bytes(header[16:18]) == PAGE_BYTES
        and {header[18], header[19]} <= {1, 2}
        and header[20:24] == b"\x00\x40\x20\x20"
        and int.from_bytes(header[44:48]) <= _SCHEMA_FORMAT
        and int.from_bytes(header[56:60]) <= _UTF_8
        and not any(header[52:56] + header[64:68] + header[72:92])
    )


def was_in_use(path: Path) -> bool:
    """Tell whether a file that holds nothing did once: a start that is broken off early leaves one too."""
    beside = (mark_of(path), path.with_name("secret.key"), path.with_name("backups.json"))
    log = path.with_name(f"{path.name}-wal")
    return any(file.exists() for file in beside) or (log.exists() and log.stat().st_size > 0)


def mark_of(path: Path) -> Path:
    """Return the file that says of a database that it has held something."""
    return path.with_name(f"{path.name}.mark")


def look_at_log(path: Path) -> str | None:
    """Return what is wrong with the write-ahead log that a crash left, None when nothing; it is read to its end.

    SQLite takes no notice of commits behind a damaged one. Whoever asks again before the log changes waits no more.
    """
    log = path.with_name(f"{path.name}-wal")
    try:
        state = log.stat()
    except OSError:
        return None
    are_lost = _are_commits_lost(log, state.st_ino, state.st_size, state.st_mtime_ns)
    return f"{path}: its write-ahead log is damaged" if are_lost else None


@lru_cache(maxsize=1)
def _are_commits_lost(log: Path, *_: int) -> bool:
    return LogFrames.load(log).commits_lost


def be_nice() -> None:
    """Let this thread have the processor only when nobody else wants it, where the system can do that for a thread."""
    with suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def _problems(connection: sqlite3.Connection) -> Iterator[str]:
    # Not quick_check: it sees no order of rows in tables by key, as the readings are, and takes as long for them.
    for (problem,) in connection.execute(f"PRAGMA integrity_check({MOST_PROBLEMS})"):
        yield problem
    for table, *_ in connection.execute("PRAGMA foreign_key_check"):
        yield f"a row of {table} refers to nothing"
