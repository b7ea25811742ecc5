"""Finding the rows of every table in a damaged file: down each tree, then on pages that no tree leads to any more.

A page that cannot be read, or holds other rows than its tree should, is left out of the tree; what hangs on it is found
as a page without a tree, by the shape of its rows. What is on the list of free pages is left alone: it was deleted.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bimmerhub.store.sqlite.salvage.raw_file import RawFile
from bimmerhub.store.sqlite.salvage.raw_rows import PageRows, Row, Tree, read_page
from bimmerhub.store.sqlite.salvage.shapes import SCHEMA, TreeShape

MOSTLY: Final = 0.75
"""So much of a page's rows must fit a shape: bits of one may have flipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedRows:
    """Rows of one page, by the name of their tree; `overflow` are the pages that the longest of them go on in."""

    name: str
    rows: list[Row]
    page: int = 0
    overflow: Sequence[int] = ()


@dataclass(slots=True)
class Unreadable:
    """What could not be read: rows by tree, and pages."""

    rows: Counter[str] = field(default_factory=Counter)
    pages: int = 0


class Placer:
    """Reads a damaged file once: `roots`, then `rows`."""

    def __init__(self, file: RawFile, shapes: Mapping[str, TreeShape]) -> None:
        self._file = file
        self._shapes = shapes
        self._seen: set[int] = set()
        self.losses = Unreadable()

    @property
    def read_percent(self) -> int:
        """How much of the file was read, in percent."""
        return 100 * len(self._seen) // max(1, self._file.pages)

    def roots(self) -> dict[str, int]:
        """Return the first page of every tree that the schema names, also where only parts of the schema are left."""
        schema = self._shapes[SCHEMA]
        rows = [row for part in self._walk(1, schema) for row in part.rows]
        for number in range(2, self._file.pages + 1):
            if number not in self._seen and b"CREATE " in self._file.page(number):
                page = read_page(self._file, number)
                if page.tree is Tree.TABLE and page.rows and (own := _fitting(page, schema)):
                    self._seen.add(number)
                    rows += own
        return {name: root for _, name, _, root, _ in rows if isinstance(name, str) and isinstance(root, int) and root}

    def find_number(self, roots: Mapping[str, int], table: str) -> int | None:
        """Return the number in the one row of a table of an id and a number, None when it cannot be read."""
        if table not in roots:
            return None
        rows = [row for part in self._walk(roots[table], self._shapes[table]) for row in part.rows]
        return next((number for _, number in rows if isinstance(number, int)), None)

    def rows(self, roots: Mapping[str, int]) -> Iterator[PlacedRows]:
        """Yield all rows that can be read, those that a tree leads to first."""
        for name, root in roots.items():
            shape = self._shapes.get(name)
            if shape is not None:
                yield from self._walk(root, shape)
        free = self._file.free_pages()
        for number in range(2, self._file.pages + 1):
            if number not in self._seen and number not in free:
                yield from self._place(number)

    def _walk(self, root: int, shape: TreeShape) -> Iterator[PlacedRows]:
        waiting = [root]
        while waiting:
            number = waiting.pop()
            if number in self._seen:
                continue
            page = read_page(self._file, number, expected=shape.tree)
            rows = _fitting(page, shape) if page.tree is shape.tree else None
            if rows is None:
                self.losses.pages += 1
                continue
            self._take(number, page, shape, rows)
            yield PlacedRows(name=shape.name, rows=rows, page=number, overflow=page.overflow)
            waiting += reversed(page.children)

    def _place(self, number: int) -> Iterator[PlacedRows]:
        page = read_page(self._file, number)
        if page.tree is None or not page.rows:
            return
        fitting = [
            ((len(rows), shape.is_whole(page.rows[0]), not shape.is_index), shape, rows)
            for shape in self._shapes.values()
            if shape.tree is page.tree and (rows := _fitting(page, shape))
        ]
        most = max((fit for fit, _, _ in fitting), default=None)
        best = [(shape, rows) for fit, shape, rows in fitting if fit == most]
        if len(best) == 1:
            [(shape, rows)] = best
            self._take(number, page, shape, rows)
            yield PlacedRows(name=shape.name, rows=rows, page=number, overflow=page.overflow)

    def _take(self, number: int, page: PageRows, shape: TreeShape, rows: list[Row]) -> None:
        self._seen.add(number)
        self._seen.update(page.overflow)
        self.losses.rows[shape.name] += page.broken + len(page.rows) - len(rows)


def _fitting(page: PageRows, shape: TreeShape) -> list[Row] | None:
    """Return the rows of a page that have a shape, None when too few of them have."""
    rows = [row for raw in page.rows if (row := shape.row(raw)) is not None]
    return rows if len(rows) >= MOSTLY * len(page.rows) else None
