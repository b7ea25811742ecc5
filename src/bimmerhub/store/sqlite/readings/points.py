"""Readings as rows of `points`: made, written, marked for the folds, counted."""

import sqlite3
from collections.abc import Mapping, Sequence
from operator import itemgetter

from bimmerhub.domain.reading import Reading
from bimmerhub.store.sqlite.readings.changes import BatchChanges
from bimmerhub.store.sqlite.readings.person import PointRow, SeriesKey
from bimmerhub.store.sqlite.readings.rows import write_rows
from bimmerhub.store.sqlite.readings.values import encode_value

_INSERT_POINTS = """
INSERT INTO points (series_id, measured_at_ms, value, sent_after_ms, source) VALUES(?)
ON CONFLICT (series_id, measured_at_ms, value) DO NOTHING"""

_MERGE_POINTS = """
INSERT INTO points (series_id, measured_at_ms, value, sent_after_ms, source) VALUES(?)
ON CONFLICT (series_id, measured_at_ms, value) DO UPDATE
SET sent_after_ms = min(sent_after_ms, excluded.sent_after_ms), source = min(source, excluded.source)
WHERE sent_after_ms > excluded.sent_after_ms OR source > excluded.source"""

_ADD_TO_TOTALS = """
UPDATE totals SET
  readings = readings + ?,
  journal_entries = journal_entries + ?,
  journal_newest_id = journal_newest_id + ?,
  refused = refused + ?"""

_BY_SERIES_AND_TIME = itemgetter(0, 1)


def to_rows(readings: Sequence[Reading], ids: Mapping[SeriesKey, int]) -> list[PointRow]:
    """Return the rows of readings. Every reading comes through here, so they are unpacked: twice as fast as by name."""
    return [
        (
            ids[vin, descriptor, unit or ""],
            measured_at_ms,
            encode_value(value),
            0 if sent_at_ms is None or sent_at_ms < measured_at_ms else sent_at_ms - measured_at_ms,
            int(source),
        )
        for vin, descriptor, value, unit, measured_at_ms, sent_at_ms, _, source in readings
    ]


def add_to_totals(connection: sqlite3.Connection, *, readings: int, refused: int, journal_entries: int = 0) -> None:
    """Add to how much is stored, and to how much was refused so far."""
    connection.execute(_ADD_TO_TOTALS, (readings, journal_entries, journal_entries, refused))


def write_points(connection: sqlite3.Connection, subjects: Mapping[int, str], changes: BatchChanges) -> int:
    """Store what becomes points; return how many there are more, apart from those that left.

    `subjects` names the subject of each series; what changed of it is marked dirty for the folds.
    """
    rows = changes.rows
    rows.sort(key=_BY_SERIES_AND_TIME)  # neighbours share pages: up to 1.6 times as fast
    new = changed = write_rows(connection, _INSERT_POINTS, rows)
    if new < len(rows):
        changed += write_rows(connection, _MERGE_POINTS, rows)
    if changes.gone:
        rows = sorted([*rows, *changes.gone], key=_BY_SERIES_AND_TIME)
    if changed or changes.gone:
        _mark_dirty(connection, subjects, rows)
    return new


def _mark_dirty(connection: sqlite3.Connection, subjects: Mapping[int, str], rows: Sequence[PointRow]) -> None:
    """Note for the folds from when to when each subject's readings changed; `rows` are in order of their times."""
    last_ms = {row[0]: row[1] for row in rows}
    first_ms = {row[0]: row[1] for row in reversed(rows)}
    stretches: dict[str, tuple[int, int]] = {}
    for series_id, from_ms in first_ms.items():
        subject = subjects[series_id]
        stretch = stretches.get(subject, (from_ms, from_ms))
        stretches[subject] = (min(stretch[0], from_ms), max(stretch[1], last_ms[series_id]))
    connection.executemany(
        "INSERT INTO dirty (fold, subject, from_ms, to_ms) VALUES ('', ?, ?, ?)",
        [(subject, *stretch) for subject, stretch in stretches.items()],
    )
