"""Whether the files at the database's path are still those that are open, and as this process left them.

A person or a sync program may put another file there by a rename: SQLite does not notice, and goes on writing to the
file that has no name any more. The same goes for its log, in which all of a young database is. Or may write over it:
then what SQLite remembers of it is not true any more.
"""

from pathlib import Path
from typing import Final

from bimmerhub.mounts import find_share
from bimmerhub.store.sqlite.database.exchange import side_of

TAKEN: Final = "another file was put in the place of the database while it was in use"
REMOVED: Final = "the file of the database was removed while it was in use"
LOG_TAKEN: Final = "the write-ahead log of the database was removed or exchanged while it was in use"

_Identity = tuple[int, int]


class OwnFile:
    """The file of the writing connection: `note_opened`, then `note_written` after each write, which ask the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: _Identity | None = None
        self._log: _Identity | None = None
        self._index: _Identity | None = None
        self._written: tuple[int, int] | None = None
        self._is_suspect = False
        self._is_on_share = False

    def note_opened(self) -> None:
        """Note which file the writing connection has open now, and which log."""
        self._file = _identity(self._path)
        self._log, self._index = (_identity(side_of(self._path, ending)) for ending in ("-wal", "-shm"))
        self._is_on_share = find_share(self._path) is not None
        self._written, self._is_suspect = self._state(), False

    def note_closed(self) -> None:
        """Note that no file is open any more."""
        self._file = self._log = self._index = self._written = None

    def note_written(self) -> None:
        """Note how the file is after a write of our own."""
        if self._file is not None and not self._is_suspect:
            self._written = self._state()

    def displaced(self) -> str | None:
        """Return in words that what is at the path is not what is open; None when it is, or nothing is open.

        None on a share, too: some number their files anew.
        """
        if self._file is None or self._is_on_share:
            return None
        there = _identity(self._path)
        is_log_there = self._is_there("-wal", self._log) and self._is_there("-shm", self._index)
        if (there == self._file and is_log_there) or not self._path.parent.exists():
            return None  # where all of the folder was moved, the files are still together
        if there is None:
            return REMOVED
        return TAKEN if there != self._file else LOG_TAKEN

    def _is_there(self, ending: str, opened: _Identity | None) -> bool:
        return opened is None or _identity(side_of(self._path, ending)) == opened

    def is_overwritten(self) -> bool:
        """Tell whether somebody else wrote to the file since it was opened; on a share its times do not tell."""
        if self._written is not None and not self._is_on_share and self._state() != self._written:
            self._is_suspect = True
        return self._is_suspect

    def remove_log(self) -> None:
        """Remove the log of the writing connection from beside another file; all of it must be elsewhere by then."""
        if self._log is not None and _identity(side_of(self._path, "-wal")) == self._log:
            for ending in ("-shm", "-wal"):
                side_of(self._path, ending).unlink(missing_ok=True)

    def _state(self) -> tuple[int, int] | None:
        try:
            state = self._path.stat()
        except OSError:
            return None
        return (state.st_size, state.st_mtime_ns)


def _identity(path: Path) -> _Identity | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return (state.st_dev, state.st_ino)
