"""Writing into databases as earlier releases left them: release 0.1.0 (schema 2) and 0.2.0 (schema 4).

The scripts are those that those releases had: one that was released is never changed. The rows are what those releases
wrote of a stream: vehicles, series, points, the raw journal with seven days of retention, totals, and from 0.2.0 on the
marks of what its folds have not seen.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Final

from bimmerhub.domain.reading import Reading
from bimmerhub.store.sqlite.database.connection import APPLICATION_ID
from bimmerhub.store.sqlite.database.vehicle_keys import add_vehicle_key
from bimmerhub.store.sqlite.database.versions import scripts, statements
from bimmerhub.store.sqlite.readings.values import encode_value
from bimmerhub.times import DAY_MS

RELEASE_0_1, RELEASE_0_2 = 2, 4
"""Their schemas."""
JOURNAL_MS: Final = 7 * DAY_MS
_SUBJECT: Final = {RELEASE_0_1: "vin", RELEASE_0_2: "subject"}
_POINT: Final = """
INSERT INTO points VALUES (?, ?, ?, ?, 1) ON CONFLICT (series_id, measured_at_ms, value) DO UPDATE SET
  sent_after_ms = min(sent_after_ms, excluded.sent_after_ms)"""


class OldDatabase:
    """A database of an earlier release; one that is not there is made, one of the release before is brought up."""

    def __init__(self, path: Path, schema: int) -> None:
        self._path = path
        self._schema = schema
        self._series: dict[tuple[str, str, str], int] = {}
        with closing(self._open()) as connection:
            self._bring_up(connection)

    def write(self, messages: Iterable[tuple[int, str, bytes, tuple[Reading, ...]]]) -> None:
        """Store messages (arrival in ms, topic, payload, readings) in one commit, and forget old ones' payloads."""
        with closing(self._open()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            received_at_ms = 0
            for received_at_ms, topic, payload, readings in messages:
                self._write_journal(connection, received_at_ms, topic, payload)
                for reading in readings:
                    self._write_reading(connection, reading)
            connection.execute("DELETE FROM journal WHERE received_at_ms < ?", (received_at_ms - JOURNAL_MS,))
            connection.execute(
                "UPDATE totals SET readings = (SELECT count(*) FROM points),"
                " journal_entries = (SELECT count(*) FROM journal)"
            )
            connection.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        add_vehicle_key(connection)
        return connection

    def _bring_up(self, connection: sqlite3.Connection) -> None:
        """Run the scripts that are missing, as the release's first start did."""
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        connection.execute("BEGIN IMMEDIATE")
        for number, script in scripts().items():
            if version < number <= self._schema:
                for statement in statements(script):
                    connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {self._schema}")
        connection.execute("COMMIT")

    def _write_journal(self, connection: sqlite3.Connection, received_at_ms: int, topic: str, payload: bytes) -> None:
        connection.execute("UPDATE totals SET journal_newest_id = journal_newest_id + 1")
        connection.execute(
            "INSERT INTO journal SELECT journal_newest_id, ?, 'home', ?, ? FROM totals",
            (received_at_ms, topic, payload),
        )

    def _write_reading(self, connection: sqlite3.Connection, reading: Reading) -> None:
        key = (str(reading.vin), str(reading.descriptor), reading.unit or "")
        if key not in self._series:
            self._series[key] = self._find_series(connection, key)
        at_ms = reading.measured_at_ms
        point = (self._series[key], at_ms, encode_value(reading.value), reading.sent_after_ms)
        connection.execute(_POINT, point)
        if self._schema >= RELEASE_0_2:
            connection.execute(
                "INSERT INTO dirty (fold, subject, from_ms, to_ms) SELECT '', ?, ?, ? WHERE NOT EXISTS"
                " (SELECT 1 FROM dirty WHERE subject = ? AND from_ms <= ? AND to_ms >= ?)",
                (key[0], at_ms, at_ms + DAY_MS, key[0], at_ms, at_ms),
            )

    def _find_series(self, connection: sqlite3.Connection, key: tuple[str, str, str]) -> int:
        """Return a series' id; one that is new is made, with its vehicle."""
        subject = _SUBJECT[self._schema]
        columns = "(vin, first_seen_at_ms)" if self._schema == RELEASE_0_1 else "(vin, key, first_seen_at_ms)"
        values = "(?, 0)" if self._schema == RELEASE_0_1 else "(?, vehicle_key(), 0)"
        connection.execute(f"INSERT INTO vehicles {columns} VALUES {values} ON CONFLICT DO NOTHING", key[:1])
        connection.execute(
            f"INSERT INTO series ({subject}, descriptor, unit) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", key
        )
        row = connection.execute(
            f"SELECT id FROM series WHERE ({subject}, descriptor, unit) = (?, ?, ?)", key
        ).fetchone()
        return int(row[0])
