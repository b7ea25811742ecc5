"""The soundness of the database, and its table `damages`: port `StoredSoundness`."""

import asyncio
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import msgspec
from typing_extensions import override

from bimmerhub.store.ports.soundness import Damage, Salvage, StoredSoundness
from bimmerhub.store.sqlite.database.file_check import be_nice, find_damage
from bimmerhub.store.sqlite.database.threads import Database
from bimmerhub.store.sqlite.tables import Tables

_DAMAGES = "SELECT id, found_at_ms, problem, set_aside, report, acknowledged_at_ms FROM damages ORDER BY id DESC"


class SqliteSoundness(Tables, StoredSoundness):
    """Checks in a thread of its own, which the other threads do not wait for."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._mended = asyncio.Event()
        database.mending.mended.append(partial(self._tell, asyncio.get_running_loop()))

    def _tell(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_soon_threadsafe(self._mended.set)

    @override
    async def find_damage(self) -> Sequence[str]:
        connections: list[sqlite3.Connection] = []
        executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-check", initializer=be_nice)
        loop = asyncio.get_running_loop()
        checking = loop.run_in_executor(executor, lambda: find_damage(self._database.path, opened=connections.append))
        try:
            return await asyncio.shield(checking)
        except asyncio.CancelledError:
            for connection in connections:
                connection.interrupt()
            raise
        finally:
            executor.shutdown(wait=False, cancel_futures=True)

    @override
    async def mend(self, problem: str) -> bool:
        return await self._database.mend(problem)

    @override
    async def mended(self) -> None:
        await self._mended.wait()
        self._mended.clear()

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
    async def acknowledge(self, *, at_ms: int) -> int:
        return await self.change("UPDATE damages SET acknowledged_at_ms = ? WHERE acknowledged_at_ms IS NULL", at_ms)

    @property
    def failure(self) -> str | None:
        """Why a damaged database is still in use; None when it is not."""
        return self._database.mending.failure
