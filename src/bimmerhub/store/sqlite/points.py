"""Appending a batch: readings, raw messages and refused ones in one durable commit."""

import json
import sqlite3
from collections.abc import Sequence
from operator import itemgetter

from bimmerhub.domain.documents import Document
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.ids import Vin
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Appended, Batch
from bimmerhub.store.sqlite.connection import transaction
from bimmerhub.store.sqlite.rows import Row, write_rows
from bimmerhub.store.sqlite.values import Stored, encode_value
from bimmerhub.store.sqlite.vehicles import meet_vehicles

MAX_REFUSED = 10_000
"""Refused items that are kept; the oldest go first."""

MAX_REFUSED_BYTES = 16 * 1024
"""Bytes of a refused payload that are kept."""

_INSERT_SERIES = "INSERT INTO series (subject, descriptor, unit) VALUES(?) ON CONFLICT DO NOTHING"

_EVERY_SERIES = "SELECT json_group_array(json_array(id, subject, descriptor, unit)) FROM series"
"""One step of SQLite for all rows."""

_INSERT_POINTS = """
INSERT INTO points (series_id, measured_at_ms, value, sent_after_ms, source) VALUES(?)
ON CONFLICT (series_id, measured_at_ms, value) DO NOTHING"""

_MERGE_POINTS = """
INSERT INTO points (series_id, measured_at_ms, value, sent_after_ms, source) VALUES(?)
ON CONFLICT (series_id, measured_at_ms, value) DO UPDATE
SET sent_after_ms = max(sent_after_ms, excluded.sent_after_ms), source = min(source, excluded.source)
WHERE sent_after_ms < excluded.sent_after_ms OR source > excluded.source"""

_INSERT_JOURNAL = """
INSERT INTO journal (id, received_at_ms, account, topic, payload) VALUES(?) ON CONFLICT (id) DO NOTHING"""

_INSERT_REFUSED = """
INSERT INTO quarantine (
  id, received_at_ms, reason, payload, origin, descriptor, vin, unit, value, measured_at_ms, sent_at_ms, source
) VALUES(?)
ON CONFLICT (id) DO NOTHING"""

_SAVE_DOCUMENTS = """
INSERT INTO documents (subject, kind, natural_key, body, source, fetched_at_ms) VALUES(?)
ON CONFLICT (subject, kind, natural_key) DO UPDATE
SET body = excluded.body, source = excluded.source, fetched_at_ms = excluded.fetched_at_ms
WHERE (fetched_at_ms, body) < (excluded.fetched_at_ms, excluded.body)"""

_RELEASE = "DELETE FROM quarantine WHERE id IN (SELECT value FROM json_each(?))"

_ADD_TO_TOTALS = """
UPDATE totals SET
  readings = readings + ?,
  journal_entries = journal_entries + ?,
  journal_newest_id = journal_newest_id + ?,
  refused = refused + ?"""

_SeriesKey = tuple[str, str, str]  # subject, descriptor, unit

_PointRow = tuple[int, int, Stored, int, int]  # series, measured_at_ms, value, sent_after_ms, source

_BY_SERIES_AND_TIME = itemgetter(0, 1)


