"""The kinds of structural damage. Each takes a file and a seed, damages the file, and returns which pages it spoilt."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bimmerhub.store.sqlite.salvage.log_frames import PAGE_BYTES
from bimmerhub.store.sqlite.salvage.raw_file import RawFile
from bimmerhub.store.sqlite.salvage.raw_rows import read_page

Damage = Callable[[random.Random, Path], set[int]]
"""Damages the database at a path; what was on the pages that it returns may be lost."""

_TREE_TYPES: Final = frozenset((2, 5, 10, 13))
_FRAME_BYTES: Final = 24 + PAGE_BYTES
_WAL_HEADER_BYTES: Final = 32


def _read(path: Path) -> bytearray:
    return bytearray(path.read_bytes())


def _tree_pages(content: bytearray) -> list[int]:
    return [
        number
        for number in range(2, len(content) // PAGE_BYTES + 1)
        if content[(number - 1) * PAGE_BYTES] in _TREE_TYPES and content[(number - 1) * PAGE_BYTES + 4]
    ]


def flip_header(rng: random.Random, path: Path) -> set[int]:
    """Flip a bit of a field of the header that means something to SQLite or to us."""
    content = _read(path)
    place = rng.choice(
        [*range(16), 16, 17, 18, 19, 21, 22, 23, 28, 29, 30, 31, 36, 37, 44, 47, 52, 55, 56, 59, 60, 61, 68, 69, 70, 71]
    )
    content[place] ^= 1 << rng.randrange(1 if place in {18, 19} else 0, 8)
    path.write_bytes(content)
    return set()


def zero_header(rng: random.Random, path: Path) -> set[int]:
    """Overwrite the header of the file, or all of the first page."""
    content = _read(path)
    size = rng.choice([16, 100, 512, PAGE_BYTES])
    content[:size] = bytes(size)
    path.write_bytes(content)
    return {1}


def truncate(rng: random.Random, path: Path) -> set[int]:
    """Cut the file off, at the end of a page or within one."""
    content = _read(path)
    pages = len(content) // PAGE_BYTES
    left = rng.randrange(pages // 3, pages)
    path.write_bytes(content[: left * PAGE_BYTES + rng.choice([0, rng.randrange(1, PAGE_BYTES)])])
    return set(range(left + 1, pages + 1))


def zero_pages(rng: random.Random, path: Path) -> set[int]:
    """Fill a stretch of pages with zeros, as a lost block of the disk is."""
    content = _read(path)
    first, count = rng.choice(_tree_pages(content)), rng.choice([1, 1, 2, 8])
    for number in range(first, min(first + count, len(content) // PAGE_BYTES + 1)):
        content[(number - 1) * PAGE_BYTES : number * PAGE_BYTES] = bytes(PAGE_BYTES)
    path.write_bytes(content)
    return set(range(first, first + count))


def fill_page(rng: random.Random, path: Path) -> set[int]:
    """Overwrite a page with noise."""
    content = _read(path)
    number = rng.choice(_tree_pages(content))
    content[(number - 1) * PAGE_BYTES : number * PAGE_BYTES] = rng.randbytes(PAGE_BYTES)
    path.write_bytes(content)
    return {number}


def swap_pages(rng: random.Random, path: Path) -> set[int]:
    """Exchange two pages: everything is still there."""
    content = _read(path)
    one, other = rng.sample(_tree_pages(content), 2)
    first, second = (slice((number - 1) * PAGE_BYTES, number * PAGE_BYTES) for number in (one, other))
    content[first], content[second] = content[second], content[first]
    path.write_bytes(content)
    return set()


def copy_page(rng: random.Random, path: Path) -> set[int]:
    """Write a page over another one, as a disk does that writes to the wrong place."""
    content = _read(path)
    one, other = rng.sample(_tree_pages(content), 2)
    content[(other - 1) * PAGE_BYTES : other * PAGE_BYTES] = content[(one - 1) * PAGE_BYTES : one * PAGE_BYTES]
    path.write_bytes(content)
    return {other}


def flip_page_header(rng: random.Random, path: Path) -> set[int]:
    """Flip a bit in the header of a page of a tree: its type, its first free block, how many cells it has, where."""
    content = _read(path)
    number = rng.choice(_tree_pages(content))
    content[(number - 1) * PAGE_BYTES + rng.choice([0, 0, 3, 4, 4, 5, 6])] ^= 1 << rng.randrange(8)
    path.write_bytes(content)
    return {number}


def flip_pointers(rng: random.Random, path: Path) -> set[int]:
    """Flip a bit in where a page's cells are, or in the child that an inner page names."""
    content = _read(path)
    number = rng.choice(_tree_pages(content))
    start = (number - 1) * PAGE_BYTES
    is_inner = content[start] in {2, 5}
    array = start + (12 if is_inner else 8)
    cells = int.from_bytes(content[start + 3 : start + 5])
    place = array + rng.randrange(2 * max(1, cells))
    if is_inner and rng.random() < 0.6:
        cell = start + int.from_bytes(content[array : array + 2])
        place = rng.choice([start + 11, start + 10, cell + 3, cell + 2])
    content[place] ^= 1 << rng.randrange(8)
    path.write_bytes(content)
    return {number}


