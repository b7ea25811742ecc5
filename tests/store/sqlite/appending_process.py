"""Appends batches for ever and says after each one how many are stored; the crash tests kill it."""

import asyncio
import sys
from pathlib import Path

from bimmerhub.domain.reading import Reading, Source
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore

BATCH = 40


def _reading(number: int) -> Reading:
    return Reading(
        vin=Vin("WBA00000000000001"),
        descriptor=Descriptor(f"descriptor.{number % 7}"),
        value=number,
        unit=None,
        measured_at_ms=number * 1_000,
        sent_at_ms=None,
        received_at_ms=0,
        source=Source.STREAM,
    )


async def append_for_ever(path: Path, start: int) -> None:
    async with SqliteStore.open(path) as store:
        while True:
            await store.append(Batch(readings=[_reading(number) for number in range(start, start + BATCH)]))
            start += BATCH
            sys.stdout.write(f"{start}\n")
            sys.stdout.flush()


asyncio.run(append_for_ever(Path(sys.argv[1]), int(sys.argv[2])))
