"""The newest version of each page in a write-ahead log, found without SQLite, which stops at the first damage.

The log is read frame by frame, so its size costs time (2 to 5 s per 100 MB) and hardly any memory.

Source of the format, and of what is written in which order: https://www.sqlite.org/fileformat2.html, section 4, and
https://www.sqlite.org/walformat.html.
"""

import struct
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from bimmerhub.store.sqlite.salvage.held_files import hold, read_at

PAGE_BYTES: Final = 4_096
"""What our databases have: SQLite's default, which we never change."""
_MAGIC: Final = (0x377F0682, 0x377F0683)
_ORDERS: Final = ("<", ">")
"""The byte orders of checksums, by the last bit of a log's first number."""
_HEADER_BYTES: Final = 32
_FRAME_HEADER_BYTES: Final = 24
_WORD: Final = 0xFFFFFFFF

Frame = tuple[bytes, bytes]
"""Its header and its page."""


class LogFrames:
    """The newest committed version of each page: `page`.

    `commits_lost` tells whether SQLite would take no notice of a commit that was on disk, since a frame before it is
    damaged. A commit that was broken off is none: it was not promised yet. Its frames may reach the disk in any order,
    and what comes after a restart may be written over the first of them; but the next transaction begins only when the
    one before it is on disk. So a commit is lost only where a whole transaction lies behind another commit, both behind
    the damage.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offsets: dict[int, int] = {}
        self.page_bytes = PAGE_BYTES
        self.commits_lost = False

    @classmethod
    def load(cls, path: Path) -> "LogFrames":
        """Return what the log at `path` holds; nothing when there is none, or it cannot be read."""
        frames = cls(path)
        try:
            with path.open("rb") as file:
                frames._scan(file)
        except OSError:
            return cls(path)
        return frames

    @property
    def last_page(self) -> int:
        """The largest number of a page in the log; 0 when there is none."""
        return max(self._offsets, default=0)

    def page(self, number: int) -> bytes | None:
        """Return a page, None when the log has none with that number."""
        offset = self._offsets.get(number)
        return None if offset is None else read_at(hold(self._path), self.page_bytes, offset)

    def _scan(self, file: BinaryIO) -> None:
        header = file.read(_HEADER_BYTES)
        if _is_header_whole(header):
            self.page_bytes = int.from_bytes(header[8:12])
        chain = _Chain(header, list(islice(_frames(file, self.page_bytes), 3)))
        offset = _HEADER_BYTES
        file.seek(offset)
        for frame in _frames(file, self.page_bytes):
            chain.take(frame, offset + _FRAME_HEADER_BYTES)
            offset += _FRAME_HEADER_BYTES + self.page_bytes
        self.commits_lost = chain.commits_lost
        self._offsets = chain.before | chain.behind if chain.commits_lost else chain.before


class _Chain:
    """The checksums of a log's frames: each goes on from the frame before it.

    So behind a damaged frame, or one whose checksum alone is damaged, the next ones can be checked again. `before` are
    the pages of the commits before the first damage, `behind` of those behind it, each by where it begins in the file.
    """

    def __init__(self, header: bytes, first: list[Frame]) -> None:
        self._salt, self._order = _salt_of(header, first), _checksum_order(header, first)
        self._is_header_whole = _is_header_whole(header) and self._salt == header[16:24]
        self._starts: tuple[bytes, ...] = (header[24:32],)
        self._previous: tuple[bytes, int] | None = None
        self._open: dict[int, int] = {}
        self._is_broken = False
        self._is_transaction_whole = False
        self.before: dict[int, int] = {}
        self.behind: dict[int, int] = {}
        self.commits_lost = False

    def take(self, frame: Frame, offset: int) -> None:
        """Take the next frame, whose page begins at `offset`."""
        header, page = frame
        stated, is_own = header[16:24], header[8:16] == self._salt
        computed = [_checksum(header[:8] + page, start, self._order) for start in self._starts] if is_own else []
        is_first = self._previous is None
        is_whole = is_own and (stated in computed or (is_first and not self._is_header_whole))
        if is_whole and stated == computed[-1] != computed[0]:
            self._save_previous()
        self._previous = (header, offset)
        if not is_whole:
            self._is_broken = True
            self._is_transaction_whole = False
            self._starts = (stated, *computed[:1])
            return
        self._starts = (stated,)
        self._open[int.from_bytes(header[:4])] = offset
        if int.from_bytes(header[4:8]):
            self._commit()

    def _save_previous(self) -> None:
        """Take the frame before, of which only the checksum proves to be damaged."""
        if self._previous is None or self._previous[0][8:16] != self._salt:
            return
        header, offset = self._previous
        self._open[int.from_bytes(header[:4])] = offset
        if int.from_bytes(header[4:8]):
            self._commit()

    def _commit(self) -> None:
        pages = self.behind if self._is_broken else self.before
        pages.update(self._open)
        self._open.clear()
        if not self._is_header_whole or (self._is_broken and self._is_transaction_whole):
            self.commits_lost = True
        self._is_transaction_whole = True


def _frames(file: BinaryIO, page_bytes: int) -> Iterator[Frame]:
    frame_bytes = _FRAME_HEADER_BYTES + page_bytes
    while len(frame := file.read(frame_bytes)) == frame_bytes:
        yield frame[:_FRAME_HEADER_BYTES], frame[_FRAME_HEADER_BYTES:]


def _salt_of(header: bytes, first: list[Frame]) -> bytes:
    """Return what marks the frames of the log's present round: as its header says, or its first frames.

    A header is on disk before any frame of its round, so under a whole one older frames, which are in the database by
    then, are an empty log. Only where the first half of the salt, which each round makes greater by one, says that the
    frames are the newer ones, the header was not written.
    """
    stated = header[16:24]
    salts = [frame[8:16] for frame, _ in first]
    if stated in salts or not salts:
        return stated
    usual = max(salts, key=salts.count)
    is_newer = int.from_bytes(usual[:4]) == (int.from_bytes(stated[:4]) + 1) & _WORD
    return stated if _is_header_whole(header) and not is_newer else usual


def _is_header_whole(header: bytes) -> bool:
    """Tell whether the header of a log is what SQLite takes for one."""
    if len(header) < _HEADER_BYTES or int.from_bytes(header[:4]) not in _MAGIC:
        return False
    order = _ORDERS[int.from_bytes(header[:4]) % 2]
    return _checksum(header[:24], bytes(8), order) == header[24:32]


def _checksum_order(header: bytes, first: list[Frame]) -> str:
    """Return the byte order of the log's checksums: as its header says, or the one that fits its second frame."""
    magic = int.from_bytes(header[:4])
    if magic in _MAGIC or len(first) < 2:  # noqa: PLR2004 - the first two
        return _ORDERS[magic % 2]
    (one, _), (other, page) = first[:2]
    fits = [order for order in _ORDERS if _checksum(other[:8] + page, one[16:24], order) == other[16:24]]
    return fits[0] if fits else _ORDERS[0]


def _checksum(content: bytes, before: bytes, order: str) -> bytes:
    """Return the checksum of a frame that follows one with the checksum `before`."""
    first, second = struct.unpack(">II", before)
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & _WORD
        second = (second + other + first) & _WORD
    return struct.pack(">II", first, second)
