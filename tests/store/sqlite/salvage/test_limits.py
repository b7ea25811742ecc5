"""A disk that goes on failing is not filled with damaged databases; a person sees them and can clear them away."""

import errno
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from bench.damage.sample import make_sample

from bimmerhub.errors import StoreError
from bimmerhub.store.sqlite.database import exchange
from bimmerhub.store.sqlite.salvage import set_aside_files
from bimmerhub.store.sqlite.salvage.set_aside_files import MOST_A_DAY
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "store.db"
    make_sample(path, readings=500, in_log=False)
    return path


@pytest.fixture
def database(sample: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(sample, tmp_path / "store.db"))


def damage(path: Path) -> None:
    """Zero the first page of what was refused, which keeps nobody from opening the database."""
    with closing(sqlite3.connect(path)) as connection:
        [root] = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'quarantine' AND type = 'table'"
        ).fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(bytes(4096))


def zero_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(16))


async def save_once(store: SqliteStore, path: Path, *, is_asked: bool = False) -> bool:
    damage(path)
    [problem, *_] = await store.soundness.find_damage()
    return await store.soundness.exchange_if_damaged(problem, is_asked=is_asked)


async def test_a_disk_that_goes_on_failing_is_not_filled(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with SqliteStore.open(database) as store:
        for _ in range(MOST_A_DAY):
            assert await save_once(store, database)
        with pytest.raises(StoreError, match="set aside within a day") as caught:
            await save_once(store, database)
        assert "bimmerhub damage clear" in str(caught.value.hint)
        assert "bimmerhub damage clear" in (store.soundness.failure or "")
        assert await store.vehicles.vehicles()
        assert len(await store.soundness.set_aside()) == MOST_A_DAY
        assert await store.soundness.exchange_if_damaged("a person asks", is_asked=True)
        assert store.soundness.failure is None
        with pytest.raises(StoreError, match="set aside within a day"):
            await save_once(store, database)
        tomorrow_s = time.time() + DAY_MS / 1000 + 1
        monkeypatch.setattr(time, "time", lambda: tomorrow_s)
        assert await store.soundness.exchange_if_damaged("a day later")


async def test_a_start_sets_no_more_aside_than_a_running_hub(database: Path) -> None:
    for _ in range(MOST_A_DAY + 2):
        zero_header(database)
        try:
            async with SqliteStore.open(database) as store:
                copies = await store.soundness.set_aside()
        except StoreError as error:
            assert "set aside within a day" in str(error)  # noqa: PT017 - it opens until then
    assert len(copies) == MOST_A_DAY


async def test_what_is_set_aside_takes_no_more_room_than_is_left(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with SqliteStore.open(database) as store:
        assert await save_once(store, database)
        monkeypatch.setattr(set_aside_files, "free_bytes_of", lambda _: 100_000)
        with pytest.raises(StoreError, match="more than is free"):
            await save_once(store, database)


async def test_what_was_set_aside_is_listed_with_its_size_until_it_is_removed(database: Path) -> None:
    neighbour = database.with_name("store.db.damaged")
    shutil.copyfile(database, neighbour)
    async with SqliteStore.open(database) as store:
        assert await save_once(store, database)
        [copy] = await store.soundness.set_aside()
        assert copy.file == f"{database}.damaged-1"
        assert copy.size_bytes == sum(Path(file).stat().st_size for file in copy.files)  # noqa: ASYNC240 - local
        assert await store.soundness.clear() == [copy]
        assert await store.soundness.set_aside() == []
        assert len(await store.soundness.damages()) == 1
        assert await save_once(store, database)
        damages = await store.soundness.damages()
    assert len(damages) == 2
    assert neighbour.read_bytes()


async def test_a_log_with_which_nothing_can_be_read_is_left_out(database: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (words)")
        while Path(f"{other}-wal").stat().st_size < 2 * database.stat().st_size:  # noqa: ASYNC240 - local
            connection.execute("INSERT INTO t VALUES (zeroblob(1000000))")
        shutil.copyfile(f"{other}-wal", f"{database}-wal")
    async with SqliteStore.open(database) as store:
        [damage] = await store.soundness.damages()
        assert (await store.figures()).readings == 500
    assert damage.salvage.saved["points"] == 500


async def test_the_saving_says_how_far_it_is(sample: Path, tmp_path: Path) -> None:
    path = Path(shutil.copyfile(sample, tmp_path / "store.db"))
    steps: list[tuple[int, str]] = []
    zero_header(path)
    async with SqliteStore.open(path, progress=lambda step: steps.append((step.step, step.doing))) as store:
        assert store.soundness.saved_percent is None
    percents = [percent for percent, doing in steps if doing.startswith("saving what is readable")]
    assert percents == sorted(percents)
    assert len(percents) > 10


@pytest.mark.parametrize("refused", ["the last rename", "the second name"])
async def test_a_disk_that_refuses_the_exchange_leaves_all_as_it_was(
    database: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    async with SqliteStore.open(database) as store:
        damage(database)
        [problem, *_] = await store.soundness.find_damage()
        with monkeypatch.context() as failing:
            refuse(failing, database, refused)
            with pytest.raises(StoreError, match="the disk refuses") as caught:
                await store.soundness.exchange_if_damaged(problem)
            assert caught.value.hint
        assert "the disk refuses" in (store.soundness.failure or "")
        assert not list(database.parent.glob("*.damaged-*"))
        assert not list(database.parent.glob("*.salvag*"))
        await store.settings.save_setting("after", "1")
        assert await store.soundness.exchange_if_damaged(problem)
        assert store.soundness.failure is None
        assert await store.settings.load_settings("after") == {"after": "1"}
        assert (await store.figures()).readings == 500


async def test_a_disk_that_refuses_to_note_the_new_name_does_not_undo_the_exchange(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_once_in_place(folder: Path) -> None:
        if not list(folder.glob("*.salvaged")):
            raise OSError(errno.EIO, "Input/output error")

    async with SqliteStore.open(database) as store:
        monkeypatch.setattr(exchange, "sync", fail_once_in_place)
        assert await save_once(store, database)
        assert store.soundness.failure is None
        assert len(await store.soundness.set_aside()) == 1


async def test_a_disk_that_does_not_say_how_much_room_it_has_is_a_store_error(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse_figures(_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    async with SqliteStore.open(database) as store:
        assert await save_once(store, database)
        monkeypatch.setattr(shutil, "disk_usage", refuse_figures)
        with pytest.raises(StoreError, match="the disk refuses"):
            await save_once(store, database)
        assert "Input/output error" in (store.soundness.failure or "")
        assert await store.vehicles.vehicles()


def refuse(monkeypatch: pytest.MonkeyPatch, database: Path, step: str) -> None:
    """Let the disk fail at one step of the exchange."""
    rename, link, error = Path.rename, Path.hardlink_to, OSError(errno.EIO, "Input/output error")

    def rename_or_fail(file: Path, name: Path) -> Path:
        if (name if step == "the last rename" else file) == database:
            raise error
        return rename(file, name)

    def link_or_fail(file: Path, other: Path) -> None:
        if step == "the second name":
            raise error
        link(file, other)

    monkeypatch.setattr(Path, "rename", rename_or_fail)
    monkeypatch.setattr(Path, "hardlink_to", link_or_fail)
