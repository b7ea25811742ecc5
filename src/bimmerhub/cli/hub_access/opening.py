"""Opening a data directory's store where no hub does it: all that the command line knows of which store it is."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.files import write_hint
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.process.demo import how_to_start, is_demo
from bimmerhub.hub.process.directory import own
from bimmerhub.hub.safekeeping.move_mark import refuse_half_restored
from bimmerhub.store.sqlite.database.connection import holds_anything, schema_version
from bimmerhub.store.sqlite.database.migrations import is_migration_due
from bimmerhub.store.sqlite.database.restoring import finish_restore
from bimmerhub.store.sqlite.database.versions import newest_version
from bimmerhub.store.sqlite.salvage.set_aside_files import load_set_aside, remove_set_aside
from bimmerhub.store.sqlite.store import SqliteStore as Store

__all__ = [
    "Store",
    "clear_set_aside",
    "holds_anything",
    "leaving_no_empty_database",
    "load_set_aside",
    "newest_version",
    "open_for_reading",
    "open_for_writing",
    "schema_version",
]


@asynccontextmanager
async def open_for_reading(settings: HubConfig) -> AsyncIterator[Store]:
    """Open the store as long as the block, also while a hub writes to it.

    StoreError when there is none yet, or it is not of this version.
    """
    if is_demo(settings.data_dir) and is_migration_due(settings.database):
        raise StoreError(
            f"the demo in {settings.data_dir} was last started by an older bimmerhub",
            hint=f"{how_to_start(settings.data_dir)}; that brings its database up to date.",
        )
    async with Store.open_readonly(settings.database) as store:
        yield store


@asynccontextmanager
async def open_for_writing(settings: HubConfig) -> AsyncIterator[Store]:
    """Hold the data directory and open its store as long as the block; it is made or brought up to date when needed.

    ConfigError while a hub or another command has the directory, StoreError when the store cannot be used.
    """
    with own(settings.data_dir, database=settings.database):
        refuse_half_restored(settings.data_dir)
        finish_restore(settings.database)
        async with Store.open(settings.database) as store:
            yield store


def clear_set_aside(settings: HubConfig) -> None:
    """Remove the damaged databases that were set aside, for good, while no hub runs; ConfigError while one does."""
    with own(settings.data_dir, database=settings.database):
        try:
            remove_set_aside(settings.database.resolve())
        except OSError as error:
            raise StoreError(f"cannot remove the damaged files: {error.strerror}", hint=write_hint(error)) from error


@contextmanager
def leaving_no_empty_database(settings: HubConfig) -> Iterator[None]:
    """Take away a database that the block made and left without an account or a reading: a sign-in that failed, say."""
    was_there = settings.database.exists()
    try:
        yield
    finally:
        if not was_there:
            with suppress(ConfigError), own(settings.data_dir, database=settings.database):  # or another has it by now
                _remove_empty(settings.database)


def _remove_empty(database: Path) -> None:
    if database.exists() and not holds_anything(database):
        database = database.resolve()  # behind a link: SQLite's other files lie beside the file itself
        for ending in ("", "-wal", "-shm"):
            database.with_name(f"{database.name}{ending}").unlink(missing_ok=True)
