"""The threads that SQLite works in: one that writes, a few that read.

SQLite lets go of the interpreter's lock at every step of a statement, and its thread needs the lock back afterwards.
While the event loop computes, that takes 5 ms each time, so what runs here should take few, large steps. Worse, an
event loop that is never idle lets go of the lock at each of its turns and has it back before any other thread wakes up;
since that starts the waiting thread's 5 ms anew, one append was seen to take 47 s. `_Courtesy` is the cure.
"""

import asyncio
import sqlite3
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from bimmerhub.errors import HubBusy, StoreDamaged, StoreError
from bimmerhub.read_limits import ReadLimit, current_limit
from bimmerhub.store.sqlite.database.claim import claimed
from bimmerhub.store.sqlite.database.connection import open_reader, open_writer, store_errors
from bimmerhub.store.sqlite.database.damage_control import DamageControl
from bimmerhub.store.sqlite.database.fair_turns import FairTurns
from bimmerhub.store.sqlite.database.migrations import Progress, ignore_step, migrate
from bimmerhub.store.sqlite.salvage.held_files import in_use

READERS = 4
"""Reads that run at once; one of them is always the hub's own."""

READS_OF_ONE_CLIENT = 2
"""Reads of one client that run at once."""

MAX_WAITING_WRITES = 64
"""Writes that may be handed over to the writer; whoever has one more waits first (back-pressure)."""

_COURTESY_EVERY_S = 0.001
_COURTESY_S = 0.0001

_TRY_AGAIN_S = 5.0
_CLOSED = "the store is closed"

P = ParamSpec("P")
T = TypeVar("T")


class _Courtesy:
    """Lets the event loop pause for 0.1 ms in each millisecond in which a thread has work.

    Measured (2 cores, Python 3.11, 500 readings and messages a batch, a loop always busy in turns of 0.1 to 2 ms;
    median of 3 runs): 23,000 to 60,000 readings/s and at most 36 ms an append with it, 24 to 139 and up to 47 s
    without. The busy loop keeps 40 to 90 % of its time while work is pending, against 90 to 99 %.
    """

    def __init__(self) -> None:
        self._working = 0
        self._is_scheduled = False

    @contextmanager
    def while_working(self) -> Iterator[None]:
        """Pause the event loop now and then until the end of the block."""
        self._working += 1
        if not self._is_scheduled:
            self._schedule()
        try:
            yield
        finally:
            self._working -= 1

    def _schedule(self) -> None:
        self._is_scheduled = True
        asyncio.get_running_loop().call_later(_COURTESY_EVERY_S, self._pause)

    def _pause(self) -> None:
        self._is_scheduled = False
        if self._working:
            time.sleep(_COURTESY_S)  # lets go of the interpreter's lock for long enough that a waiting thread takes it
            self._schedule()


class Writer:
    """The thread that owns the writing connection; changes run one after the other, in the order they were given."""

    def __init__(self, path: Path, courtesy: _Courtesy, progress: Progress, damage_control: DamageControl) -> None:
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
        cls, path: Path, courtesy: _Courtesy, progress: Progress, damage_control: DamageControl
    ) -> AsyncGenerator["Writer"]:
        """Yield a writer on the database at `path`; at the end, the writes already handed over are finished first."""
        writer = cls(path, courtesy, progress, damage_control)
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
            if self._connection is None:
                raise StoreError(_CLOSED)
            with store_errors(self._path):
                return change(self._connection, *args, **kwargs)

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
        self._claim.enter_context(claimed(self._path))
        self._connection = self._damage_control.open_sound(lambda: open_migrated(self._path, self._progress))
        self._claim.enter_context(claimed(self._path))  # the file is new, or a damaged one was set aside
        self._damage_control.mark(self._connection)

    def _exchange_if_damaged(self, problem: str, generation: int, *, is_asked: bool = False) -> bool:
        """Raise StoreError when the database stays as it is though it is damaged."""
        if generation != self._damage_control.generation:
            return False  # it is another database by now
        return self._damage_control.exchange_if_damaged(
            problem, is_asked=is_asked, release=self._close, take_up=self._open
        )

    def _close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with suppress(sqlite3.Error):  # of a damaged database; what was promised is on disk
                connection.close()
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

    def __init__(self, path: Path, courtesy: _Courtesy, damage_control: DamageControl) -> None:
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
    async def open(cls, path: Path, courtesy: _Courtesy, damage_control: DamageControl) -> AsyncGenerator["Readers"]:
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
        courtesy, damage_control = _Courtesy(), DamageControl(path, progress)
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
