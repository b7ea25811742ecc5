"""Texts that were stored beside a unit become the numbers that they are; what is one reading then is merged."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.sqlite.database.connection import APPLICATION_ID
from bimmerhub.store.sqlite.database.versions import scripts
from bimmerhub.store.sqlite.store import SqliteStore

OLD = 10
"""The schema before."""
CAR = Vin("WBA00000000000001")
AT_MS = 1_800_000_000_000
HOUR_MS = 3_600_000
TEXTS = ["67", "12.5", "-3", "+4", "007", "5.0", "1.2.3", "1-2", "n7", "-", "12345678901234567890"]

FILLING = f"""
INSERT INTO series VALUES (1, '{CAR}', 'x.width', 'mm'), (2, '{CAR}', 'x.postalCode', '');
INSERT INTO points VALUES (1, {AT_MS}, 67, 5, 1), (1, {AT_MS}, '67', 900, 2), (2, {AT_MS}, '80809', 900, 2);
"""


def fill(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.create_function("vehicle_key", 0, lambda: "abcdefgh")
        for number in range(1, OLD + 1):
            connection.executescript(scripts()[number])
        connection.executescript(f"{FILLING} PRAGMA user_version = {OLD}; PRAGMA application_id = {APPLICATION_ID};")
        for place, text in enumerate(TEXTS, start=1):
            connection.execute("INSERT INTO points VALUES (1, ?, ?, 900, 2)", (AT_MS + place * HOUR_MS, text))
        connection.execute("UPDATE totals SET readings = ?", (len(TEXTS) + 3,))
        connection.commit()


async def test_texts_beside_a_unit_become_numbers(path: Path) -> None:
    fill(path)
    width, code = Descriptor("x.width"), Descriptor("x.postalCode")
    async with SqliteStore.open(path) as store:
        points, _ = await store.range(CAR, [width, code], from_ms=0, to_ms=AT_MS * 2, limit=99)
        values = {key: [point.value for point in points if point.descriptor == key] for key in (width, code)}
        assert values[width] == [67, 67, 12.5, -3, 4, 7, 5, *TEXTS[6:]]
        assert [type(value) for value in values[width][:7]] == [int, int, float, int, int, int, int]
        assert values[code] == ["80809"]
        assert (points[1].sent_after_ms, int(points[1].source)) == (5, 1)
        [info] = [info for info in await store.series(CAR) if info.descriptor == width]
        assert (info.count, (await store.figures()).readings) == (len(TEXTS) + 1, len(TEXTS) + 2)
        [bucket] = await store.downsample(CAR, width, from_ms=AT_MS, to_ms=AT_MS + 24 * HOUR_MS, buckets=1)
        assert (bucket.min, bucket.max) == (-3, 67)
