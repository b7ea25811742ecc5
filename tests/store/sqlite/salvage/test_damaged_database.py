"""A damaged database is noticed, set aside whole, and goes on with what is readable; nothing else is touched."""

import asyncio
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from bench.damage.kinds import KINDS
from bench.damage.sample import VINS, make_sample
from bench.damages import IN_LOG, damage_and_start, load_rows

from bimmerhub.errors import StoreDamaged, StoreError
from bimmerhub.files import sync
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.database import exchange
from bimmerhub.store.sqlite.database.connection import APPLICATION_ID
from bimmerhub.store.sqlite.database.damage_control import is_exchange_due
from bimmerhub.store.sqlite.database.file_check import look
from bimmerhub.store.sqlite.database.vehicle_keys import add_vehicle_key
from bimmerhub.store.sqlite.database.versions import newest_version, scripts
from bimmerhub.store.sqlite.salvage import setting_aside
from bimmerhub.store.sqlite.salvage.held_files import let_go
from bimmerhub.store.sqlite.salvage.raw_file import RawFile
from bimmerhub.store.sqlite.salvage.raw_rows import read_page
from bimmerhub.store.sqlite.store import SqliteStore

READINGS = 3_000


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    folder = tmp_path_factory.mktemp("samples")
    for in_log in (False, True):
        make_sample(folder / str(in_log), readings=READINGS, in_log=in_log)
    return {in_log: folder / str(in_log) for in_log in (False, True)}


@pytest.fixture
def database(samples: dict[bool, Path], tmp_path: Path) -> Path:
    return Path(shutil.copyfile(samples[False], tmp_path / "store.db"))


def read(path: Path | str) -> bytes:
    return Path(path).read_bytes()


