"""Reading points back: the newest of each series, and pages of a stretch of time."""

import heapq
import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from bimmerhub.domain.own_places import Counted
from bimmerhub.domain.reading import Source
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Point, SeriesInfo
from bimmerhub.store.sqlite.readings.page_tokens import PointPlace, decode_place, encode_place
from bimmerhub.store.sqlite.readings.values import Stored, decode_value, encode_value

MOST_TEXT: Final = 16_000_000
"""Characters of text values in one page, about: a page of faults lists is shorter than one of numbers."""

_StreamRow = tuple[int, int, Stored, int, int]

_VINS = """
SELECT DISTINCT subject FROM series
WHERE subject NOT LIKE '%/%' AND EXISTS (SELECT 1 FROM points WHERE series_id = id) ORDER BY subject"""

_LATEST = """
SELECT s.descriptor, s.unit, p.measured_at_ms, p.value, p.sent_after_ms, p.source
FROM series AS s JOIN points AS p
  ON p.series_id = s.id AND (p.measured_at_ms, p.value) = (
    SELECT measured_at_ms, value FROM points WHERE series_id = s.id
    ORDER BY measured_at_ms DESC, sent_after_ms DESC, value DESC LIMIT 1
  )
WHERE s.subject = ?
ORDER BY s.descriptor, s.unit"""

_NEWEST_INSTANTS = """
SELECT s.descriptor, s.unit, p.measured_at_ms, p.value, p.sent_after_ms, p.source
FROM series AS s JOIN points AS p
  ON p.series_id = s.id AND p.measured_at_ms = (SELECT max(measured_at_ms) FROM points WHERE series_id = s.id)
WHERE s.subject = ?
ORDER BY s.descriptor, s.unit, p.value"""

_SERIES_OF_DESCRIPTORS = """
SELECT id, descriptor, unit FROM series
WHERE subject = ? AND descriptor IN (SELECT value FROM json_each(?))
ORDER BY descriptor, unit"""

_FROM_TIME = """
SELECT measured_at_ms, ?, value, sent_after_ms, source FROM points
WHERE series_id = ? AND measured_at_ms >= ? AND measured_at_ms < ?
ORDER BY measured_at_ms, value"""

_FROM_POINT = """
SELECT measured_at_ms, ?, value, sent_after_ms, source FROM points
WHERE series_id = ? AND (measured_at_ms, value) > (?, ?) AND measured_at_ms < ?
ORDER BY measured_at_ms, value"""

_NUMBERS_OF_SERIES = """
SELECT s.descriptor, s.unit, p.measured_at_ms, p.value, p.sent_after_ms, p.source
FROM series AS s JOIN points AS p ON p.series_id = s.id
WHERE s.subject = ? AND s.descriptor = ? AND s.unit = ? AND typeof(p.value) IN ('integer', 'real') AND p.value != 0"""

_LAST_NUMBER = f"{_NUMBERS_OF_SERIES} AND p.measured_at_ms <= ? ORDER BY p.measured_at_ms DESC, p.value DESC LIMIT 1"
_NEXT_NUMBER = f"{_NUMBERS_OF_SERIES} AND p.measured_at_ms > ? ORDER BY p.measured_at_ms, p.value LIMIT 1"

_COUNTERS = """
FROM points WHERE series_id IN (SELECT id FROM series WHERE subject = ? AND descriptor = ?)
  AND typeof(value) IN ('integer', 'real') AND measured_at_ms BETWEEN ? AND ?"""

_COUNTED_BEFORE = f"SELECT measured_at_ms, value {_COUNTERS} ORDER BY measured_at_ms DESC, value DESC LIMIT 1"
_COUNTED_AFTER = f"SELECT measured_at_ms, value {_COUNTERS} ORDER BY measured_at_ms, value LIMIT 1"
_HAS_FALLEN = f"""
SELECT EXISTS (SELECT 1 FROM (
  SELECT value, lag(value) OVER (ORDER BY measured_at_ms, value) AS before {_COUNTERS}
) WHERE value < before)"""  # noqa: S608 - of the lines above

_SOURCES = {int(source): source for source in Source}

_SERIES = """
SELECT
  descriptor,
  unit,
  (SELECT sum(count) FROM hours WHERE series_id = id),
  (SELECT min(measured_at_ms) FROM points WHERE series_id = id) AS first_ms,
  (SELECT max(measured_at_ms) FROM points WHERE series_id = id)
FROM series WHERE subject = ? AND first_ms IS NOT NULL
ORDER BY descriptor, unit"""


def load_vins(connection: sqlite3.Connection) -> list[Vin]:
    """Return every VIN that has readings, in alphabetical order."""
    return [Vin(vin) for (vin,) in connection.execute(_VINS)]


def load_latest(connection: sqlite3.Connection, vin: Vin) -> list[Point]:
    """Return the newest point of each series of a vehicle, ordered by descriptor."""
    return [_to_point(row) for row in connection.execute(_LATEST, (vin,))]


def load_newest_instants(connection: sqlite3.Connection, vin: Vin) -> list[Point]:
    """Return all points of the newest instant of each series, ordered by descriptor, unit and value."""
    return [_to_point(row) for row in connection.execute(_NEWEST_INSTANTS, (vin,))]


