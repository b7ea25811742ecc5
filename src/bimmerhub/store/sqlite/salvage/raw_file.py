"""The pages of a database file as its last commit left them, read without SQLite, which stops at the first damage.

Source of the formats: https://www.sqlite.org/fileformat2.html, sections 1.2 to 1.6 (file, pages, freelist) and 4
(write-ahead log).
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bimmerhub.store.sqlite.salvage.held_files import hold, read_at

PAGE_BYTES: Final = 4_096
"""What our databases have: SQLite's default, which we never change."""
MAGIC: Final = b"SQLite format 3\x00"
_PAGE_SIZES: Final = frozenset(1 << power for power in range(9, 17))
_PAGE_TYPES: Final = frozenset((0x02, 0x05, 0x0A, 0x0D))
_SAMPLE_PAGES: Final = 256
_WAL_MAGIC: Final = (0x377F0682, 0x377F0683)
_ORDERS: Final = ("<", ">")
"""The byte orders of checksums, by the last bit of a log's first number."""
_WAL_HEADER_BYTES: Final = 32
_FRAME_HEADER_BYTES: Final = 24
_WORD: Final = 0xFFFFFFFF


class RawFile:
    """The pages of a database with its write-ahead log; nothing is written. `let_go` of its path at the end."""

    def __init__(self, path: Path) -> None:
        self._descriptor = hold(path)
        size = path.stat().st_size
        self.header = read_at(self._descriptor, 100, 0)
        self.log = LogFrames.load(path.with_name(f"{path.name}-wal"))
        self.page_bytes = self._find_page_bytes(size)
        in_log = max(self.log.pages, default=0) if self.log.page_bytes == self.page_bytes else 0
        self._in_log = self.log.pages if in_log else {}
        self.pages = max(size // self.page_bytes, in_log)
        """How many pages there are; they count from 1."""

    def page(self, number: int) -> bytes:
        """Return a page; an empty one for what lies behind the end of the file."""
        if number < 1:
            return b""
        if number in self._in_log:
            return self._in_log[number]
        page = read_at(self._descriptor, self.page_bytes, (number - 1) * self.page_bytes)
        return page if len(page) == self.page_bytes else b""

    def free_pages(self) -> set[int]:
        """Return the pages that hold nothing any more; as far as their list is readable."""
        first = self.page(1)
        free: set[int] = set()
        trunk = int.from_bytes(first[32:36]) if first else 0
        while 1 < trunk <= self.pages and trunk not in free:
            free.add(trunk)
            page = self.page(trunk)
            if not page:
                break
            trunk, leaves = struct.unpack(">II", page[:8])
            if leaves > self.page_bytes // 4 - 2:
                break
            numbers = struct.unpack(f">{leaves}I", page[8 : 8 + 4 * leaves])
            free.update(number for number in numbers if 1 < number <= self.pages)
        return free

    def _find_page_bytes(self, size: int) -> int:
        """Return the page size by which most of the first pages begin as pages do: the header may be damaged."""
        claimed = int.from_bytes(self.header[16:18])
        claimed = 65_536 if claimed == 1 else claimed
        sizes = {PAGE_BYTES, claimed, self.log.page_bytes} & _PAGE_SIZES
        return max(sizes, key=lambda page_bytes: (self._count_pages(size, page_bytes), page_bytes == PAGE_BYTES))

    def _count_pages(self, size: int, page_bytes: int) -> float:
        offsets = range(page_bytes, size, page_bytes)[:_SAMPLE_PAGES]
        types = 0
        for offset in offsets:
            types += (read_at(self._descriptor, 1, offset) or b"\0")[0] in _PAGE_TYPES
        return types / max(1, len(offsets))


class LogFrames:
    """The newest committed version of each page in a write-ahead log.

    `broken` counts frames of commits that do not fit their checksum, or the one before theirs: SQLite ignores those and
    every commit behind them. `commits_lost` tells whether it would ignore a commit that was on disk.
    """

    def __init__(self, page_bytes: int) -> None:
        self.page_bytes = page_bytes
        self.pages: dict[int, bytes] = {}
        self.broken = 0
        self.commits_lost = False

    @classmethod
    def load(cls, path: Path) -> "LogFrames":
        """Return what the log at `path` holds; nothing when there is none."""
        try:
            content = path.read_bytes()
        except OSError:
            return cls(PAGE_BYTES)
        frames = cls(_log_page_bytes(content))
        if len(content) > _WAL_HEADER_BYTES:
            frames._take(content)
        return frames

    def _take(self, content: bytes) -> None:
        """Take the frames of the commits, up to the last commit whose frame is whole.

        The checksum of a frame goes on from the one before it. So behind a broken frame, or one whose checksum alone is
        broken, the next ones can be checked again. What a rolled-back transaction left ends in no commit and is not
        taken. Nor is a last commit that is torn: it was not promised yet.
        """
        frames = list(_split(content, self.page_bytes))
        salt, order = _salt_of(content, frames), _checksum_order(content, frames)
        is_header_whole = _is_header_whole(content)
        before: tuple[bytes, ...] = (content[24:32],)
        whole: list[bool] = []
        last_commit, broken_at = 0, len(frames)
        for place, (header, page) in enumerate(frames):
            stated = header[16:24]
            computed = tuple(_checksum(header[:8] + page, start, order) for start in before)
            is_own = header[8:16] == salt
            is_whole = is_own and (stated in computed or (place == 0 and not is_header_whole))
            if is_whole and place and not whole[-1] and stated == computed[-1] != computed[0]:
                whole[-1] = frames[place - 1][0][8:16] == salt  # of the frame before only the checksum is broken
            whole.append(is_whole)
            broken_at = broken_at if is_whole else min(broken_at, place)
            before = (stated,) if is_whole else (stated, computed[0])
            if is_whole and int.from_bytes(header[4:8]):
                last_commit = place + 1
        self.broken = sum(not is_whole for is_whole in whole[:last_commit])
        self.commits_lost = broken_at < last_commit or (last_commit > 0 and not is_header_whole)
        for (header, page), is_whole in zip(frames[:last_commit], whole, strict=False):
            if is_whole and (number := int.from_bytes(header[:4])):
                self.pages[number] = page


def _log_page_bytes(content: bytes) -> int:
    return int.from_bytes(content[8:12]) if _is_header_whole(content) else PAGE_BYTES


def _split(content: bytes, page_bytes: int) -> Iterator[tuple[bytes, bytes]]:
    frame_bytes = _FRAME_HEADER_BYTES + page_bytes
    for offset in range(_WAL_HEADER_BYTES, len(content) - frame_bytes + 1, frame_bytes):
        page = offset + _FRAME_HEADER_BYTES
        yield content[offset:page], content[page : page + page_bytes]


def _salt_of(content: bytes, frames: list[tuple[bytes, bytes]]) -> bytes:
    """Return what marks the frames of the log's present round: as its header says, or its first frames.

    A header is on disk before any frame of its round, so under a whole one older frames, which are in the database by
    then, are an empty log. Only where the first half of the salt, which each round makes greater by one, says that the
    frames are the newer ones, the header was not written.
    """
    stated = content[16:24]
    first = [header[8:16] for header, _ in frames[:3]]
    if stated in first or not first:
        return stated
    usual = max(first, key=first.count)
    is_newer = int.from_bytes(usual[:4]) == (int.from_bytes(stated[:4]) + 1) & _WORD
    return stated if _is_header_whole(content) and not is_newer else usual


def _is_header_whole(content: bytes) -> bool:
    """Tell whether the header of a log is what SQLite takes for one."""
    if len(content) < _WAL_HEADER_BYTES or int.from_bytes(content[:4]) not in _WAL_MAGIC:
        return False
    order = _ORDERS[int.from_bytes(content[:4]) % 2]
    return _checksum(content[:24], bytes(8), order) == content[24:32]


def _checksum_order(content: bytes, frames: list[tuple[bytes, bytes]]) -> str:
    """Return the byte order of the log's checksums: as its header says, or the one that fits its second frame."""
    magic = int.from_bytes(content[:4])
    if magic in _WAL_MAGIC or len(frames) < 2:  # noqa: PLR2004 - the first two
        return _ORDERS[magic % 2]
    (first, _), (header, page) = frames[:2]
    fits = [order for order in _ORDERS if _checksum(header[:8] + page, first[16:24], order) == header[16:24]]
    return fits[0] if fits else _ORDERS[0]


def _checksum(content: bytes, before: bytes, order: str) -> bytes:
    """Return the checksum of a frame that follows one with the checksum `before`."""
    first, second = struct.unpack(">II", before)
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & _WORD
        second = (second + other + first) & _WORD
    return struct.pack(">II", first, second)
