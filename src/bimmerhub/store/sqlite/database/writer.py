"""The thread that owns the writing connection."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from bimmerhub.errors import StoreDamaged, StoreError
from bimmerhub.store.sqlite.database.claim import claimed
from bimmerhub.store.sqlite.database.connection import disk_errors, open_writer, store_errors
from bimmerhub.store.sqlite.database.courtesy import Courtesy
from bimmerhub.store.sqlite.database.damage_control import DamageControl
from bimmerhub.store.sqlite.database.migrations import Progress, migrate

MAX_WAITING_WRITES = 64
"""Writes that may be handed over to the writer; whoever has one more waits first (back-pressure)."""

_CLOSED = "the store is closed"

P = ParamSpec("P")
T = TypeVar("T")


class Writer:
    """The thread that owns the writing connection; changes run one after the other, in the order they were given."""

    def __init__(self, path: Path, courtesy: Courtesy, progress: Progress, damage_control: DamageControl) -> None:
        self._path = path
        self._courtesy = courtesy
        self._progress = progress
        self._damage_control = damage_control
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-writer")
        self._places = asyncio.Semaphore(MAX_WAITING_WRITES)
        self._connection: sqlite3.Connection | None = None
        self._claim = ExitStack()
        self._is_closed = False

    @classmethod
    @asynccontextmanager
    async def open(
        cls, path: Path, courtesy: Courtesy, progress: Progress, damage_control: DamageControl
    ) -> AsyncGenerator["Writer"]:
        """Yield a writer on the database at `path`; at the end, the writes already handed over are finished first."""
        writer = cls(path, courtesy, progress, damage_control)
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(writer._executor, writer._open)
            yield writer
        finally:
            writer._is_closed = True
            await asyncio.shield(loop.run_in_executor(writer._executor, writer._end))
            writer._executor.shutdown(wait=True)

    async def run(
        self, change: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what `change(connection, ...)` returns; what SQLite raises becomes a StoreError.

        When it meets damage, the database is exchanged first and the change made in the fresh one.
        """

        def work() -> T:
            try:
                return once()
            except StoreDamaged as error:
                self._exchange_if_damaged(str(error), self._damage_control.generation)
                return once()

        def once() -> T:
            if self._connection is None:  # it could not be opened again after an attempt to exchange it
                self._open()
            self._keep_place()
            if self._connection is None:
                raise StoreError(_CLOSED)
            try:
                with store_errors(self._path):
                    result = change(self._connection, *args, **kwargs)
                self._damage_control.mark(self._connection)
                return result
            finally:
                self._damage_control.own_file.note_written()

        async with self._places:
            if self._is_closed:
                raise StoreError(_CLOSED)
            with self._courtesy.while_working():
                return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    async def exchange_if_damaged(self, problem: str, *, generation: int, is_asked: bool = False) -> bool:
        """Mend the database when it is still the one in which `problem` was met; return whether it was set aside."""
        async with self._places:
            if self._is_closed:
                raise StoreError(_CLOSED)
            work = partial(self._exchange_if_damaged, problem, generation, is_asked=is_asked)
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def _open(self) -> None:
        with disk_errors(self._path):
            self._claim.enter_context(claimed(self._path))
            self._connection = self._damage_control.open_sound(lambda: open_migrated(self._path, self._progress))
            self._claim.enter_context(claimed(self._path))  # the file is new, or a damaged one was set aside
        self._damage_control.mark(self._connection)
        self._damage_control.own_file.note_opened()

    def _exchange_if_damaged(self, problem: str, generation: int, *, is_asked: bool = False) -> bool:
        """Raise StoreError when the database stays as it is though it is damaged."""
        if generation != self._damage_control.generation:
            return False  # it is another database by now
        if self._damage_control.own_file.displaced() is not None:
            if self._put_back(is_asked=is_asked):
                return True
            raise StoreError(self._damage_control.failure or problem)
        return self._damage_control.exchange_if_damaged(
            problem, is_asked=is_asked, release=self._close, take_up=self._open
        )

    def _keep_place(self) -> None:
        """See to it that what is written comes into the file at the path, and into one that is sound."""
        control = self._damage_control
        if control.own_file.displaced() is not None:
            self._put_back()
        elif control.own_file.is_overwritten():
            with suppress(StoreError):  # which health says; what is written goes on
                self._exchange_if_damaged("another program wrote to the database", control.generation)

    def _put_back(self, *, is_asked: bool = False) -> bool:
        if self._connection is None:
            return False
        return self._damage_control.put_back(
            self._connection, is_asked=is_asked, release=self._close, take_up=self._open
        )

    def _end(self) -> None:
        with suppress(StoreError):
            self._put_back(is_asked=True)  # else what was written would be lost
        self._close()

    def _close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with suppress(sqlite3.Error):  # of a damaged database; what was promised is on disk
                connection.close()
        self._damage_control.own_file.note_closed()
        self._claim.close()


def open_migrated(path: Path, progress: Progress) -> sqlite3.Connection:
    """Return the writing connection to a database of the newest schema."""
    connection = open_writer(path)
    try:
        with store_errors(path):
            migrate(connection, path, progress=progress)
    except BaseException:
        connection.close()
        raise
    return connection
