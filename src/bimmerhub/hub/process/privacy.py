"""The data directory is its owner's alone: modes are checked at each start, put right, and what was wrong is told."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE, S_ISDIR, S_ISREG, S_ISVTX, S_IWOTH
from typing import Final

from bimmerhub.errors import StoreError

OTHERS: Final = 0o077
"""What the group and everybody else may do."""
MOST_FILES: Final = 10_000
"""So many are looked at; a directory that others cannot enter hides the rest as well."""

_log = logging.getLogger(__name__)


def refuse_other_owner(data_dir: Path) -> None:
    """Refuse a directory of another user, who could change all in it: StoreError. The administrator is only told."""
    owner, user = data_dir.stat().st_uid, os.geteuid()
    if owner == user:
        return
    if user != 0:
        raise StoreError(
            f"the data directory {data_dir} belongs to another user (uid {owner}), who could read and change it",
            hint="Name one of your own: --data-dir DIR; or have it given to you: chown",
        )
    _log.warning(
        "%s belongs to uid %d, and this runs as the administrator: what it writes there, that user cannot change later",
        data_dir,
        owner,
    )


def refuse_planted(data_dir: Path, *, database: Path | None = None) -> None:
    """Refuse to use files or links of another user in the directory, or beside the database: StoreError.

    Who could once write there may have left one, to read through it what is written now, or to lead it elsewhere.
    """
    ours = {0, os.geteuid(), data_dir.stat().st_uid}
    for path in (*_inside(data_dir), *_files_of(database)):
        try:
            owner = path.lstat().st_uid
        except OSError:  # not there, or gone meanwhile
            continue
        if owner not in ours:
            raise StoreError(
                f"{path} belongs to another user (uid {owner}), who could read or change what is kept there",
                hint="Delete it if you do not know what it is; or have it given to you: chown",
            )


def make_private(data_dir: Path, *, database: Path | None = None) -> None:
    """Take from others whatever they may do in the directory and with the database, wherever that lies; log it.

    Links are left alone, and so is what belongs to somebody else.
    """
    opened = [path for path in (data_dir, *_inside(data_dir), *_files_of(database)) if _close(path)]
    if opened:
        others = f" and {len(opened) - 1:,} more" if len(opened) > 1 else ""
        _log.warning("others on this machine could use %s%s: taken from them now (chmod go=)", opened[0], others)
    left = [path for path in opened if S_IMODE(path.stat().st_mode) & OTHERS]
    if left:
        _log.warning("others on this machine can still use %s: its file system keeps no modes", left[0])
    _warn_of_parent(data_dir.absolute().parent)


def _inside(folder: Path) -> Iterator[Path]:
    """Yield what is in a folder, links and what is behind them left out."""
    number = 0
    for path, folders, files in os.walk(folder, onerror=None, followlinks=False):
        for name in (*folders, *files):
            number += 1
            if number > MOST_FILES:
                return
            yield Path(path, name)


def _files_of(database: Path | None) -> list[Path]:
    """Return the database, where a link leads to it too, and what is or could be beside it."""
    if database is None:
        return []
    places = {database: None, Path(os.path.realpath(database)): None}
    ends = ("", "-wal", "-shm", "-journal", ".lock")
    return [place.with_name(f"{place.name}{end}") for place in places for end in ends]


def _close(path: Path) -> bool:
    """Take a file or folder of ours from others; return whether they could use it."""
    try:
        status = path.lstat()
        is_ours = status.st_uid == os.geteuid() and (S_ISREG(status.st_mode) or S_ISDIR(status.st_mode))
        if not is_ours or not S_IMODE(status.st_mode) & OTHERS:
            return False
        path.chmod(S_IMODE(status.st_mode) & ~OTHERS)
    except OSError:  # gone meanwhile, or a disk that cannot be written, which is told elsewhere
        return False
    return True


def _warn_of_parent(parent: Path) -> None:
    mode = parent.stat().st_mode
    if mode & S_IWOTH and not mode & S_ISVTX:
        _log.warning("everybody on this machine may put another directory in the place of those in %s", parent)