def load_nearest_number(
    connection: sqlite3.Connection, vin: Vin, descriptor: Descriptor, unit: str | None, *, at_ms: int
) -> Point | None:
    """Return the last number of a series at or before that time, else the first after it; zeros do not count."""
    for statement in (_LAST_NUMBER, _NEXT_NUMBER):
        row = connection.execute(statement, (vin, descriptor, unit or "", at_ms)).fetchone()
        if row is not None:
            return _to_point(row)
    return None


def load_counted(
    connection: sqlite3.Connection, vin: Vin, descriptor: Descriptor, *, from_ms: int, to_ms: int, within_ms: int
) -> Counted | None:
    """Return what a counter showed just before and just after a stretch of time; None without both, `within_ms`."""
    counter = (vin, descriptor)
    before = connection.execute(_COUNTED_BEFORE, (*counter, from_ms - within_ms, from_ms)).fetchone()
    after = connection.execute(_COUNTED_AFTER, (*counter, to_ms, to_ms + within_ms)).fetchone()
    if before is None or after is None:
        return None
    [has_fallen] = connection.execute(_HAS_FALLEN, (*counter, before[0], after[0])).fetchone()
    return Counted(before=before[1], after=after[1], has_fallen=bool(has_fallen))


def load_series(connection: sqlite3.Connection, vin: Vin) -> list[SeriesInfo]:
    """Return what is stored of each descriptor of a vehicle, ordered by descriptor."""
    return [
        SeriesInfo(
            descriptor=Descriptor(descriptor),
            unit=unit or None,
            count=count,
            first_measured_at_ms=first_ms,
            last_measured_at_ms=last_ms,
        )
        for descriptor, unit, count, first_ms, last_ms in connection.execute(_SERIES, (vin,))
    ]


def load_range(
    connection: sqlite3.Connection,
    vin: Vin,
    descriptors: Sequence[Descriptor],
    *,
    from_ms: int,
    to_ms: int,
    limit: int,
    after: str | None,
) -> tuple[list[Point], str | None]:
    """Return one page of points and the token of the next page.

    Each series is read in the order of its key and the streams are merged, so that a page costs what it holds, however
    long the range is.
    """
    if limit < 1:
        raise ConfigError("a page must have room for at least one reading")
    last = None if after is None else decode_place(after)
    series = connection.execute(_SERIES_OF_DESCRIPTORS, (vin, json.dumps(list(descriptors)))).fetchall()
    cursors = [
        _open_stream(connection, place, one, from_ms=from_ms, to_ms=to_ms, last=last)
        for place, one in enumerate(series)
    ]
    # No two rows tie: the place of the series differs.
    rows = _take(cursors[0] if len(cursors) == 1 else heapq.merge(*cursors), limit + 1)
    if len(rows) <= limit and sum(_text_size(row) for row in rows) > MOST_TEXT:
        limit = len(rows) - 1  # there may be more behind the last one
    points = [
        Point(
            descriptor=Descriptor(series[place][1]),
            value=decode_value(value),
            unit=series[place][2] or None,
            measured_at_ms=measured_at_ms,
            sent_after_ms=sent_after_ms,
            source=_SOURCES[source],
        )
        for measured_at_ms, place, value, sent_after_ms, source in rows[:limit]
    ]
    for cursor in cursors:
        cursor.close()
    return points, encode_place(points[-1]) if len(rows) > limit else None


def _take(rows: Iterable[_StreamRow], most: int) -> list[_StreamRow]:
    """Return the first rows: at most so many, and no more than the one that makes their texts longer than MOST_TEXT."""
    taken, size = list[_StreamRow](), 0
    for row in rows:
        taken.append(row)
        size += _text_size(row)
        if len(taken) == most or size > MOST_TEXT:
            break
    return taken


def _text_size(row: _StreamRow) -> int:
    value = row[2]
    return len(value) if isinstance(value, str) else 0


def _to_point(row: tuple[str, str, int, Stored, int, int]) -> Point:
    descriptor, unit, measured_at_ms, value, sent_after_ms, source = row
    return Point(
        descriptor=Descriptor(descriptor),
        value=decode_value(value),
        unit=unit or None,
        measured_at_ms=measured_at_ms,
        sent_after_ms=sent_after_ms,
        source=_SOURCES[source],
    )


def _open_stream(
    connection: sqlite3.Connection,
    place: int,
    series: tuple[int, str, str],
    *,
    from_ms: int,
    to_ms: int,
    last: PointPlace | None,
) -> sqlite3.Cursor:
    """Return the rows of one series behind `last`: measured_at_ms, place, value, sent_after_ms, source."""
    series_id, descriptor, unit = series
    if last is not None and last.measured_at_ms >= from_ms:
        if (descriptor, unit) == (last.descriptor, last.unit):
            behind = (last.measured_at_ms, encode_value(last.value))
            return connection.execute(_FROM_POINT, (place, series_id, *behind, to_ms))
        from_ms = last.measured_at_ms + ((descriptor, unit) < (last.descriptor, last.unit))
    return connection.execute(_FROM_TIME, (place, series_id, from_ms, to_ms))
