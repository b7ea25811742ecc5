"""What rows of each of our tables look like on a page: by that, rows are recognised whose place in the file is lost."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bimmerhub.domain.reading import Source
from bimmerhub.store.sqlite.salvage.raw_rows import Cell, Row, Tree
from bimmerhub.times import EARLIEST_MS, LATEST_MS

SCHEMA: Final = "sqlite_schema"
SEQUENCE: Final = "sqlite_sequence"
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {"INTEGER": (int,), "TEXT": (str,), "BLOB": (bytes,)}
_ANYTHING: Final = (int, float, str, bytes)
_SOURCES: Final = frozenset(int(source) for source in Source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column as it lies on a page: what it may hold, and what it is where a row was written before it was added."""

    name: str
    types: tuple[type, ...]
    is_nullable: bool
    default: Cell = None
    has_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeShape:
    """The rows of one b-tree: `columns` in the order on the page.

    `rowid_column` is the place among them that is the row's id, None in a tree by key. `table` is whose rows they are:
    of an index that of its table.
    """

    name: str
    table: str
    tree: Tree
    columns: tuple[Column, ...]
    rowid_column: int | None = None
    is_index: bool = False

    def is_whole(self, raw: Row) -> bool:
        """Tell whether a raw row has as many columns as this shape, none of them added later."""
        return len(raw) == len(self.columns) + (self.tree is Tree.TABLE)

    def row(self, raw: Row) -> Row | None:
        """Return a raw row with every column in its place, None when it is no row of this shape."""
        if self.tree is Tree.TABLE:
            rowid, *rest = raw
            if self.rowid_column is not None:
                if len(rest) <= self.rowid_column or rest[self.rowid_column] is not None:
                    return None
                rest[self.rowid_column] = rowid
            raw = tuple(rest)
        missing = self.columns[len(raw) :]
        if len(raw) > len(self.columns) or not all(column.has_default for column in missing):
            return None
        for cell, column in zip(raw, self.columns, strict=False):
            if not (column.is_nullable if cell is None else isinstance(cell, column.types)):
                return None
        row = (*raw, *(column.default for column in missing)) if missing else raw
        return row if _is_plausible(self.name, row) else None


def _is_plausible(name: str, row: Row) -> bool:
    """Tell whether a row can be one of that tree, by more than its types."""
    match name, row:
        case "points", (int(), int(at_ms), _, int(sent_after_ms), source):
            return EARLIEST_MS <= at_ms <= LATEST_MS and sent_after_ms >= 0 and source in _SOURCES
        case "settings", (str(key), _, is_secret):
            return bool(key) and is_secret in {0, 1}
        case "sqlite_schema", (kind, *_):
            return kind in {"table", "index", "trigger", "view"}
    return True


def load_shapes(connection: sqlite3.Connection) -> dict[str, TreeShape]:
    """Return the shape of each table and index of a database, by its name in the schema; of ours, not damaged."""
    shapes = {
        SCHEMA: TreeShape(name=SCHEMA, table=SCHEMA, tree=Tree.TABLE, columns=_SCHEMA_COLUMNS),
        SEQUENCE: TreeShape(name=SEQUENCE, table=SEQUENCE, tree=Tree.TABLE, columns=_SEQUENCE_COLUMNS),
    }
    tables = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")
    for table, sql in tables.fetchall():
        if table.startswith("sqlite_"):
            continue
        is_by_key = "WITHOUT ROWID" in sql.upper()
        shapes[table] = _table_shape(connection, table, is_by_key=is_by_key)
        for _, index, _, origin, _ in connection.execute(f"PRAGMA index_list({table})").fetchall():
            if not (is_by_key and origin == "pk"):
                shapes[index] = _index_shape(connection, index, shapes[table])
    return shapes


def _table_shape(connection: sqlite3.Connection, table: str, *, is_by_key: bool) -> TreeShape:
    info: list[Any] = connection.execute(f"PRAGMA table_info({table})").fetchall()
    if is_by_key:
        info = sorted([row for row in info if row[5]], key=lambda row: row[5]) + [row for row in info if not row[5]]
    rowid = next((place for place, row in enumerate(info) if row[5] and row[2] == "INTEGER" and not is_by_key), None)
    return TreeShape(
        name=table,
        table=table,
        tree=Tree.INDEX if is_by_key else Tree.TABLE,
        columns=tuple(_column(row) for row in info),
        rowid_column=rowid,
    )


def _column(info: tuple[int, str, str, int, str | None, int]) -> Column:
    _, name, declared, is_not_null, default, key = info
    is_nullable = not is_not_null and not key
    return Column(
        name=name,
        types=_TYPES.get(declared, _ANYTHING),
        is_nullable=is_nullable,
        default=_literal(default),
        has_default=is_nullable or default is not None,
    )


def _literal(text: str | None) -> Cell:
    if text is None or text == "NULL":
        return None
    return text[1:-1] if text.startswith("'") else int(text)


def _index_shape(connection: sqlite3.Connection, index: str, table: TreeShape) -> TreeShape:
    by_name = {column.name: column for column in table.columns}
    rowid = Column(name="rowid", types=(int,), is_nullable=False)
    columns = [
        rowid if name is None else by_name[name]
        for _, _, name, *_ in connection.execute(f"PRAGMA index_xinfo({index})").fetchall()
    ]
    plain = tuple(Column(name=column.name, types=column.types, is_nullable=column.is_nullable) for column in columns)
    return TreeShape(name=index, table=table.name, tree=Tree.INDEX, columns=plain, is_index=True)


def _plain(name: str, kind: type, *, is_nullable: bool = False) -> Column:
    return Column(name=name, types=(kind,), is_nullable=is_nullable)


_SCHEMA_COLUMNS: Final = (
    _plain("type", str),
    _plain("name", str),
    _plain("tbl_name", str),
    _plain("rootpage", int),
    _plain("sql", str, is_nullable=True),
)
_SEQUENCE_COLUMNS: Final = (_plain("name", str), _plain("seq", int))
