"""The pages of a database file as its last commit left them, read without SQLite, which stops at the first damage.

Source of the format: https://www.sqlite.org/fileformat2.html, sections 1.2 to 1.6 (file, pages, freelist).
"""

import struct
from pathlib import Path
from typing import Final

from bimmerhub.store.sqlite.salvage.held_files import hold, read_at
from bimmerhub.store.sqlite.salvage.log_frames import PAGE_BYTES, LogFrames

MAGIC: Final = b"SQLite format 3\x00"
_PAGE_SIZES: Final = frozenset(1 << power for power in range(9, 17))
_PAGE_TYPES: Final = frozenset((0x02, 0x05, 0x0A, 0x0D))
_SAMPLE_PAGES: Final = 256
_LEAF: Final = 0x0D


def is_new(start: bytes) -> bool:
    """Tell by the first 108 bytes whether a file is as SQLite makes one: a page without a table, of no owner."""
    return (
        start[:16] == MAGIC
        and int.from_bytes(start[28:32]) == 1
        and not any(start[60:64] + start[68:72])
        and start[100:101] == bytes([_LEAF])
        and not any(start[103:105])
    )


class RawFile:
    """The pages of a database with its write-ahead log, or without; `let_go` of its path at the end."""

    def __init__(self, path: Path, *, with_log: bool = True) -> None:
        self._descriptor = hold(path)
        size = path.stat().st_size
        self.header = read_at(self._descriptor, 100, 0)
        log = path.with_name(f"{path.name}-wal")
        self.log = LogFrames.load(log) if with_log else LogFrames(log)
        self.page_bytes = self._find_page_bytes(size)
        self._is_log_used = self.log.page_bytes == self.page_bytes
        self.pages = max(size // self.page_bytes, self.log.last_page if self._is_log_used else 0)
        """How many pages there are; they count from 1."""

    def page(self, number: int) -> bytes:
        """Return a page; an empty one for what lies behind the end of the file."""
        if number < 1:
            return b""
        if self._is_log_used and (logged := self.log.page(number)) is not None:
            return logged
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
