"""Saving the readable rows of a damaged database into a fresh one, and counting what is lost.

The rows of series, readings, documents, accounts with their sealed tokens, access, settings, audit and all the others
are taken as they are. What is made of readings (roll-ups, day records, judgements by rule) is made anew.
"""

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bimmerhub.files import sync
from bimmerhub.store.ports.soundness import LostRows, Salvage
from bimmerhub.store.sqlite.database.connection import APPLICATION_ID
from bimmerhub.store.sqlite.database.counters import count_totals
from bimmerhub.store.sqlite.database.versions import NUMBER_TABLE, newest_version
from bimmerhub.store.sqlite.salvage.losses import count_lost, keep_hours, remember_hours
from bimmerhub.store.sqlite.salvage.outlived import DERIVED, drop_again, keep_outlived
from bimmerhub.store.sqlite.salvage.placing import PlacedRows, Placer
from bimmerhub.store.sqlite.salvage.raw_file import RawFile
from bimmerhub.store.sqlite.salvage.raw_rows import Row
from bimmerhub.store.sqlite.salvage.recognising import build_schema
from bimmerhub.store.sqlite.salvage.shapes import SCHEMA, SEQUENCE, TreeShape, load_shapes

MADE_ANEW: Final = frozenset({"hours", "dirty", "folds", "checkpoints", "records", "judged", "totals", NUMBER_TABLE})
"""Tables whose rows are not taken over. `totals` is counted again, but never falls."""
SERIES_INDEX: Final = "sqlite_autoindex_series_1"
"""Holds all of a series: what a lost page of the table is made of again."""
VEHICLE_KEYS: Final = "sqlite_autoindex_vehicles_2"
"""Holds the key and the VIN of every vehicle."""
_REMEMBER_HOUR: Final = "INSERT OR IGNORE INTO hours_before VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_HOURS_TRIGGER: Final = "points_into_hours"


@dataclass(slots=True)
class _Totals:
    """The newest of what the damaged file says of totals, as far as that is readable."""

    journal_newest_id: int = 0
    refused: int = 0
    readings: int | None = None
    journal_entries: int | None = None
    sequences: dict[str, int] = field(default_factory=dict)


def save_rows(file: RawFile, fresh: Path, *, version: int, progress: Callable[[int], object]) -> Salvage:
    """Write the readable rows of a database of that schema to `fresh`, of the newest schema and on disk at the end.

    `fresh` must not exist. `progress` is called with the percentage of the file that was read. OSError and
    sqlite3.Error when it cannot be written.
    """
    os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;")
        build_schema(connection, to=version)
        placer = Placer(file, load_shapes(connection))
        saver = _Saver(connection)
        saver.save(placer, progress)
        lost = saver.finish(placer.losses.rows)
        build_schema(connection, after=version, to=newest_version())
        connection.execute(f"INSERT OR REPLACE INTO {NUMBER_TABLE} VALUES (1, ?)", (newest_version(),))  # noqa: S608 - ours
        connection.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {newest_version()};")
        salvage = Salvage(
            saved=count_saved(connection),
            lost=lost,
            broken_pages=placer.losses.pages,
            is_log_broken=file.log.commits_lost,
        )
    sync(fresh)
    return salvage


