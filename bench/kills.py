"""kill -9 by the thousand: `python -m bench kills [--only NAME ...] [--rounds N] [--seed N]`.

An import, a live stream, a migration, a restore, a move to another machine and a backup are killed: half of the rounds
right before a change of the disk (Python's or SQLite's, spread evenly over all that a whole run makes), half after a
random time. Then the data directory is opened as the start of a hub does it. Each round is a fork of this process on a
small data directory in memory, where a file that was written is as good as on the disk: this is about processes that
die, not about loss of power. Passphrases cost a millisecond here; a file says itself what its own costs.
"""

import argparse
import gc
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.killing.arriving import Import, Live
from bench.killing.forks import ForkFailed, Moment, Run, run_killed, run_whole
from bench.killing.moves import Move
from bench.killing.operation import Operation, settings_of
from bench.killing.replacing import Backup, Migration, Restore

OPERATIONS: Final[Mapping[str, type[Operation]]] = {
    "import": Import,
    "live": Live,
    "migration": Migration,
    "restore": Restore,
    "move": Move,
    "backup": Backup,
}
_IN_MEMORY: Final = Path("/dev/shm")
_TRIES: Final = 3
_WRONG: Final = "wrong: "


@dataclass(kw_only=True)
class Tally:
    """What came of the rounds of one operation; `steps` and `whole_s` are those of a whole run."""

    steps: int = 0
    whole_s: float = 0.0
    rounds: int = 0
    killed_at_steps: int = 0
    killed_at_times: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def shown(self, cpu_s: float) -> dict[str, Any]:
        """Return it for the figures."""
        return {
            "rounds": self.rounds,
            "killed_before_a_step": self.killed_at_steps,
            "killed_after_a_time": self.killed_at_times,
            "outcomes": dict(self.outcomes),
            "wrong": len(self.wrong),
            "such_as": self.wrong[:5],
            "steps_of_a_whole_run": self.steps,
            "a_whole_run_s": round(self.whole_s, 3),
            "cpu_s_per_round": round(cpu_s / max(1, self.rounds), 3),
        }


def measure(name: str, *, rounds: int, seed: int, root: Path) -> Tally:
    """Kill an operation so many times."""
    settings_of(root)
    gc.freeze()  # what forks find done and never look at costs them nothing
    kind, chance, tally = OPERATIONS[name], random.Random(f"{name} {seed}"), Tally()
    run_whole(lambda _: kind(root, 0).prepare())
    whole = [_whole(kind(root, number)) for number in range(_TRIES)]
    tally.steps, tally.whole_s = max(run.steps for run in whole), max(run.took_s for run in whole)
    for number in range(rounds):
        if number % 2:
            moment = Moment(after_s=chance.uniform(0, tally.whole_s))
        else:
            moment = Moment(step=1 + number * tally.steps // rounds)
        _round(kind(root, number), moment, tally)
    return tally


def _whole(operation: Operation) -> Run:
    _fresh(operation)
    return run_whole(operation.work)


def _fresh(operation: Operation) -> None:
    shutil.rmtree(operation.folder, ignore_errors=True)
    operation.fresh()


def _round(operation: Operation, moment: Moment, tally: Tally) -> None:
    """Kill one, and judge what it left."""
    _fresh(operation)
    place, where = operation.root / "outcome", f"round {operation.number}, {moment}"
    place.unlink(missing_ok=True)
    tally.rounds += 1
    try:
        run = run_killed(operation.work, moment)
        if moment.step:
            tally.killed_at_steps += run.is_killed
        else:
            tally.killed_at_times += run.is_killed
        run_whole(lambda _: _judge(operation, run.said, place))
    except ForkFailed:
        tally.wrong.append(f"{where}: it failed by itself")
        return
    outcome = place.read_text()
    if outcome.startswith(_WRONG):
        tally.wrong.append(f"{where}: {outcome.removeprefix(_WRONG)}")
    else:
        tally.outcomes[outcome] += 1


def _judge(operation: Operation, said: tuple[int, ...], place: Path) -> None:
    """Write what came of a round to `place`."""
    try:
        outcome = operation.check(said)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is what is looked for
        outcome = f"{_WRONG}{type(error).__name__}: {error}"
    place.write_text(outcome)


def main(arguments: Sequence[str]) -> dict[str, Any]:
    """Return the figures of the operations that are named, of all without names."""
    parser = argparse.ArgumentParser(prog="python -m bench kills", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=[*OPERATIONS], default=[*OPERATIONS])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    figures: dict[str, Any] = {}
    for name in options.only:
        started_s, cpu_s = time.monotonic(), _children_cpu_s()
        with tempfile.TemporaryDirectory(dir=_IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None) as folder:
            tally = measure(name, rounds=options.rounds, seed=options.seed, root=Path(folder))
        figures[name] = tally.shown(_children_cpu_s() - cpu_s) | {"took_s": round(time.monotonic() - started_s)}
        print(f"{name}: {tally.rounds} rounds, {len(tally.wrong)} wrong", file=sys.stderr, flush=True)
    return {**figures, "seed": options.seed}


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
