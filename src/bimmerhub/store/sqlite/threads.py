"""The threads that SQLite works in: one that writes, a few that read.

SQLite lets go of the interpreter's lock at every step of a statement, and its thread needs the lock back afterwards.
A thread asks a busy one for the lock after the interpreter's switch interval, 5 ms by default; and an event loop that
is never idle lets go of the lock at each of its turns and has it back before any other thread wakes up, which starts
the waiting thread's interval anew: one append was seen to take 47 s. With SWITCH_INTERVAL_S the wait ends within a
turn. What runs here should take few, large steps all the same.
"""

import asyncio
import sqlite3
import sys
from collections import deque
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from bimmerhub.errors import StoreError
from bimmerhub.store.sqlite.connection import open_reader, open_writer, told_as_store_error
from bimmerhub.store.sqlite.migrations import Progress, migrate, tell_nobody

READERS = 3
"""Reads that run at once."""

MAX_WAITING_WRITES = 64
"""Writes that may be handed over to the writer; whoever has one more waits first (back-pressure)."""

SWITCH_INTERVAL_S = 0.0005
"""How long a thread waits before it asks for the interpreter's lock.

Measured (2 cores, Python 3.11, 1,000 readings and messages a batch, a loop always busy in turns of 0.2 to 3 ms): 45,000
to 56,000 readings/s and at most 53 ms an append; with the default of 5 ms 100 to 13,000, and up to 10 s an append. Less
than 0.5 ms gains nothing.
"""

_CLOSED = "the store is closed"

P = ParamSpec("P")
T = TypeVar("T")


class Writer:
    """The thread that owns the writing connection; changes run one after the other, in the order they were given."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self._path = path
        self._progress = progress
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-writer")
        self._places = asyncio.Semaphore(MAX_WAITING_WRITES)
        self._connection: sqlite3.Connection | None = None
        self._is_closed = False

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, progress: Progress) -> AsyncGenerator["Writer"]:
        """Yield a writer on the database at `path`; at the end, the writes already handed over are finished first."""
        writer = cls(path, progress)
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(writer._executor, writer._open)
            yield writer
        finally:
            writer._is_closed = True
            await asyncio.shield(loop.run_in_executor(writer._executor, writer._close))
            writer._executor.shutdown(wait=True)

    async def run(
        self, change: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what `change(connection, ...)` returns; what SQLite raises becomes a StoreError."""

        def work() -> T:
            if self._connection is None:
                raise StoreError(_CLOSED)
            with told_as_store_error(self._path):
                return change(self._connection, *args, **kwargs)

        async with self._places:
            if self._is_closed:
                raise StoreError(_CLOSED)
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def _open(self) -> None:
        connection = open_writer(self._path)
        try:
            with told_as_store_error(self._path):
                migrate(connection, self._path, progress=self._progress)
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Readers:
    """Threads with a read-only connection each; they never wait for the writer, nor it for them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._executor = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="store-reader")
        self._idle: deque[sqlite3.Connection] = deque()
        self._open: deque[sqlite3.Connection] = deque()
        self._is_closed = False

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncGenerator["Readers"]:
        """Yield readers of the database at `path`; at the end, reads that still run are broken off."""
        readers = cls(path)
        try:
            await readers.run(lambda _: None)
            yield readers
        finally:
            readers._close()

    async def run(self, query: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `query(connection, ...)` returns; what SQLite raises becomes a StoreError."""

        def work() -> T:
            connection = self._take()
            try:
                with told_as_store_error(self._path):
                    return query(connection, *args, **kwargs)
            finally:
                self._idle.append(connection)

        if self._is_closed:
            raise StoreError(_CLOSED)
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def _take(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            connection = open_reader(self._path)
            self._open.append(connection)
            return connection

    def _close(self) -> None:
        self._is_closed = True
        for connection in list(self._open):
            connection.interrupt()
        self._executor.shutdown(wait=True, cancel_futures=True)
        for connection in self._open:
            connection.close()


class Database:
    """Readers and, unless it was opened for reading only, the writer of one database."""

    def __init__(self, path: Path, readers: Readers, writer: Writer | None) -> None:
        self.path = path
        self._readers = readers
        self._writer = writer

    @classmethod
    @asynccontextmanager
    async def open(
        cls, path: Path, *, is_readonly: bool, progress: Progress = tell_nobody
    ) -> AsyncGenerator["Database"]:
        """Yield the database at `path`; it is closed at the end. `progress` is told of a migration, in a thread."""
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        async with AsyncExitStack() as stack:
            writer = None if is_readonly else await stack.enter_async_context(Writer.open(path, progress))
            readers = await stack.enter_async_context(Readers.open(path))
            yield cls(path, readers, writer)

    async def read(
        self, query: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what `query(connection, ...)` returns on a read-only connection."""
        return await self._readers.run(query, *args, **kwargs)

    async def write(
        self, change: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what `change(connection, ...)` returns on the writing connection; it makes its own transaction."""
        if self._writer is None:
            raise StoreError(f"{self.path} was opened for reading only")
        return await self._writer.run(change, *args, **kwargs)
