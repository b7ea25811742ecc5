"""Loss of power: `python -m bench power-loss [--states 2400] [--seed 1] [--messages 1200] [--only days ...]`.

A real hub's file-system calls are recorded while it is signed in, reads a stream, renews its sign-in, imports and makes
a backup; then those of an upgrade from version 0.2.0, of a restore, and of a move out and in. From each record a model
of a disk makes states that a loss of power at any moment could have left, and each is opened as `bimmerhub run` opens
it. Is everything there that was told to somebody, and are the tokens?
"""

import argparse
import asyncio
import hashlib
import json
import logging
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.disk.lost_power import State, list_states
from bench.disk.recorder import Kind, Operation
from bench.disk.scenarios import (
    Recorded,
    record_arrival,
    record_days,
    record_departure,
    record_restore,
    record_upgrade,
)
from bench.disk.verdicts import lay_out

SCENARIOS: Final = ("days", "upgrade", "restore", "out", "in")
_AT_ONCE: Final = 8
_IN_MEMORY: Final = Path("/dev/shm")
_OF_NO_DISK: Final = (Kind.SENT, Kind.CONNECT, Kind.MARK)


@dataclass(slots=True)
class Tally:
    """What came of the states of one record."""

    states: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    losses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a folder in memory, where that is a folder, until the end of the block."""
    place = _IN_MEMORY if _IN_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield Path(folder).resolve()


async def try_states(recorded: Recorded, scratch: Path, *, wanted: int, seed: int) -> Tally:
    """Open about so many states of a record, no two of which are the same, and return what came of it."""
    tally, places, known = Tally(), asyncio.Semaphore(_AT_ONCE), set[bytes]()

    async def try_one(state: State, root: Path) -> None:
        try:
            await asyncio.to_thread(lay_out, state, root)
            verdict = await recorded.judge(root, state.cut)
        finally:
            await asyncio.to_thread(shutil.rmtree, root)
            places.release()
        tally.states += 1
        tally.outcomes[verdict.outcome or "-"] += 1
        tally.losses[f"{state.rules.value}: lost {state.loss.value}"] += 1
        tally.wrong += [f"{_words_of(state)}: {problem}" for problem in verdict.problems]

    async with asyncio.TaskGroup() as tasks:
        states = list_states(
            recorded.operations,
            wanted=wanted,
            seed=seed,
            begins_at=recorded.begins_at,
            is_interesting=_is_interesting,
        )
        for state in states:
            mark = _mark_of(state, recorded)
            if mark in known:
                continue
            known.add(mark)
            await places.acquire()
            tasks.create_task(try_one(state, Path(tempfile.mkdtemp(dir=scratch))))
    return tally


def _is_interesting(operation: Operation) -> bool:
    return operation.kind not in {Kind.CONNECT, Kind.MARK}


def _mark_of(state: State, recorded: Recorded) -> bytes:
    """Return what tells a state, and what was promised, from others."""
    digest = hashlib.sha256(repr(recorded.promises.at[state.cut]).encode())
    for path, content in sorted(state.files.items()):
        digest.update(f"\0{path}\0".encode())
        digest.update(b"folder" if content is None else hashlib.sha256(content).digest())
    return digest.digest()


def _words_of(state: State) -> str:
    return f"after {state.cut} operations, {state.rules.value}, lost {state.loss.value}"


async def measure(
    *, states: int, seed: int, messages: int, renewals: int = 2, names: Collection[str] = ("days",)
) -> dict[str, Any]:
    """Record, try so many states of each, and return the figures by scenario."""
    with scratch_folder() as scratch:
        figures: dict[str, Any] = {}
        async for recorded in _record(scratch, messages=messages, renewals=renewals, names=names):
            began_s = time.monotonic()
            tally = await try_states(recorded, scratch, wanted=states, seed=seed)
            figures[recorded.name] = {**_figures(recorded, tally), "tried_s": round(time.monotonic() - began_s, 1)}
        return figures


async def _record(scratch: Path, *, messages: int, renewals: int, names: Collection[str]) -> AsyncIterator[Recorded]:
    is_whole = set(names) != {"days"} or renewals > 1
    days, ground = await record_days(scratch / "days", messages=messages, renewals=renewals, is_whole=is_whole)
    if "days" in names:
        yield days
    if "upgrade" in names:
        yield await record_upgrade(scratch / "upgrade", messages=messages)
    if ground is None:
        return
    for name, record in {"restore": record_restore, "out": record_departure, "in": record_arrival}.items():
        if name in names:
            yield await record(scratch / name, ground)


def _figures(recorded: Recorded, tally: Tally) -> dict[str, Any]:
    kinds = Counter(operation.kind.name.lower() for operation in recorded.operations)
    return {
        "operations": sum(count for kind, count in kinds.items() if Kind[kind.upper()] not in _OF_NO_DISK),
        "syncs": kinds["sync"],
        "readings_told": len(recorded.promises.values),
        "tokens_given": len(recorded.promises.refresh_tokens),
        "states": tally.states,
        "by_loss": dict(tally.losses),
        "what_was_there": dict(tally.outcomes),
        "wrong": len(tally.wrong),
        "such_as": tally.wrong[:10],
    }


def main(arguments: list[str]) -> dict[str, Any]:
    """Measure, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", type=int, default=2_400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--messages", type=int, default=1_200)
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, default=SCENARIOS)
    asked = parser.parse_args(arguments)
    logging.disable()
    return asyncio.run(measure(states=asked.states, seed=asked.seed, messages=asked.messages, names=asked.only))


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:]), indent=1))
