"""Every fuzzer for a long time: `python -m bench.fuzz [--minutes 20] [--only NAME ...] [--seed 1] [--jobs 2]`.

Each one runs in a process of its own; a failure prints the round's seed, which `--round` repeats. With `--guided` the
inputs are led by what they reach (atheris, of the group `fuzz`: pip install --group fuzz); what was found is kept below
build/fuzz, where the next run goes on, and a failure is a file there, which `--input` reads again. `--minimise` chooses
from there the few KB that tests/fuzz/corpus keeps. The short runs are in tests/fuzz.
"""

import argparse
import json
import random
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from bench.fuzzing import guiding
from bench.fuzzing.targets import FUZZERS
from bench.processes import conditions

ROUNDS_AT_ONCE: Final = 50


def run_fuzzer(name: str, seed: int, minutes: float) -> dict[str, Any]:
    """Return how many inputs one fuzzer made, and the first failure."""
    begun_s, cpu_s, made = time.monotonic(), time.process_time(), 0
    until_s = begun_s + minutes * 60
    with FUZZERS[name]() as fuzzer:
        while time.monotonic() < until_s:
            for _ in range(ROUNDS_AT_ONCE):
                round_seed = f"{seed} {name} {made}"
                try:
                    fuzzer.round(random.Random(round_seed))
                except Exception:  # noqa: BLE001 - whatever it is, it is the find
                    return {"inputs": made, "failed_round": round_seed, "trace": traceback.format_exc()}
                made += 1
    return {
        "inputs": made,
        "minutes": round((time.monotonic() - begun_s) / 60, 1),
        "cpu_minutes": round((time.process_time() - cpu_s) / 60, 1),
        "failures": 0,
    }


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--only", nargs="+", choices=sorted(FUZZERS), default=list(FUZZERS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--round", help="repeat one round of the fuzzer named with --only, by its seed")
    parser.add_argument("--input", type=Path, help="read one file by the fuzzer named with --only")
    parser.add_argument("--guided", action="store_true", help="lead the inputs by coverage (atheris)")
    parser.add_argument("--minimise", action="store_true", help="choose what tests/fuzz/corpus keeps of guided runs")
    return parser.parse_args()


def _run_all(chosen: argparse.Namespace) -> dict[str, dict[str, Any]]:
    if chosen.guided:  # processes of their own: threads only wait for them
        with ThreadPoolExecutor(chosen.jobs) as threads:
            guided = {name: threads.submit(guiding.run_guided, name, chosen.minutes) for name in chosen.only}
            return {name: result.result() for name, result in guided.items()}
    with ProcessPoolExecutor(chosen.jobs) as pool:
        running = {name: pool.submit(run_fuzzer, name, chosen.seed, chosen.minutes) for name in chosen.only}
        return {name: result.result() for name, result in running.items()}


def main() -> None:
    """Run and print; exit 1 when something was found."""
    chosen = _parse()
    if chosen.round is not None or chosen.input is not None:
        with FUZZERS[chosen.only[0]]() as fuzzer:
            if chosen.input is not None:
                fuzzer.read(chosen.input.read_bytes())
            else:
                fuzzer.round(random.Random(chosen.round))
        return
    if chosen.minimise:
        for name in chosen.only:
            print(name, *guiding.minimise(name))
        return
    results = _run_all(chosen)
    print(json.dumps({"fuzzers": results, "conditions": conditions()}, indent=1))
    sys.exit(any(result.keys() & {"failed_round", "failed_input"} for result in results.values()))


if __name__ == "__main__":
    main()
