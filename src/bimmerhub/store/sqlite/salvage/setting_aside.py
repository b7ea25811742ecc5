"""Setting a damaged database aside, whole, and putting a fresh one with its readable rows in its place.

The fresh file is built beside it as `NAME.salvaging` and named `NAME.salvaged` once it is whole and on disk. From then
on the exchange is only renames, and a start that finds `NAME.salvaged` goes on with them.
"""

import shutil
import sqlite3
from contextlib import closing, suppress
from glob import escape
from itertools import chain, count
from pathlib import Path
from typing import Final

import msgspec

from bimmerhub.errors import StoreError
from bimmerhub.files import sync, write_hint
from bimmerhub.store.ports.soundness import Salvage
from bimmerhub.store.sqlite.database.connection import not_ours, store_errors
from bimmerhub.store.sqlite.database.versions import newest_version
from bimmerhub.store.sqlite.salvage.raw_file import RawFile
from bimmerhub.store.sqlite.salvage.recognising import schema_of
from bimmerhub.store.sqlite.salvage.saving import save_rows

SPACE_FACTOR: Final = 1.3
SPACE_BYTES: Final = 5_000_000
_ENDINGS: Final = ("-shm", "-wal", "-journal", "")
"""In this order: a log must never lie beside a database that is not its own."""

_NOTE: Final = "INSERT INTO damages (found_at_ms, problem, set_aside, report) VALUES (?, ?, ?, ?)"


def is_ours(path: Path) -> bool:
    """Tell whether a file that does not open is a damaged database that can be salvaged; OSError as reading it."""
    return schema_of(RawFile(path)) is not None


def check_space(path: Path) -> None:
    """Raise StoreError when the disk has too little room for the fresh database."""
    needed = SPACE_BYTES + round(SPACE_FACTOR * sum(_size(path, ending) for ending in _ENDINGS))
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise StoreError(
            f"{path} is damaged, and there is too little space to save what is readable:"
            f" it needs {needed // 1_000_000:,} MB, {free // 1_000_000:,} MB are free",
            hint=f"Free some space in {path.parent}; what is readable is served meanwhile.",
        )


def exchange(path: Path, problem: str, *, now_ms: int, is_known: bool = False) -> Salvage:
    """Save the readable rows of the database at `path`, set it aside and put the fresh one in its place.

    `is_known` says that it was in use just now, so it is ours even if nothing in it shows that any more.

    Nobody may write to it meanwhile. StoreError when that is impossible: then all is as it was.
    """
    check_space(path)
    partial, whole = _beside(path, "salvaging"), _beside(path, "salvaged")
    aside = _free_name(path)
    try:
        version = schema_of(RawFile(path))
        if version is None and is_known:
            version = newest_version()
        if version is None:
            raise not_ours(path)
        partial.unlink(missing_ok=True)
        salvage = save_rows(path, partial, version=version)
        with closing(sqlite3.connect(partial)) as connection, connection:
            report = msgspec.json.encode(salvage).decode()
            connection.execute(_NOTE, (now_ms, problem, str(aside), report))
        sync(partial)
        partial.rename(whole)
        sync(path.parent)
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        raise StoreError(
            f"{path} is damaged, and what is readable cannot be saved: {error}",
            hint=write_hint(error) if isinstance(error, OSError) else "Check the disk's free space and health.",
        ) from error
    finish(path)
    return salvage


def finish(path: Path) -> bool:
    """Put a fresh database in place whose turn was broken off, if there is one; return whether it did.

    When another one took the damaged one's place since, as a restore does, that stays, and the fresh one goes aside.
    """
    with suppress(OSError):  # of an attempt that was broken off
        _beside(path, "salvaging").unlink(missing_ok=True)
    whole = _beside(path, "salvaged")
    if not whole.exists():
        return False
    with store_errors(whole), closing(sqlite3.connect(whole)) as connection:
        [named] = connection.execute("SELECT set_aside FROM damages ORDER BY id DESC LIMIT 1").fetchone()
    aside = path.with_name(Path(named).name)
    is_replaced = aside.exists() and _size(path, "") > 0
    if is_replaced:
        whole.rename(_unused(_beside(aside, "salvaged")))
    else:
        for ending in _ENDINGS:
            present = path.with_name(path.name + ending)
            if present.exists():
                present.rename(_unused(aside.with_name(aside.name + ending)))
        sync(path.parent)  # the log must not be left beside the fresh one by a power cut
        whole.rename(path)
    sync(path.parent)
    return not is_replaced


def _unused(path: Path) -> Path:
    """Return a path at which nothing is: the one given, or else with a number behind it."""
    paths = chain((path,), (_beside(path, str(number)) for number in count(2)))
    return next(free for free in paths if not free.exists())


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}.{ending}")


def _size(path: Path, ending: str) -> int:
    file = path.with_name(path.name + ending)
    return file.stat().st_size if file.exists() else 0


def _free_name(path: Path) -> Path:
    """Return a name beside the database that nothing has yet: an earlier one is never overwritten."""
    names = (_beside(path, f"damaged-{number}") for number in count(1))
    return next(name for name in names if not any(name.parent.glob(f"{escape(name.name)}*")))
