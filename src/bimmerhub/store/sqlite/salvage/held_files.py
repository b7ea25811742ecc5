"""Descriptors of database files that stay open for as long as this process has the database open.

Closing any descriptor of a file ends every lock that this process has on it, SQLite's too: then another program could
take the database for its own. Source: https://www.sqlite.org/howtocorrupt.html, section 2.2.
"""

import os
from pathlib import Path
from typing import Final

_held: Final[dict[tuple[int, int], tuple[Path, int]]] = {}
"""By device and number of the file: the path by which it was opened, and its descriptor."""


def hold(path: Path) -> int:
    """Return a descriptor to read a file with (`os.pread`); it is closed by `let_go` only. OSError as opening it."""
    file = path.stat()
    key = (file.st_dev, file.st_ino)
    if key not in _held:
        _held[key] = (path, os.open(path, os.O_RDONLY))
    return _held[key][1]


def let_go(path: Path) -> None:
    """Close all descriptors that were opened by this path, once nothing in this process has the database open."""
    for key in [key for key, (opened_by, _) in _held.items() if opened_by == path]:
        os.close(_held.pop(key)[1])
