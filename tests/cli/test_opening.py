"""A database that a command made and left empty is taken away, with all that SQLite put beside it, and no other."""

from pathlib import Path

import pytest

from bimmerhub.cli.hub_access.opening import leaving_no_empty_database, open_for_writing
from bimmerhub.hub.config import HubConfig


def settings_of(folder: Path) -> HubConfig:
    folder.mkdir(mode=0o700)
    return HubConfig(data_dir=folder)


def names_in(folder: Path) -> set[str]:
    """Return the files of databases in a folder; their locks stay."""
    return {path.name for path in folder.iterdir() if path.suffix.startswith((".db", ".sqlite3"))}


async def make(settings: HubConfig) -> None:
    with leaving_no_empty_database(settings):
        async with open_for_writing(settings):
            pass
        for ending in ("-wal", "-shm"):
            real = settings.database.resolve()
            real.with_name(f"{real.name}{ending}").touch()


async def test_an_empty_database_is_taken_away_whole(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "data")
    await make(settings)
    assert names_in(settings.data_dir) == set()


@pytest.mark.parametrize("is_to_nothing", [True, False])
async def test_behind_a_link_the_files_beside_the_real_one_go(tmp_path: Path, *, is_to_nothing: bool) -> None:
    settings = settings_of(tmp_path / "data")
    (disk := tmp_path / "disk").mkdir()
    settings.database.symlink_to(disk / "real.db")
    if not is_to_nothing:
        async with open_for_writing(settings):
            pass
    beside = settings.database.with_name(f"{settings.database.name}-wal")
    beside.write_bytes(b"somebody's")
    await make(settings)
    assert beside.read_bytes() == b"somebody's"
    assert names_in(disk) == (set() if is_to_nothing else {"real.db", "real.db-wal", "real.db-shm"})
