"""The store of one home: a SQLite file with one writer and some readers.

`SqliteStore` is the ports for readings, `Quarantine`, `Journal` and `VehicleErasure`; its attributes are the others.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from typing_extensions import override

from bimmerhub.domain.coverage.coverage_verdicts import Arrivals
from bimmerhub.domain.own_places import Counted
from bimmerhub.domain.reading import Reading
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.erasure import Erased, VehicleErasure
from bimmerhub.store.ports.figures import StoredFigures, StoreFigures
from bimmerhub.store.ports.journal import Journal, JournalEntry
from bimmerhub.store.ports.quarantine import ApartOdometer, Quarantine, Refused
from bimmerhub.store.ports.readings import (
    Appended,
    Batch,
    Bucket,
    Point,
    ReadingLog,
    ReadingQuery,
    Rehearsal,
    SeriesInfo,
    joined,
)
from bimmerhub.store.sqlite.accounts import SqliteAccounts
from bimmerhub.store.sqlite.commands import SqliteAudit, SqliteCommands
from bimmerhub.store.sqlite.damage_table import SqliteSoundness
from bimmerhub.store.sqlite.database.backup import write_backup
from bimmerhub.store.sqlite.database.file_check import find_problems
from bimmerhub.store.sqlite.database.migrations import Progress, ignore_step
from bimmerhub.store.sqlite.database.threads import Database
from bimmerhub.store.sqlite.derived import SqliteDerived
from bimmerhub.store.sqlite.documents import SqliteDocuments
from bimmerhub.store.sqlite.erasure import compact, find_holders
from bimmerhub.store.sqlite.place_table import SqlitePlaces
from bimmerhub.store.sqlite.readings.appending import Appender
from bimmerhub.store.sqlite.readings.arrivals import load_arrivals
from bimmerhub.store.sqlite.readings.downsample import load_buckets
from bimmerhub.store.sqlite.readings.dropping import SqliteRetention
from bimmerhub.store.sqlite.readings.journal import (
    PRUNED_AT_ONCE,
    find_first_kept,
    load_figures,
    load_journal,
    load_journal_end,
    prune_journal,
)
from bimmerhub.store.sqlite.readings.judging_anew import SqliteJudgements
from bimmerhub.store.sqlite.readings.query import (
    load_counted,
    load_latest,
    load_nearest_number,
    load_newest_instants,
    load_range,
    load_series,
    load_vins,
)
from bimmerhub.store.sqlite.readings.refused import (
    count_rejections,
    load_apart_odometers,
    load_refused,
    load_refused_one,
    load_unclear,
)
from bimmerhub.store.sqlite.tables import (
    SqliteContainers,
    SqliteOverlays,
    SqliteQuotaCalls,
    SqliteSettings,
)
from bimmerhub.store.sqlite.vehicles import SqliteVehicles


class SqliteStore(ReadingLog, Rehearsal, ReadingQuery, StoredFigures, Quarantine, Journal, VehicleErasure):
    """One database file, from `open` or `open_readonly`; whoever opens it for writing holds the directory's lock."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._appender = Appender()
        self.accounts = SqliteAccounts(database)
        self.quota = SqliteQuotaCalls(database)
        self.vehicles = SqliteVehicles(database)
        self.documents = SqliteDocuments(database)
        self.overlays = SqliteOverlays(database)
        self.derived = SqliteDerived(database)
        self.places = SqlitePlaces(database)
        self.judgements = SqliteJudgements(database, self._appender)
        self.containers = SqliteContainers(database)
        self.settings = SqliteSettings(database)
        self.commands = SqliteCommands(database)
        self.audit = SqliteAudit(database)
        self.soundness = SqliteSoundness(database)
        self.retention = SqliteRetention(database, self._appender)
        database.damage_control.on_exchange.append(self._appender.forget)

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, *, progress: Progress = ignore_step) -> AsyncGenerator[Self]:
        """Yield the store at `path`, made or brought up to date when needed; at the end, writes under way are finished.

        `progress` is told each step of a migration, in another thread. StoreError when the path cannot be written,
        holds something else, was written by a newer bimmerhub, or there is too little space to bring it up to date.
        """
        async with Database.open(path, is_readonly=False, progress=progress) as database:
            store = cls(database)
            await store._settle()  # what a crash left of judgements
            yield store

    @classmethod
    @asynccontextmanager
    async def open_readonly(cls, path: Path) -> AsyncGenerator[Self]:
        """Yield the store at `path` for reading, also while a hub writes to it.

        StoreError when there is no database yet or it is not of this program's version, and for what would change it.
        """
        async with Database.open(path, is_readonly=True) as database:
            yield cls(database)

    @override
    async def append(self, batch: Batch) -> Appended:
        appended = await self._database.write(self._appender.append, batch)
        return joined([appended, *await self._settle()]) if batch.overlays else appended

    async def _settle(self) -> list[Appended]:
        """Settle slice by slice what judgements are about."""
        slices: list[Appended] = []
        while (settled := await self._database.write(self._appender.settle_slice)) is not None:
            slices.append(settled)
        return slices

    @override
    async def rehearse(self, batch: Batch) -> Appended:
        return await self._database.write(self._appender.rehearse, batch)

    @override
    async def vins(self) -> list[Vin]:
        return await self._database.read(load_vins)

    @override
    async def latest(self, vin: Vin) -> list[Point]:
        return await self._database.read(load_latest, vin)

    @override
    async def newest_instants(self, vin: Vin) -> list[Point]:
        return await self._database.read(load_newest_instants, vin)

    @override
    async def range(
        self,
        vin: Vin,
        descriptors: Sequence[Descriptor],
        *,
        from_ms: int,
        to_ms: int,
        limit: int,
        after: str | None = None,
    ) -> tuple[list[Point], str | None]:
        return await self._database.read(
            load_range, vin, descriptors, from_ms=from_ms, to_ms=to_ms, limit=limit, after=after
        )

    @override
    async def nearest_number(self, vin: Vin, descriptor: Descriptor, unit: str | None, *, at_ms: int) -> Point | None:
        return await self._database.read(load_nearest_number, vin, descriptor, unit, at_ms=at_ms)

    @override
    async def counted(
        self, vin: Vin, descriptor: Descriptor, *, from_ms: int, to_ms: int, within_ms: int
    ) -> Counted | None:
        return await self._database.read(
            load_counted, vin, descriptor, from_ms=from_ms, to_ms=to_ms, within_ms=within_ms
        )

    @override
    async def unclear(self, vin: Vin) -> list[Reading]:
        return await self._database.read(load_unclear, vin)

    @override
    async def downsample(
        self,
        vin: Vin,
        descriptor: Descriptor,
        *,
        from_ms: int,
        to_ms: int,
        buckets: int,
        unit: str | None = None,
    ) -> list[Bucket]:
        return await self._database.read(
            load_buckets, vin, descriptor, from_ms=from_ms, to_ms=to_ms, buckets=buckets, unit=unit
        )

    @override
    async def series(self, vin: Vin) -> list[SeriesInfo]:
        return await self._database.read(load_series, vin)

    @override
    async def arrivals(self, vin: Vin, *, since_ms: int) -> list[Arrivals]:
        return await self._database.read(load_arrivals, vin, since_ms=since_ms)

    @override
    async def figures(self) -> StoreFigures:
        return await self._database.read(load_figures, self._database.path)

    @override
    async def rejections(self, vin: Vin | None = None) -> int:
        return await self._database.read(count_rejections, vin)

    @override
    async def refused(
        self, *, limit: int, before_id: int | None = None, rejected: bool = True, vin: Vin | None = None
    ) -> list[Refused]:
        return await self._database.read(load_refused, limit=limit, before_id=before_id, rejected=rejected, vin=vin)

    @override
    async def find_refused(self, refused_id: int) -> Refused | None:
        return await self._database.read(load_refused_one, refused_id)

    @override
    async def apart_odometers(self) -> list[ApartOdometer]:
        return await self._database.read(load_apart_odometers)

    @override
    async def journal(self, *, limit: int, after: str | None = None) -> tuple[list[JournalEntry], str | None]:
        return await self._database.read(load_journal, limit=limit, after=after)

    @override
    async def journal_end(self) -> str:
        return await self._database.read(load_journal_end)

    @override
    async def erase(self, vin: Vin) -> Erased:
        return await self._database.write(self._appender.erase, vin)

    @override
    async def erase_readings(self, subject: Vin) -> int:
        return await self._database.write(self._appender.erase_readings, subject)

    @override
    async def compact(self) -> bool:
        return await self._database.write(compact, self._database.path)

    @override
    async def holders(self, vin: Vin, backups: Sequence[Path]) -> list[Path]:
        return await self._database.read(lambda _: find_holders(vin, backups, database=self._database.path))

    @override
    async def prune(self, *, before_ms: int, now_ms: int | None = None) -> int:
        total = 0
        first_kept = await self._database.read(find_first_kept, before_ms=before_ms, now_ms=now_ms)
        while (pruned := await self._database.write(prune_journal, first_kept=first_kept)) == PRUNED_AT_ONCE:
            total += pruned
        return total + pruned

    async def backup(self, destination: Path) -> None:
        """Write a compact copy without tokens and secrets to a new file; appends go on meanwhile."""
        await self._database.read(lambda _: write_backup(self._database.path, destination))

    async def integrity_check(self) -> list[str]:
        """Return what is wrong with the file, nothing when it is sound. Reads all of it: about 10 s per GB."""
        return await self._database.read(find_problems)
