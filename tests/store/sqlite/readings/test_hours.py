"""The hour roll-ups say what the points say, however the points came."""

import asyncio
import math
import random
import sqlite3
import tempfile
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.new_stores import open_sqlite

from bimmerhub.store.ports.readings import Batch

HOUR_MS = 3_600_000

_POINTS = """
SELECT descriptor, measured_at_ms, value, quote(value), sent_after_ms, source
FROM points JOIN series ON id = series_id ORDER BY descriptor, measured_at_ms, value"""

_HOURS = """
SELECT descriptor, hour, count, numbers, total, minimum, maximum, first_after_ms, quote(first_value),
  last_after_ms, quote(last_value)
FROM hours JOIN series ON id = series_id ORDER BY descriptor, hour"""

SAMPLES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.integers(min_value=-2 * HOUR_MS, max_value=3 * HOUR_MS),
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(min_value=-(10**6), max_value=10**6),
            st.floats(min_value=-1e6, max_value=1e6),
            st.sampled_from(["OPEN", "CLOSED", "2024.10"]),
        ),
    ),
    min_size=1,
    max_size=80,
)


@settings(max_examples=30, deadline=None)
@given(samples=SAMPLES, chance=st.randoms(use_true_random=False))
def test_hours_equal_a_recomputation_from_the_points(make_reading: Any, samples: Any, chance: random.Random) -> None:
    readings = [make_reading(value, descriptor=key, at_ms=at_ms) for key, at_ms, value in samples]
    chance.shuffle(readings)
    half = len(readings) // 2
    points, hours = asyncio.run(_stored([readings[:half], readings[half:], readings]))
    expected = _recomputed(points)
    assert [_but_total(row) for row in hours] == [_but_total(row) for row in expected]
    for row, other in zip(hours, expected, strict=True):
        assert row[4] == other[4] or math.isclose(row[4], other[4], rel_tol=1e-9, abs_tol=1e-6)


@settings(max_examples=20, deadline=None)
@given(samples=SAMPLES, chance=st.randoms(use_true_random=False))
def test_points_are_the_same_byte_for_byte_in_any_order(make_reading: Any, samples: Any, chance: random.Random) -> None:
    readings = [make_reading(value, descriptor=key, at_ms=at_ms) for key, at_ms, value in samples]
    shuffled = chance.sample(readings * 3, len(readings) * 3)
    one_by_one = [[reading] for reading in shuffled]
    points, hours = asyncio.run(_stored([readings]))
    other_points, other_hours = asyncio.run(_stored(one_by_one))
    assert repr(other_points) == repr(points)
    assert [_but_total(row) for row in other_hours] == [_but_total(row) for row in hours]


async def _stored(batches: list[Any]) -> tuple[list[Any], list[Any]]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "store.db"
        async with open_sqlite(path) as store:
            for batch in batches:
                await store.append(Batch(readings=batch))
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(_POINTS).fetchall(), connection.execute(_HOURS).fetchall()


def _recomputed(points: list[Any]) -> list[Any]:
    by_hour: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for point in points:
        by_hour[point[0], point[1] // HOUR_MS].append(point)
    rows = []
    for (descriptor, hour), members in sorted(by_hour.items()):
        numbers = [point[2] for point in members if isinstance(point[2], int | float)]
        extent = (math.fsum(numbers), min(numbers), max(numbers)) if numbers else (None, None, None)
        first, last = members[0], members[-1]
        ends = (first[1] - hour * HOUR_MS, first[3], last[1] - hour * HOUR_MS, last[3])
        rows.append((descriptor, hour, len(members), len(numbers), *extent, *ends))
    return rows


def _but_total(row: Any) -> Any:
    return (*row[:4], *row[5:])
