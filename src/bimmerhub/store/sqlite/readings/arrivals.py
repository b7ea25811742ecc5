"""When the values of each descriptor came, for coverage."""

import sqlite3
from operator import itemgetter

from bimmerhub.domain.coverage.coverage_verdicts import Arrivals
from bimmerhub.domain.reading import Source
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.quarantine import PERSON
from bimmerhub.store.sqlite.readings.values import encode_value
from bimmerhub.times import DAY_MS, MINUTE_MS

NEWEST_AT_MOST = 100
MINUTES_AT_MOST = 1_000
"""More than 16 hours with a value in each minute: many drives, also of what comes every few seconds."""

_SERIES = "SELECT descriptor, id FROM series WHERE subject = ? ORDER BY descriptor"

_DAYS = """
SELECT DISTINCT measured_at_ms / ? FROM points
WHERE series_id = ? AND measured_at_ms >= ? AND source IN (?, ?)"""

_NEWEST = """
SELECT DISTINCT measured_at_ms FROM points
WHERE series_id = ? AND measured_at_ms >= ? AND source IN (?, ?)
ORDER BY measured_at_ms DESC LIMIT ?"""

_MINUTES = """
SELECT DISTINCT measured_at_ms / ? AS minute FROM points
WHERE series_id = ? AND measured_at_ms >= ? AND source IN (?, ?)
ORDER BY minute DESC LIMIT ?"""

_NEWEST_VALUE = """
SELECT measured_at_ms, value FROM points
WHERE series_id = ? AND measured_at_ms >= ? AND source IN (?, ?) AND value != ?
ORDER BY measured_at_ms DESC, sent_after_ms DESC, value DESC LIMIT 1"""

_FIRST = """
SELECT measured_at_ms FROM points WHERE series_id = ? AND source IN (?, ?) ORDER BY measured_at_ms LIMIT 1"""

_APART = """
SELECT measured_at_ms, source, rule FROM quarantine WHERE series_id = ? AND rule IS NOT NULL AND measured_at_ms >= ?"""

_BY_REST = (int(Source.REST), int(Source.REST))
_STREAMED = (int(Source.STREAM), int(Source.CAPTURE))
"""A capture is what the stream sent."""


def load_arrivals(connection: sqlite3.Connection, vin: Vin, *, since_ms: int) -> list[Arrivals]:
    """Return when each descriptor's values since `since_ms` came, ordered by descriptor."""
    series: dict[str, list[int]] = {}
    for descriptor, series_id in connection.execute(_SERIES, (vin,)):
        series.setdefault(descriptor, []).append(series_id)
    return [_arrivals_of(connection, Descriptor(name), ids, since_ms) for name, ids in series.items()]


def _arrivals_of(
    connection: sqlite3.Connection, descriptor: Descriptor, series_ids: list[int], since_ms: int
) -> Arrivals:
    """Unite the series of one descriptor: those outside the catalogue have one for each unit.

    What a person or a rule set apart came all the same.
    """
    days: set[int] = set()
    newest: set[int] = set()
    minutes: set[int] = set()
    no_value = encode_value(None)
    by_rest: list[tuple[int, object]] = []
    by_stream: list[tuple[int, object]] = []
    firsts: list[int] = []
    rejections = 0
    for series_id in series_ids:
        days.update(day for (day,) in connection.execute(_DAYS, (DAY_MS, series_id, since_ms, *_STREAMED)))
        firsts += [at_ms for (at_ms,) in connection.execute(_FIRST, (series_id, *_STREAMED))]
        rows = connection.execute(_NEWEST, (series_id, since_ms, *_STREAMED, NEWEST_AT_MOST))
        newest.update(at_ms for (at_ms,) in rows)
        rows = connection.execute(_MINUTES, (MINUTE_MS, series_id, since_ms, *_STREAMED, MINUTES_AT_MOST))
        minutes.update(minute for (minute,) in rows)
        apart = connection.execute(_APART, (series_id, since_ms)).fetchall()
        rejections += sum(rule == PERSON for _, _, rule in apart)
        came_ms = [at_ms for at_ms, source, _ in apart if source in _STREAMED]
        days.update(at_ms // DAY_MS for at_ms in came_ms)
        newest.update(came_ms)
        minutes.update(at_ms // MINUTE_MS for at_ms in came_ms)
        firsts += came_ms
        by_rest += connection.execute(_NEWEST_VALUE, (series_id, since_ms, *_BY_REST, no_value))
        by_stream += connection.execute(_NEWEST_VALUE, (series_id, since_ms, *_STREAMED, no_value))
    rest_at_ms, rest_value = max(by_rest, key=itemgetter(0), default=(None, None))
    _, streamed_value = max(by_stream, key=itemgetter(0), default=(None, None))
    return Arrivals(
        descriptor=descriptor,
        streamed_days=tuple(sorted(days)),
        streamed_at_ms=tuple(sorted(newest, reverse=True)[:NEWEST_AT_MOST]),
        streamed_minutes=tuple(sorted(minutes)[-MINUTES_AT_MOST:]),
        rest_at_ms=rest_at_ms,
        rest_differs=rest_at_ms is not None and rest_value != streamed_value,
        first_streamed_ms=min(firsts, default=None),
        rejected=rejections,
    )
