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
    make_empty_store(path)
    return SqliteStore.open(path)


def make_empty_store(path: Path) -> None:
    """Make a store without rows at `path`, with its directory; one that is there stays as it is."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(_empty_database())


@cache
def _empty_database() -> bytes:
    """Return the file of a database without rows. Making one goes through every schema there ever was."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        with closing(open_writer(path)) as connection:
            migrate(connection, path)
        return path.read_bytes()
