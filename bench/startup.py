"""How long commands take as whole processes, from start to end: `python -m bench.startup [RUNS]`."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.processes import conditions

PROGRAM = [sys.executable, "-m", "bimmerhub"]
HELP = (["--version"], ["--help"], ["history", "--help"])
READING = (
    ["vehicles", "--json"],
    ["status", "0001", "--json"],
    ["status", "0001"],
    ["history", "0001", "soc_percent", "--from", "2026-01-01", "--to", "2026-01-08", "--json"],
    ["history", "0001", "soc_percent", "--from", "2026-01-01", "--to", "2026-01-30", "--buckets", "20", "--json"],
    ["coverage", "0001", "--json"],
)
HISTORY_DAYS = 30


def main(runs: int = 7) -> dict[str, Any]:
    """Return minimum and median of wall and processor time of each command; reads without a hub, 100,000 readings."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        _fill(data_dir)
        lines = [*HELP, *([*words, "--data-dir", str(data_dir)] for words in READING)]
        return {" ".join(words).replace(folder, "DIR"): _measure(words, runs) for words in lines}


def _fill(data_dir: Path) -> None:
    capture = data_dir.with_name("capture.ndjson")
    for words in (
        ["emulator", "capture", "--days", str(HISTORY_DAYS), "--out", str(capture)],
        ["import", str(capture), "--data-dir", str(data_dir)],
    ):
        subprocess.run([*PROGRAM, *words], check=True, capture_output=True)


def _measure(words: Sequence[str], runs: int) -> dict[str, float]:
    _run_once(words)  # writes byte code and fills the disk cache
    wall_s, cpu_s = zip(*(_run_once(words) for _ in range(runs)), strict=True)
    return {
        "wall_min_s": round(min(wall_s), 3),
        "wall_median_s": round(statistics.median(wall_s), 3),
        "cpu_min_s": round(min(cpu_s), 3),
        "cpu_median_s": round(statistics.median(cpu_s), 3),
    }


def _run_once(words: Sequence[str]) -> tuple[float, float]:
    before, begin = os.times(), time.perf_counter()
    subprocess.run([*PROGRAM, *words], check=True, capture_output=True)
    wall_s, after = time.perf_counter() - begin, os.times()
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    return wall_s, cpu_s


if __name__ == "__main__":
    figures = main(*(int(text) for text in sys.argv[1:2]))
    print(json.dumps({"figures": figures, "conditions": conditions()}, indent=1))
