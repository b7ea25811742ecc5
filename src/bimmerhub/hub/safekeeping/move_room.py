"""Whether there is room for a move file, and for what it is made of or becomes; asked before a hub is stopped."""

import os
import shutil
import tempfile
from pathlib import Path

from bimmerhub.errors import StoreError
from bimmerhub.files import make_folder, write_hint
from bimmerhub.hub.safekeeping.move_contents import list_files
from bimmerhub.hub.safekeeping.move_mark import unfinished_of

_SPARED_BYTES = 20_000_000
"""Left to everything else on a disk."""
_COPIES_OUT = 2
"""A copy of the database, and the archive with that in it; both are gone at the end."""
_COPIES_IN = 4
"""The most that lies there at once: the unpacked archive or database, the database of the newest schema, its log, and
the database that is in place."""


def check_room_to_move(data_dir: Path, database: Path, file: Path) -> None:
    """Refuse to move where the file or what it is made of finds no room, or no permission: StoreError."""
    sides = (database, database.with_name(f"{database.name}-wal"))
    of_database = sum(side.stat().st_size for side in sides if side.exists())
    of_files = sum(path.stat().st_size for path in list_files(data_dir, database))
    beside, there = _COPIES_OUT * of_database + of_files, of_database + of_files
    unfinished = unfinished_of(file.absolute())
    _check_writable(data_dir)
    _check_new(unfinished)
    if data_dir.stat().st_dev == unfinished.parent.stat().st_dev:
        _check_free(data_dir, beside + there)
    else:
        _check_free(data_dir, beside)
        _check_free(unfinished.parent, there)


def check_room_to_arrive(source: Path, data_dir: Path, database: Path) -> None:
    """Refuse to restore a move file where there is no room, or no permission, to unpack it: StoreError."""
    size = source.stat().st_size
    for folder in {data_dir, database.resolve().parent}:
        try:
            make_folder(folder)
        except OSError as error:
            raise _unwritable(folder, error) from error
        _check_writable(folder)
        _check_free(folder, _COPIES_IN * size)


def _check_writable(folder: Path) -> None:
    """Make a file there and take it away: what permissions say is not all that keeps one from writing."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=".bimmerhub-", suffix=".partial", dir=folder)
        os.close(descriptor)
        Path(name).unlink(missing_ok=True)  # a hub that starts just now may have taken it away
    except OSError as error:
        raise _unwritable(folder, error) from error


def _check_new(unfinished: Path) -> None:
    try:
        unfinished.unlink(missing_ok=True)  # of a move that was broken off
        unfinished.touch(mode=0o600)
        unfinished.unlink()
    except OSError as error:
        raise _unwritable(unfinished.parent, error) from error


def _unwritable(folder: Path, error: OSError) -> StoreError:
    hint = write_hint(error) or "Name a place that this user may write to."
    return StoreError(f"cannot write in {folder}: {error.strerror}", hint=hint)


def _check_free(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARED_BYTES:
        raise StoreError(
            f"{folder} has too little space: {(needed + _SPARED_BYTES) // 1_000_000:,} MB are needed, "
            f"{free // 1_000_000:,} MB are free",
            hint="Free some space, then try again; nothing has been changed.",
        )
