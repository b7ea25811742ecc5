"""Room on the disk: how much each work on a database may need beside it, and the refusal when it is not there."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bimmerhub.errors import StoreError

MIGRATION_SIZES: Final = 3.0
"""The backup, rows that a migration holds aside until it is done, and the write-ahead log."""
RESTORE_SIZES: Final = 2.0
"""The copy, and the write-ahead log of bringing it up to date."""
SAVING_SIZES: Final = 1.3
"""The fresh database: its pages may be less full than those of the damaged one."""
COMPACTING_SIZES: Final = 2.2
"""VACUUM writes a copy, and then that copy into the write-ahead log."""
BESIDES_BYTES: Final = 5_000_000


def free_bytes_of(folder: Path) -> int:
    """Return the free space of the disk that a folder is on."""
    return shutil.disk_usage(folder).free


def size_of(database: Path) -> int:
    """Return the size of a database with its write-ahead log, in bytes; 0 when there is none."""
    files = (database, database.with_name(f"{database.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def check_room(
    folder: Path, needed_bytes: float, *, doing: str, hint: str, free_bytes: Callable[[Path], int] = free_bytes_of
) -> None:
    """Raise StoreError when the disk of a folder has too little room; `doing` says for what, as in "to copy X"."""
    free = free_bytes(folder)
    if free < needed_bytes:
        raise StoreError(
            f"there is too little space {doing}: it needs {needed_bytes / 1_000_000:,.0f} MB,"
            f" {free / 1_000_000:,.0f} MB are free in {folder}",
            hint=hint,
        )
