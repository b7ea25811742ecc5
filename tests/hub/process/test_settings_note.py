"""Settings that are others than at the last run are in the audit by their names, and never with what they are."""

from pathlib import Path

from bimmerhub.hub.app import running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.store.ports.audit import AuditEntry
from bimmerhub.store.settings import StoreSettings
from bimmerhub.web.settings import WebSettings


async def changed(settings: HubConfig) -> list[AuditEntry]:
    async with running(settings) as hub:
        return [entry for entry in await hub.store.audit.audit(limit=50) if entry.action == "settings_changed"]


async def test_changed_settings_are_noted_once_by_name(tmp_path: Path) -> None:
    def with_days(days: float) -> HubConfig:
        return HubConfig(
            data_dir=tmp_path,
            hub=WebSettings(port=0),
            store=StoreSettings(journal_days=days),
            rest=RestSettings(refresh_h=0),
        )

    assert await changed(with_days(7)) == []
    [entry] = await changed(with_days(3))
    assert (entry.who, entry.body["settings"]) == ("settings file or environment", "store.journal_days")
    assert len(await changed(with_days(3))) == 1
