"""A file that cannot be used is refused with what it is and what to do."""

import sqlite3
import stat
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from bimmerhub.domain.documents import BASIC_DATA
from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.errors import StoreError
from bimmerhub.ids import Vin
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.database.connection import APPLICATION_ID
from bimmerhub.store.sqlite.database.versions import newest_version
from bimmerhub.store.sqlite.store import SqliteStore

LETTER = b"a letter to my mother " * 500


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _read(path: Path) -> bytes:
    return path.read_bytes()


def _permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


async def _refusal(path: Path, *, readonly: bool = False) -> StoreError:
    with pytest.raises(StoreError) as caught:
        async with SqliteStore.open_readonly(path) if readonly else SqliteStore.open(path):
            pass
    assert caught.value.hint
    return caught.value


async def test_new_database_is_private_and_marked(path: Path, rows_of: Any) -> None:
    async with SqliteStore.open(path):
        pass
    assert _permissions(path) == 0o600
    assert rows_of(path, "PRAGMA user_version") == [(newest_version(),)]
    assert rows_of(path, "PRAGMA journal_mode") == [("wal",)]


async def test_a_journal_that_a_power_cut_left_without_its_content_goes(path: Path) -> None:
    async with SqliteStore.open(path) as store:
        await store.settings.save_setting("word", "kept")
    journal = path.with_name(f"{path.name}-journal")
    _write(journal, bytes(4096))
    async with SqliteStore.open(path) as store:
        assert await store.settings.load_settings() == {"word": "kept"}
        assert not journal.exists()


async def test_empty_file_of_an_interrupted_start_becomes_a_database(path: Path) -> None:
    _write(path, b"")
    async with SqliteStore.open(path) as store:
        assert await store.vins() == []


@pytest.mark.parametrize("readonly", [False, True])
async def test_newer_database_is_refused_with_both_versions(path: Path, *, readonly: bool) -> None:
    async with SqliteStore.open(path):
        pass
    _change(path, f"PRAGMA user_version = {newest_version() + 6}")
    error = await _refusal(path, readonly=readonly)
    assert f"schema {newest_version() + 6}, this one knows {newest_version()}" in str(error)
    assert "Update bimmerhub" in str(error.hint)


async def test_older_database_is_not_read_without_its_migration(path: Path) -> None:
    async with SqliteStore.open(path):
        pass
    _change(path, "PRAGMA user_version = 0")
    error = await _refusal(path, readonly=True)
    assert "has schema 0" in str(error)


@pytest.mark.parametrize("readonly", [False, True])
async def test_file_that_is_no_database_is_refused_untouched(path: Path, *, readonly: bool) -> None:
    _write(path, LETTER)
    error = await _refusal(path, readonly=readonly)
    assert "not a database" in str(error)
    assert _read(path) == LETTER


async def test_database_of_another_program_is_refused(path: Path) -> None:
    _change(path, "CREATE TABLE letters (words TEXT)")
    assert "not a database of bimmerhub" in str(await _refusal(path))


async def test_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the directory should be")
    assert "taken/store.db" in str(await _refusal(tmp_path / "taken" / "store.db"))


async def test_directory_in_place_of_the_database_is_refused(tmp_path: Path) -> None:
    await _refusal(tmp_path)


async def test_reading_needs_a_database(path: Path) -> None:
    assert "no database" in str(await _refusal(path, readonly=True))


async def test_readonly_store_changes_nothing(path: Path, make_reading: Any) -> None:
    async with SqliteStore.open(path) as store:
        await store.append(Batch(readings=[make_reading(1)]))
    async with SqliteStore.open_readonly(path) as store:
        assert len(await store.vins()) == 1
        with pytest.raises(StoreError, match="reading only"):
            await store.append(Batch(readings=[make_reading(2)]))


async def test_path_may_hold_what_a_uri_may_not(tmp_path: Path, make_reading: Any) -> None:
    path = tmp_path / "100% mine? #1 ü.db"
    async with SqliteStore.open(path) as store:
        await store.append(Batch(readings=[make_reading(1)]))
        assert len(await store.vins()) == 1


