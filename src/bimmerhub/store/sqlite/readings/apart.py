"""Readings that change sides: out of points into quarantine and back, with the hour roll-ups that they belong to."""

import sqlite3
from collections.abc import Iterable, Sequence

from bimmerhub.domain.reading import Reading, Source
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.sqlite.readings.judging.verdicts import Judgement, Mark, Provenance
from bimmerhub.store.sqlite.readings.values import Stored
from bimmerhub.times import HOUR_MS

JUDGED_AGAIN = "judged again"
"""The origin of what left the points: its message is in the journal, if anywhere."""

_DELETE_POINT = "DELETE FROM points WHERE series_id = ? AND measured_at_ms = ? AND value = ?"

_DELETE_HOUR = "DELETE FROM hours WHERE series_id = :series AND hour = :hour"

_MAKE_HOUR = """
WITH members AS (
  SELECT
    measured_at_ms - :hour * 3600000 AS after_ms,
    value,
    CASE WHEN typeof(value) IN ('integer', 'real') THEN value END AS number
  FROM points
  WHERE series_id = :series AND measured_at_ms >= :hour * 3600000 AND measured_at_ms < (:hour + 1) * 3600000
)
INSERT INTO hours
SELECT
  :series, :hour, count(*), count(number), sum(CAST(number AS REAL)), min(number), max(number),
  min(after_ms), (SELECT value FROM members ORDER BY after_ms, value LIMIT 1),
  max(after_ms), (SELECT value FROM members ORDER BY after_ms DESC, value DESC LIMIT 1)
FROM members HAVING count(*) > 0"""

_MERGE = """
UPDATE quarantine SET sent_at_ms = min(coalesce(sent_at_ms, measured_at_ms), ?), source = min(source, ?) WHERE id = ?"""


def move(connection: sqlite3.Connection, series_id: int, verdict: Judgement, given: dict[Mark, Provenance]) -> None:
    """Take out of points and out of quarantine what is on the other side from now on; `given` is the batch's own."""
    if not (verdict.expelled or verdict.returned or verdict.merged):
        return  # as a rule: then every step of SQLite is one too many
    delete_points(connection, [(series_id, *mark) for mark in verdict.expelled])
    connection.executemany("DELETE FROM quarantine WHERE id = ?", [(row_id,) for row_id in verdict.returned.values()])
    merge_apart(
        connection, [(mark[0] + given[mark][0], given[mark][1], row_id) for mark, row_id in verdict.merged.items()]
    )
    make_hours(connection, series_id, (mark[0] for mark in verdict.expelled))


def delete_points(connection: sqlite3.Connection, rows: Sequence[tuple[int, int, Stored]]) -> None:
    """Delete points, each named by its series, time and value; their hours have to be made anew then."""
    connection.executemany(_DELETE_POINT, rows)


def merge_apart(connection: sqlite3.Connection, repeats: Sequence[tuple[int, int, int]]) -> None:
    """Note of what is set apart that it came again: when it was sent, from which source, and the id of its row."""
    connection.executemany(_MERGE, repeats)


def make_hours(connection: sqlite3.Connection, series_id: int, times_ms: Iterable[int]) -> None:
    """Make the roll-ups of the hours that hold these times anew from the points."""
    for hour in sorted({at_ms // HOUR_MS for at_ms in times_ms}):
        connection.execute(_DELETE_HOUR, {"series": series_id, "hour": hour})
        connection.execute(_MAKE_HOUR, {"series": series_id, "hour": hour})


def expelled_items(verdict: Judgement, key: tuple[str, str, str]) -> Sequence[Refused]:
    """Return what goes to quarantine of what left the points of the series (subject, descriptor, unit)."""
    subject, descriptor, unit = key
    return [
        Refused(
            received_at_ms=at_ms + sent_after_ms,
            reason=reason,
            payload=b"",
            origin=JUDGED_AGAIN,
            descriptor=Descriptor(descriptor),
            reading=Reading(
                vin=Vin(subject),
                descriptor=Descriptor(descriptor),
                value=km,
                unit=unit or None,
                measured_at_ms=at_ms,
                sent_at_ms=at_ms + sent_after_ms,
                received_at_ms=at_ms + sent_after_ms,
                source=Source(source),
            ),
        )
        for (at_ms, km), ((sent_after_ms, source), reason) in verdict.expelled.items()
    ]


def returned_readings(verdict: Judgement, key: tuple[str, str, str]) -> Sequence[Reading]:
    """Return what left quarantine for the points of the series (subject, descriptor, unit)."""
    subject, descriptor, unit = key
    return [
        Reading(
            vin=Vin(subject),
            descriptor=Descriptor(descriptor),
            value=mark[1],
            unit=unit or None,
            measured_at_ms=mark[0],
            sent_at_ms=mark[0] + verdict.believed[mark][0],
            received_at_ms=mark[0] + verdict.believed[mark][0],
            source=Source(verdict.believed[mark][1]),
        )
        for mark in verdict.returned
    ]
