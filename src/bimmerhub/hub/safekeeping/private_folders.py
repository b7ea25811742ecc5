"""Private folders for what lies in the clear for a while.

A folder is gone after its block. One that a killed process left, or that the disk kept, goes when the next is made.
They are beside the database, or, where that disk is full or read-only, where temporary files go.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from bimmerhub.errors import StoreError
from bimmerhub.hub.process.holding import hold, is_held

_SCRATCH = ".bimmerhub-"


@contextmanager
def scratch_folder(database: Path, last: Path) -> Iterator[Path]:
    """Give a private folder on a disk that takes as much as the database has; `last` is the last to be tried."""
    needed = 2 * database.stat().st_size if database.exists() else 0
    for place in (database.parent, Path(tempfile.gettempdir())):
        if os.access(place, os.W_OK) and shutil.disk_usage(place).free > needed:
            break
    else:
        place = last
    with private_folder(place) as folder:
        yield folder


@contextmanager
def private_folder(place: Path) -> Iterator[Path]:
    """Give a folder (0700) that is gone after the block; those of processes that were killed are removed too.

    StoreError when it cannot be made; what the block itself raises passes as it is.
    """
    remove_left_folders(place)
    prefix = f"{_SCRATCH}{os.getpid()}-"
    with ExitStack() as stack:
        try:
            made = tempfile.TemporaryDirectory(prefix=prefix, dir=place, ignore_cleanup_errors=True)
            folder = Path(stack.enter_context(made))
            stack.enter_context(_held(folder))
        except OSError as error:
            raise StoreError(
                f"cannot use {place}: {error.strerror}", hint="Check its space and permissions."
            ) from error
        yield folder


def remove_left_folders(place: Path) -> None:
    """Remove the private folders in `place` whose process has ended, and test files of `move_room` that it left."""
    for trial in place.glob(f"{_SCRATCH}????????.partial"):
        with suppress(OSError):
            trial.unlink(missing_ok=True)
    for folder in place.glob(f"{_SCRATCH}*-*"):
        number = folder.name.removeprefix(_SCRATCH).partition("-")[0]
        if number.isdecimal() and not is_held(folder):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder while the block runs."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        hold(descriptor)
        yield
    finally:
        os.close(descriptor)