class Appender:
    """Writes batches on the writing connection; remembers the ids of series, which never change once committed."""

    def __init__(self) -> None:
        self._series_ids: dict[_SeriesKey, int] = {}
        self._subjects: dict[int, str] = {}

    def append(self, connection: sqlite3.Connection, batch: Batch) -> Appended:
        """Write the batch in one transaction and return what was new in it."""
        try:
            with transaction(connection):
                new, met = self._write_readings(connection, batch.readings)
                _write_journal(connection, batch.journal)
                _write_refused(connection, batch.refused)
                _write_documents(connection, batch.documents)
                if batch.released:
                    connection.execute(_RELEASE, (json.dumps(list(batch.released)),))
                connection.execute(_ADD_TO_TOTALS, (new, len(batch.journal), len(batch.journal), len(batch.refused)))
        except BaseException:
            self._series_ids.clear()  # some may have been rolled back
            raise
        return Appended(new=new, repeated=len(batch.readings) - new, met=met)

    def _write_readings(
        self, connection: sqlite3.Connection, readings: Sequence[Reading]
    ) -> tuple[int, Sequence[Vehicle]]:
        """Return how many readings were new, and the vehicles whose first ones are among them."""
        ids, met = self._ids_of_series(connection, readings)
        rows: list[_PointRow] = [
            (
                ids[reading.vin, reading.descriptor, reading.unit or ""],
                reading.measured_at_ms,
                encode_value(reading.value),
                reading.sent_after_ms,
                int(reading.source),
            )
            for reading in readings
        ]
        rows.sort(key=_BY_SERIES_AND_TIME)  # neighbours share pages: up to 1.6 times as fast
        new = changed = write_rows(connection, _INSERT_POINTS, rows)
        if new < len(rows):
            changed += write_rows(connection, _MERGE_POINTS, rows)
        if changed:
            self._mark_dirty(connection, rows)
        return new, met

    def _mark_dirty(self, connection: sqlite3.Connection, rows: Sequence[_PointRow]) -> None:
        """Note for the folds from when to when each subject's readings changed; `rows` are in order of their times."""
        last_ms = {row[0]: row[1] for row in rows}
        first_ms = {row[0]: row[1] for row in reversed(rows)}
        stretches: dict[str, tuple[int, int]] = {}
        for series_id, from_ms in first_ms.items():
            subject = self._subjects[series_id]
            known = stretches.get(subject, (from_ms, from_ms))
            stretches[subject] = (min(known[0], from_ms), max(known[1], last_ms[series_id]))
        connection.executemany(
            "INSERT INTO dirty (fold, subject, from_ms, to_ms) VALUES ('', ?, ?, ?)",
            [(subject, *stretch) for subject, stretch in stretches.items()],
        )

    def _ids_of_series(
        self, connection: sqlite3.Connection, readings: Sequence[Reading]
    ) -> tuple[dict[_SeriesKey, int], Sequence[Vehicle]]:
        met: Sequence[Vehicle] = ()
        keys = {(reading.vin, reading.descriptor, reading.unit or "") for reading in readings}
        if not keys <= self._series_ids.keys():
            write_rows(connection, _INSERT_SERIES, sorted(keys))
            [every_series] = connection.execute(_EVERY_SERIES).fetchone()
            series = json.loads(every_series)
            self._series_ids = {(subject, key, unit): series_id for series_id, subject, key, unit in series}
            self._subjects = {series_id: subject for series_id, subject, _, _ in series}
            met = meet_vehicles(connection, _first_seen(readings).items())
        return self._series_ids, met


def _first_seen(readings: Sequence[Reading]) -> dict[Vin, int]:
    """Return when each vehicle's first reading among these came, in milliseconds UTC."""
    first_seen: dict[Vin, int] = {}
    for reading in readings:
        first_seen[reading.vin] = min(first_seen.get(reading.vin, reading.received_at_ms), reading.received_at_ms)
    return first_seen


def _write_journal(connection: sqlite3.Connection, entries: Sequence[JournalEntry]) -> None:
    if entries:
        next_id = _next_id(connection, "SELECT journal_newest_id FROM totals")
        write_rows(
            connection,
            _INSERT_JOURNAL,
            [
                (next_id + offset, entry.received_at_ms, entry.account, entry.topic, entry.payload)
                for offset, entry in enumerate(entries)
            ],
        )


def _write_documents(connection: sqlite3.Connection, documents: Sequence[Document]) -> None:
    rows: list[Row] = [
        (item.subject, item.kind, item.natural_key, item.body, int(item.source), item.fetched_at_ms)
        for item in documents
    ]
    write_rows(connection, _SAVE_DOCUMENTS, rows)


def _write_refused(connection: sqlite3.Connection, refused: Sequence[Refused]) -> None:
    if refused:
        next_id = _next_id(connection, "SELECT refused FROM totals")
        write_rows(
            connection, _INSERT_REFUSED, [_refused_row(next_id + offset, item) for offset, item in enumerate(refused)]
        )
        connection.execute("DELETE FROM quarantine WHERE id < ?", (next_id + len(refused) - MAX_REFUSED,))


def _refused_row(row_id: int, item: Refused) -> Row:
    reason = item.reason
    if len(item.payload) > MAX_REFUSED_BYTES:
        reason = f"{reason} (the first {MAX_REFUSED_BYTES} of {len(item.payload)} bytes are kept)"
    descriptor = None if item.descriptor is None else _storable(item.descriptor)
    payload = item.payload[:MAX_REFUSED_BYTES]
    told = (row_id, item.received_at_ms, _storable(reason), payload, _storable(item.origin), descriptor)
    reading = item.reading
    if reading is None:
        return (*told, None, None, None, None, None, None)
    value = encode_value(reading.value)
    times = (reading.measured_at_ms, reading.sent_at_ms)
    return (*told, reading.vin, reading.unit, value, *times, int(reading.source))


def _storable(text: str) -> str:
    """Return the text without lone surrogates, which no file can hold: refused text may be anything."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _next_id(connection: sqlite3.Connection, newest: str) -> int:
    return int(connection.execute(newest).fetchone()[0] or 0) + 1
