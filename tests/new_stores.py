"""Stores for tests that need many of them: a new one is a copy of one empty database."""

from contextlib import AbstractAsyncContextManager, closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bimmerhub.store.sqlite.database.connection import open_writer
from bimmerhub.store.sqlite.database.migrations import migrate
from bimmerhub.store.sqlite.store import SqliteStore


def open_sqlite(path: Path) -> AbstractAsyncContextManager[SqliteStore]:
    """Return the store at `path`, to be entered, as `SqliteStore.open` does; one that is not there is copied there."""
    if not path.exists():
        path.write_bytes(_empty_database())
    return SqliteStore.open(path)


@cache
def _empty_database() -> bytes:
    """Return the file of a database without rows. Making one goes through every schema there ever was."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        with closing(open_writer(path)) as connection:
            migrate(connection, path)
        return path.read_bytes()
