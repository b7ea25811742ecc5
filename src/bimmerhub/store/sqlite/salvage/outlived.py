"""What outlived its readings: roll-ups and records from before the time that a person limits readings to.

They cannot be made anew, so of a damaged database they are saved. What else of readings lies before that time is left
over on pages that were given up, and is dropped again.
"""

import sqlite3
from typing import Final

from bimmerhub.domain.retention import kind_of
from bimmerhub.store.ports.derived import ALWAYS_MS
from bimmerhub.times import HOUR_MS

DERIVED: Final = ("records", "checkpoints", "folds")
"""Tables that are saved for it; the rest of them is made anew."""

_KEEP_HOURS: Final = f"""
INSERT OR REPLACE INTO hours
SELECT before.* FROM hours_before AS before
JOIN series ON series.id = before.series_id
JOIN dropped ON dropped.subject = series.subject AND dropped.kind = 'readings'
LEFT JOIN hours AS made ON made.series_id = before.series_id AND made.hour = before.hour
WHERE before.hour * {HOUR_MS} < dropped.floor_ms AND before.count > coalesce(made.count, 0)"""  # noqa: S608 - a number

_FORGET: Final = (
    """
DELETE FROM records WHERE end_at_ms > coalesce(
  (SELECT folded_ms FROM dropped WHERE dropped.subject = records.subject AND kind = 'readings'), 0)""",
    """
DELETE FROM checkpoints WHERE before_ms > coalesce(
  (SELECT folded_ms FROM dropped WHERE dropped.subject = checkpoints.subject AND kind = 'readings'), 0)""",
    "DELETE FROM folds WHERE subject NOT IN (SELECT subject FROM dropped WHERE kind = 'readings')",
    "INSERT OR IGNORE INTO folds SELECT fold, subject, max(version), max(version) FROM records GROUP BY fold, subject",
)


def drop_again(connection: sqlite3.Connection) -> int:
    """Drop readings from before what they are limited to, but for the newest of each series; return how many went."""
    rows = connection.execute("SELECT subject, kind, floor_ms FROM dropped").fetchall()
    floors = {(subject, kind): floor_ms for subject, kind, floor_ms in rows}
    went = 0
    for series_id, subject, descriptor in connection.execute("SELECT id, subject, descriptor FROM series").fetchall():
        floor_ms = floors.get((subject, kind_of(descriptor)))
        if floor_ms is not None:
            went += connection.execute(
                "DELETE FROM points WHERE series_id = ?1 AND measured_at_ms < min("
                "?2, (SELECT max(measured_at_ms) FROM points WHERE series_id = ?1))",
                (series_id, floor_ms),
            ).rowcount
    return went


def keep_outlived_hours(connection: sqlite3.Connection) -> None:
    """Keep of the earlier roll-ups (`remember_hours`) those whose readings are gone."""
    connection.execute(_KEEP_HOURS)


def keep_outlived(connection: sqlite3.Connection) -> None:
    """Keep the roll-ups and records whose readings are gone; what is derived of the other readings is made anew."""
    keep_outlived_hours(connection)
    for statement in _FORGET:
        connection.execute(statement)
    connection.execute("DELETE FROM dirty")
    connection.execute(
        "INSERT INTO dirty (fold, subject, from_ms, to_ms) SELECT fold, subject, ?, ? FROM folds", ALWAYS_MS
    )
