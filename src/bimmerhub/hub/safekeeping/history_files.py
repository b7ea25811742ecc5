"""Histories as files: backups made, encrypted, checked and restored, and whole copies for another machine.

This is the one door of safekeeping to the store, which knows what a history holds. A backup is made and checked in a
private folder (`private_folders`) and brought to its place, encrypted on the way: a database must not lie on a network
share, not even while it is written.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.hub.safekeeping.private_folders import private_folder, scratch_folder
from bimmerhub.hub.safekeeping.sealed_file import check_new_passphrase, is_sealed, read_sealed, seal_file, unseal_file
from bimmerhub.hub.safekeeping.whole_files import bring_file, check_digest, digest_of, naming, refuse_existing
from bimmerhub.store.ports.audit import AuditEntry
from bimmerhub.store.sqlite.commands import add_to_audit
from bimmerhub.store.sqlite.database.backup import BackupNote, check_backup, write_backup
from bimmerhub.store.sqlite.database.connection import open_reader, open_writer, store_errors, transaction
from bimmerhub.store.sqlite.database.migrations import MigrationStep
from bimmerhub.store.sqlite.database.restoring import (
    check_foreign,
    draft_of_restore,
    finish_restore,
    load_settings_of,
    load_signed_in,
    prepare,
    put_in_place,
    remove_database,
    unsealed_for_restore,
)
from bimmerhub.store.sqlite.database.spent_calls import SpentCall, add_spent_calls, load_spent_calls
from bimmerhub.times import DAY_MS

__all__ = [
    "OF_BACKUPS",
    "SIGNED_IN_AT",
    "SIGN_IN_DETAILS",
    "MigrationStep",
    "Restored",
    "check_file",
    "copy_whole",
    "finish_restore",
    "forget_sign_ins",
    "load_settings_of",
    "load_sign_in_settings",
    "load_signed_in",
    "make_backup",
    "make_newest",
    "replace_history",
    "restore_file",
    "try_restore",
]

ACCESS_SETTINGS = ("credentials",)
"""The secret settings that say who may talk to a hub: its password and API tokens."""

OF_BACKUPS: Final = "backups"
"""The setting that says which scheduled backups a directory has: it goes on with the directory, not with a backup."""

_NO_HOME: Final = "UPDATE settings SET value = json_remove(value, '$.home') WHERE key = ? AND json_valid(value)"
"""After a move the new directory goes on with the backups of the old one."""

_SQLITE = b"SQLite format 3\0"
_NOT_SET_BY_HAND = ("sign_in_details.", "settings.noted")
"""Secret settings that come back with a sign-in, or that the hub makes by itself."""


SIGNED_IN_AT: Final = "signed_in_at."
SIGN_IN_DETAILS: Final = "sign_in_details."
"""What the keys of settings begin with that say where the account named behind it was signed in, and as what."""

_FORGET_PLACES: Final = "DELETE FROM settings WHERE key LIKE 'signed_in_at.%'"
"""Where each account was signed in: the next password goes there, so that a backup must not choose it."""

_ALLOW_NO_OPENING: Final = "UPDATE vehicles SET opening_allowed_at_ms = NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did: the backup's schema; where the history is that was there; what has to be set again.

    `accounts` have to be signed in again; `settings` are the keys of other secrets that were left out of the backup,
    None when it does not say. `is_access_kept` tells whether password and API tokens of this directory go on,
    `had_secrets` whether there were secrets in the file, as in a copied database: they were not taken over.
    """

    schema: int
    replaced: Path | None
    accounts: Sequence[str]
    settings: Sequence[str] | None
    is_access_kept: bool
    had_secrets: bool = False


def make_backup(database: Path, destination: Path, passphrase: str | None = None) -> None:
    """Write a checked copy of the history to a new file, encrypted when there is a passphrase; on disk afterwards.

    StoreError when the database or the copy is damaged, or `destination` exists or cannot be written; ConfigError for a
    passphrase that is too short. Nothing is left of the copy then.
    """
    if passphrase is not None:
        check_new_passphrase(passphrase)
    refuse_existing(destination)
    with scratch_folder(database, destination.parent) as folder, naming(destination, "write"):
        clear = folder / "clear"
        write_backup(database, clear)
        if passphrase is None:
            bring_file(clear, destination)
        else:
            seal_file(clear, destination, passphrase)
            check_digest(destination, _digest_of_sealed(destination, passphrase), digest_of(clear))


def check_file(path: Path, passphrase: str | None) -> None:
    """Raise StoreError unless a backup is whole and one of ours, as far as that shows without restoring it.

    ConfigError for an encrypted one without a passphrase.
    """
    if not path.is_file():
        raise StoreError(f"there is no file {path}", hint="Check the name of the file.")
    if not is_sealed(path):
        check_foreign(path)
        check_backup(path)
        return
    pieces = read_sealed(path, _needed(passphrase, path))
    if not next(pieces).startswith(_SQLITE):
        raise StoreError(f"{path} is encrypted, but holds no history", hint="Check the name of the file.")
    for _ in pieces:
        pass


