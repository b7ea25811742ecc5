"""A database whose readings were stamped finer than seconds comes to hold each event once, or stays as it was."""

import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.database.connection import APPLICATION_ID, open_writer
from bimmerhub.store.sqlite.database.migrations import MigrationStep, is_migration_due, migrate
from bimmerhub.store.sqlite.database.versions import scripts, statements
from bimmerhub.store.sqlite.readings.values import encode_value
from bimmerhub.store.sqlite.store import SqliteStore

OLD = 5
"""The schema before."""
CAR = Vin("WBA00000000000001")
SOC, ODOMETER = "vehicle.drivetrain.batteryManagement.header", "vehicle.vehicle.travelledDistance"
UNITS = {SOC: "%", ODOMETER: "km"}
SERIES = {SOC: 1, ODOMETER: 2}
AT_MS = 1_800_000_000_000
VALUES: tuple[Value, ...] = (1, 2.5, "text", True, None)

_, *DURING = range(sum(len(list(statements(script))) for number, script in scripts().items() if number > OLD) + 2)


def reading(value: Value, at_ms: int, *, descriptor: str = SOC, sent_after_ms: int = 0, source: int = 2) -> Reading:
    return Reading(
        vin=CAR,
        descriptor=Descriptor(descriptor),
        value=value,
        unit=UNITS[descriptor],
        measured_at_ms=at_ms,
        sent_at_ms=at_ms + sent_after_ms,
        received_at_ms=at_ms + sent_after_ms,
        source=Source(source),
    )


def some_readings(count: int = 600) -> list[Reading]:
    """Half of them of whole seconds; in three hours around 1970 and three of the present, many a second several."""
    draw = random.Random(7)
    starts = (AT_MS, -2 * 3_600_000)
    drawn = {
        (
            draw.choice(starts) + draw.randrange(3_000) * 3_600 + draw.choice([0, draw.randrange(1000)]),
            draw.choice(VALUES),
        )
        for _ in range(count)
    }
    return [
        reading(value, at_ms, sent_after_ms=draw.randrange(5_000), source=draw.choice(list(Source)))
        for at_ms, value in sorted(drawn, key=repr)
    ]


