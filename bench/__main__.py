"""All figures as one JSON document, with their conditions: `python -m bench [--quick]`. Nothing is asserted.

By themselves: `python -m bench fourteen-days`, a hub in fourteen days of faults; `python -m bench accuracy`, the state
of the demo's cars against their truth; `python -m bench record-accuracy`, trips and charging sessions against theirs;
`python -m bench quota-year`, a year of REST calls; `python -m bench year`, a
year of three cars with two upgrades; `python -m bench sockets`, strangers who hold connections; `python -m bench
readers`, a thousand event streams; `python -m bench bombs`, files that become far larger than they look; `python -m
bench queries`, a client that asks for as much as it can; `python -m bench damages`, structural damages of a database;
`python -m bench logins`, strangers who guess the password; `python -m bench kills`, kill -9 by the thousand; `python -m
bench power-loss`, what a loss of power leaves; `python -m bench full-disk`, a disk that fails at each write; `python -m
bench clock-jumps`, a machine whose clock is set at bad moments.

--quick measures less: 10 s of ingest, 1 million readings, a capture of 60 days.
"""

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from bench import (
    accuracy,
    bombs,
    clock_jumps,
    damages,
    fourteen_days,
    full_disk,
    kills,
    logins,
    power_loss,
    queries,
    quota_year,
    readers,
    record_accuracy,
    sockets,
    startup,
    year,
)
from bench.broker import measure_broker
from bench.handover import measure_handover
from bench.ingest import measure_ingest, measure_mosquitto_sub
from bench.processes import conditions
from bench.service import measure_answers, measure_footprint, measure_import, measure_latency


def main() -> None:
    """Measure and print."""
    alone = {
        "fourteen-days": fourteen_days.main,
        "accuracy": accuracy.main,
        "record-accuracy": record_accuracy.main,
        "quota-year": quota_year.main,
        "sockets": sockets.main,
        "readers": readers.main,
        "bombs": bombs.main,
        "queries": queries.main,
        "damages": damages.main,
        "logins": logins.main,
        "kills": kills.main,
        "power-loss": power_loss.main,
        "clock-jumps": clock_jumps.main,
        "full-disk": full_disk.main,
        "year": year.main,
    }
    if sys.argv[1:2] and sys.argv[1] in alone:
        print(json.dumps({"figures": alone[sys.argv[1]](sys.argv[2:]), "conditions": conditions()}, indent=1))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    is_quick = parser.parse_args().quick
    seconds, millions, days = (10.0, 1.0, 60.0) if is_quick else (60.0, 10.0, 400.0)
    steps: dict[str, Callable[[], dict[str, Any] | None]] = {
        "live_ingest": lambda: measure_ingest(15_000, seconds),
        "mosquitto_sub_on_the_same_stream": lambda: measure_mosquitto_sub(15_000, seconds),
        "broker": lambda: measure_broker(200_000 if is_quick else 1_000_000),
        "import": lambda: measure_import(days),
        "latency_to_event_stream": measure_latency,
        "handover": lambda: measure_handover(20 if is_quick else 60),
        "footprint": measure_footprint,
        "startup": startup.main,
        "answers": lambda: measure_answers(millions),
    }
    figures: dict[str, dict[str, Any] | None] = {}
    for name, measure in steps.items():
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        figures[name] = measure()
    print(json.dumps({"figures": figures, "conditions": conditions()}, indent=1))


if __name__ == "__main__":
    main()
