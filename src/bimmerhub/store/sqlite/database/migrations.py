"""Bringing a database to the newest schema, safely: a look at the disk, a backup, then all of it or nothing.

All scripts that are missing run in one transaction. Whatever ends it half-way (a crash, a full disk, a fault in a
script) leaves the database as it was, for the old program too; the next start begins again.

The backup lies beside the database and is named for the schema that it has: `bimmerhub.sqlite3.schema-2`. Like every
backup it holds no tokens. It stays until the next migration has left its own.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from bimmerhub.errors import StoreError
from bimmerhub.store.sqlite.database.backup import write_backup
from bimmerhub.store.sqlite.database.connection import APPLICATION_ID, schema_version, transaction
from bimmerhub.store.sqlite.database.disk_room import MIGRATION_SIZES, check_room, free_bytes_of, size_of
from bimmerhub.store.sqlite.database.versions import NUMBER_TABLE, newest_version, scripts, statements


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationStep:
    """How far a migration is: about to do `step` of `steps`, counted from 1; `doing` says what, for a person."""

    from_version: int
    to_version: int
    step: int
    steps: int
    doing: str


Progress = Callable[[MigrationStep], None]


def ignore_step(_: MigrationStep) -> None:
    """Do nothing with a step: for a caller that shows no progress."""


def is_migration_due(path: Path) -> bool:
    """Tell whether the file is a database of an older schema; False when there is none, or it cannot be read."""
    try:
        return 0 < schema_version(path) < newest_version()
    except StoreError:
        return False  # opening it says what is wrong


def migrate(
    connection: sqlite3.Connection,
    path: Path,
    *,
    progress: Progress = ignore_step,
    is_backup_needed: bool = True,
    free_bytes: Callable[[Path], int] = free_bytes_of,
) -> None:
    """Bring the database at `path`, whose writing connection this is, to the newest schema; a new one is just made.

    `progress` is called before each step, in this thread; what it raises ends the migration. A database that is itself
    a copy of a backup needs no backup. StoreError when there is too little space or the backup cannot be written,
    sqlite3.Error when a script fails: nothing has changed then.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    missing = {number: script for number, script in scripts().items() if number > version}
    if not missing:
        return
    work = [(number, statement) for number, script in missing.items() for statement in statements(script)]
    tell = _Teller(progress, from_version=version, steps=len(work) + 1)
    if not is_backup_needed or _is_empty(connection):
        _run(connection, work, tell)  # backups that lie here may be all that is left of a lost database
        return
    check_room(
        path.parent,
        MIGRATION_SIZES * size_of(path),
        doing=f"to bring {path} up to date",
        hint=f"Free some space in {path.parent}, then start again; nothing has been changed.",
        free_bytes=free_bytes,
    )
    backup = path.with_name(f"{path.name}.schema-{version}")
    tell.next("writing a backup")
    backup.unlink(missing_ok=True)  # of an attempt that did not succeed
    write_backup(path, backup)
    _run(connection, work, tell)
    for earlier in path.parent.glob(f"{escape(path.name)}.schema-*"):
        if earlier != backup:
            earlier.unlink(missing_ok=True)


class _Teller:
    """Counts the steps and tells them."""

    def __init__(self, progress: Progress, *, from_version: int, steps: int) -> None:
        self._progress = progress
        self._from_version = from_version
        self._steps = steps
        self._step = 0

    def next(self, doing: str) -> None:
        """Tell what comes now."""
        self._step += 1
        self._progress(
            MigrationStep(
                from_version=self._from_version,
                to_version=newest_version(),
                step=self._step,
                steps=self._steps,
                doing=doing,
            )
        )


def _run(connection: sqlite3.Connection, work: list[tuple[int, str]], tell: _Teller) -> None:
    """Run the statements, each with the number of its schema, in one transaction."""
    connection.execute("PRAGMA foreign_keys = OFF")  # a table may be replaced while others refer to it
    try:
        with transaction(connection):
            for number, statement in work:
                tell.next(f"schema {number}")
                connection.execute(statement)
            if broken := connection.execute("PRAGMA foreign_key_check").fetchone():
                raise StoreError(f"the new schema does not hold together: a row of {broken[0]} refers to nothing")
            connection.execute(f"INSERT OR REPLACE INTO {NUMBER_TABLE} VALUES (1, ?)", (newest_version(),))  # noqa: S608 - a name of ours
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {newest_version()}")
    finally:
        connection.execute("PRAGMA foreign_keys = ON")


def _is_empty(connection: sqlite3.Connection) -> bool:
    """Tell whether there is nothing that a backup would save."""
    if not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        return True
    tables = ("series", "accounts", "vehicles", "quarantine", "settings")
    return not any(connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone()[0] for table in tables)  # noqa: S608 - the names above
