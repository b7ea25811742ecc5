"""The threads that SQLite works in, as one database: one that writes, a few that read."""

import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from bimmerhub.errors import StoreDamaged, StoreError
from bimmerhub.store.sqlite.database.courtesy import Courtesy
from bimmerhub.store.sqlite.database.damage_control import DamageControl
from bimmerhub.store.sqlite.database.migrations import Progress, ignore_step
from bimmerhub.store.sqlite.database.readers import Readers
from bimmerhub.store.sqlite.database.writer import Writer
from bimmerhub.store.sqlite.salvage.held_files import in_use

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """Readers and, unless it was opened for reading only, the writer of one database.

    Whoever meets damage waits for a fresh database to take its place, when that is possible, and then goes on with it.
    """

    def __init__(self, path: Path, readers: Readers, writer: Writer | None, damage_control: DamageControl) -> None:
        self.path = path
        self.damage_control = damage_control
        self._readers = readers
        self._writer = writer

    @classmethod
    @asynccontextmanager
    async def open(
        cls, path: Path, *, is_readonly: bool, progress: Progress = ignore_step
    ) -> AsyncGenerator["Database"]:
        """Yield the database at `path`; it is closed at the end. `progress` is told of a migration, in a thread."""
        # SQLite has its log beside the file itself, where a link leads to it, and so is all else.
        path = path.resolve()  # noqa: ASYNC240 - as quick as opening it
        courtesy, damage_control = Courtesy(), DamageControl(path, progress)
        async with AsyncExitStack() as stack:
            stack.enter_context(in_use(path))
            opening = Writer.open(path, courtesy, progress, damage_control)
            writer = None if is_readonly else await stack.enter_async_context(opening)
            readers = await stack.enter_async_context(Readers.open(path, courtesy, damage_control))
            yield cls(path, readers, writer, damage_control)

    async def read(
        self, query: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what `query(connection, ...)` returns on a read-only connection."""
        generation = self.damage_control.generation
        try:
            return await self._readers.run(query, *args, **kwargs)
        except StoreDamaged as error:
            if self._writer is None:
                raise
            await self._writer.exchange_if_damaged(str(error), generation=generation)
        return await self._readers.run(query, *args, **kwargs)

    async def write(
        self, change: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what `change(connection, ...)` returns on the writing connection; it makes its own transaction."""
        return await self._writing().run(change, *args, **kwargs)

    async def exchange_if_damaged(self, problem: str, *, is_asked: bool = False) -> bool:
        """Set the database aside for that problem, unless it proves to be sound; see `StoredSoundness`."""
        return await self._writing().exchange_if_damaged(
            problem, generation=self.damage_control.generation, is_asked=is_asked
        )

    def _writing(self) -> Writer:
        if self._writer is None:
            raise StoreError(f"{self.path} was opened for reading only")
        return self._writer
