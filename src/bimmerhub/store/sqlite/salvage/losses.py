"""What a salvage could not save, counted by what the rest of the file says should be there.

The hour roll-ups of the damaged file say how many readings each hour had, its totals how many readings and raw messages
there were at all. Of other tables only rows that lie on a page and cannot be read are known to be lost.
"""

import sqlite3
from collections import Counter
from typing import Final

from bimmerhub.store.ports.soundness import LostRows
from bimmerhub.times import HOUR_MS

_BEFORE: Final = """
CREATE TEMP TABLE hours_before (
  series_id INTEGER, hour INTEGER, count INTEGER, numbers INTEGER, total, minimum, maximum, first_after_ms INTEGER,
  first_value, last_after_ms INTEGER, last_value, PRIMARY KEY (series_id, hour)
) WITHOUT ROWID"""

_MAKE_HOURS: Final = """
INSERT INTO hours
SELECT
  series_id, hour, count, numbers, total, minimum, maximum,
  first_ms - hour * 3600000,
  (SELECT value FROM points WHERE series_id = sums.series_id AND measured_at_ms = first_ms ORDER BY value LIMIT 1),
  last_ms - hour * 3600000,
  (SELECT value FROM points WHERE series_id = sums.series_id AND measured_at_ms = last_ms ORDER BY value DESC LIMIT 1)
FROM (
  SELECT
    series_id,
    hour,
    count(*) AS count,
    count(number) AS numbers,
    sum(CAST(number AS REAL)) AS total,
    min(number) AS minimum,
    max(number) AS maximum,
    min(measured_at_ms) AS first_ms,
    max(measured_at_ms) AS last_ms
  FROM (
    SELECT
      *,
      (measured_at_ms - (measured_at_ms % 3600000 + 3600000) % 3600000) / 3600000 AS hour,
      CASE WHEN typeof(value) IN ('integer', 'real') THEN value END AS number
    FROM points
  )
  GROUP BY series_id, hour
) AS sums"""

_LOST_BY_SUBJECT: Final = """
SELECT series.{subject}, sum(before.count - coalesce(hours.count, 0)), min(before.hour), max(before.hour)
FROM hours_before AS before
JOIN series ON series.id = before.series_id
LEFT JOIN hours ON hours.series_id = before.series_id AND hours.hour = before.hour
WHERE before.count > coalesce(hours.count, 0)
GROUP BY 1 ORDER BY 1"""


def remember_hours(connection: sqlite3.Connection) -> None:
    """Make room for the damaged file's own roll-ups: they say how many readings there were."""
    connection.execute(_BEFORE)


def keep_hours(connection: sqlite3.Connection) -> None:
    """Make the hour roll-ups anew from the readings that were saved."""
    connection.execute(_MAKE_HOURS)


def count_lost(
    connection: sqlite3.Connection,
    *,
    broken: Counter[str],
    nameless: int,
    subject: str,
    readings: int | None,
    raw_messages: int | None,
) -> tuple[LostRows, ...]:
    """Return what is lost; `readings` and `raw_messages` are how many there were, None when not known.

    `subject` is the name of that column of the series.
    """
    lost = [
        LostRows(table="points", rows=rows, subject=name, from_ms=first * HOUR_MS, to_ms=(last + 1) * HOUR_MS)
        for name, rows, first, last in connection.execute(_LOST_BY_SUBJECT.format(subject=subject)).fetchall()
    ]
    if readings is not None:
        lost += _rest(connection, "points", readings, sum(item.rows or 0 for item in lost))
    elif nameless or (broken["points"] and not lost):
        lost.append(LostRows(table="points", rows=nameless or None))
    if raw_messages is not None:
        lost += _rest(connection, "journal", raw_messages, 0)
    counted = {"points", "journal"} if raw_messages is not None else {"points"}
    return (
        *lost,
        *(LostRows(table=table, rows=rows) for table, rows in _tables(broken).items() if table not in counted),
    )


def _rest(connection: sqlite3.Connection, table: str, before: int, counted: int) -> list[LostRows]:
    """Return what is lost beyond what was counted."""
    [saved] = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - one of two names
    missing = before - saved - counted
    return [LostRows(table=table, rows=missing)] if missing > 0 else []


def _tables(broken: Counter[str]) -> dict[str, int]:
    """Return the rows that cannot be read by their table; of what is made anew none is lost."""
    anew = {"hours", "dirty", "folds", "checkpoints", "records", "judged", "totals"}
    return {
        name: rows
        for name, rows in sorted(broken.items())
        if rows and name not in anew and not name.startswith("sqlite_")
    }
