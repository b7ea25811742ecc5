"""Settling a judgement about many readings in slices, a commit each: what comes in meanwhile gets its turn between.

The first commit notes the judgement, so that whatever comes later obeys it, and settles the first slice. What is left
stands in `unsettled` until it is done, also after a crash.
"""

import sqlite3

from bimmerhub.store.sqlite.readings.person import Span

SLICE_ROWS = 5_000
"""Readings that one commit settles: about a quarter of a second."""

_BEHIND_POINTS = """
SELECT measured_at_ms FROM points WHERE series_id = ? AND measured_at_ms BETWEEN ? AND ?
ORDER BY measured_at_ms LIMIT 1 OFFSET ?"""

_BEHIND_APART = """
SELECT measured_at_ms FROM quarantine WHERE series_id = ? AND rule IS NOT NULL AND measured_at_ms BETWEEN ? AND ?
ORDER BY measured_at_ms LIMIT 1 OFFSET ?"""

_NOTE = "INSERT INTO unsettled (series_id, from_ms, until_ms) VALUES (?, ?, ?)"

_NEXT = "DELETE FROM unsettled WHERE id = (SELECT min(id) FROM unsettled) RETURNING series_id, from_ms, until_ms"


def cut_slice(connection: sqlite3.Connection, series_id: int, span: Span, *, rows: int) -> Span:
    """Return the part of a stretch that is settled now, about so many readings long, and note the rest."""
    from_ms, until_ms = span
    behind = [
        row[0]
        for statement in (_BEHIND_POINTS, _BEHIND_APART)
        if (row := connection.execute(statement, (series_id, from_ms, until_ms, rows)).fetchone()) is not None
    ]
    rest_ms = max(min(behind, default=until_ms + 1), from_ms + 1)
    if rest_ms <= until_ms:
        connection.execute(_NOTE, (series_id, rest_ms, until_ms))
    return from_ms, min(rest_ms - 1, until_ms)


def take_unsettled(connection: sqlite3.Connection) -> tuple[int, Span] | None:
    """Return a series with a stretch that is still to be settled, which is noted no longer; None when nothing is."""
    row = connection.execute(_NEXT).fetchone()
    return None if row is None else (row[0], (row[1], row[2]))


def is_unsettled(connection: sqlite3.Connection, series_id: int) -> bool:
    """Tell whether some of a series is still to be settled."""
    return (
        connection.execute("SELECT 1 FROM unsettled WHERE series_id = ? LIMIT 1", (series_id,)).fetchone() is not None
    )