def flip_cell_header(rng: random.Random, path: Path) -> set[int]:
    """Flip a high bit in a cell's first bytes: how long it is, its row id, or the types of its columns."""
    content = _read(path)
    number = rng.choice(_tree_pages(content))
    start = (number - 1) * PAGE_BYTES
    array = start + (12 if content[start] in {2, 5} else 8)
    cell = rng.randrange(max(1, int.from_bytes(content[start + 3 : start + 5])))
    offset = start + int.from_bytes(content[array + 2 * cell : array + 2 * cell + 2])
    content[offset + rng.randrange(2)] ^= 0x80 >> rng.randrange(2)
    path.write_bytes(content)
    return {number}


def damage_overflow(rng: random.Random, path: Path) -> set[int]:
    """Spoil a page that holds the rest of a long row: where it goes on, or all of it."""
    file = RawFile(path)
    pages = [number for tree in range(2, file.pages + 1) for number in read_page(file, tree).overflow]
    content = _read(path)
    number = rng.choice(pages)
    start = (number - 1) * PAGE_BYTES
    if rng.random() < 0.5:
        content[start + rng.choice([2, 3])] ^= 1 << rng.randrange(8)
    else:
        content[start : start + PAGE_BYTES] = rng.randbytes(PAGE_BYTES)
    path.write_bytes(content)
    return {number}


def damage_freelist(rng: random.Random, path: Path) -> set[int]:
    """Spoil the list of free pages: where it begins, how many there are, or the pages that it names."""
    content = _read(path)
    trunk = int.from_bytes(content[32:36])
    if rng.random() < 0.5 or not trunk:
        content[rng.choice([34, 35, 38, 39])] ^= 1 << rng.randrange(8)
    else:
        content[(trunk - 1) * PAGE_BYTES + rng.choice([3, 6, 7, 10, 11])] ^= 1 << rng.randrange(8)
    path.write_bytes(content)
    return set()


def damage_schema(rng: random.Random, path: Path) -> set[int]:
    """Spoil a page of the schema table: what tables there are, and where."""
    content = _read(path)
    pages = [
        number
        for number in [1, *_tree_pages(content)]
        if b"CREATE T" in content[(number - 1) * PAGE_BYTES : number * PAGE_BYTES]
    ]
    number = rng.choice(pages)
    start = (number - 1) * PAGE_BYTES + (100 if number == 1 else 0)
    size = rng.choice([4, 200, PAGE_BYTES - 100])
    content[start : start + size] = rng.randbytes(size)
    path.write_bytes(content)
    return {number}


def empty(_: random.Random, path: Path) -> set[int]:
    """Leave a file of no bytes."""
    pages = path.stat().st_size // PAGE_BYTES
    path.write_bytes(b"")
    return set(range(1, pages + 1))


def damage_log(rng: random.Random, path: Path) -> set[int]:
    """Flip a bit in the write-ahead log: in its header, a frame's header or page; not in the last commit's."""
    log = path.with_name(f"{path.name}-wal")
    content = _read(log)
    frames = (len(content) - _WAL_HEADER_BYTES) // _FRAME_BYTES
    frame = rng.randrange(frames * 3 // 4)
    start = _WAL_HEADER_BYTES + frame * _FRAME_BYTES
    number = int.from_bytes(content[start : start + 4])
    in_page = start + 24 + rng.randrange(PAGE_BYTES)
    place = rng.choice([rng.randrange(_WAL_HEADER_BYTES), start + rng.randrange(24), in_page])
    content[place] ^= 1 << rng.randrange(8)
    log.write_bytes(content)
    return {number}


KINDS: Final[dict[str, Damage]] = {
    "bit of the file's header": flip_header,
    "header overwritten": zero_header,
    "file cut off": truncate,
    "pages of zeros": zero_pages,
    "page of noise": fill_page,
    "two pages exchanged": swap_pages,
    "page written over another": copy_page,
    "bit of a page's header": flip_page_header,
    "bit of a pointer": flip_pointers,
    "bit of a cell's header": flip_cell_header,
    "page of a long row": damage_overflow,
    "list of free pages": damage_freelist,
    "schema table": damage_schema,
    "empty file": empty,
    "write-ahead log": damage_log,
}
