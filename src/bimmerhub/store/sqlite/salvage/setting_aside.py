"""Setting a damaged database aside, whole, and putting a fresh one with its readable rows in its place.

The fresh file is built beside it as `NAME.salvaging` and named `NAME.salvaged` once it is whole and on disk. From then
on there is only the exchange left, and a start that finds `NAME.salvaged` goes on with it.
"""

import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from bimmerhub.errors import StoreError
from bimmerhub.files import sync, write_hint
from bimmerhub.store.ports.soundness import Salvage
from bimmerhub.store.sqlite.database.connection import disk_errors, not_ours
from bimmerhub.store.sqlite.database.disk_room import BESIDES_BYTES, SAVING_SIZES, check_room, size_of
from bimmerhub.store.sqlite.database.exchange import SIDES, free_name, set_in_place, side_of, take_back, unused
from bimmerhub.store.sqlite.database.versions import newest_version
from bimmerhub.store.sqlite.salvage.raw_file import RawFile
from bimmerhub.store.sqlite.salvage.recognising import schema_of
from bimmerhub.store.sqlite.salvage.saving import count_saved, save_rows

_log = logging.getLogger(__name__)

_NOTE: Final = "INSERT INTO damages (found_at_ms, problem, set_aside, report) VALUES (?, ?, ?, ?)"


def is_ours(path: Path) -> bool:
    """Tell whether a file that does not open is a damaged database that can be salvaged; OSError as reading it."""
    return _recognise(path) is not None


def _recognise(path: Path) -> tuple[RawFile, int] | None:
    """Return the pages of a database of ours, with its schema; without its log where with it nothing is recognised."""
    for with_log in (True, False):
        file = RawFile(path, with_log=with_log)
        if (version := schema_of(file)) is not None:
            return (file, version) if version <= newest_version() else None
    return None


def check_space(path: Path) -> None:
    """Raise StoreError when the disk has too little room for the fresh database, or does not say how much it has."""
    with disk_errors(path):
        check_room(
            path.parent,
            BESIDES_BYTES + SAVING_SIZES * size_of(path),
            doing=f"to save what is readable of {path}, which is damaged",
            hint=f"Free some space in {path.parent}; what is readable is served meanwhile.",
        )


def exchange(
    path: Path,
    problem: str,
    *,
    now_ms: int,
    is_known: bool = False,
    is_overwritten: bool = False,
    progress: Callable[[int], object] = lambda _: None,
) -> Salvage:
    """Save the readable rows of the database at `path`, set it aside and put the fresh one in its place.

    `is_known` says that it was in use just now, so it is ours even if nothing in it shows that any more, and
    `is_overwritten` that another program wrote to it then. `progress` is called with the percentage that was read.

    Nobody may write to it meanwhile. StoreError when that is impossible: then all is as it was. Only where the disk
    refuses to undo the exchange as well, the fresh one stays beside it, and `finish` carries on.
    """
    check_space(path)
    partial, whole = _beside(path, "salvaging"), _beside(path, "salvaged")
    try:
        aside = free_name(path, "damaged")
        recognised = _recognise(path) or ((RawFile(path), newest_version()) if is_known else None)
        if recognised is None:
            raise not_ours(path)
        file, version = recognised
        partial.unlink(missing_ok=True)
        salvage = save_rows(file, partial, version=version, progress=progress)
        if not salvage.saved and file.log.last_page:
            partial.unlink()
            salvage = save_rows(RawFile(path, with_log=False), partial, version=version, progress=progress)
        salvage = replace(salvage, is_overwritten=is_overwritten)
        with closing(sqlite3.connect(partial)) as connection, connection:
            report = msgspec.json.encode(salvage).decode()
            connection.execute(_NOTE, (now_ms, problem, str(aside), report))
        sync(partial)
        partial.rename(whole)
        sync(path.parent)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            _remove(partial)
        raise StoreError(
            f"{path} is damaged, and what is readable cannot be saved: {error}",
            hint=write_hint(error) if isinstance(error, OSError) else "Check the disk's free space and health.",
        ) from error
    _finish_or_undo(whole, path, aside=aside)
    return salvage


def _finish_or_undo(whole: Path, path: Path, *, aside: Path) -> None:
    """Put the fresh database in place; StoreError when the disk refuses: then the damaged one is in its place again."""
    with disk_errors(path):
        try:
            finish(path)
        except OSError as error:
            if whole.exists():
                take_back(whole, path, aside=aside)
                raise
            _log.error("the fresh database is in place, but a power cut may undo that: %s", error)


def put_back(connection: sqlite3.Connection, path: Path, problem: str, *, now_ms: int) -> None:
    """Write the database of a connection, whose file has lost its place, to where `finish` gives that place back to it.

    What is in its place goes aside then. StoreError when that is impossible.
    """
    partial, whole = _beside(path, "salvaging"), _beside(path, "salvaged")
    try:
        _remove(partial)
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(partial, isolation_level=None)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            salvage = Salvage(saved=count_saved(copy), lost=(), broken_pages=0, is_log_broken=False, is_displaced=True)
            copy.execute(_NOTE, (now_ms, problem, str(free_name(path, "found")), msgspec.json.encode(salvage).decode()))
        sync(partial)
        partial.rename(whole)
        sync(path.parent)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            _remove(partial)
        raise StoreError(
            f"the database cannot be put back: {error}",
            hint=write_hint(error) if isinstance(error, OSError) else "Check the disk's free space and health.",
        ) from error


def finish(path: Path) -> bool:
    """Put a fresh database in place whose turn was broken off, if there is one; return whether it did.

    When another one took the damaged one's place since, as a restore does, that stays, and the fresh one goes aside. So
    does one that is damaged itself: what it was made of is still there.
    """
    with suppress(OSError):  # of an attempt that was broken off
        _remove(_beside(path, "salvaging"))
    whole = _beside(path, "salvaged")
    if not whole.exists():
        return False
    is_there = path.exists() and path.stat().st_size > 0
    name = _read_aside(whole)
    if name is None and is_there:
        whole.rename(free_name(path, "damaged"))
    elif name is None:
        whole.rename(path)  # it is all that there is, and its own rows are saved in turn
    else:
        aside = path.with_name(name)
        if not (is_there and aside.exists() and not aside.samefile(path)):
            set_in_place(whole, path, aside=aside)
            return True
        whole.rename(unused(_beside(aside, "salvaged")))
    sync(path.parent)
    return False


def _read_aside(whole: Path) -> str | None:
    """Return the name that the damaged database gets; None when the fresh one cannot be read."""
    try:
        with closing(sqlite3.connect(whole)) as connection:
            row = connection.execute("SELECT set_aside FROM damages ORDER BY id DESC LIMIT 1").fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else Path(str(row[0])).name


def _remove(partial: Path) -> None:
    """Remove a half-made database, with what SQLite keeps beside it."""
    for ending in (*SIDES, ""):
        side_of(partial, ending).unlink(missing_ok=True)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}.{ending}")