def restore_file(
    source: Path,
    database: Path,
    *,
    passphrase: str | None,
    is_access_kept: bool,
    entry: AuditEntry,
    progress: Callable[[MigrationStep], None],
) -> Restored:
    """Put a backup of any older schema in place of the database, whose lock the caller holds; `entry` is for its audit.

    With `is_access_kept`, password and API tokens of the database that is replaced go on. StoreError when the backup
    or the disk does not allow it: the old database is in place then.
    """
    access = load_settings_of(database, ACCESS_SETTINGS) if is_access_kept else {}
    of_backups: dict[str, str] = {}
    with suppress(StoreError):  # a damaged history is replaced too
        of_backups = load_settings_of(database, [OF_BACKUPS])
    spent = _load_spent(database, entry)

    def add(connection: Connection) -> None:
        for key in (*ACCESS_SETTINGS, OF_BACKUPS):  # a backup that was changed may not even call it a secret
            connection.execute("DELETE FROM settings WHERE key = ?", (key,))
        connection.executemany("INSERT INTO settings (key, value, secret) VALUES (?, ?, 0)", of_backups.items())
        connection.execute(_FORGET_PLACES)
        connection.execute(_ALLOW_NO_OPENING)
        for key, value in access.items():
            connection.execute("INSERT OR REPLACE INTO settings (key, value, secret) VALUES (?, ?, 1)", (key, value))
        add_spent_calls(connection, spent)
        add_to_audit(connection, entry)

    draft = draft_of_restore(database)
    with _in_clear(source, unsealed_for_restore(database), passphrase) as clear:
        prepared = prepare(clear, draft, progress=progress, add=add)
    note, removed = prepared.note or BackupNote(rows={}, accounts=prepared.accounts), prepared.removed
    left_out = sorted({*note.settings, *removed.settings})
    others = [key for key in left_out if key not in access and not key.startswith(_NOT_SET_BY_HAND)]
    return Restored(
        schema=prepared.schema,
        replaced=put_in_place(database),
        accounts=sorted({*note.accounts, *removed.accounts}),
        settings=None if prepared.note is None and not left_out else others,
        is_access_kept=bool(access),
        had_secrets=bool(removed.accounts or removed.settings),
    )


def copy_whole(database: Path, destination: Path) -> None:
    """Write a checked copy of the history with everything that is secret in it; errors as `make_backup`."""
    write_backup(database, destination, is_whole=True)


def make_newest(copy: Path, place: Path, *, progress: Callable[[MigrationStep], None]) -> None:
    """Make a database of the newest schema at `place` of a whole copy of any older one; errors as `restore_file`."""
    prepare(copy, place, progress=progress, is_whole=True)


def load_sign_in_settings(database: Path) -> dict[str, str]:
    """Return the settings of a database of the newest schema that say where sign-ins go, by key."""
    with store_errors(database), closing(open_reader(database, is_at_rest=True)) as connection:
        rows = connection.execute("SELECT key, value FROM settings").fetchall()
    return {key: value for key, value in rows if str(key).startswith((SIGNED_IN_AT, SIGN_IN_DETAILS))}


def forget_sign_ins(database: Path, names: Iterable[str]) -> None:
    """Remove the sign-ins of these accounts from a database of the newest schema, with where they lead."""
    with store_errors(database), closing(open_writer(database)) as connection, transaction(connection):
        for name in names:
            for prefix in (SIGNED_IN_AT, SIGN_IN_DETAILS):
                connection.execute("DELETE FROM settings WHERE key = ?", (f"{prefix}{name}",))
            connection.execute("UPDATE accounts SET sealed_tokens = NULL WHERE name = ?", (name,))


def replace_history(
    copy: Path, database: Path, *, entry: AuditEntry, before_exchange: Callable[[], None]
) -> Path | None:
    """Put a whole copy of the newest schema in place of the database; return where that is now, None for none.

    `before_exchange` is called when nothing else is left to do. Errors as `restore_file`.
    """
    spent = _load_spent(database, entry)

    def add(connection: Connection) -> None:
        connection.execute(_NO_HOME, (OF_BACKUPS,))
        add_spent_calls(connection, spent)
        add_to_audit(connection, entry)

    prepare(copy, draft_of_restore(database), add=add, is_whole=True)
    before_exchange()
    return put_in_place(database)


def _load_spent(database: Path, entry: AuditEntry) -> list[SpentCall]:
    """Return the REST calls of the day before a restore, none of a damaged history."""
    with suppress(StoreError):
        return load_spent_calls(database, since_ms=entry.at_ms - DAY_MS)
    return []


def try_restore(path: Path, scratch: Path, passphrase: str | None) -> int:
    """Restore a backup into a private folder below `scratch`, take that away again, and return the rows that it had.

    StoreError when it could not be restored.
    """
    with private_folder(scratch) as folder, _in_clear(path, folder / "clear", passphrase) as clear:
        prepared = prepare(clear, folder / "restored")
        remove_database(folder / "restored")
    return 0 if prepared.note is None else sum(prepared.note.rows.values())


@contextmanager
def _in_clear(source: Path, place: Path, passphrase: str | None) -> Iterator[Path]:
    """Give the backup in the clear, at `place` for the block when it is encrypted."""
    if not is_sealed(source):
        yield source
        return
    place.unlink(missing_ok=True)
    try:
        unseal_file(source, place, _needed(passphrase, source))
        yield place
    finally:
        place.unlink(missing_ok=True)


def _needed(passphrase: str | None, path: Path) -> str:
    if passphrase is None:
        raise ConfigError(f"{path} is encrypted", hint="Say where its passphrase is: --passphrase-file FILE")
    return passphrase


def _digest_of_sealed(path: Path, passphrase: str) -> bytes:
    digest = hashlib.sha256()
    for piece in read_sealed(path, passphrase):
        digest.update(piece)
    return digest.digest()
