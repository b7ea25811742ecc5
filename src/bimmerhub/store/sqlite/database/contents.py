"""Whether every row of a database that somebody else may have changed is such as the hub reads it.

SQLite finds a file sound whatever is in its cells, and puts a text where a table declares a number. A row that the hub
cannot read would keep it from starting, or fail each answer that has it. So each table is gone through once, in SQL,
before a restored history is put in place: the types of its columns, times that have a date, values and sources that
there are, JSON where a column holds that.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.command import CommandState
from bimmerhub.domain.reading import Source
from bimmerhub.domain.retention import AgeKind
from bimmerhub.errors import StoreError
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.store.ports.soundness import Salvage
from bimmerhub.store.sqlite.database.connection import NOTE_TABLE
from bimmerhub.times import EARLIEST_MS, HOUR_MS, LATEST_MS

_FIRST_DATE_MS: Final = -62_135_596_800_000
"""The year 1: what is refused may have any time that can be written down."""
_LARGEST: Final = "1.7976931348623157e308"
_FINITE: Final = f"abs({{0}}) <= {_LARGEST}"
_UTF_8: Final = (
    "CASE WHEN {0} NOT GLOB '*[^ -~]*' AND length({0}) = length(CAST({0} AS BLOB)) THEN 1 "
    "ELSE is_utf_8(CAST({0} AS BLOB)) END"
)
"""Plain ASCII is told by SQLite itself. It is `CASE`, for SQLite may evaluate both sides of an OR."""
_OBJECT: Final = "CASE WHEN json_valid({0}) THEN json_type({0}) = 'object' ELSE 0 END"

_OF_TYPES: Final[Mapping[str, str]] = {
    "INTEGER": "typeof({0}) = 'integer'",
    "REAL": f"(typeof({{0}}) IN ('real', 'integer') AND {_FINITE})",
    "TEXT": f"CASE typeof({{0}}) WHEN 'text' THEN {_UTF_8} ELSE 0 END",
    "BLOB": "typeof({0}) = 'blob'",
    "": "CASE typeof({0}) WHEN 'integer' THEN 1 "
    f"WHEN 'real' THEN {_FINITE} WHEN 'text' THEN {_UTF_8} ELSE {{0}} IN (x'00', x'01', x'02') END",
}
"""What a column of a declared type may hold; without a type it is a value of a reading, as `encode_value` makes it."""

_ZONE: Final = "length(time_zone) BETWEEN 1 AND 64 AND time_zone NOT GLOB '*[^A-Za-z0-9_/+-]*'"


def _one_of(words: Iterable[object]) -> str:
    return f"{{0}} IN ({', '.join(repr(word) for word in words)})"


_OF_COLUMNS: Final[Mapping[tuple[str, str], str]] = {
    ("accounts", "family"): _one_of(str(family) for family in Family),
    ("accounts", "services"): "trim(replace(replace(' ' || {0} || ' ', ' api ', ' '), ' stream ', ' ')) = ''",
    ("audit", "body"): _OBJECT,
    ("checkpoints", "state"): "json_valid({0})",
    ("command_steps", "state"): _one_of(str(state) for state in CommandState),
    ("commands", "details"): _OBJECT,
    ("containers", "descriptors"): "CASE WHEN json_valid({0}) THEN json_type({0}) = 'array' ELSE 0 END",
    ("damages", "report"): "is_salvage(CAST({0} AS BLOB))",
    ("dropped", "kind"): _one_of(str(kind) for kind in AgeKind),
    ("events", "body"): _OBJECT,
    ("hours", "hour"): f"{{0}} BETWEEN {EARLIEST_MS // HOUR_MS} AND {LATEST_MS // HOUR_MS}",
    ("hours", "first_after_ms"): f"{{0}} BETWEEN 0 AND {HOUR_MS - 1}",
    ("hours", "last_after_ms"): f"{{0}} BETWEEN 0 AND {HOUR_MS - 1}",
    ("hours", "count"): "{0} > 0",
    ("overlays", "body"): _OBJECT,
    ("places", "latitude"): "{0} BETWEEN -90 AND 90",
    ("places", "longitude"): "{0} BETWEEN -180 AND 180",
    ("places", "radius_m"): "{0} > 0",
    ("places", "time_zone"): _ZONE,
    ("points", "measured_at_ms"): f"{{0}} BETWEEN {EARLIEST_MS} AND {LATEST_MS}",
    ("points", "sent_after_ms"): f"{{0}} BETWEEN 0 AND {LATEST_MS}",
    ("records", "body"): _OBJECT,
}


def check_contents(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError when the hub could not read a row of a database of the newest schema; reads all of it once."""
    connection.create_function("is_utf_8", 1, _is_utf_8, deterministic=True)
    connection.create_function("is_salvage", 1, _is_salvage, deterministic=True)
    for table in _tables(connection):
        faults = " OR ".join(f"({condition}) IS NOT 1" for condition in _conditions(connection, table))
        query = f'SELECT 1 FROM "{table}" WHERE {faults} LIMIT 1'  # noqa: S608 - of our schema
        if connection.execute(query).fetchone() is not None:
            raise StoreError(
                f"{path} was changed, or is damaged: a row in {table} is none that bimmerhub writes",
                hint="Restore another backup, one that you made yourself.",
            )


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows: list[Any] = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
    return [name for (name,) in rows if name != NOTE_TABLE and not name.startswith("sqlite_")]


def _conditions(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    """Yield for each column what is so of one that can be read."""
    for _, name, declared, is_not_null, _, key in connection.execute(f'PRAGMA table_info("{table}")').fetchall():
        condition = _OF_TYPES[declared]
        for more in (_OF_COLUMNS.get((table, name)), _of_name(name)):
            condition = condition if more is None else f"CASE WHEN {condition} THEN {more} ELSE 0 END"
        column = condition.format(f'"{name}"')
        yield column if is_not_null or key else f'CASE WHEN "{name}" IS NULL THEN 1 ELSE {column} END'


def _of_name(name: str) -> str | None:
    if name == "source":
        return _one_of(int(source) for source in Source)
    return f"{{0}} BETWEEN {_FIRST_DATE_MS} AND {LATEST_MS}" if name.endswith("_at_ms") else None


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_salvage(content: bytes) -> bool:
    try:
        msgspec.json.decode(content, type=Salvage)
    except NOT_JSON:
        return False
    return True
