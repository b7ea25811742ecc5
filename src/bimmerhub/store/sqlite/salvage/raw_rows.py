"""The rows of a database's pages, decoded without SQLite. What cannot be decoded is counted, never guessed.

Source of the formats: https://www.sqlite.org/fileformat2.html, sections 1.6 (b-tree pages) and 2.1 (records).
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from bimmerhub.store.sqlite.salvage.raw_file import RawFile

Cell = int | float | str | bytes | None
Row = tuple[Cell, ...]
"""The columns as stored; of a table with row ids the id comes first."""

_INTERIOR_INDEX: Final = 0x02
_INTERIOR_TABLE: Final = 0x05
_LEAF_INDEX: Final = 0x0A
_LEAF_TABLE: Final = 0x0D
_LARGEST_PAYLOAD: Final = 64 * 1024 * 1024
_INTEGER_BYTES: Final = (0, 1, 2, 3, 4, 6, 8)
_FLOAT: Final = 7
_ZERO: Final = 8
_ONE: Final = 9
_FIRST_BLOB: Final = 12
_LONG: Final = 0x80
"""A byte that is as large has another one of the same integer behind it."""


class Tree(Enum):
    """The two kinds of b-trees: by row id, and by key (indexes, and tables without row ids)."""

    TABLE = "table"
    INDEX = "index"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRows:
    """What a page of a b-tree holds; `broken` counts cells that cannot be decoded. No `tree`: it is no such page."""

    tree: Tree | None
    rows: Sequence[Row] = ()
    children: Sequence[int] = ()
    broken: int = 0
    overflow: Sequence[int] = field(default=())


class _BrokenCell(Exception):
    """A cell is not what the format allows."""


def read_page(file: RawFile, number: int, *, expected: Tree | None = None) -> PageRows:
    """Return the rows and children of a page.

    A page whose type is damaged is read as a leaf of the `expected` tree.
    """
    page = file.page(number)
    start = 100 if number == 1 else 0
    if len(page) < start + 12:
        return PageRows(tree=None)
    kind = page[start]
    if kind not in {_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE}:
        if expected is None or not any(page):
            return PageRows(tree=None)
        kind = _LEAF_TABLE if expected is Tree.TABLE else _LEAF_INDEX
    return _PageReader(file, page, start, kind).read()


class _PageReader:
    def __init__(self, file: RawFile, page: bytes, start: int, kind: int) -> None:
        self._file = file
        self._page = page
        self._start = start
        self._is_interior = kind in {_INTERIOR_INDEX, _INTERIOR_TABLE}
        self._tree = Tree.TABLE if kind in {_INTERIOR_TABLE, _LEAF_TABLE} else Tree.INDEX
        self._rows: list[Row] = []
        self._children: list[int] = []
        self._overflow: list[int] = []

    def read(self) -> PageRows:
        page, start = self._page, self._start
        array = start + (12 if self._is_interior else 8)
        stated = int.from_bytes(page[start + 3 : start + 5])
        cells = min(stated, (len(page) - array) // 2)
        broken = 0
        for offset in struct.unpack_from(f">{cells}H", page, array):
            try:
                self._read_cell(offset if offset >= array else len(page))
            except (_BrokenCell, IndexError, UnicodeDecodeError, struct.error):
                broken += 1
        if self._is_interior:
            self._children.append(int.from_bytes(page[start + 8 : start + 12]))
        return PageRows(
            tree=self._tree,
            rows=self._rows,
            children=self._children,
            broken=min(broken, len(page) // 4),
            overflow=self._overflow,
        )

    def _read_cell(self, offset: int) -> None:
        if self._is_interior:
            self._children.append(int.from_bytes(self._page[offset : offset + 4]))
            if self._tree is Tree.TABLE:
                return
            offset += 4
        size, offset = read_varint(self._page, offset)
        rowid: int | None = None
        if self._tree is Tree.TABLE:
            rowid, offset = read_varint(self._page, offset)
        record = decode_record(self._payload(size, offset))
        self._rows.append(record if rowid is None else (_signed(rowid), *record))

    def _payload(self, size: int, offset: int) -> bytes:
        """Return a payload of `size` bytes that begins at `offset` and may go on in overflow pages."""
        usable = len(self._page)
        if not 0 < size <= _LARGEST_PAYLOAD:
            raise _BrokenCell
        most = usable - 35 if self._tree is Tree.TABLE else (usable - 12) * 64 // 255 - 23
        if size <= most:
            return self._page[offset : offset + size]
        least = (usable - 12) * 32 // 255 - 23
        local = least + (size - least) % (usable - 4)
        local = local if local <= most else least
        parts, rest = [self._page[offset : offset + local]], size - local
        following = int.from_bytes(self._page[offset + local : offset + local + 4])
        seen: set[int] = set()
        while rest > 0:
            page = self._file.page(following)
            if not page or following in seen:
                raise _BrokenCell
            seen.add(following)
            parts.append(page[4 : 4 + rest])
            rest -= usable - 4
            following = int.from_bytes(page[:4])
        self._overflow += seen
        return b"".join(parts)


def decode_record(payload: bytes) -> Row:
    """Return the columns of a record; _BrokenCell, IndexError, UnicodeDecodeError or struct.error when it is none.

    Every row comes through here, so it has no function for a column: that was twice as slow.
    """
    header_end, offset = read_varint(payload, 0)
    if not 0 < header_end <= len(payload):
        raise _BrokenCell
    codes: Sequence[int] = payload[offset:header_end]
    if codes and max(codes) >= _LONG:
        codes = _long_codes(payload, offset, header_end)
    at = header_end
    cells: list[Cell] = []
    for code in codes:
        if code >= _FIRST_BLOB:
            end = at + (code - _FIRST_BLOB) // 2
            content = payload[at:end]
            cells.append(content.decode() if code % 2 else content)
        elif 0 < code < _FLOAT:
            end = at + _INTEGER_BYTES[code]
            cells.append(int.from_bytes(payload[at:end], signed=True))
        elif code == _FLOAT:
            end = at + 8
            cells.append(struct.unpack_from(">d", payload, at)[0])
        elif code > _ONE:
            raise _BrokenCell
        else:
            end = at
            cells.append(code - _ZERO if code else None)
        at = end
    if at != len(payload):
        raise _BrokenCell
    return tuple(cells)


def _long_codes(payload: bytes, offset: int, header_end: int) -> Sequence[int]:
    """Return the serial types of a record's header, of which some take more than a byte."""
    codes: list[int] = []
    while offset < header_end:
        code, offset = read_varint(payload, offset)
        codes.append(code)
    if offset != header_end:
        raise _BrokenCell
    return codes


def read_varint(content: bytes, at: int) -> tuple[int, int]:
    """Return the variable-length integer at that place, and where the next byte is; IndexError behind the end."""
    byte = content[at]
    if byte < _LONG:
        return byte, at + 1
    value = byte & 0x7F
    for place in range(1, 8):
        byte = content[at + place]
        value = value << 7 | byte & 0x7F
        if byte < _LONG:
            return value, at + place + 1
    return value << 8 | content[at + 8], at + 9


def _signed(number: int) -> int:
    return number - (1 << 64) if number >= 1 << 63 else number
