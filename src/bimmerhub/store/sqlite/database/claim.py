"""One writer for a database file, by whatever name or path it is reached: a hard link, a bind mount, another container.

SQLite keeps its log beside the name by which a file was opened. Two writers by two names would each have a log of
their own, and the database would be damaged. So a writer locks the file itself, on Linux: elsewhere this kind of lock
is not apart from SQLite's own. On a share it is not either; what is said about that: `mounts.find_share`.

The lock file beside the database (`hub.process.directory`) is needed all the same: it is held while a restore puts
another file in place, and where this lock cannot be taken.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bimmerhub.errors import StoreError
from bimmerhub.mounts import find_share
from bimmerhub.store.sqlite.salvage.held_files import hold

_claimed: set[tuple[int, int]] = set()
"""Device and number of the files that this process has claimed."""


@contextmanager
def claimed(path: Path) -> Iterator[None]:
    """Hold the database file, if it is there, while the block runs; StoreError when another process has it."""
    try:
        file = path.stat()
    except OSError:
        yield  # opening it says what is wrong
        return
    key = (file.st_dev, file.st_ino)
    if sys.platform != "linux" or key in _claimed or find_share(path) is not None:
        yield
        return
    descriptor = hold(path)  # which stays open when the claim ends: the readers' locks would end with it
    _lock(descriptor, path)
    _claimed.add(key)
    try:
        yield
    finally:
        _claimed.discard(key)
        _unlock(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    import fcntl  # noqa: PLC0415 - not there on Windows

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise StoreError(
            f"the database {path} is in use by another bimmerhub, by this or another path or name",
            hint="Stop that one first, or name another database: store.path",
        ) from error
    except OSError:
        return  # a file system without locks


def _unlock(descriptor: int) -> None:
    import fcntl  # noqa: PLC0415 - not there on Windows

    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_UN)
