"""Putting a backup in the place of the database, so that a crash at any moment leaves the old or the new one whole.

First the new database is made beside the old one, in `NAME.restoring`: copied, checked, brought up to date, on the
disk. Then comes the exchange: the old one gets a second name, `NAME.replaced-1` (the next number that is free), and a
rename puts the new one in its place. What a crash left in the old one's write-ahead log is written into it before; a
log that cannot be (the database is damaged) goes aside with it, for SQLite would take it for the new one's.

`NAME.restore-note` is there during the exchange. Whoever opens the database for writing next calls `finish_restore`:
with a note the exchange is carried on to its end, without one a half-made new database is taken away. A damaged
database whose setting aside was broken off (`setting_aside`) is set aside first: a restore replaces the salvaged one.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Literal

from bimmerhub.errors import StoreError
from bimmerhub.files import draft_of, replace_file, sync, write_hint
from bimmerhub.store.sqlite.database.backup import (
    LOGS,
    BackupNote,
    backup_errors,
    check_copy,
    check_length,
    has_log,
)
from bimmerhub.store.sqlite.database.connection import open_reader, open_writer, store_errors, transaction
from bimmerhub.store.sqlite.database.contents import check_contents
from bimmerhub.store.sqlite.database.disk_room import RESTORE_SIZES, check_room, size_of
from bimmerhub.store.sqlite.database.exchange import SIDES, free_name, set_in_place, side_of
from bimmerhub.store.sqlite.database.file_check import find_problems
from bimmerhub.store.sqlite.database.foreign import build_own, check_schema, check_vins
from bimmerhub.store.sqlite.database.migrations import Progress, ignore_step, migrate
from bimmerhub.store.sqlite.salvage.setting_aside import finish

_MAGIC = b"SQLite format 3\0"

_DOINGS = "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view')"

Addition = Callable[[sqlite3.Connection], None]
"""Puts rows of its own into the new database, within a transaction."""

Broken = Literal["finished", "cleared"]
"""What became of a restore that was broken off: carried on to its end, or its beginnings taken away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A new database that is ready to be put in place: its schema in the backup, what that left out, its accounts.

    `removed` are the secrets that the backup had all the same; nothing when they were to stay.
    """

    schema: int
    note: BackupNote | None
    accounts: tuple[str, ...]
    removed: BackupNote


def draft_of_restore(database: Path) -> Path:
    """Return where the new database is made: beside the file itself, where a link leads to it."""
    file = database.resolve()
    return file.with_name(f"{file.name}.restoring")


def unsealed_for_restore(database: Path) -> Path:
    """Return where an encrypted backup may lie in the clear while it is restored."""
    file = database.resolve()
    return file.with_name(f"{file.name}.unsealed")


def prepare(
    source: Path,
    draft: Path,
    *,
    progress: Progress = ignore_step,
    add: Addition | None = None,
    is_whole: bool = False,
) -> Prepared:
    """Make a database of the newest schema at `draft` out of a backup of any older one; it is closed and on the disk.

    `progress` is told the steps of bringing it up to date. Unless it `is_whole`, as in a move file, the secrets in it
    are removed: they are of whoever changed the backup, or of a database that was copied as it is.
    StoreError when the backup is damaged, incomplete, none of ours or newer, has a row that the hub could not read, or
    the disk has too little space.
    """
    if not source.is_file():
        raise StoreError(f"there is no file {source}", hint="Check the name of the file.")
    if not draft.parent.is_dir():
        raise StoreError(
            f"there is no folder {draft.parent} to restore {source} in",
            hint="Make it, or mount its disk; or name another database: store.path",
        )
    with _copying(source):
        remove_database(draft)
        check_room(
            draft.parent,
            RESTORE_SIZES * size_of(source),
            doing=f"to restore {source}",
            hint="Free some space, then try again; nothing has been changed.",
        )
    try:
        with _copying(source), backup_errors(source, read_as=draft):
            schema = _copy(source, draft)
            with closing(open_reader(draft, is_older_allowed=True)) as copy:
                check_schema(copy, source)
                note = check_copy(copy, source)
                check_vins(copy, source)
                accounts = tuple(name for (name,) in copy.execute("SELECT name FROM accounts ORDER BY name"))
        with _copying(source):
            removed = _bring_up_to_date(draft, progress, add, is_whole=is_whole)
        with backup_errors(source, read_as=draft), closing(open_reader(draft, is_at_rest=True)) as made:
            check_contents(made, source)
    except BaseException:
        with suppress(OSError):
            remove_database(draft)
        raise
    return Prepared(schema=schema, note=note, accounts=accounts, removed=removed)


def check_foreign(path: Path) -> None:
    """Raise StoreError when a database that lies still has a schema that is not ours; other errors are left to others.

    It is looked at before anything else, for a schema can do something while the file is checked.
    """
    if path.is_file() and not has_log(path):
        with backup_errors(path), closing(open_reader(path, is_older_allowed=True, is_at_rest=True)) as connection:
            check_schema(connection, path)


def load_settings_of(database: Path, keys: Sequence[str]) -> dict[str, str]:
    """Return those settings of a database of any schema, none when it is not there; StoreError as `open_reader`."""
    if not database.exists():
        return {}
    with store_errors(database), closing(open_reader(database, is_older_allowed=True)) as connection:
        rows = (connection.execute("SELECT key, value FROM settings WHERE key = ?", (key,)).fetchone() for key in keys)
        return dict(filter(None, rows))


def load_signed_in(database: Path) -> list[str]:
    """Return the accounts with sealed tokens of a database of any schema, by name; StoreError as `open_reader`."""
    with store_errors(database), closing(open_reader(database, is_older_allowed=True)) as connection:
        rows = connection.execute("SELECT name FROM accounts WHERE sealed_tokens IS NOT NULL ORDER BY name").fetchall()
    return [name for (name,) in rows]


def remove_database(path: Path) -> None:
    """Remove a database with all that SQLite keeps beside it, as far as it is there."""
    for ending in ("", *SIDES):
        side_of(path, ending).unlink(missing_ok=True)


def put_in_place(database: Path) -> Path | None:
    """Exchange the database for the one that was prepared; return where the old one is now, None when there was none.

    Nobody may have the database open for writing. StoreError when that fails: the old one is in place then, or
    `finish_restore` will carry the exchange on.
    """
    database = database.resolve()
    try:
        finish(database)  # else the next start would put what was salvaged in the new one's place
        aside = free_name(database, "replaced") if database.exists() else None
        if aside is not None:
            _fold_log(database)
        replace_file(_note_of(database), json.dumps({"aside": None if aside is None else aside.name}).encode())
        _exchange(database, aside)
    except OSError as error:
        raise StoreError(
            f"cannot put the backup in place: {error.strerror}",
            hint=f"{write_hint(error) or 'Check the disk.'} Then start the hub or restore again: that finishes it.",
        ) from error
    return aside


def finish_restore(database: Path) -> Broken | None:
    """Carry on a restore that was broken off, or take its beginnings away; return which, None when there was none.

    Whoever calls holds the lock of the database. StoreError when the disk does not allow it.
    """
    database = database.resolve()
    draft, note = draft_of_restore(database), _note_of(database)
    try:
        if note.exists():
            name = _read_aside(note)
            _exchange(database, None if name is None else database.with_name(name))
            return "finished"
        finish(database)
        beginnings = [
            path
            for name in (draft_of(note).name, draft.name, unsealed_for_restore(database).name)
            for path in database.parent.glob(f"{escape(name)}*")  # a power cut may leave a journal without its draft
        ]
        for path in beginnings:
            path.unlink(missing_ok=True)
        if beginnings:
            return "cleared"
    except OSError as error:
        raise StoreError(
            f"a restore was broken off, and cannot be finished: {error.strerror}",
            hint=write_hint(error) or f"Check the space and permissions of {database.parent}, then start again.",
        ) from error
    return None


def _copy(source: Path, draft: Path) -> int:
    """Copy the backup, with what lies beside it, and return its schema.

    The files are copied as they are: on a network share SQLite could not lock them.
    """
    draft.touch(mode=0o600)
    shutil.copyfile(source, draft)
    for ending in LOGS if has_log(source) else ():
        with suppress(FileNotFoundError):
            shutil.copyfile(source.with_name(source.name + ending), draft.with_name(draft.name + ending))
    if has_log(draft):
        with closing(sqlite3.connect(draft, isolation_level=None)) as copy:
            _leave_log(copy)
    else:
        with closing(open_reader(draft, is_older_allowed=True, is_at_rest=True)) as copy:
            check_length(copy, source)
    with closing(open_reader(draft, is_older_allowed=True)) as copy:
        return int(copy.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def _copying(source: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot copy {source}: {error.strerror or error}",
            hint=write_hint(error) or "Check the file and the disks.",
        ) from error


def _bring_up_to_date(draft: Path, progress: Progress, add: Addition | None, *, is_whole: bool) -> BackupNote:
    """Bring the draft to the newest schema; return the secrets that were removed."""
    with closing(open_writer(draft)) as writer, store_errors(draft):
        writer.execute("PRAGMA trusted_schema = OFF")
        _renew_doings(writer)  # before the migration, which would call theirs
        migrate(writer, draft, progress=progress, is_backup_needed=False)
        removed = BackupNote(rows={}) if is_whole else _remove_secrets(writer)
        if add is not None:
            with transaction(writer):
                add(writer)
        if problems := find_problems(writer):
            raise StoreError(f"the new database is damaged: {problems[0]}", hint="Check the disk, then try again.")
        _leave_log(writer)
    sync(draft)
    sync(draft.parent)
    return removed


def _remove_secrets(connection: sqlite3.Connection) -> BackupNote:
    """Remove tokens and secret settings; return whose and which they were."""
    with transaction(connection):
        signed_in = connection.execute("SELECT name FROM accounts WHERE sealed_tokens IS NOT NULL").fetchall()
        secret = connection.execute("SELECT key FROM settings WHERE secret").fetchall()
        connection.execute("UPDATE accounts SET sealed_tokens = NULL")
        connection.execute("DELETE FROM settings WHERE secret")
    return BackupNote(rows={}, accounts=tuple(name for (name,) in signed_in), settings=tuple(key for (key,) in secret))


def _renew_doings(connection: sqlite3.Connection) -> None:
    """Replace what a database does by itself by what ours do: whoever had the backup may have changed it."""
    with closing(build_own(int(connection.execute("PRAGMA user_version").fetchone()[0]))) as ours:
        own = ours.execute(_DOINGS).fetchall()
    with transaction(connection):
        for kind, name, _ in connection.execute(_DOINGS).fetchall():
            connection.execute(f'DROP {kind} "{name.replace(chr(34), chr(34) * 2)}"')
        for _, _, statement in own:
            connection.execute(statement)


def _exchange(database: Path, aside: Path | None) -> None:
    """Do what is still to do of the exchange; every step may have been done before."""
    set_in_place(draft_of_restore(database), database, aside=aside)
    _note_of(database).unlink(missing_ok=True)
    sync(database.parent)


def _fold_log(database: Path) -> None:
    """Write what is in the old database's log into it, so that it is one file; one that is damaged stays as it is."""
    with database.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            return  # SQLite would remove the log of what is no database to it, and that may be all that is left
    with suppress(sqlite3.Error), closing(sqlite3.connect(database, isolation_level=None)) as old:
        _leave_log(old)


def _leave_log(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA journal_mode = DELETE")


def _read_aside(note: Path) -> str | None:
    try:
        name = json.loads(note.read_bytes())["aside"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    return None if name is None else Path(str(name)).name


def _note_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.restore-note")
