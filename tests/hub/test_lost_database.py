"""A database that is gone when the hub starts: none begins anew in its place unseen, and there are ways out."""

from pathlib import Path

import pytest
from bench.damage.sample import make_sample

from bimmerhub.errors import StoreError
from bimmerhub.hub.app import running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.safekeeping.backup_settings import BackupSettings
from bimmerhub.hub.safekeeping.history_files import make_backup, restore_file
from bimmerhub.store.ports.audit import AuditEntry
from bimmerhub.web.settings import WebSettings

NEWEST = "bimmerhub-00000000-20261128T081500Z.sqlite3"


@pytest.fixture
def home(tmp_path: Path) -> HubConfig:
    """The settings of a hub with a history."""
    settings = settings_of(tmp_path)
    make_sample(settings.database, readings=50, in_log=False)
    return settings


async def test_a_start_without_the_database_is_refused_until_it_is_restored(home: HubConfig) -> None:
    await start(home)
    database = home.database
    backups = database.with_name("backups")
    backups.mkdir()
    (backups / "bimmerhub-ffffffff-20261127T081500Z.bhbk").touch()
    make_backup(database, backups / NEWEST)
    database.unlink()
    for _ in range(2):
        with pytest.raises(StoreError, match="is gone") as caught:
            await start(home)
        assert NEWEST in (caught.value.hint or "")
        assert not database.exists()
    entry = AuditEntry(at_ms=1, who="a test", from_where=None, action="restore")
    restore_file(backups / NEWEST, database, passphrase=None, is_access_kept=True, entry=entry, progress=lambda _: None)
    await start(home)


async def test_without_its_mark_a_new_one_begins(home: HubConfig) -> None:
    await start(home)
    home.database.unlink()
    with pytest.raises(StoreError) as caught:
        await start(home)
    (mark,) = home.database.parent.glob("*.mark")
    assert str(mark) in (caught.value.hint or "")
    mark.unlink()
    await start(home)


async def test_a_first_start_without_anything_to_lose_may_be_repeated(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    await start(settings)
    settings.database.unlink()
    await start(settings)


async def start(settings: HubConfig) -> None:
    async with running(settings, goes_live=False):
        pass


def settings_of(data_dir: Path) -> HubConfig:
    return HubConfig(data_dir=data_dir, hub=WebSettings(port=0), backup=BackupSettings(directory=data_dir / "backups"))
