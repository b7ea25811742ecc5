"""A copy of the database for safe keeping, without secrets, checked before it has its name."""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bimmerhub.errors import StoreDamaged, StoreError
from bimmerhub.files import DISK_FULL, sync, write_hint
from bimmerhub.store.sqlite.database.connection import NOTE_TABLE, open_reader, store_errors
from bimmerhub.store.sqlite.database.disk_room import BESIDES_BYTES, check_room
from bimmerhub.store.sqlite.database.file_check import find_problems

LOGS = ("-wal", "-journal")
"""The endings of the logs that SQLite keeps beside a database that is in use, or was when the power went."""

_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupNote:
    """What a backup says of itself: its rows by table, and what was left out of it because it is secret.

    `accounts` were signed in; `settings` are the keys of the settings left out.
    """

    rows: Mapping[str, int]
    accounts: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()


def write_backup(source: Path, destination: Path, *, is_whole: bool = False) -> None:
    """Write a compact copy of `source` to `destination`, on disk when this returns; the source stays in use meanwhile.

    Both are checked, about 20 s per GB: sound as SQLite sees it, and with the same number of rows in each table.
    Sealed tokens and secret settings are not in the copy, not even as remains in unused pages; but for one that
    `is_whole`, which goes to another machine with the key.

    StoreError when `destination` exists already or cannot be written, or the copy is damaged, StoreDamaged when the
    source is: nothing is left of it then.
    """
    if os.path.lexists(destination):
        raise StoreError(f"{destination} exists already", hint="Name a file that does not exist yet.")
    source, partial = source.resolve(), destination.with_name(f"{destination.name}.partial")
    with _removing(partial), _writing(destination), _reachable(source, destination.parent) as reachable:
        _check_space(reachable, destination.parent)
        rows = _copy(reachable, partial)
        if not is_whole:
            _remove_secrets(partial, rows)
        _forget_cached(partial)
        check_backup(partial)
        partial.rename(destination)
        sync(destination.parent)


def check_copy(connection: sqlite3.Connection, path: Path) -> BackupNote | None:
    """Return what a backup says of itself, None for one of before 0.3; StoreError when it is damaged or incomplete."""
    problems = find_problems(connection)
    if problems:
        raise StoreError(f"{path} is damaged: {problems[0]}", hint="Take another backup.")
    note = load_note(connection)
    rows = count_rows(connection)
    if note is not None and dict(note.rows) != rows:
        lost = next(name for name in sorted({*note.rows, *rows}) if note.rows.get(name) != rows.get(name))
        raise StoreError(
            f"{path} is not whole: {rows.get(lost, 0):,} rows in {lost} where {note.rows.get(lost, 0):,} were written",
            hint="Take another backup.",
        )
    return note


def check_backup(path: Path) -> BackupNote | None:
    """Return what a backup says of itself; StoreError unless it is a sound database of ours, of any older schema."""
    if not path.is_file():
        raise StoreError(f"there is no file {path}", hint="Check the name of the file.")
    is_at_rest = not has_log(path)
    with backup_errors(path), closing(open_reader(path, is_older_allowed=True, is_at_rest=is_at_rest)) as connection:
        check_length(connection, path)
        return check_copy(connection, path)


@contextmanager
def backup_errors(path: Path, *, read_as: Path | None = None) -> Iterator[None]:
    """Say of what fails in the block that it is about that backup, which may be read as another file: a copy of it."""
    try:
        with store_errors(path):
            yield
    except StoreDamaged as error:
        raise StoreError(
            f"{path} is damaged, or no backup of bimmerhub: {error.__cause__ or error}",
            hint="Check the name of the file, or take another backup.",
        ) from error
    except StoreError as error:
        words = str(error) if read_as is None else str(error).replace(str(read_as), str(path))
        raise StoreError(words, hint=error.hint) from error


def check_length(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError when the file is cut off: where less than a page is missing, SQLite fills it up with zeros."""
    if has_log(path):
        return  # then the database is as long as both say together
    pages, page_bytes = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    if path.stat().st_size != pages * page_bytes:
        raise StoreError(f"{path} is not whole: {path.stat().st_size:,} bytes of {pages * page_bytes:,}")


def has_log(path: Path) -> bool:
    """Tell whether a database was not closed: part of it is in a log beside it."""
    return any(path.with_name(path.name + ending).exists() for ending in LOGS)


def load_note(connection: sqlite3.Connection) -> BackupNote | None:
    """Return what a backup says of itself, None when it says nothing."""
    if not connection.execute(
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", (NOTE_TABLE,)
    ).fetchone():
        return None
    try:
        note = json.loads(connection.execute(f"SELECT body FROM {NOTE_TABLE}").fetchone()[0])  # noqa: S608 - a constant
        return BackupNote(
            rows={str(table): int(rows) for table, rows in note["rows"].items()},
            accounts=tuple(map(str, note["accounts"])),
            settings=tuple(map(str, note["settings"])),
        )
    except (TypeError, ValueError, RecursionError, KeyError, AttributeError):
        return None


def count_rows(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the number of rows of each table but the note's."""
    tables = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name <> ?",
        (NOTE_TABLE,),
    ).fetchall()
    return {
        name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608 - of the schema itself
        for (name,) in tables
    }


