"""A database that somebody else may have made: its schema has to be ours to the letter, and its cars to have VINs.

SQLite evaluates what a schema says whenever a row is touched, and even while the file is checked: expressions of
generated columns, constraints and indexes, and modules behind virtual tables. So all of it is compared with what our
scripts make before any row is read. Triggers and views are not: nothing calls them until they are replaced by ours.
"""

import re
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Final

from bimmerhub.domain.own_places import METER_SUBJECTS, is_name
from bimmerhub.errors import StoreError
from bimmerhub.ids import is_vin
from bimmerhub.store.sqlite.database.connection import NOTE_TABLE
from bimmerhub.store.sqlite.database.vehicle_keys import add_vehicle_key
from bimmerhub.store.sqlite.database.versions import scripts

_MOST_VALUES: Final = 100_000
_SHOWN: Final = 60
_HINT: Final = "Restore another backup, one that you made yourself."

_SHAPES: Final = "SELECT type, name, sql FROM sqlite_schema WHERE type NOT IN ('trigger', 'view')"
_OF_SQLITE: Final = {
    "sqlite_sequence": "create table sqlite_sequence(name,seq)",
    "sqlite_stat1": "create table sqlite_stat1(tbl,idx,stat)",
    "sqlite_stat4": "create table sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
}
_SUBJECT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}(/[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}){0,9}", re.ASCII)
_COMMENT: Final = re.compile(r"--[^\n]*")
_BLANKS: Final = re.compile(r"\s+")
_QUOTES: Final = str.maketrans("", "", '"`[]')


def build_own(version: int) -> sqlite3.Connection:
    """Return an empty database in memory of that schema."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    add_vehicle_key(connection)
    for number, script in scripts().items():
        if number <= version:
            connection.executescript(script)
    return connection


def check_schema(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError when a table or index of a database is not as our scripts make it; no row is read for that."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    ours = _own_shapes(version)
    for kind, name, sql in connection.execute(_SHAPES).fetchall():
        shape = None if sql is None else _plain(sql)
        is_note = (kind, name, shape) == ("table", NOTE_TABLE, f"create table {NOTE_TABLE} (body text not null)")
        is_automatic = kind == "index" and sql is None and str(name).startswith("sqlite_autoindex_")
        if not (is_note or is_automatic or _OF_SQLITE.get(name) == shape or ours.get((kind, name)) == shape):
            raise StoreError(
                f"{path} was changed: its {kind} {str(name)[:_SHOWN]!r} is none of bimmerhub's", hint=_HINT
            )


def check_vins(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError when a car of a database has no VIN: names of files and lines for people are made of it.

    What else documents, records and the like are about (an account of BMW's, say) has to be a plain word or path, or a
    meter by a name that a person may give one.
    """
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()]
    for table in tables:
        columns = {column for _, column, *_ in connection.execute(f'PRAGMA table_info("{table}")').fetchall()}
        for column in sorted(columns & {"vin", "subject"}):
            query = f'SELECT DISTINCT {column} FROM "{table}" WHERE {column} IS NOT NULL LIMIT {_MOST_VALUES}'  # noqa: S608 - of the schema itself
            if not all(_is_fit(table, column, value) for (value,) in connection.execute(query)):
                raise StoreError(f"{path} was changed: it has a car in {table} whose VIN is none", hint=_HINT)


def _is_fit(table: str, column: str, value: object) -> bool:
    if is_vin(value):
        return True
    if column != "subject" or not isinstance(value, str):
        return False
    if value.startswith(METER_SUBJECTS):
        return is_name(value.removeprefix(METER_SUBJECTS))
    return (table != "series" or "/" in value) and _SUBJECT.fullmatch(value) is not None


@cache
def _own_shapes(version: int) -> dict[tuple[str, str], str]:
    with closing(build_own(version)) as ours:
        return {(kind, name): _plain(sql) for kind, name, sql in ours.execute(_SHAPES).fetchall() if sql is not None}


def _plain(sql: str) -> str:
    """Return a statement as it means: without comments, quotation of names, and differences of blanks and case."""
    return _BLANKS.sub(" ", _COMMENT.sub("", sql).translate(_QUOTES)).strip().lower()