class _Saver:
    """Puts rows into the fresh database, in one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._totals = _Totals()
        self._statements: dict[str, str] = {}
        self._vehicle_keys: list[Row] = []
        self._subject = ""
        self._restore_series = ""

    def save(self, placer: Placer, progress: Callable[[int], object]) -> None:
        """Take over all rows that can be read. Of two with one key the first counts: the one that a tree leads to."""
        connection = self._connection
        [self._trigger] = connection.execute(
            "SELECT sql FROM sqlite_schema WHERE name = ?", (_HOURS_TRIGGER,)
        ).fetchone()
        connection.execute(f"DROP TRIGGER {_HOURS_TRIGGER}")
        connection.execute("BEGIN")
        remember_hours(connection)
        shapes = load_shapes(connection)
        self._statements = {name: _insert(shape) for name, shape in shapes.items() if not shape.is_index}
        names = [column.name for column in shapes["series"].columns]
        self._subject = names[1]  # `vin` before schema 3
        self._restore_series = f"INSERT OR IGNORE INTO series ({', '.join([*names[1:], names[0]])}) VALUES (?, ?, ?, ?)"  # noqa: S608 - of our schema
        for part in placer.rows(placer.roots()):
            self._take(part)
            progress(placer.read_percent)

    def finish(self, broken: Mapping[str, int]) -> tuple[LostRows, ...]:
        """Make what is made of rows, drop what refers to nothing, and return what is lost."""
        connection = self._connection
        nameless = connection.execute("DELETE FROM points WHERE series_id NOT IN (SELECT id FROM series)").rowcount
        self._drop_unowned()
        self._name_vehicles()
        can_drop = "dropped" in self._statements
        if can_drop:
            drop_again(connection)
        keep_hours(connection)
        if can_drop:
            keep_outlived(connection)
        lost = count_lost(
            connection,
            broken=Counter(broken),
            nameless=nameless,
            subject=self._subject,
            readings=self._totals.readings,
            raw_messages=self._totals.journal_entries,
        )
        self._save_totals()
        connection.execute("COMMIT")
        connection.execute(self._trigger)
        return lost

    def _take(self, part: PlacedRows) -> None:
        connection = self._connection
        if part.name == "totals":
            for _, readings, journal_entries, newest_id, refused in part.rows:
                totals = self._totals
                totals.journal_newest_id = max(totals.journal_newest_id, _integer(newest_id))
                totals.refused = max(totals.refused, _integer(refused))
                totals.readings, totals.journal_entries = _integer(readings), _integer(journal_entries)
        elif part.name == SEQUENCE:
            self._totals.sequences |= {str(name): _integer(number) for name, number in part.rows}
        elif part.name == "hours":
            connection.executemany(_REMEMBER_HOUR, part.rows)
        elif part.name == SERIES_INDEX:
            connection.executemany(self._restore_series, part.rows)
        elif part.name == VEHICLE_KEYS:
            self._vehicle_keys += part.rows
        elif part.name in self._statements and (
            part.name not in {*MADE_ANEW, SCHEMA} or ("dropped" in self._statements and part.name in DERIVED)
        ):
            connection.executemany(self._statements[part.name], part.rows)

    def _drop_unowned(self) -> None:
        """Drop rows that belong to an account that is lost."""
        for table in self._statements:
            for key in self._connection.execute(f"PRAGMA foreign_key_list({table})").fetchall():
                _, _, parent, own, other, *_ = key
                self._connection.execute(f"DELETE FROM {table} WHERE {own} NOT IN (SELECT {other} FROM {parent})")  # noqa: S608 - of our schema

    def _name_vehicles(self) -> None:
        """Give the cars a row whose own is lost: by the index of keys, else with a new key."""
        if "vehicle_accounts" not in self._statements:
            return  # an older schema, whose migration does the same
        self._connection.executemany(
            "INSERT OR IGNORE INTO vehicles (vin, key, first_seen_at_ms) VALUES (?2, ?1, 0)", self._vehicle_keys
        )
        self._connection.execute(
            "INSERT OR IGNORE INTO vehicles (vin, key, first_seen_at_ms)"
            " SELECT DISTINCT subject, vehicle_key(), 0 FROM series WHERE subject NOT LIKE '%/%'"
        )

    def _save_totals(self) -> None:
        """Count again. What numbers things goes on behind the last number that was given."""
        connection, totals = self._connection, self._totals
        count_totals(connection, journal_newest_id=totals.journal_newest_id, refused=totals.refused)
        for table, number in totals.sequences.items():
            connection.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (number, table))
            connection.execute(
                "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2"
                " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)",
                (table, number),
            )


def _insert(shape: TreeShape) -> str:
    names = ", ".join(column.name for column in shape.columns)
    return f"INSERT OR IGNORE INTO {shape.name} ({names}) VALUES ({_marks(len(shape.columns))})"  # noqa: S608 - of our schema


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _integer(cell: object) -> int:
    return cell if isinstance(cell, int) else 0


def count_saved(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many rows each table has that rows were saved of."""
    names = [name for name, shape in load_shapes(connection).items() if not shape.is_index]
    tables = [name for name in names if name not in {*MADE_ANEW, SCHEMA, SEQUENCE}]
    counts = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608 - of our schema
    return {table: count for table, count in counts.items() if count}