def spoil(path: Path, place: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        file.write(content)


def copy_with_log(source: Path, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    for ending in ("", "-wal"):
        shutil.copyfile(f"{source}{ending}", f"{path}{ending}")


def make_link(link: Path, file: Path) -> None:
    link.symlink_to(file)


def files_of(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def make_letter(path: Path) -> Path:
    path.write_bytes(b"Dear Sir or Madam, " * 500)
    return path


def zero_leaf_of_points(path: Path) -> None:
    """Zero a page of readings, which a quick look does not notice."""
    with closing(sqlite3.connect(path)) as connection:
        [root] = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'points'").fetchone()
    content = path.read_bytes()
    first = int.from_bytes(content[(root - 1) * 4096 + 12 : (root - 1) * 4096 + 14])
    cell = (root - 1) * 4096 + first
    child = int.from_bytes(content[cell : cell + 4])
    spoil(path, (child - 1) * 4096, bytes(4096))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_damage_is_noticed_and_whole_pages_are_saved(
    samples: dict[bool, Path], kind: str, tmp_path: Path
) -> None:
    outcome = damage_and_start(kind, samples[kind == IN_LOG], tmp_path, seed=5)
    assert outcome.error is None
    assert outcome.noticed is not None
    assert (outcome.saved, outcome.wrong) == (outcome.whole, 0)


async def test_sound_database_is_left_alone(database: Path) -> None:
    async with SqliteStore.open(database) as store:
        assert await store.soundness.find_damage() == []
        assert not await store.soundness.exchange_if_damaged("a false alarm")
        assert await store.soundness.damages() == []
    assert not list(database.parent.glob("*damaged*"))


async def test_damaged_file_is_set_aside_whole_and_the_loss_is_counted(database: Path) -> None:
    zero_leaf_of_points(database)
    damaged = read(database)
    async with SqliteStore.open(database) as store:
        [problem, *_] = await store.soundness.find_damage()
        assert await store.soundness.exchange_if_damaged(problem)
        [damage] = await store.soundness.damages()
        assert read(damage.set_aside) == damaged
        lost = sum(item.rows or 0 for item in damage.salvage.lost)
        assert lost > 0
        assert {item.table for item in damage.salvage.lost} == {"points"}
        assert {item.subject for item in damage.salvage.lost} <= {*VINS}
        assert (await store.figures()).readings == READINGS - lost
        assert await store.soundness.acknowledge(at_ms=1) == 1
        assert await store.soundness.acknowledge(at_ms=2) == 0


async def test_a_write_that_meets_damage_waits_and_is_in_the_fresh_database(database: Path, make_reading: Any) -> None:
    async with SqliteStore.open(database) as store:
        before = (await store.figures()).readings
        spoil(database, 0, bytes(len(read(database))))
        batch = Batch(readings=[make_reading(n) for n in range(300)])
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(store.append(batch))
            tasks.create_task(store.soundness.exchange_if_damaged("met by a reader"))
        assert writing.result().new == 300
        assert [damage.acknowledged_at_ms for damage in await store.soundness.damages()] == [None]
        assert (await store.figures()).readings >= 300 > before - READINGS


async def test_a_newer_database_is_refused_and_not_touched(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(
            f"PRAGMA user_version = {newest_version() + 3}; UPDATE schema_number SET number = {newest_version() + 3};"
        )
    before = read(database)
    with pytest.raises(StoreError, match="newer bimmerhub"):
        async with SqliteStore.open(database):
            pass
    assert read(database) == before


async def test_a_log_beside_the_file_that_a_link_leads_to_is_saved_too(
    samples: dict[bool, Path], tmp_path: Path
) -> None:
    link, file = tmp_path / "link.db", tmp_path / "disk" / "store.db"
    copy_with_log(samples[True], file)
    make_link(link, file)
    spoil(file, 0, bytes(100))
    assert is_exchange_due(link)
    async with SqliteStore.open(link) as store:
        [damage] = await store.soundness.damages()
    assert load_rows(file, tmp_path / "copy")["points"] == load_rows(samples[True], tmp_path / "copy")["points"]
    assert (damage.set_aside, read(link)) == (f"{file}.damaged-1", read(file))


@pytest.mark.parametrize(("written", "is_damaged"), [("header", False), ("frames", True)])
async def test_a_log_begun_anew_is_empty_until_its_frames_are_there(
    database: Path, tmp_path: Path, written: str, *, is_damaged: bool
) -> None:
    content, old, new = begin_log_anew(database)
    crashed = tmp_path / "crashed.db"
    logs = {"header": new[:32] + old[32:], "frames": old[:32] + new[32:]}
    make_file(crashed, content)
    make_file(Path(f"{crashed}-wal"), logs[written])
    assert is_exchange_due(crashed) is is_damaged
    async with SqliteStore.open(crashed) as store:
        assert len(await store.soundness.damages()) == is_damaged
        assert ("fresh" in await store.settings.load_settings()) is is_damaged
        assert "early" in await store.settings.load_settings()


def begin_log_anew(database: Path) -> tuple[bytes, bytes, bytes]:
    """Return a database after a checkpoint, its log, and its log after one more change, which begins it anew."""
    change = "INSERT INTO settings (key, value, secret) VALUES (?, ?, 0)"
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(change, ("early", "words " * 10_000))
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        content, old = read(database), read(f"{database}-wal")
        connection.execute(change, ("fresh", "words " * 5_000))
        return content, old, read(f"{database}-wal")


@pytest.mark.parametrize("is_sqlite", [False, True])
async def test_somebody_elses_file_is_refused_and_not_touched(tmp_path: Path, *, is_sqlite: bool) -> None:
    path = tmp_path / "store.db"
    if is_sqlite:
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript("CREATE TABLE settings (key TEXT, value TEXT); CREATE TABLE letters (words TEXT)")
    else:
        shutil.copyfile(make_letter(tmp_path.with_name("letter")), path)
    before = read(path)
    with pytest.raises(StoreError, match="not a database of bimmerhub"):
        async with SqliteStore.open(path):
            pass
    assert read(path) == before
    assert [file.name for file in files_of(tmp_path)] == ["store.db"]


async def test_an_erased_car_does_not_come_back(database: Path) -> None:
    erased = VINS[1]
    async with SqliteStore.open(database) as store:
        await store.erase(erased)
    spoil(database, 4096, random.Random(1).randbytes(4096))
    spoil(database, 30, b"\xff" * 10)  # the list of free pages
    async with SqliteStore.open(database) as store:
        for problem in (await store.soundness.find_damage())[:1]:
            await store.soundness.exchange_if_damaged(problem)
        assert erased not in await store.vins()
        assert erased not in {vehicle.vin for vehicle in await store.vehicles.vehicles()}
        holders = await store.holders(VINS[0], [])
    assert [path.name for path in holders] == ["store.db.damaged-1"]


async def test_without_room_for_it_what_is_readable_is_served(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zero_leaf_of_points(database)
    monkeypatch.setattr(setting_aside, "BESIDES_BYTES", 10**18)
    async with SqliteStore.open(database) as store:
        [problem, *_] = await store.soundness.find_damage()
        with pytest.raises(StoreError, match="too little space"):
            await store.soundness.exchange_if_damaged(problem)
        assert "too little space" in (store.soundness.failure or "")
        assert await store.vehicles.vehicles()
        assert (await store.figures()).readings == READINGS
        monkeypatch.setattr(setting_aside, "BESIDES_BYTES", 0)
        assert await store.soundness.exchange_if_damaged(problem)
        assert store.soundness.failure is None


@pytest.mark.parametrize("renamed", [0, 1, 2, 3])
async def test_an_exchange_that_is_broken_off_is_finished_at_the_next_start(
    database: Path, renamed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = load_rows(database, database.parent / "copy")
    spoil(database, 0, bytes(100))
    for ending in ("-wal", "-shm"):
        database.with_name(database.name + ending).write_bytes(b"")
    left = iter([True] * renamed)
    rename, link = Path.rename, Path.hardlink_to

    def breaking(path: Path, target: Path | str) -> Path:
        if not str(target).endswith("salvaged") and not next(left, False):
            raise KeyboardInterrupt
        return rename(path, target)

    def breaking_link(path: Path, target: Path) -> None:
        if not next(left, False):
            raise KeyboardInterrupt
        link(path, target)

    monkeypatch.setattr(Path, "rename", breaking)
    monkeypatch.setattr(Path, "hardlink_to", breaking_link)
    with pytest.raises(KeyboardInterrupt):
        setting_aside.exchange(database, "its header is gone", now_ms=1)
    monkeypatch.undo()
    async with SqliteStore.open(database) as store:
        assert len(await store.soundness.damages()) == 1
    assert load_rows(database, database.parent / "copy")["points"] == rows["points"]
    assert len(list(database.parent.glob("store.db.damaged-*"))) == 3


def break_off_before_the_fresh_one(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set a damaged database aside, as far as it has its second name."""
    rename = Path.rename

    def breaking(path: Path, target: Path | str) -> Path:
        if path.name.endswith(".salvaged"):
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", breaking)
    with pytest.raises(KeyboardInterrupt):
        setting_aside.exchange(database, "it is damaged", now_ms=1)
    monkeypatch.undo()


async def test_what_took_the_place_of_a_damaged_one_stays(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = read(database)
    spoil(database, 0, bytes(100))
    damaged = read(database)
    break_off_before_the_fresh_one(database, monkeypatch)
    remove(database)  # a restore puts another file there, it does not write into this one
    make_file(database, other)
    async with SqliteStore.open(database) as store:
        assert await store.soundness.damages() == []
    assert read(f"{database}.damaged-1") == damaged
    assert Path(f"{database}.damaged-1.salvaged").exists()  # noqa: ASYNC240 - a local folder


def test_the_old_log_is_gone_from_the_disk_before_the_fresh_file_is_there(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(database, 0, bytes(100))
    steps: list[str] = []
    rename, link = Path.rename, Path.hardlink_to

    def noting_rename(path: Path, target: Path | str) -> Path:
        steps.append(path.suffix)
        return rename(path, target)

    def noting_link(path: Path, target: Path) -> None:
        steps.append("second name")
        link(path, target)

    def noting_sync(path: Path) -> None:
        steps.append("sync" if path == database.parent else "sync of a file")
        sync(path)

    monkeypatch.setattr(Path, "rename", noting_rename)
    monkeypatch.setattr(Path, "hardlink_to", noting_link)
    monkeypatch.setattr(exchange, "sync", noting_sync)
    setting_aside.exchange(database, "its header is gone", now_ms=1)
    assert steps[-4:] == ["second name", "sync", ".salvaged", "sync"]


@pytest.mark.parametrize("is_there", [True, False])
async def test_a_fresh_database_that_is_damaged_itself_keeps_nobody_from_starting(
    database: Path, *, is_there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = load_rows(database, database.parent / "copy")
    spoil(database, 0, bytes(100))
    break_off_before_the_fresh_one(database, monkeypatch)
    spoil(Path(f"{database}.salvaged"), 0, bytes(100))
    if not is_there:
        remove(database)
    async with SqliteStore.open(database) as store:
        [*_, damage] = await store.soundness.damages()
        assert await store.soundness.find_damage() == []
    assert load_rows(database, database.parent / "copy")["points"] == rows["points"]
    assert not damage.salvage.lost


def remove(path: Path) -> None:
    path.unlink()


async def test_a_reader_without_a_hub_is_told_what_to_do(database: Path) -> None:
    spoil(database, 0, bytes(16))
    with pytest.raises(StoreDamaged) as caught:
        async with SqliteStore.open_readonly(database):
            pass
    assert "bimmerhub run" in str(caught.value.hint)


async def test_an_empty_file_that_was_never_in_use_becomes_a_new_database(tmp_path: Path) -> None:
    make_empty(tmp_path / "store.db")
    async with SqliteStore.open(tmp_path / "store.db") as store:
        assert await store.soundness.damages() == []


async def test_an_empty_file_that_was_in_use_is_damage(database: Path) -> None:
    async with SqliteStore.open(database):
        pass
    make_empty(database)
    async with SqliteStore.open(database) as store:
        [damage] = await store.soundness.damages()
    assert "is empty" in damage.problem


def make_empty(path: Path) -> None:
    make_file(path, b"")


def make_file(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def test_a_check_ends_no_lock_of_sqlite(database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = DELETE")
        writer.execute("BEGIN EXCLUSIVE")
        look(database)
        busy = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
        other = subprocess.run([sys.executable, "-c", busy, str(database)], capture_output=True, check=False)
    let_go(database)
    assert b"database is locked" in other.stderr


@pytest.mark.parametrize("version", [1, 3, 6, 11, 15])
async def test_a_damaged_database_of_an_older_release_is_saved_and_brought_up_to_date(
    tmp_path: Path, version: int
) -> None:
    path = tmp_path / "store.db"
    write_old_database(path, version)
    spoil(path, 0, bytes(100))
    async with SqliteStore.open(path) as store:
        assert [account.name for account in await store.accounts.accounts()] == ["home"]
        assert (await store.figures()).readings == 500
        assert await store.vins() == [VINS[0]]
        assert len(await store.soundness.damages()) == 1
        assert await store.soundness.find_damage() == []


def write_old_database(path: Path, version: int) -> None:
    """Write a database as the release with that schema did."""
    subject = "vin" if version < 3 else "subject"
    family = ", family" if version >= 4 else ""
    with closing(sqlite3.connect(path)) as connection:
        add_vehicle_key(connection)
        for number, script in scripts().items():
            if number <= version:
                connection.executescript(script)
        connection.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version};")
        account = ["home", "client", *(["cardata"] if family else [])]
        marks = ", ".join("?" * len(account))
        connection.execute(f"INSERT INTO accounts (name, client_id{family}) VALUES ({marks})", account)
        connection.execute(f"INSERT INTO series (id, {subject}, descriptor, unit) VALUES (1, ?, 'd', 'km')", (VINS[0],))
        rows = [(1, 1_700_000_000_000 + 1_000 * second, second, 0, 1) for second in range(500)]
        connection.executemany("INSERT INTO points VALUES (?, ?, ?, ?, ?)", rows)
        connection.execute("UPDATE totals SET readings = 500")
        connection.commit()


@pytest.mark.parametrize("seed", range(4))
async def test_pages_of_readings_that_are_exchanged_are_noticed(database: Path, seed: int) -> None:
    content = bytearray(read(database))
    with closing(sqlite3.connect(database)) as connection:
        [root] = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'points'").fetchone()
    children = read_page(RawFile(database), root).children
    let_go(database)
    one, other = (slice((page - 1) * 4096, page * 4096) for page in random.Random(seed).sample(children, 2))
    content[one], content[other] = content[other], content[one]
    spoil(database, 0, bytes(content))
    async with SqliteStore.open(database) as store:
        assert await store.soundness.find_damage()
