"""A database of the first release comes to the newest schema with all that was in it, or stays as it was."""

import os
import re
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.services import CarDataService
from bimmerhub.domain.documents import BASIC_DATA
from bimmerhub.domain.vehicle import VehicleAccount
from bimmerhub.errors import StoreError
from bimmerhub.ids import Gcid, Vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.quota import QuotaCall
from bimmerhub.store.sqlite.database.connection import APPLICATION_ID, open_writer, schema_version
from bimmerhub.store.sqlite.database.migrations import MigrationStep, is_migration_due, migrate
from bimmerhub.store.sqlite.database.versions import newest_version, scripts, statements
from bimmerhub.store.sqlite.store import SqliteStore

OLD = 2
"""The schema of release 0.1."""
GCID = Gcid("11111111-2222-3333-4444-555555555555")
I5, I4, MINI = Vin("WBA00000000000001"), Vin("WBA00000000000002"), Vin("WMW00000000000003")
SOC, ODOMETER = "vehicle.drivetrain.batteryManagement.header", "vehicle.vehicle.travelledDistance"
HOUR = 500_000
AT_MS = HOUR * 3_600_000 + 1_000

FILLING = f"""
INSERT INTO accounts VALUES
  ('home', 'c1', '{GCID}', 5, x'5ea1ed'),
  ('firm', 'c2', NULL, NULL, NULL);
INSERT INTO quota_calls (account, at_ms, operation, caller) VALUES
  ('{GCID}', 10, 'mappings', 'schedule'), ('home', 11, 'basicData', 'schedule'), ('firm', 12, 'mappings', 'doctor'),
  ('removed', 13, 'mappings', 'cli');
INSERT INTO containers VALUES ('S1', 'home', 'bimmerhub', 'bimmerhub 01234567', '["{SOC}"]', 7);
INSERT INTO vehicles VALUES
  ('{I5}', 'home', 'Blue', 'BMW', 'i5', 'BEV', 'PRIMARY', '{{"vin":""}}', 20),
  ('{I4}', 'home', NULL, 'BMW', 'i4', 'BEV', 'SECONDARY', NULL, 21);
INSERT INTO series VALUES (1, '{I5}', '{SOC}', '%'), (2, '{I5}', '{ODOMETER}', 'km'), (3, '{MINI}', '{SOC}', '%');
INSERT INTO points VALUES
  (1, {AT_MS}, 67, 900, 1), (1, {AT_MS + 60_000}, 68, 900, 1), (2, {AT_MS}, 1234, 900, 2), (3, {AT_MS}, 50, 900, 3),
  (1, {AT_MS + 1}, x'02', 900, 1);
INSERT INTO journal VALUES (1, {AT_MS}, 'home', '{GCID}/{I5}', x'7b7d');
INSERT INTO quarantine (id, received_at_ms, reason, payload, origin, descriptor)
VALUES (1, {AT_MS}, 'not JSON', x'7b', 'stream', NULL);
UPDATE totals SET readings = 5, journal_entries = 1, journal_newest_id = 1, refused = 1;
INSERT INTO settings VALUES
  ('rest.met_at_ms.{GCID}', '9', 0), ('rest.refreshed_at_ms.firm', '8', 0), ('password', 'argon2', 1);
"""


@pytest.fixture
def old(path: Path) -> Path:
    """A database as release 0.1 left it."""
    scripts = [
        (files("bimmerhub.store") / "schema" / name).read_text("utf-8")
        for name in ("0001_first.sql", "0002_quarantined_readings.sql")
    ]
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            f"PRAGMA journal_mode = WAL; {''.join(scripts)} PRAGMA application_id = {APPLICATION_ID};"
            f"PRAGMA user_version = {OLD}; {FILLING}"
        )
    return path


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def bring_up_to_date(path: Path, **options: Any) -> None:
    with closing(open_writer(path)) as connection:
        migrate(connection, path, **options)


async def test_accounts_keep_their_tokens_and_get_an_id_and_a_family(old: Path) -> None:
    async with SqliteStore.open(old) as store:
        firm, home = await store.accounts.accounts()
        assert home == StoredAccount(
            id=home.id,
            name="home",
            family=Family.CARDATA,
            client_id="c1",
            gcid=GCID,
            signed_in_at_ms=5,
            services=(CarDataService.API, CarDataService.STREAM),
        )
        assert await store.accounts.load_tokens(home.id) == b"\x5e\xa1\xed"
        assert (firm.client_id, firm.gcid, await store.accounts.load_tokens(firm.id)) == ("c2", None, None)
        assert firm.id != home.id


