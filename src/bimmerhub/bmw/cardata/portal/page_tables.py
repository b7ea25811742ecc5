"""The tables of a web page, as rows of text: nothing but names of tags and what stands between them.

A page comes from outside, so that the time must grow with its length only: no search here looks beyond the next `<`,
or what it skips is skipped once.
"""

import html
import re
from collections.abc import Iterator
from typing import Final

from bimmerhub.errors import MalformedPayload

_LONGEST_CELL: Final = 10_000
_MOST_CELLS: Final = 200
"""Of one row."""
_MOST_TABLES: Final = 1_000

_MARK: Final = re.compile(
    r"<(?:(?P<comment>!--)|[!?][^<>]*>"
    r"|(?P<tag>/?[a-z][a-z0-9]*)\b(?:(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+>|[^<>]*>))",
    re.IGNORECASE,
)
_AFTER: Final = {
    "comment": re.compile("-->"),
    "script": re.compile(r"</script[^<>]*>", re.IGNORECASE),
    "style": re.compile(r"</style[^<>]*>", re.IGNORECASE),
}
"""What is not shown ends here; without its end the rest of the page is not shown."""
_NEW_LINE: Final = frozenset({"br", "p", "div", "li"})


def read_tables(page: str, *, most_rows: int) -> list[list[list[str]]]:
    """Return the tables of a page as rows of cells; cells and rows need no end tags, a table in a table is one more.

    MalformedPayload when a table has more than `most_rows` rows, or there are more tables or cells than on any page.
    """
    tables = _Tables(most_rows)
    for tag, text in _pieces(page):
        if tag in {"td", "th"}:
            tables.begin_cell()
        elif tag in {"/td", "/th"}:
            tables.end_cell()
        elif tag in {"tr", "/tr", "/table"}:
            tables.end_row()
        elif tag == "table":
            tables.begin_table()
        else:
            tables.add_text("\n" if tag in _NEW_LINE else text)
    tables.end_row()
    return tables.tables


def _pieces(page: str) -> Iterator[tuple[str, str]]:
    """Yield a page's tags, in lower case and closing ones with their slash, and its texts, those with "" for a tag."""
    place = 0
    while mark := _MARK.search(page, place):
        yield "", page[place : mark.start()]
        tag = "comment" if mark["comment"] else (mark["tag"] or "").lower()
        yield tag, ""
        place = mark.end()
        if tag in _AFTER:
            end = _AFTER[tag].search(page, place)
            place = len(page) if end is None else end.end()
    yield "", page[place:]


class _Tables:
    """Puts cells together to rows, and rows to tables. Cells that stand in no table are dropped."""

    def __init__(self, most_rows: int) -> None:
        self.tables: list[list[list[str]]] = []
        self._most_rows = most_rows
        self._row: list[str] = []
        self._cell: list[str] | None = None

    def begin_table(self) -> None:
        self.end_row()
        if len(self.tables) >= _MOST_TABLES:
            raise MalformedPayload(f"more than {_MOST_TABLES:,} tables: not BMW's list")
        self.tables.append([])

    def begin_cell(self) -> None:
        self.end_cell()
        if len(self._row) >= _MOST_CELLS:
            raise MalformedPayload(f"a row of more than {_MOST_CELLS} cells: not BMW's list")
        self._cell = []

    def add_text(self, text: str) -> None:
        if self._cell is not None:
            self._cell.append(text)

    def end_cell(self) -> None:
        if self._cell is not None:
            self._row.append(html.unescape("".join(self._cell)).strip()[:_LONGEST_CELL])
        self._cell = None

    def end_row(self) -> None:
        self.end_cell()
        if self._row and self.tables:
            if len(self.tables[-1]) >= self._most_rows:
                raise MalformedPayload(f"more than {self._most_rows:,} rows: not BMW's list")
            self.tables[-1].append(self._row)
        self._row = []
