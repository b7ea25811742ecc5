"""The threads that read the database."""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from bimmerhub.errors import HubBusy, StoreDamaged, StoreError
from bimmerhub.read_limits import ReadLimit, current_limit
from bimmerhub.store.sqlite.database.connection import open_reader, store_errors
from bimmerhub.store.sqlite.database.courtesy import Courtesy
from bimmerhub.store.sqlite.database.damage_control import DamageControl
from bimmerhub.store.sqlite.database.fair_turns import FairTurns

READERS = 4
"""Reads that run at once; one of them is always the hub's own."""

READS_OF_ONE_CLIENT = 2
"""Reads of one client that run at once."""

_TRY_AGAIN_S = 5.0
_CLOSED = "the store is closed"

P = ParamSpec("P")
T = TypeVar("T")


class _Reading:
    """One read, which may be broken off while it runs: then its connection is interrupted, and no other's read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self.is_broken_off = False

    @contextmanager
    def on(self, connection: sqlite3.Connection) -> Iterator[None]:
        with self._lock:
            self._connection = connection
            if self.is_broken_off:
                raise sqlite3.OperationalError("interrupted")
        try:
            yield
        finally:
            with self._lock:
                self._connection = None

    def break_off(self) -> None:
        with self._lock:
            self.is_broken_off = True
            if self._connection is not None:
                self._connection.interrupt()


class Readers:
    """Threads with a read-only connection each; they never wait for the writer, nor it for them.

    Reads under a limit (`read_limits`) take turns by client, and are broken off when their time is up.

    Once the database is another one they open it anew.
    """

    def __init__(self, path: Path, courtesy: Courtesy, damage_control: DamageControl) -> None:
        self._path = path
        self._damage_control = damage_control
        self._courtesy = courtesy
        self._executor = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="store-reader")
        self._idle: deque[tuple[int, sqlite3.Connection]] = deque()
        self._open: deque[sqlite3.Connection] = deque()
        self._turns = FairTurns(places=READERS - 1, of_one=READS_OF_ONE_CLIENT)
        self._is_closed = False

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, courtesy: Courtesy, damage_control: DamageControl) -> AsyncGenerator["Readers"]:
        """Yield readers of the database at `path`; at the end, reads that still run are broken off."""
        readers = cls(path, courtesy, damage_control)
        try:
            await readers.run(lambda _: None)
            yield readers
        finally:
            readers._close()

    async def run(self, query: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `query(connection, ...)` returns; what SQLite raises becomes a StoreError.

        HubBusy when there is a limit and the read does not end within it.
        """
        reading = _Reading()

        def work() -> T:
            generation, connection = self._take()
            try:
                with store_errors(self._path), reading.on(connection):
                    return query(connection, *args, **kwargs)
            finally:
                self._idle.append((generation, connection))

        limit = current_limit()
        return await (self._run(work) if limit is None else self._run_within(limit, work, reading))

    async def _run(self, work: Callable[[], T]) -> T:
        if self._is_closed:
            raise StoreError(_CLOSED)
        with self._courtesy.while_working():
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    async def _run_within(self, limit: ReadLimit, work: Callable[[], T], reading: _Reading) -> T:
        loop = asyncio.get_running_loop()
        ends_at_s = loop.time() + limit.seconds
        try:
            async with asyncio.timeout_at(ends_at_s):
                await self._turns.take(limit.client)
        except TimeoutError:
            raise _took_too_long(limit) from None
        timer = loop.call_at(ends_at_s, reading.break_off)
        try:
            return await self._run(work)
        except StoreError:
            if reading.is_broken_off:
                raise _took_too_long(limit) from None
            raise
        except asyncio.CancelledError:
            reading.break_off()  # else its thread would go on for nobody
            raise
        finally:
            timer.cancel()
            self._turns.give_back(limit.client)

    def _take(self) -> tuple[int, sqlite3.Connection]:
        """Return an idle connection to the database of now, with its generation."""
        with suppress(IndexError):
            while True:
                generation, connection = self._idle.pop()
                if generation == self._damage_control.generation:
                    return generation, connection
                self._open.remove(connection)
                connection.close()
        generation = self._damage_control.generation
        if (problem := self._damage_control.own_file.displaced()) is not None:
            raise StoreDamaged(problem)
        connection = open_reader(self._path)
        self._open.append(connection)
        return generation, connection

    def _close(self) -> None:
        self._is_closed = True
        for connection in list(self._open):
            connection.interrupt()
        self._executor.shutdown(wait=True, cancel_futures=True)
        for connection in self._open:
            connection.close()


def _took_too_long(limit: ReadLimit) -> HubBusy:
    return HubBusy(
        f"this question was broken off: it took longer than {limit.seconds:.0f} s",
        retry_after_s=_TRY_AGAIN_S,
        hint="Ask for less at once: a shorter time, or fewer values.",
    )