async def test_what_belonged_to_a_name_belongs_to_its_account(old: Path) -> None:
    async with SqliteStore.open(old) as store:
        firm, home = await store.accounts.accounts()
        [container] = await store.containers.containers(home.id)
        assert (container.id, container.account_id, container.descriptors) == ("S1", home.id, (SOC,))
        calls = await store.quota.calls_since(home.owner, 0)
        assert [(call.at_ms, call.operation) for call in calls] == [(10, "mappings"), (11, "basicData")]
        doctor = QuotaCall(owner=firm.owner, at_ms=12, operation="mappings", caller="doctor")
        assert await store.quota.calls_since(firm.owner, 0) == [doctor]
        assert len(await store.quota.calls_since("removed", 0)) == 1
        assert await store.settings.load_settings() == {
            "password": "argon2",
            f"rest.met_at_ms.{home.owner}": "9",
            f"rest.refreshed_at_ms.{firm.owner}": "8",
        }


async def test_vehicles_keep_what_is_known_and_get_a_key_for_ever(old: Path) -> None:
    async with SqliteStore.open(old) as store:
        home = (await store.accounts.accounts())[1]
        i5, i4, mini = vehicles = sorted(await store.vehicles.vehicles(), key=lambda car: car.vin)
        assert (i5.vin, i5.name, i5.model, i5.drivetrain) == (I5, "Blue", "i5", "BEV")
        assert i5.accounts == (VehicleAccount(account_id=home.id, account="home", mapping="PRIMARY", seen_at_ms=20),)
        assert [(car.account, car.mapping) for car in (i4, mini)] == [("home", "SECONDARY"), (None, None)]
        assert mini.vin == MINI
        document = await store.documents.document(I5, BASIC_DATA)
        assert document is not None
        assert document.body == '{"vin":""}'
        keys = {car.vin: car.key for car in vehicles}
    assert len(set(keys.values())) == 3
    assert all(re.fullmatch("[a-z]{8}", key or "") for key in keys.values())
    async with SqliteStore.open(old) as store:
        assert {car.vin: car.key for car in await store.vehicles.vehicles()} == keys


async def test_readings_journal_and_quarantine_are_all_there(old: Path) -> None:
    async with SqliteStore.open(old) as store:
        assert (await store.figures()).readings == 5
        assert {(point.descriptor, point.value) for point in await store.latest(I5)} == {(SOC, 68), (ODOMETER, 1234)}
        assert [point.value for point in await store.latest(MINI)] == [50]
        [entry], _ = await store.journal(limit=9)
        assert (entry.account, entry.payload) == ("home", b"{}")
        assert [item.reason for item in await store.refused(limit=9)] == ["not JSON"]
        assert await store.integrity_check() == []


async def test_an_odometer_reading_is_not_on_both_sides(old: Path) -> None:
    cells = f"x'', 'rest', '{ODOMETER}', '{I5}', 'km', 2"
    refusing = (
        "INSERT INTO quarantine"
        " (received_at_ms, reason, measured_at_ms, value, payload, origin, descriptor, vin, unit, source) VALUES"
        f" (1, 'the odometer falls from 9999 to 1234 km', {AT_MS}, 1234, {cells}),"
        f" (1, 'the odometer jumps from 1234 to 9999 km', {AT_MS - 1_000}, 9999, {cells})"
    )
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute(refusing)
    async with SqliteStore.open(old) as store:
        apart = [item.reading for item in await store.refused(limit=9) if item.reading is not None]
        assert [(reading.measured_at_ms, reading.value) for reading in apart] == [(AT_MS - 1_000, 9999)]


async def test_a_migrated_database_has_the_schema_of_a_new_one(old: Path) -> None:
    new = old.with_name("new.db")
    for database in (old, new):
        async with SqliteStore.open(database):
            pass

    def tables(path: Path) -> set[str]:
        with closing(sqlite3.connect(path)) as connection:
            return {re.sub(r"\s+", " ", sql) for (sql,) in connection.execute("SELECT sql FROM sqlite_schema") if sql}

    assert tables(old) == tables(new)