def _make_schema(path: Path, version: int) -> sqlite3.Connection:
    """Return a connection to a new database as a bimmerhub with that schema left it."""
    scripts = sorted((file.name, file) for file in (files("bimmerhub.store") / "schema").iterdir())
    connection = sqlite3.connect(path)
    for _, file in scripts[:version]:
        connection.executescript(file.read_text("utf-8"))
    connection.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version};")
    return connection


async def test_the_quarantine_of_the_first_schema_is_kept(path: Path) -> None:
    with closing(_make_schema(path, 1)) as connection:
        connection.execute("INSERT INTO quarantine VALUES (1, 5, 'not JSON', x'7b', 'stream', NULL)")
        connection.execute("UPDATE totals SET refused = 1")
        connection.commit()
    old, new = (Refused(received_at_ms=at, reason="not JSON", payload=b"{", origin="stream") for at in (5, 6))
    async with SqliteStore.open(path) as store:
        await store.append(Batch(refused=[new]))
        refused = await store.refused(limit=9)
    assert refused == [new, old]
    assert [item.id for item in refused] == [2, 1]


async def test_readings_and_basic_data_of_the_second_schema_are_kept(path: Path) -> None:
    with closing(_make_schema(path, 2)) as connection:
        connection.execute("INSERT INTO series VALUES (1, 'WBA00000000000001', 'vehicle.isMoving', '')")
        connection.execute("INSERT INTO points VALUES (1, 5000, 7, 900, 1)")
        connection.execute("UPDATE totals SET readings = 1")
        columns = "(vin, account, brand, basic_data, first_seen_at_ms)"
        connection.execute(f"INSERT INTO vehicles {columns} VALUES ('WBA00000000000001', 'home', 'BMW', '{{}}', 4)")
        connection.execute(f"INSERT INTO vehicles {columns} VALUES ('WBA00000000000002', 'home', 'MINI', NULL, 5)")
        connection.commit()
    async with SqliteStore.open(path) as store:
        [point] = await store.latest(Vin("WBA00000000000001"))
        assert (point.value, point.measured_at_ms, (await store.figures()).readings) == (7, 5_000, 1)
        [document] = await store.documents.documents("WBA00000000000001", BASIC_DATA)
        assert (document.body, document.source, document.fetched_at_ms) == ("{}", Source.REST, 4)
        assert [vehicle.brand for vehicle in await store.vehicles.vehicles()] == ["BMW", "MINI"]


async def test_odometer_readings_set_apart_in_the_second_schema_are_judged_with_all_others(path: Path) -> None:
    hour_ms = 3_600_000
    with closing(_make_schema(path, 2)) as connection:
        connection.execute("INSERT INTO series VALUES (1, 'WBA00000000000001', ?, 'km')", (ODOMETERS[0],))
        connection.execute("INSERT INTO points VALUES (1, 0, 93272, 0, 1)")
        for row_id, hour in ((1, 1), (2, 2), (3, 2)):
            reason, series = "the odometer falls from 93272 to 57958 km", (ODOMETERS[0], "WBA00000000000001", "km")
            cells = (row_id, 5, reason, b"{", "stream", *series, 57_958, hour * hour_ms, hour * hour_ms, 2)
            connection.execute(f"INSERT INTO quarantine VALUES ({','.join('?' * len(cells))})", cells)
        connection.execute("UPDATE totals SET readings = 1, refused = 3")
        connection.commit()
    new = Reading(
        vin=Vin("WBA00000000000001"),
        descriptor=ODOMETERS[0],
        value=57_959,
        unit="km",
        measured_at_ms=3 * hour_ms,
        sent_at_ms=None,
        received_at_ms=3 * hour_ms,
        source=Source.STREAM,
    )
    item = Refused(received_at_ms=5, reason="", payload=b"", origin="stream", descriptor=ODOMETERS[0], reading=new)
    async with SqliteStore.open(path) as store:
        await store.append(Batch(judged=[item]))
        points, _ = await store.range(new.vin, [new.descriptor], from_ms=0, to_ms=hour_ms * 9, limit=9)
        assert [point.value for point in points] == [57_958, 57_958, 57_959]
        [apart] = await store.refused(limit=9)
        assert apart.reading is not None
        assert apart.reading.value == 93_272
        assert (await store.figures()).readings == 3
