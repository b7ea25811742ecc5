"""Few buckets of many readings: from the hour roll-ups when a bucket is an hour or more, else from the points."""

import sqlite3
import sys

from bimmerhub.errors import ConfigError
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Bucket
from bimmerhub.store.sqlite.readings.values import decode_value
from bimmerhub.times import HOUR_MS

_LARGEST = sys.float_info.max  # the mean of numbers near it would be infinite, which JSON cannot say
_MEAN_DIGITS = 12
"""Of a sum the last of 16 digits depend on the order in which its numbers came, and no car measures so well."""

_NEWEST_SERIES = """
SELECT id FROM series WHERE subject = ? AND descriptor = ? AND unit = coalesce(?, unit)
ORDER BY (SELECT max(measured_at_ms) FROM points WHERE series_id = id) DESC, id LIMIT 1"""

_FROM_POINTS = """
WITH stretches AS (
  SELECT
    (measured_at_ms - :from_ms) / :width_ms AS stretch,
    min(CASE WHEN typeof(value) IN ('integer', 'real') THEN value END) AS minimum,
    max(CASE WHEN typeof(value) IN ('integer', 'real') THEN value END) AS maximum,
    avg(CASE WHEN typeof(value) IN ('integer', 'real') THEN value END) AS mean,
    min(measured_at_ms) AS first_ms,
    max(measured_at_ms) AS last_ms,
    count(*) AS count
  FROM points
  WHERE series_id = :series_id AND measured_at_ms >= :from_ms AND measured_at_ms < :to_ms
  GROUP BY stretch
)
SELECT
  stretch, minimum, maximum, mean,
  (SELECT min(value) FROM points WHERE series_id = :series_id AND measured_at_ms = first_ms),
  (SELECT max(value) FROM points WHERE series_id = :series_id AND measured_at_ms = last_ms),
  count
FROM stretches ORDER BY stretch"""

_FROM_HOURS = """
WITH stretches AS (
  SELECT
    (hour - :from_hour) / :width_hours AS stretch,
    min(minimum) AS minimum,
    max(maximum) AS maximum,
    sum(total) / sum(numbers) AS mean,
    min(hour) AS first_hour,
    max(hour) AS last_hour,
    sum(count) AS count
  FROM hours
  WHERE series_id = :series_id AND hour >= :from_hour AND hour < :to_hour
  GROUP BY stretch
)
SELECT
  stretch, minimum, maximum, mean,
  (SELECT first_value FROM hours WHERE series_id = :series_id AND hour = first_hour),
  (SELECT last_value FROM hours WHERE series_id = :series_id AND hour = last_hour),
  count
FROM stretches ORDER BY stretch"""


def load_buckets(
    connection: sqlite3.Connection,
    vin: Vin,
    descriptor: Descriptor,
    *,
    from_ms: int,
    to_ms: int,
    buckets: int,
    unit: str | None,
) -> list[Bucket]:
    """Return the non-empty ones of at most `buckets` equal stretches, as `ReadingQuery.downsample` says."""
    if buckets < 1:
        raise ConfigError("at least one bucket must be asked for")
    series = connection.execute(_NEWEST_SERIES, (vin, descriptor, unit)).fetchone()
    if series is None or to_ms <= from_ms:
        return []
    if to_ms - from_ms >= buckets * HOUR_MS:
        return _from_hours(connection, series[0], from_ms=from_ms, to_ms=to_ms, buckets=buckets)
    return _from_points(connection, series[0], from_ms=from_ms, to_ms=to_ms, buckets=buckets)


def _from_points(
    connection: sqlite3.Connection, series_id: int, *, from_ms: int, to_ms: int, buckets: int
) -> list[Bucket]:
    width_ms = _divided_up(to_ms - from_ms, buckets)
    bounds = {"series_id": series_id, "from_ms": from_ms, "to_ms": to_ms, "width_ms": width_ms}
    return _load(connection, _FROM_POINTS, bounds, start_at_ms=from_ms, width_ms=width_ms)


def _from_hours(
    connection: sqlite3.Connection, series_id: int, *, from_ms: int, to_ms: int, buckets: int
) -> list[Bucket]:
    from_hour, to_hour = from_ms // HOUR_MS, _divided_up(to_ms, HOUR_MS)
    width_hours = _divided_up(to_hour - from_hour, buckets)
    bounds = {"series_id": series_id, "from_hour": from_hour, "to_hour": to_hour, "width_hours": width_hours}
    return _load(connection, _FROM_HOURS, bounds, start_at_ms=from_hour * HOUR_MS, width_ms=width_hours * HOUR_MS)


def _load(
    connection: sqlite3.Connection, statement: str, bounds: dict[str, int], *, start_at_ms: int, width_ms: int
) -> list[Bucket]:
    return [
        Bucket(
            start_at_ms=start_at_ms + stretch * width_ms,
            min=None if minimum is None else float(minimum),
            max=None if maximum is None else float(maximum),
            mean=None if mean is None else float(f"{max(-_LARGEST, min(mean, _LARGEST)):.{_MEAN_DIGITS}g}"),
            first=decode_value(first),
            last=decode_value(last),
            count=count,
        )
        for stretch, minimum, maximum, mean, first, last, count in connection.execute(statement, bounds)
    ]


def _divided_up(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)
