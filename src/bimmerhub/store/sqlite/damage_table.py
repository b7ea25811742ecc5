"""The soundness of the database, and its table `damages`: port `StoredSoundness`."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Protocol

import msgspec
from typing_extensions import override

from bimmerhub.errors import StoreError
from bimmerhub.files import write_hint
from bimmerhub.store.ports.soundness import Damage, Salvage, SetAside, StoredSoundness
from bimmerhub.store.sqlite.database.connection import disk_errors, open_reader, store_errors, transaction
from bimmerhub.store.sqlite.database.counters import find_miscounts, recount
from bimmerhub.store.sqlite.database.file_check import be_nice, find_damage
from bimmerhub.store.sqlite.database.threads import Database
from bimmerhub.store.sqlite.salvage.set_aside_files import load_set_aside, remove_set_aside
from bimmerhub.store.sqlite.tables import Tables

_DAMAGES = "SELECT id, found_at_ms, problem, set_aside, report, acknowledged_at_ms FROM damages ORDER BY id DESC"


class SqliteSoundness(Tables, StoredSoundness):
    """Checks in a thread of its own, which the other threads do not wait for."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._exchanged = asyncio.Event()
        database.damage_control.on_exchange.append(partial(self._tell, asyncio.get_running_loop()))

    def _tell(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_soon_threadsafe(self._exchanged.set)

    @override
    async def find_damage(self) -> Sequence[str]:
        if (problem := self._database.damage_control.own_file.displaced()) is not None:
            return [problem]
        return await self._look(partial(find_damage, self._database.path))

    async def _look(self, look: "_Look") -> Sequence[str]:
        check = _Check(look)
        executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-check", initializer=be_nice)
        checking = asyncio.get_running_loop().run_in_executor(executor, check.run)
        try:
            with disk_errors(self._database.path):
                return await asyncio.shield(checking)
        except asyncio.CancelledError:
            check.break_off()
            await asyncio.wait({checking})
            checking.exception()  # it is of no interest any more
            raise
        finally:
            executor.shutdown(wait=False)

    @override
    async def recount(self) -> Sequence[str]:
        if not await self._look(partial(_look_at_counters, self._database.path)):
            return ()
        return await self._database.write(_recount)

    @override
    async def exchange_if_damaged(self, problem: str, *, is_asked: bool = False) -> bool:
        return await self._database.exchange_if_damaged(problem, is_asked=is_asked)

    @override
    async def next_exchange(self) -> None:
        await self._exchanged.wait()
        self._exchanged.clear()

    @override
    async def damages(self) -> list[Damage]:
        return [
            Damage(
                id=damage_id,
                found_at_ms=found_at_ms,
                problem=problem,
                set_aside=set_aside,
                salvage=msgspec.json.decode(report, type=Salvage),
                acknowledged_at_ms=acknowledged_at_ms,
            )
            for damage_id, found_at_ms, problem, set_aside, report, acknowledged_at_ms in await self.load_rows(_DAMAGES)
        ]

    @override
    async def set_aside(self) -> list[SetAside]:
        return await asyncio.to_thread(load_set_aside, self._database.path)

    @override
    async def clear(self) -> list[SetAside]:
        try:
            return await asyncio.to_thread(remove_set_aside, self._database.path)
        except OSError as error:
            raise StoreError(f"cannot remove the damaged files: {error.strerror}", hint=write_hint(error)) from error

    @override
    async def acknowledge(self, *, at_ms: int) -> int:
        return await self.change("UPDATE damages SET acknowledged_at_ms = ? WHERE acknowledged_at_ms IS NULL", at_ms)

    @property
    @override
    def failure(self) -> str | None:
        return self._database.damage_control.failure

    @property
    @override
    def saved_percent(self) -> int | None:
        return self._database.damage_control.saved_percent


class _Look(Protocol):
    def __call__(self, *, opened: Callable[[sqlite3.Connection], None]) -> Sequence[str]: ...


def _look_at_counters(path: Path, *, opened: Callable[[sqlite3.Connection], None]) -> Sequence[str]:
    with closing(open_reader(path)) as connection, store_errors(path):
        opened(connection)
        return find_miscounts(connection)


def _recount(connection: sqlite3.Connection) -> Sequence[str]:
    with transaction(connection):
        return recount(connection)


class _Check:
    """A look at the database that another thread may break off."""

    def __init__(self, look: _Look) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._is_broken_off = False

    def run(self) -> Sequence[str]:
        """Return what is wrong; StoreError when it is broken off."""
        try:
            return self._look(opened=self._take)
        finally:
            with self._lock:
                self._connection = None

    def break_off(self) -> None:
        """Let `run` end at once."""
        with self._lock:
            self._is_broken_off = True
            if self._connection is not None:
                with suppress(sqlite3.ProgrammingError):  # it has just been closed
                    self._connection.interrupt()

    def _take(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            self._connection = connection
            if self._is_broken_off:
                raise StoreError("the check was broken off")
