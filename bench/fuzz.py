"""Every fuzzer for a long time: `python -m bench.fuzz [--minutes 20] [--only NAME ...] [--seed 1] [--jobs 2]`.

Each one runs in a process of its own; a failure prints the round's seed, which `--round` repeats. The short runs are
in tests/fuzz.
"""

import argparse
import asyncio
import json
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

from bench.fuzzing import answers, broker, client, files, wire
from bench.processes import conditions

Round = Callable[[random.Random], None]

ROUNDS_AT_ONCE: Final = 50


@contextmanager
def _plain(round_: Round) -> Iterator[Round]:
    yield round_


@contextmanager
def _opened_broker() -> Iterator[Round]:
    with asyncio.Runner() as runner:
        opened = broker.open_broker()
        serving = runner.run(opened.__aenter__())
        try:
            yield lambda rng: runner.run(broker.fuzz_broker(rng, serving.port))
        finally:
            runner.run(opened.__aexit__(None, None, None))


FUZZERS: Final[dict[str, Callable[[], AbstractContextManager[Round]]]] = {
    "stream messages": lambda: _plain(wire.fuzz_stream_message),
    "telematicData": lambda: _plain(wire.fuzz_telematic_data),
    "service and Check Control": lambda: _plain(wire.fuzz_conditions),
    "fault codes": lambda: _plain(wire.fuzz_trouble_codes),
    "vendor times": lambda: _plain(wire.fuzz_vendor_time),
    "REST answers": answers.opened_rest,
    "token answers": answers.opened_tokens,
    "captures": files.opened_captures,
    "customer archive": lambda: _plain(files.fuzz_archive),
    "catalogue list": lambda: _plain(files.fuzz_catalogue_list),
    "settings": files.opened_settings,
    "MQTT packets": lambda: _plain(broker.fuzz),
    "MQTT answers": lambda: _plain(client.fuzz),
    "living broker": _opened_broker,
}


def run_fuzzer(name: str, seed: int, minutes: float) -> dict[str, Any]:
    """Return how many inputs one fuzzer made, and the first failure."""
    begun_s, cpu_s, made = time.monotonic(), time.process_time(), 0
    until_s = begun_s + minutes * 60
    with FUZZERS[name]() as round_:
        while time.monotonic() < until_s:
            for _ in range(ROUNDS_AT_ONCE):
                round_seed = f"{seed} {name} {made}"
                try:
                    round_(random.Random(round_seed))
                except Exception:  # noqa: BLE001 - whatever it is, it is the find
                    return {"inputs": made, "failed_round": round_seed, "trace": traceback.format_exc()}
                made += 1
    return {
        "inputs": made,
        "minutes": round((time.monotonic() - begun_s) / 60, 1),
        "cpu_minutes": round((time.process_time() - cpu_s) / 60, 1),
        "failures": 0,
    }


def main() -> None:
    """Run and print; exit 1 when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--only", nargs="+", choices=sorted(FUZZERS), default=list(FUZZERS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--round", help="repeat one round of the fuzzer named with --only, by its seed")
    chosen = parser.parse_args()
    if chosen.round is not None:
        with FUZZERS[chosen.only[0]]() as round_:
            round_(random.Random(chosen.round))
        return
    with ProcessPoolExecutor(chosen.jobs) as pool:
        running = {name: pool.submit(run_fuzzer, name, chosen.seed, chosen.minutes) for name in chosen.only}
        results = {name: result.result() for name, result in running.items()}
    print(json.dumps({"fuzzers": results, "conditions": conditions()}, indent=1))
    sys.exit(any("failed_round" in result for result in results.values()))


if __name__ == "__main__":
    main()
