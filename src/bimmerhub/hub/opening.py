"""Opening the store of a hub; when an older database has to be migrated first, the hub's port says so meanwhile."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from typing_extensions import override

from bimmerhub import __version__
from bimmerhub.domain.account.link import Link
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.safekeeping.backup_names import find_newest
from bimmerhub.mounts import find_share
from bimmerhub.store.sqlite.database.damage_control import is_exchange_due, refuse_loss
from bimmerhub.store.sqlite.database.migrations import MigrationStep, is_migration_due
from bimmerhub.store.sqlite.database.restoring import finish_restore
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.ports.accounts import Account, AccountLinks
from bimmerhub.views.ports.health import Health, HealthReport
from bimmerhub.web.migrating import build_migrating_app
from bimmerhub.web.server import serve

_log = logging.getLogger(__name__)


@asynccontextmanager
async def opened_store(settings: HubConfig) -> AsyncIterator[SqliteStore]:
    """Open the store as long as the block; errors as `SqliteStore.open`, and ConfigError for a port that is taken.

    StoreError, too, for a database that was in use and is gone. The caller holds the lock: a restore that was broken
    off is finished first, or its beginnings are taken away.
    """
    broken = finish_restore(settings.database)
    if broken is not None:
        _log.warning("a restore was broken off; it has been %s", broken)
    refuse_loss(settings.database.resolve(), newest_backup=find_newest(settings.backup.directory))
    if (share := find_share(settings.database)) is not None:
        _log.warning(
            "the database %s lies on a share (%s), where nothing keeps another machine from writing to it and damaging "
            "it: start one hub only, or put it on a disk of this machine (store.path)",
            settings.database,
            share,
        )
    migration = _Migration()
    async with AsyncExitStack() as stack:
        async with AsyncExitStack() as meanwhile:
            is_damaged = await asyncio.to_thread(is_exchange_due, settings.database)  # a long log takes its time
            if is_damaged:
                migration.words = "it is damaged, and what is readable of it is being saved"
            if is_damaged or is_migration_due(settings.database):
                listen = settings.hub
                app = build_migrating_app(
                    migration, migration, doing=lambda: migration.words, allowed_hosts=listen.allowed_hosts
                )
                await meanwhile.enter_async_context(serve(app, listen.host, listen.port))
            store = await stack.enter_async_context(SqliteStore.open(settings.database, progress=migration.note))
        yield store


class _Migration(HealthReport, AccountLinks):
    """How far the migration is: `note` is called in the store's thread, the rest in the event loop's.

    There are no accounts meanwhile: they are in the database.
    """

    def __init__(self) -> None:
        self.words = "it begins"
        self._doing = ""
        self._started_s = time.monotonic()

    def note(self, step: MigrationStep) -> None:
        """Remember the step, and log where another part begins."""
        self.words = f"step {step.step} of {step.steps} ({step.doing})"
        if step.from_version and step.doing != self._doing:
            self._doing = step.doing
            _log.warning(
                "bringing the database from schema %d to %d: %s", step.from_version, step.to_version, step.doing
            )

    @override
    def health(self) -> Health:
        return Health(
            status="migrating",
            version=__version__,
            uptime_s=round(time.monotonic() - self._started_s, 3),
            readings_stored=0,
            readings_refused=0,
            readings_not_stored=0,
            last_store_error=None,
        )

    @override
    async def accounts(self) -> Sequence[Account]:
        return ()

    @override
    def links(self) -> Sequence[Link]:
        return ()