def test_a_backup_of_the_old_schema_is_kept_without_tokens(old: Path) -> None:
    bring_up_to_date(old)
    backup = old.with_name(f"{old.name}.schema-{OLD}")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert schema_version(backup) == OLD
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT count(*) FROM points").fetchone() == (5,)
        assert connection.execute("SELECT name, sealed_tokens FROM accounts ORDER BY name").fetchall() == [
            ("firm", None),
            ("home", None),
        ]


async def test_the_backup_can_be_opened_as_a_database(old: Path) -> None:
    bring_up_to_date(old)
    async with SqliteStore.open(old.with_name(f"{old.name}.schema-{OLD}")) as store:
        assert (await store.figures()).readings == 5


def test_the_backup_of_an_earlier_migration_makes_room_for_the_next(old: Path) -> None:
    earlier = old.with_name(f"{old.name}.schema-1")
    earlier.write_bytes(b"the one before")
    bring_up_to_date(old)
    assert not earlier.exists()
    assert old.with_name(f"{old.name}.schema-{OLD}").exists()


def test_a_new_database_leaves_the_backup_of_a_lost_one_alone(old: Path) -> None:
    bring_up_to_date(old)
    backup = old.with_name(f"{old.name}.schema-{OLD}")
    old.unlink()
    bring_up_to_date(old)
    assert schema_version(backup) == OLD


async def test_a_new_or_empty_database_needs_no_backup(path: Path) -> None:
    async with SqliteStore.open(path):
        pass
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_each_step_is_told(old: Path) -> None:
    steps: list[MigrationStep] = []
    bring_up_to_date(old, progress=steps.append)
    assert [step.step for step in steps] == list(range(1, steps[-1].steps + 1))
    assert {(step.from_version, step.to_version) for step in steps} == {(OLD, newest_version())}
    assert list(dict.fromkeys(step.doing for step in steps)) == [
        "writing a backup",
        *(f"schema {number}" for number in scripts() if number > OLD),
    ]


def test_too_little_space_is_told_before_anything_is_done(old: Path) -> None:
    before = dump(old)
    with pytest.raises(StoreError, match="too little space") as caught:
        bring_up_to_date(old, free_bytes=lambda _: 1_000)
    assert "nothing has been changed" in str(caught.value.hint)
    assert dump(old) == before
    assert not list(old.parent.glob("*.schema-*"))


class Interrupted(Exception):
    """Ends a migration, as a fault in a script would."""


STATEMENTS = sum(len(list(statements(script))) for number, script in scripts().items() if number > OLD)


@pytest.mark.parametrize("interrupted_at", range(2, STATEMENTS + 2))
async def test_a_migration_that_ends_early_changes_nothing_and_begins_again(old: Path, interrupted_at: int) -> None:
    before = dump(old)

    def interrupt(step: MigrationStep) -> None:
        if step.step == interrupted_at:
            raise Interrupted

    with pytest.raises(Interrupted):
        bring_up_to_date(old, progress=interrupt)
    assert dump(old) == before
    assert is_migration_due(old)
    async with SqliteStore.open(old) as store:
        assert (await store.figures()).readings == 5
    assert not is_migration_due(old)


def test_a_process_that_dies_in_a_migration_leaves_the_old_database(old: Path) -> None:
    before = dump(old)
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from bimmerhub.store.sqlite.database.connection import open_writer\n"
        "from bimmerhub.store.sqlite.database.migrations import migrate\n"
        "def die(step):\n"
        "    if step.step == step.steps: os._exit(9)\n"
        "path = Path(sys.argv[1])\n"
        "migrate(open_writer(path), path, progress=die)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(old)], check=False, env={**os.environ})
    assert done.returncode == 9
    assert dump(old) == before
    bring_up_to_date(old)
    assert not is_migration_due(old)


@pytest.mark.parametrize("content", [None, b"", b"a letter to my mother " * 500])
def test_only_an_older_database_of_ours_is_due(path: Path, content: bytes | None) -> None:
    if content is not None:
        path.write_bytes(content)
    assert not is_migration_due(path)
