"""Descriptors of database files that stay open for as long as this process has the database open.

Closing any descriptor of a file ends every lock that this process has on it, SQLite's too: then another program could
take the database for its own. Source: https://www.sqlite.org/howtocorrupt.html, section 2.2.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_held: Final[dict[tuple[int, int], tuple[Path, int]]] = {}
"""By device and number of the file: the path by which it was opened, and its descriptor."""
_users: Final[Counter[Path]] = Counter()
"""How often this process has the database at a path open."""


@contextmanager
def in_use(path: Path) -> Iterator[None]:
    """Have the database open while the block runs: `let_go` comes at the end of the last such block."""
    _users[path] += 1
    try:
        yield
    finally:
        _users[path] -= 1
        if not _users[path]:
            let_go(path)


def hold(path: Path) -> int:
    """Return a descriptor to read a file with (`read_at`); it is closed by `let_go` only. OSError as opening it."""
    file = path.stat()
    key = (file.st_dev, file.st_ino)
    if key not in _held:
        _held[key] = (path, os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)))
    return _held[key][1]


def read_at(descriptor: int, size: int, offset: int) -> bytes:
    """Return up to `size` bytes of a file that begin at that place."""
    if sys.platform == "win32":
        os.lseek(descriptor, offset, os.SEEK_SET)
        return os.read(descriptor, size)
    return os.pread(descriptor, size, offset)


def let_go(path: Path) -> None:
    """Close the descriptors of this database and its log, once nothing in this process has the database open."""
    files = {path, path.with_name(f"{path.name}-wal")}
    for key in [key for key, (opened_by, _) in _held.items() if opened_by in files]:
        os.close(_held.pop(key)[1])
