"""BMW's public list of descriptors, read: an HTML table, or comma-separated text with a line of headings.

The list is a page with a table (`.../utilities/bmw/api/cd/catalogue/file`, no sign-in; observed by clients 2025-2026).
Which columns it has is not documented, so they are recognised by words in their headings, English or German, and the
column of keys besides by what stands in it. BMW prints a zero-width space after each dot of a key.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Final

from typing_extensions import override

from bimmerhub.domain.catalogue.comparison import ListedKey
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Descriptor

MOST_BYTES: Final = 8 * 2**20
"""About forty times what BMW's list of 2026 takes."""
MOST_ROWS: Final = 20_000
_MOST_FAULTS: Final = 100
_LONGEST_CELL: Final = 10_000
_LONGEST_KEY: Final = 200
_FIRST_ROWS: Final = 50
"""The headings stand among so many first rows of a table."""

_KEY: Final = re.compile(r"vehicle(\.[A-Za-z0-9_]+)+")
_UNSEEN: Final = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad\\s]")
_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_PAGE: Final = re.compile(r"<\s*(table|html|!doctype|body)\b", re.IGNORECASE)
_WORD: Final = re.compile(r"[A-Z0-9][A-Z0-9_-]+")
_BLANK: Final = frozenset({"", "-", "null", "none", "n/a", "–", "—"})
_YES: Final = frozenset({"true", "yes", "ja", "x", "✓", "✔", "1", "y", "wahr", "streamable"})
_NO: Final = frozenset({"false", "no", "nein", "0", "n", "falsch", *_BLANK})

_HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "streamable": ("stream",),
    "datatype": ("datatype", "datentyp", "format", "=type", "=typ"),
    "category": ("category", "kategorie"),
    "unit": ("unit", "einheit"),
    "words": ("range", "bereich", "values", "=werte", "enum"),
    "key": ("descriptor", "deskriptor", "identifier", "key", "schlüssel"),
    "name": ("name", "bezeichnung", "title", "titel"),
}
"""Of each field parts of its headings, without blanks and in lower case; = means the whole heading. The first wins."""

Row = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueList:
    """The descriptors of a list, each once; `faults` says in words what was not understood, the first 100."""

    keys: tuple[ListedKey, ...]
    faults: tuple[str, ...]


def decode_catalogue_list(document: bytes) -> CatalogueList:
    """Return what BMW's list says; MalformedPayload when it is no such list, too long, or not text."""
    if len(document) > MOST_BYTES:
        raise MalformedPayload(f"longer than {MOST_BYTES // 2**20} MiB: not BMW's list")
    text = _decode_text(document)
    tables = _read_tables(text) if _PAGE.search(text) else [_read_csv(text)]
    for table in tables:
        for number, heading in enumerate(table[:_FIRST_ROWS]):
            columns = _columns(heading, table[number + 1 :])
            if columns is not None:
                return _collect(columns, table, number + 1)
    raise MalformedPayload("there is no table of descriptors in it: no heading names a key beside other columns")


def _decode_text(document: bytes) -> str:
    charset = match[1].decode("ascii") if (match := _CHARSET.search(document[:4096])) else "utf-8"
    if document.startswith((b"\xff\xfe", b"\xfe\xff")):
        charset = "utf-16"
    for name in (charset, "utf-8-sig", "cp1252"):
        try:
            return document.decode(name).removeprefix("\ufeff")
        except (UnicodeError, LookupError):
            continue
    raise MalformedPayload("not text in any encoding that is known here")


def _read_csv(text: str) -> list[Row]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t|", key=first.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return _bounded(list(row) for row in rows if any(cell.strip() for cell in row))
    except csv.Error as error:
        raise MalformedPayload(f"neither a page with a table nor comma-separated text: {error}") from error


def _bounded(rows: Iterable[Row]) -> list[Row]:
    table: list[Row] = []
    for row in rows:
        if len(table) >= MOST_ROWS:
            raise _too_long()
        table.append(row)
    return table


def _too_long() -> MalformedPayload:
    return MalformedPayload(f"more than {MOST_ROWS:,} rows: not BMW's list")


def _read_tables(text: str) -> list[list[Row]]:
    page = _Tables()
    page.feed(text)
    page.close()
    page.end_row()
    return page.tables


