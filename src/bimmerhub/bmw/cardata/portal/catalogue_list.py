"""BMW's public list of descriptors, read: an HTML table, or comma-separated text with a line of headings.

The list is a page with a table (`.../utilities/bmw/api/cd/catalogue/file`, no sign-in; observed by clients 2025-2026).
Which columns it has is not documented, so they are recognised by words in their headings, English or German, and the
column of keys besides by what stands in it. A page may have several such tables: all of them count. BMW prints a
zero-width space after each dot of a key.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bimmerhub.bmw.cardata.portal.page_tables import read_tables
from bimmerhub.domain.catalogue.comparison import MOST_LIST_BYTES, ListedKey
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Descriptor

MOST_ROWS: Final = 20_000
_MOST_FAULTS: Final = 100
_LONGEST_KEY: Final = 200
_FIRST_ROWS: Final = 50
"""The headings stand among so many first rows of a table."""
_MOST_COLUMNS: Final = 50
_SAMPLE_ROWS: Final = 200
"""A column of keys has one in so many rows below its heading."""

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
    if len(document) > MOST_LIST_BYTES:
        raise MalformedPayload(f"longer than {MOST_LIST_BYTES // 2**20} MiB: not BMW's list")
    text = _decode_text(document)
    tables = read_tables(text, most_rows=MOST_ROWS) if _PAGE.search(text) else [_read_csv(text)]
    listed: dict[Descriptor, ListedKey] = {}
    faults: list[str] = []
    for table in tables:
        faults += _collect(table, listed)
    if not listed:
        raise MalformedPayload("there is no table of descriptors in it: no heading names a key beside other columns")
    return CatalogueList(keys=tuple(listed.values()), faults=tuple(faults[:_MOST_FAULTS]))


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
            raise MalformedPayload(f"more than {MOST_ROWS:,} rows: not BMW's list")
        table.append(row)
    return table


def _columns(heading: Row, rows: Sequence[Row]) -> Mapping[str, int] | None:
    """Return the column of each field; None when this is no heading of a list of descriptors. `rows` are a sample."""
    fields = [_field(cell) for cell in heading[: _MOST_COLUMNS + 1]]
    if len(heading) > _MOST_COLUMNS or "key" not in fields or not set(fields) - {"key", None}:
        return None
    counts = {
        place: sum(_parse_key(_cell(row, place)) is not None for row in rows)
        for place, field in enumerate(fields)
        if field == "key"
    }
    keys = [place for place, count in counts.items() if count]
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


def _collect(table: Sequence[Row], listed: dict[Descriptor, ListedKey]) -> list[str]:
    """Add the keys of a table to the list and return what was not understood; none of a table of something else."""
    for first, heading in enumerate(table[:_FIRST_ROWS], 1):
        columns = _columns(heading, table[first : first + _SAMPLE_ROWS])
        if columns is not None:
            return list(_read_rows(columns, table, first, listed))
    return []


def _read_rows(
    columns: Mapping[str, int], table: Sequence[Row], first: int, listed: dict[Descriptor, ListedKey]
) -> Iterator[str]:
    for number, row in enumerate(table[first:], first + 1):
        key = _parse_key(_cell(row, columns["key"]))
        if key is None:
            text = _cell(row, columns["key"]).strip()
            if text:
                yield f"row {number}: {text[:60]!r} is no key"
            continue
        entry = _parse_row(key, {field: _cell(row, place) for field, place in columns.items()})
        if (before := listed.setdefault(key, entry)) != entry and replace(before, name=entry.name) != entry:
            yield f"row {number}: {key} stands there twice, and otherwise; the first row counts"


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
