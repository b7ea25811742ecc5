"""What was set aside of a database: its sizes, the limits to setting more aside, and clearing it away.

What is set aside: damaged databases, and other files that were put in the place of the one in use.

They would fill a disk that goes on failing, or on which a program puts a file in that place again and again. So the hub
sets aside no more than `MOST_A_DAY` within a day by itself, and together they may take no more room than is left on the
disk. A person may go beyond that.
"""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from bimmerhub.errors import StoreError
from bimmerhub.files import sync
from bimmerhub.store.ports.soundness import SetAside
from bimmerhub.store.sqlite.database.connection import disk_errors
from bimmerhub.store.sqlite.database.disk_room import free_bytes_of, size_of
from bimmerhub.times import DAY_MS

MOST_A_DAY: Final = 3


def load_set_aside(path: Path) -> list[SetAside]:
    """Return what was set aside of the database at `path`, each with all that lies beside it, the newest first."""
    groups: dict[str, dict[Path, os.stat_result]] = {}
    pattern = re.compile(rf"({re.escape(path.name)}\.(?:damaged|found)-\d+)([.-].*)?")
    with suppress(OSError):  # a folder that is gone or closed to us
        for file in path.parent.iterdir():
            if match := pattern.fullmatch(file.name):
                with suppress(FileNotFoundError):  # somebody has just removed it
                    groups.setdefault(match[1], {})[file] = file.stat()
    copies = [_describe(path.with_name(name), files) for name, files in groups.items() if files]
    return sorted(copies, key=lambda copy: copy.set_aside_at_ms, reverse=True)


def remove_set_aside(path: Path) -> list[SetAside]:
    """Remove what was set aside of the database at `path`, for good, and return what that was; OSError as removing."""
    copies = load_set_aside(path)
    for copy in copies:
        for file in copy.files:
            Path(file).unlink(missing_ok=True)
    if copies:
        sync(path.parent)
    return copies


def check_limits(path: Path, *, now_ms: int) -> None:
    """Raise StoreError when nothing more of the database at `path` is to be set aside without a person's word.

    So it does when the disk does not say how much room there is.
    """
    copies = load_set_aside(path)
    # A clock that was wrong when they were set aside must not end the limit, nor keep it for years.
    of_today = sum(abs(now_ms - copy.set_aside_at_ms) < DAY_MS for copy in copies)
    size = sum(copy.size_bytes for copy in copies)
    if of_today >= MOST_A_DAY:
        why = f"{of_today} files were set aside within a day"
    elif copies and _is_short_of_room(path, size):
        why = f"what was set aside takes {size / 1_000_000:,.0f} MB, and with this one more than is free"
    else:
        return
    raise StoreError(
        f"nothing more of {path} is set aside without your word: {why}",
        hint=(
            "Check the disk, move what you need of these files to another one, then: bimmerhub damage clear"
            " (or once more without that: bimmerhub damage check). What is readable is served meanwhile."
        ),
    )


def _is_short_of_room(path: Path, set_aside_bytes: int) -> bool:
    """Tell whether the files that were set aside, with the database at `path`, would take more room than is left."""
    with disk_errors(path):
        return set_aside_bytes + size_of(path) > free_bytes_of(path.parent)


def _describe(name: Path, files: Mapping[Path, os.stat_result]) -> SetAside:
    return SetAside(
        file=str(name),
        size_bytes=sum(state.st_size for state in files.values()),
        set_aside_at_ms=min(state.st_ctime_ns for state in files.values()) // 1_000_000,
        files=tuple(sorted(str(file) for file in files)),
    )
