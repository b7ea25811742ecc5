"""Appends in random order and derives for ever, and says so after each append; the crash test kills it."""

import asyncio
import random
import sys
from pathlib import Path

from bimmerhub.domain.folds.day_rollups import DaysFold
from bimmerhub.hub.ingest import derivation as module
from bimmerhub.hub.ingest import fold_run
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore

from folding import LEVELS, StretchFold  # type: ignore[import-not-found]  # isort: skip - beside this program


async def work(path: Path, seed: int) -> None:
    chance = random.Random(seed)
    fold_run.READINGS_PER_RUN, fold_run.READINGS_PER_CHECKPOINT = 5, 2
    async with SqliteStore.open(path) as store, asyncio.TaskGroup() as tasks:
        derivation = Derivation(store.derived, store, [DaysFold(), StretchFold()])
        tasks.create_task(derivation.run())
        while True:
            await store.append(Batch(readings=chance.sample(LEVELS, 3)))
            derivation.wake()
            sys.stdout.write("appended\n")
            sys.stdout.flush()
            await asyncio.sleep(chance.uniform(0, 0.02))


module.GATHER_S = 0.0
asyncio.run(work(Path(sys.argv[1]), int(sys.argv[2])))
