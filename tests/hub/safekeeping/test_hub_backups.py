"""A running hub makes its backups, and its health says what fails."""

from pathlib import Path

from tests.hub.conftest import ManualClock
from tests.hub.safekeeping.conftest import names_in, patiently
from tests.new_stores import make_empty_store

from bimmerhub.hub.app import running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.hub.safekeeping.backup_settings import BackupSettings
from bimmerhub.web.settings import WebSettings


async def test_a_hub_makes_backups_and_says_what_fails(tmp_path: Path) -> None:
    history = tmp_path / "hub" / "bimmerhub.sqlite3"
    make_empty_store(history)
    second = tmp_path / "not a directory"
    second.write_text("")
    settings = HubConfig(
        data_dir=history.parent,
        hub=WebSettings(port=0),
        rest=RestSettings(refresh_h=0),
        backup=BackupSettings(directory=tmp_path / "backups", second_directory=second),
    )
    history.with_name("bimmerhub.sqlite3.restoring").write_bytes(b"half of a restore that was broken off")
    clock = ManualClock()
    async with running(settings, clock=clock) as hub:
        backups = hub.context.backups

        def has_begun() -> bool:
            clock.advance(60_000)
            return backups.state().is_under_way

        await patiently(has_begun)
        await patiently(lambda: not backups.state().is_under_way)
        health = hub.context.health.health()
        assert health.status == "degraded"
        assert any(reason.startswith(f"backups ({second}) failed once") for reason in health.reasons)
        assert "bimmerhub.sqlite3.restoring" not in names_in(history.parent)
    assert len(names_in(tmp_path / "backups")) == 1