@contextmanager
def _reachable(source: Path, scratch: Path) -> Iterator[Path]:
    """Give the database where it can be read.

    On a read-only or full disk SQLite cannot read what a crash left in the write-ahead log; where both are copied to,
    it can.
    """
    try:
        open_reader(source, is_older_allowed=True).close()
    except StoreError:
        log = source.with_name(f"{source.name}-wal")
        if not log.exists():
            raise
        with TemporaryDirectory(prefix=".bimmerhub-", dir=scratch) as folder:
            copy = Path(folder) / source.name
            shutil.copyfile(source, copy)
            shutil.copyfile(log, copy.with_name(log.name))
            yield copy
        return
    yield source


def _copy(source: Path, partial: Path) -> dict[str, int]:
    """Copy the database and return its rows by table.

    SQLite copies only outside a transaction. So one connection holds what the database was just before, which the
    copy is compared with; where they differ, something was stored in between, and all is done again.
    """
    for _ in range(_TRIES):
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        with ExitStack() as stack:
            stack.enter_context(store_errors(source))
            snapshot, reader = (
                stack.enter_context(closing(open_reader(source, is_older_allowed=True))) for _ in range(2)
            )
            snapshot.execute("BEGIN")
            snapshot.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            _vacuum(reader, partial)
            if problems := find_problems(snapshot):
                raise StoreDamaged(f"{source} is damaged, nothing was written: {problems[0]}")
            rows = count_rows(snapshot)
        with store_errors(partial), closing(open_reader(partial, is_older_allowed=True)) as copy:
            if count_rows(copy) == rows:
                return rows
    raise StoreError(
        f"the copy of {source} does not have the same rows, nothing was written",
        hint="Try again when less is stored; when it goes on, the database may be damaged: bimmerhub doctor",
    )


def _vacuum(reader: sqlite3.Connection, partial: Path) -> None:
    reader.execute("PRAGMA query_only = OFF")  # the connection stays read-only; VACUUM INTO writes another file
    try:
        reader.execute("VACUUM INTO ?", (str(partial),))
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":  # the disk of the copy, not of the database
            raise StoreError(f"{partial.parent} has too little space for the copy", hint=DISK_FULL) from error
        raise


def _remove_secrets(partial: Path, rows: Mapping[str, int]) -> None:
    """Take what is secret out of the copy, and note in it what that was and what there is."""
    with store_errors(partial), closing(sqlite3.connect(partial, isolation_level=None)) as copy:
        signed_in = copy.execute("SELECT name FROM accounts WHERE sealed_tokens IS NOT NULL ORDER BY name").fetchall()
        secret = copy.execute("SELECT key FROM settings WHERE secret ORDER BY key").fetchall()
        note = {
            "rows": {**rows, "settings": rows["settings"] - len(secret)},
            "accounts": [name for (name,) in signed_in],
            "settings": [key for (key,) in secret],
        }
        copy.executescript(
            "PRAGMA secure_delete = ON; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = FULL; BEGIN;"
            "UPDATE accounts SET sealed_tokens = NULL; DELETE FROM settings WHERE secret;"
        )
        copy.execute(f"DROP TABLE IF EXISTS {NOTE_TABLE}")
        copy.execute(f"CREATE TABLE {NOTE_TABLE} (body TEXT NOT NULL)")
        copy.execute(f"INSERT INTO {NOTE_TABLE} VALUES (?)", (json.dumps(note),))  # noqa: S608 - a constant
        copy.execute("COMMIT")
    sync(partial)


def _check_space(source: Path, folder: Path) -> None:
    with store_errors(source), closing(open_reader(source, is_older_allowed=True)) as connection:
        pages, free_pages, page_bytes = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
    check_room(
        folder,
        (pages - free_pages) * page_bytes + BESIDES_BYTES,
        doing="for the copy",
        hint="Name a place with more space, or free some.",
    )


def _forget_cached(path: Path) -> None:
    """Have the next reading come from the disk, where the system can do that."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextmanager
def _writing(destination: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot write the backup {destination}: {error.strerror}",
            hint=write_hint(error) or "Name a place that this user may write to.",
        ) from error


@contextmanager
def _removing(partial: Path) -> Iterator[None]:
    """Leave nothing of `partial` behind; an error of the block tells more than one of removing it."""
    try:
        yield
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                partial.with_name(partial.name + ending).unlink(missing_ok=True)
