"""A database as a home has after some weeks: readings, documents, accounts, raw messages, what was refused."""

import asyncio
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.documents import Document
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.accounts import NewAccount
from bimmerhub.store.ports.audit import AuditEntry
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import MINUTE_MS

VINS = tuple(Vin(f"WBY0000000000004{place}") for place in range(3))
START_MS = 1_750_000_000_000
_BATCH = 500


def make_sample(path: Path, *, readings: int, in_log: bool) -> None:
    """Write a database of so many readings to `path`; `in_log` leaves its newest commits in a write-ahead log."""
    asyncio.run(_fill(path, readings))
    if in_log:
        _leave_log(path)


async def _fill(path: Path, readings: int) -> None:
    rng = random.Random(1)
    async with SqliteStore.open(path) as store:
        for name in ("home", "second", "third"):
            account = await store.accounts.save_account(
                NewAccount(name=name, family=Family.CARDATA, client_id=f"client-{name}")
            )
            await store.accounts.save_tokens(account.id, rng.randbytes(900))
        await store.settings.save_setting("sealed.password", "hashed" * 50, is_secret=True)
        for place in range(40):
            await store.settings.save_setting(f"note.{place}", "words " * rng.randrange(1, 20))
        for first in range(0, readings, _BATCH):
            await store.append(_batch(rng, first))
            entry = AuditEntry(at_ms=START_MS + first, who="page", from_where="::1", action="looked", subject=VINS[0])
            await store.audit.record(entry)
        await store.prune(before_ms=START_MS + readings // 4 * MINUTE_MS)


def _batch(rng: random.Random, first: int) -> Batch:
    readings = [_reading(rng, first + place) for place in range(_BATCH)]
    return Batch(
        readings=readings,
        journal=[
            JournalEntry(
                received_at_ms=reading.received_at_ms,
                account="home",
                topic=f"gcid/{reading.vin}",
                payload=b'{"word":"%d"}' % rng.randrange(10**9) * rng.randrange(1, 30),
            )
            for reading in readings[::3]
        ],
        refused=[
            Refused(
                received_at_ms=reading.received_at_ms, reason="not true", payload=rng.randbytes(200), origin="stream"
            )
            for reading in readings[::50]
        ],
        documents=[
            Document(
                subject=readings[0].vin,
                kind="charging_session",
                natural_key=str(first),
                body=f'{{"words":"{"x" * rng.randrange(10, 20_000)}"}}',
                source=Source.REST,
                fetched_at_ms=START_MS + first * MINUTE_MS,
            )
        ],
    )


def _reading(rng: random.Random, place: int) -> Reading:
    at_ms = START_MS + place * MINUTE_MS
    kind = place % 40
    return Reading(
        vin=VINS[place % 3],
        descriptor=Descriptor(f"vehicle.made.up.for.the.bench.number{kind}"),
        value=f"WORD_{rng.randrange(100)}" if kind % 4 == 0 else round(rng.uniform(-50, 500), rng.randrange(3)),
        unit=None if kind % 4 == 0 else "km",
        measured_at_ms=at_ms,
        sent_at_ms=at_ms + 1_000 * rng.randrange(60),
        received_at_ms=at_ms + 2_000,
        source=Source.STREAM,
    )


def _leave_log(path: Path) -> None:
    """Commit some more, and leave the files as a hub does that is killed."""
    source = path.with_name(f"{path.name}.source")
    path.rename(source)
    with closing(sqlite3.connect(source, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;")
        for place in range(60):
            connection.execute(
                "INSERT INTO settings (key, value, secret) VALUES (?, ?, 0)", (f"logged.{place}", "words " * 50)
            )
            connection.execute("INSERT INTO points VALUES (1, ?, ?, 0, 1)", (START_MS + 10**10 + place * 1_000, place))
            connection.execute("UPDATE totals SET readings = readings + 1")
        for ending in ("", "-wal"):
            shutil.copyfile(source.with_name(source.name + ending), path.with_name(path.name + ending))
    for ending in ("", "-wal", "-shm"):
        source.with_name(source.name + ending).unlink(missing_ok=True)
