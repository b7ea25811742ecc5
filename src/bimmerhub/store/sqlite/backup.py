"""A copy of the database for safe keeping, without secrets; and whether the database is sound."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bimmerhub.errors import StoreError
from bimmerhub.store.sqlite.connection import open_reader, told_as_store_error

_MAX_PROBLEMS = 20


def write_backup(source: Path, destination: Path) -> None:
    """Write a compact copy of `source` to `destination`, on disk when this returns; the source stays in use meanwhile.

    Sealed tokens and secret settings are not in it, not even as remains in unused pages. StoreError when `destination`
    exists already or cannot be written; a copy that was not finished is removed.
    """
    if destination.exists():
        raise StoreError(f"{destination} exists already", hint="Name a file that does not exist yet.")
    partial = destination.with_name(f"{destination.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        _copy(source, partial)
        _remove_secrets(partial)
        partial.rename(destination)
        _sync(destination.parent)
    except OSError as error:
        raise StoreError(
            f"cannot write the backup {destination}: {error.strerror}", hint="Name a place that this user may write to."
        ) from error
    finally:
        _remove_quietly(partial)


def find_problems(connection: sqlite3.Connection) -> list[str]:
    """Return what SQLite's own check finds wrong with the file, nothing when it is sound; reads all of it."""
    rows = connection.execute(f"PRAGMA integrity_check({_MAX_PROBLEMS})").fetchall()
    return [problem for (problem,) in rows if problem != "ok"]


def find_problems_in(path: Path) -> list[str]:
    """Return what is wrong with a database of ours, of whatever older schema; StoreError when it is none of ours."""
    with told_as_store_error(path), closing(open_reader(path, is_older_allowed=True)) as connection:
        return find_problems(connection)


def _copy(source: Path, partial: Path) -> None:
    with told_as_store_error(partial), closing(open_reader(source, is_older_allowed=True)) as connection:
        connection.execute("PRAGMA query_only = OFF")  # the connection stays read-only; VACUUM INTO writes another file
        connection.execute("VACUUM INTO ?", (str(partial),))


def _remove_secrets(partial: Path) -> None:
    with told_as_store_error(partial), closing(sqlite3.connect(partial, isolation_level=None)) as copy:
        copy.executescript(
            "PRAGMA secure_delete = ON; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = FULL;"
            "BEGIN; UPDATE accounts SET sealed_tokens = NULL; DELETE FROM settings WHERE secret; COMMIT;"
        )
    _sync(partial)


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _remove_quietly(partial: Path) -> None:
    try:
        partial.unlink(missing_ok=True)
    except OSError:
        return  # the first error tells more