def cut(one: Reading) -> Reading:
    return one._replace(measured_at_ms=one.measured_at_ms // 1000 * 1000)


def fill(path: Path, readings: list[Reading], apart: list[Reading]) -> None:
    with closing(open_writer(path)) as connection:
        for number, script in scripts().items():
            if number <= OLD:
                for statement in statements(script):
                    connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {OLD}")
        connection.execute("INSERT INTO vehicles VALUES (?, 'abcdefgh', NULL, NULL, NULL, NULL, 0)", (CAR,))
        for descriptor, series_id in SERIES.items():
            connection.execute(
                "INSERT INTO series VALUES (?, ?, ?, ?)", (series_id, CAR, descriptor, UNITS[descriptor])
            )
        for one in readings:
            row = (SERIES[one.descriptor], one.measured_at_ms, encode_value(one.value), one.sent_after_ms, one.source)
            connection.execute("INSERT INTO points VALUES (?, ?, ?, ?, ?)", row)
        for one in apart:
            connection.execute(
                "INSERT INTO quarantine (received_at_ms, reason, payload, origin, descriptor, vin, unit, value,"
                " measured_at_ms, sent_at_ms, source, rule, series_id)"
                " VALUES (0, 'the odometer falls', x'', 'rest', ?, ?, 'km', ?, ?, ?, ?, 'odometer', 2)",
                (ODOMETER, CAR, one.value, one.measured_at_ms, one.sent_at_ms, one.source),
            )
        connection.execute("INSERT INTO judged VALUES (2, 1)")
        connection.execute(
            "INSERT INTO overlays (vin, kind, at_ms, body, made_by, made_at_ms)"
            " VALUES (?, 'reading_released', ?, '{}', 'api', 612)",
            (CAR, AT_MS + 612),
        )
        connection.execute("UPDATE totals SET readings = ?", (len(readings),))
        connection.execute("DELETE FROM dirty")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of the schema before, with readings of fractions of seconds in all that it holds."""
    path = tmp_path_factory.mktemp("filled") / "old.db"
    apart = [
        reading(9_999, AT_MS + 100, descriptor=ODOMETER, sent_after_ms=50, source=3),
        reading(9_999, AT_MS + 200, descriptor=ODOMETER, sent_after_ms=10, source=2),
        reading(5_000, AT_MS + 7_000, descriptor=ODOMETER),
    ]
    fill(path, [*some_readings(), reading(5_000, AT_MS + 7_001, descriptor=ODOMETER)], apart)
    return path


@pytest.fixture
def old(filled: Path, path: Path) -> Path:
    """A copy of it, for one test."""
    return Path(shutil.copyfile(filled, path))


def rows(path: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def dump(path: Path) -> Iterator[str]:
    with closing(sqlite3.connect(path)) as connection:
        yield from connection.iterdump()


def bring_up_to_date(path: Path, **options: Any) -> None:
    with closing(open_writer(path)) as connection:
        migrate(connection, path, **options)


async def test_readings_and_roll_ups_are_those_of_whole_seconds_from_the_first(old: Path) -> None:
    new = old.with_name("new.db")
    async with SqliteStore.open(new) as store:
        await store.append(Batch(readings=[cut(one) for one in some_readings()]))
    bring_up_to_date(old)
    for table in ("points", "hours"):
        wanted = rows(new, f"SELECT * FROM {table} WHERE series_id = 1")
        assert rows(old, f"SELECT * FROM {table} WHERE series_id = 1") == wanted
    assert rows(old, "SELECT readings FROM totals") == rows(old, "SELECT count(*) FROM points")


async def test_no_trace_of_fractions_is_left(old: Path) -> None:
    async with SqliteStore.open(old) as store:
        assert await store.integrity_check() == []
    for column, table in (("measured_at_ms", "points"), ("measured_at_ms", "quarantine"), ("at_ms", "overlays")):
        assert rows(old, f"SELECT count(*) FROM {table} WHERE {column} % 1000 != 0") == [(0,)]


def test_the_time_of_sending_stays_and_the_smaller_one_wins(path: Path) -> None:
    fill(path, [reading(67, AT_MS + 345, sent_after_ms=4_000), reading(67, AT_MS, sent_after_ms=5_000, source=1)], [])
    bring_up_to_date(path)
    assert rows(path, "SELECT * FROM points") == [(1, AT_MS, 67, 4_345, 1)]


def test_what_was_set_apart_twice_is_set_apart_once_and_what_was_stored_too_is_believed(old: Path) -> None:
    bring_up_to_date(old)
    assert rows(old, "SELECT measured_at_ms, value, sent_at_ms, source FROM quarantine") == [
        (AT_MS, 9_999, AT_MS + 150, 2)
    ]
    assert rows(old, "SELECT measured_at_ms FROM points WHERE series_id = 2") == [(AT_MS + 7_000,)]
    assert rows(old, "SELECT * FROM judged") == []


def test_folds_hear_of_what_changed(old: Path) -> None:
    times = [one.measured_at_ms for one in some_readings() if one.measured_at_ms % 1000]
    bring_up_to_date(old)
    marks = rows(old, "SELECT fold, subject, from_ms, to_ms FROM dirty")
    assert marks == [("", CAR, min(times) // 1000 * 1000, max(times))]


def test_whole_seconds_stay_as_they_are_and_no_fold_is_troubled(path: Path) -> None:
    fill(path, [cut(one) for one in some_readings(40)], [])
    before = rows(path, "SELECT * FROM points"), rows(path, "SELECT * FROM hours")
    bring_up_to_date(path)
    assert (rows(path, "SELECT * FROM points"), rows(path, "SELECT * FROM hours")) == before
    assert rows(path, "SELECT * FROM dirty") == []


class Interrupted(Exception):
    """Ends a migration, as a fault in a script would."""


@pytest.mark.parametrize("interrupted_at", DURING)
def test_a_migration_that_ends_early_changes_nothing_and_begins_again(old: Path, interrupted_at: int) -> None:
    before = list(dump(old))

    def interrupt(step: MigrationStep) -> None:
        if step.step == interrupted_at:
            raise Interrupted

    with pytest.raises(Interrupted):
        bring_up_to_date(old, progress=interrupt)
    assert list(dump(old)) == before
    bring_up_to_date(old)
    assert not is_migration_due(old)


@pytest.mark.parametrize("dying_at", [DURING[len(DURING) // 2], DURING[-1]])
def test_a_process_that_dies_in_a_migration_leaves_the_old_database(old: Path, dying_at: int) -> None:
    before = list(dump(old))
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from bimmerhub.store.sqlite.database.connection import open_writer\n"
        "from bimmerhub.store.sqlite.database.migrations import migrate\n"
        "def die(step):\n"
        "    if step.step == int(sys.argv[2]): os._exit(9)\n"
        "path = Path(sys.argv[1])\n"
        "migrate(open_writer(path), path, progress=die)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(old), str(dying_at)], check=False)
    assert done.returncode == 9
    assert list(dump(old)) == before
    bring_up_to_date(old)
    assert rows(old, "SELECT count(*) FROM points WHERE measured_at_ms % 1000 != 0") == [(0,)]
