"""A copy of the database for safe keeping, without secrets, and the way back; whether the database is sound."""

import shutil
import sqlite3
from contextlib import closing
from glob import escape
from itertools import count
from pathlib import Path

from bimmerhub.errors import StoreError
from bimmerhub.files import sync
from bimmerhub.store.sqlite.database.connection import open_reader, store_errors

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
        sync(destination.parent)
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


def check_backup(path: Path) -> None:
    """Raise StoreError unless `path` is a sound database of ours; an older one is brought up to date when opened."""
    if not path.is_file():
        raise StoreError(f"there is no file {path}", hint="Check the name of the file.")
    with store_errors(path), closing(open_reader(path, is_older_allowed=True)) as connection:
        problems = find_problems(connection)
    if problems:
        raise StoreError(f"{path} is damaged: {problems[0]}", hint="Take another backup.")


def put_in_place(backup: Path, database: Path) -> None:
    """Copy a backup to where the database is; one that is there is kept beside it, under a name of its own.

    StoreError when that fails. Nobody may have the database open.
    """
    fresh = database.with_name(f"{database.name}.restoring")
    try:
        shutil.copyfile(backup, fresh)
        fresh.chmod(0o600)
        sync(fresh)
        aside = _free_name(database)
        for suffix in ("", "-wal", "-shm"):
            present = database.with_name(database.name + suffix)
            if present.exists():
                present.rename(aside.with_name(aside.name + suffix))
        fresh.rename(database)
        sync(database.parent)
    except OSError as error:
        raise StoreError(
            f"cannot put the backup in place: {error.strerror}",
            hint="Check the space and permissions of the data directory.",
        ) from error


def _free_name(database: Path) -> Path:
    """Return a name beside the database that nothing has yet: an earlier one is never overwritten."""
    names = (database.with_name(f"{database.name}.replaced-{number}") for number in count(1))
    return next(name for name in names if not any(name.parent.glob(f"{escape(name.name)}*")))


def _copy(source: Path, partial: Path) -> None:
    with store_errors(partial), closing(open_reader(source, is_older_allowed=True)) as connection:
        connection.execute("PRAGMA query_only = OFF")  # the connection stays read-only; VACUUM INTO writes another file
        connection.execute("VACUUM INTO ?", (str(partial),))


def _remove_secrets(partial: Path) -> None:
    with store_errors(partial), closing(sqlite3.connect(partial, isolation_level=None)) as copy:
        copy.executescript(
            "PRAGMA secure_delete = ON; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = FULL;"
            "BEGIN; UPDATE accounts SET sealed_tokens = NULL; DELETE FROM settings WHERE secret; COMMIT;"
        )
    sync(partial)


def _remove_quietly(partial: Path) -> None:
    try:
        partial.unlink(missing_ok=True)
    except OSError:
        return  # the first error tells more