class _Tables(HTMLParser):
    """Gathers the tables of a page; cells and rows need no end tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[Row]] = []
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._hidden = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        match tag:
            case "table":
                self.end_row()
                self.tables.append([])
            case "tr":
                self.end_row()
                self._row = []
            case "td" | "th":
                self._end_cell()
                self._cell = []
            case "script" | "style":
                self._hidden += 1
            case "br" | "p" | "div" | "li":
                self.handle_data("\n")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._end_cell()
        elif tag in {"tr", "table"}:
            self.end_row()
        elif tag in {"script", "style"}:
            self._hidden = max(0, self._hidden - 1)

    @override
    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._hidden:
            self._cell.append(data)

    def end_row(self) -> None:
        """End the row that is open, if one is."""
        self._end_cell()
        if self._row and self.tables:
            if len(self.tables[-1]) >= MOST_ROWS:
                raise _too_long()
            self.tables[-1].append(self._row)
        self._row = None

    def _end_cell(self) -> None:
        if self._cell is not None:
            self._row = [] if self._row is None else self._row
            self._row.append("".join(self._cell).strip()[:_LONGEST_CELL])
        self._cell = None


def _columns(heading: Row, rows: Sequence[Row]) -> Mapping[str, int] | None:
    """Return the column of each field; None when this is no heading of a list of descriptors."""
    fields = [_field(cell) for cell in heading]
    if "key" not in fields or not set(fields) - {"key", None}:
        return None
    counts = [sum(_parse_key(_cell(row, place)) is not None for row in rows) for place in range(len(heading))]
    keys = [place for place, field in enumerate(fields) if field == "key" and counts[place]]
    columns = {field: place for place, field in reversed(list(enumerate(fields))) if field not in {None, "key"}}
    if not keys:
        return None
    return {**{str(field): place for field, place in columns.items()}, "key": max(keys, key=counts.__getitem__)}


def _field(heading: str) -> str | None:
    word = _UNSEEN.sub("", heading).lower().replace("-", "").replace("_", "")
    for field, parts in _HEADINGS.items():
        if any(word == part[1:] if part.startswith("=") else part in word for part in parts):
            return field
    return None


def _collect(columns: Mapping[str, int], table: Sequence[Row], first: int) -> CatalogueList:
    listed: dict[Descriptor, ListedKey] = {}
    faults: list[str] = []
    for number, row in enumerate(table[first:], first + 1):
        key = _parse_key(_cell(row, columns["key"]))
        if key is None:
            text = _cell(row, columns["key"]).strip()
            faults += [f"row {number}: {text[:60]!r} is no key"] if text else []
            continue
        entry = _parse_row(key, {field: _cell(row, place) for field, place in columns.items()})
        if (before := listed.setdefault(key, entry)) != entry and replace(before, name=entry.name) != entry:
            faults.append(f"row {number}: {key} stands there twice, and otherwise; the first row counts")
    return CatalogueList(keys=tuple(listed.values()), faults=tuple(faults[:_MOST_FAULTS]))


def _parse_row(key: Descriptor, cells: Mapping[str, str]) -> ListedKey:
    streamable = cells.get("streamable", "?").strip().lower()
    return ListedKey(
        key=key,
        name=_text(cells.get("name")),
        category=category.upper().replace(" ", "_") if (category := _text(cells.get("category"))) else None,
        datatype=datatype.lower() if (datatype := _text(cells.get("datatype"))) else None,
        unit=_text(cells.get("unit")),
        words=tuple(_words(cells.get("words", ""))),
        is_streamable=True if streamable in _YES else False if streamable in _NO else None,
    )


def _words(text: str) -> Iterator[str]:
    """Give the words of a closed list; none when the cell describes a range or a form instead."""
    words = [word.strip() for word in re.split(r"[,;\n|]", text) if word.strip()]
    if all(_WORD.fullmatch(word) for word in words) and any(re.search("[A-Z]", word) for word in words):
        yield from dict.fromkeys(words)


def _parse_key(text: str) -> Descriptor | None:
    key = _UNSEEN.sub("", text)
    return Descriptor(key) if len(key) <= _LONGEST_KEY and _KEY.fullmatch(key) else None


def _text(cell: str | None) -> str | None:
    text = " ".join(_UNSEEN.sub(" ", cell or "").split())
    return None if text.lower() in _BLANK or not text.isprintable() else text[:100]


def _cell(row: Row, place: int) -> str:
    return row[place] if place < len(row) else ""
