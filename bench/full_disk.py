"""A disk that is full, or broken, at each write: `python -m bench full-disk [--step 1] [--only restore ...]`.

The n-th change that a command makes to the disk fails, for every n (or each `--step`-th): as on a full disk and as on a
broken one, that change alone or all after it too. Is what was there still there, or what was to come, whole? Is it said
in words? And does the command work once there is room again? The same of a living hub that stores what a stream brings,
and renews its sign-in.
"""

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import Collection
from typing import Any, Final

from bench.disk.commands import commands_below
from bench.disk.recorder import Recorder
from bench.disk.starving import measure_renewing, measure_storing
from bench.disk.tasks import TASKS, make_yard
from bench.disk.trials import FAULTS, Fault, Trials
from bench.power_loss import scratch_folder

LIVING: Final = {"storing": measure_storing, "renewing": measure_renewing}
NAMES: Final = (*LIVING, *TASKS)


async def measure(*, step: int, names: Collection[str], faults: Collection[Fault] = FAULTS) -> Any:  # noqa: ANN401 - JSON
    """Try the tasks of these names, and return what came of each."""
    figures: dict[str, Any] = {}
    with scratch_folder() as scratch:
        for name in ("yard", "root"):
            (scratch / name).mkdir()
        for name, measure_living in LIVING.items():
            if name in names:
                figures[name] = await measure_living(scratch / name, step=step, faults=faults)
        commands_of = [name for name in TASKS if name in names]
        if not commands_of:
            return figures
        yard = await make_yard(scratch / "yard")
        recorder = Recorder(scratch / "root", scratch, is_recording=False)
        for name in commands_of:
            task, ground = TASKS[name](yard)
            with commands_below(recorder, scratch / "settings") as commands:
                trials = Trials(task, ground, recorder=recorder, commands=commands)
                await trials.run(step=step, faults=faults)
            figures[name] = trials.tally.shown()
    return figures


def main(arguments: list[str]) -> Any:  # noqa: ANN401 - JSON
    """Measure, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES)
    asked = parser.parse_args(arguments)
    logging.disable()
    return asyncio.run(measure(step=asked.step, names=asked.only))


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:]), indent=1))
