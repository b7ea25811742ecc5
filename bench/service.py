"""Figures of the hub as a whole, over its public surfaces: import, latency to an event stream, answers, footprint."""

import asyncio
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
from bench.processes import HubProcess, cloud, hub, rss_mb, sign_in, skeleton
from bench.store import CARS, CHARGE_LEVEL, START_MS, fill, size_figures

DAY_S = 86_400
LATENCY_RATE, LATENCY_S = 100, 30.0
IDLE_S = 20


def measure_import(days: float) -> dict[str, Any]:
    """Return what `bimmerhub import` needs for a capture of the simulated cars (one process, no hub running)."""
    with tempfile.TemporaryDirectory() as folder:
        capture = Path(folder) / "capture.ndjson"
        program = [sys.executable, "-m", "bimmerhub"]
        generated_s = _timed(
            [*program, "emulator", "capture", "--days", str(days), "--seed", "7", "--out", str(capture)]
        )
        command = [*program, "import", str(capture), "--data-dir", f"{folder}/data", "--json"]
        started = time.perf_counter()
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        seconds = time.perf_counter() - started
        summary = json.loads(done.stdout)
        again_s = _timed(command)
        return {
            "capture_days": days,
            "capture_messages_per_s": round(summary["read"] / generated_s),
            "readings": summary["read"],
            "seconds": round(seconds, 2),
            "readings_per_s": round(summary["read"] / seconds),
            "again_readings_per_s": round(summary["read"] / again_s),
        }


def measure_latency() -> dict[str, Any]:
    """Return milliseconds from the broker's publish to the event at an SSE client, at 100 messages a second."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "hub").mkdir()
        with cloud(root / "cloud") as bmw, hub(root / "hub", bmw.info) as running:
            sign_in(running, bmw.info)
            arrived = asyncio.run(_events_during(running, lambda: bmw.flood(LATENCY_RATE, LATENCY_S)))
        waits = sorted(arrived)
        return {
            "messages_per_s": LATENCY_RATE,
            "events": len(waits),
            "p50_ms": round(statistics.median(waits), 1),
            "p99_ms": round(waits[int(len(waits) * 0.99)], 1),
            "max_ms": round(waits[-1], 1),
        }


async def _events_during(running: HubProcess, work: Callable[[], Any]) -> list[float]:
    """Listen while `work` runs; the messages carry the time of their publishing as their value, in microseconds."""
    waits: list[float] = []
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {running.token}"}) as session,
        session.get(f"{running.address}/api/v1/events?kind=reading", timeout=aiohttp.ClientTimeout()) as answer,
    ):

        async def listen() -> None:
            async for line in answer.content:
                if line.startswith(b"data:"):
                    reading = json.loads(line[5:])
                    if str(reading["descriptor"]).startswith("bench."):
                        waits.append(time.time() * 1000 - reading["value"] / 1000)

        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(listen())
            await asyncio.to_thread(work)
            await asyncio.sleep(1)
            listening.cancel()
    return waits


def measure_answers(millions: float) -> dict[str, Any]:
    """Return percentiles of answers over HTTP, one at a time, from a store of so many readings."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        filled = asyncio.run(fill(data_dir / "bimmerhub.sqlite3", round(millions * 1e6), journalled=100_000))
        sizes = size_figures(data_dir / "bimmerhub.sqlite3")  # before the hub forgets raw messages that old
        vin = CARS[0]
        day = _iso(START_MS / 1000 + 200 * DAY_S), _iso(START_MS / 1000 + 201 * DAY_S)
        year = _iso(START_MS / 1000), _iso(START_MS / 1000 + 365 * DAY_S)
        readings = f"vehicles/{vin}/readings?descriptor={quote(CHARGE_LEVEL)}"
        with hub(data_dir) as running:
            return {
                "readings": round(millions * 1e6),
                "filled": filled,
                "sizes": sizes,
                "first_answer_s": round(running.first_answer_s, 2),
                "state": _percentiles(running, f"vehicles/{vin}/state"),
                "one_day_raw": _percentiles(running, f"{readings}&from={day[0]}&to={day[1]}&limit=10000"),
                "one_year_in_1000_buckets": _percentiles(
                    running, f"{readings}&from={year[0]}&to={year[1]}&buckets=1000"
                ),
                "rss_mb": round(rss_mb(running.process), 1),
            }


def measure_footprint() -> dict[str, Any]:
    """Return memory and start of `bimmerhub run`, signed in, with three cars that send little, after 20 s.

    Beside it the memory of an empty program made of the same libraries.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "hub").mkdir()
        with cloud(root / "cloud") as bmw, hub(root / "hub", bmw.info) as running, skeleton() as empty:
            sign_in(running, bmw.info)
            time.sleep(IDLE_S)
            return {
                "first_answer_s": round(running.first_answer_s, 2),
                "idle_rss_mb": round(rss_mb(running.process), 1),
                "skeleton_rss_mb": round(rss_mb(empty), 1),
            }


def _percentiles(running: HubProcess, path: str, *, runs: int = 200) -> dict[str, Any]:
    connection = http.client.HTTPConnection(urlsplit(running.address).netloc)
    waits, size = [], 0
    for number in range(runs + 10):
        started = time.perf_counter()
        connection.request("GET", f"/api/v1/{path}")
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {body[:200]!r}")
        if number >= 10:
            waits.append((time.perf_counter() - started) * 1000)
        size = len(body)
    waits.sort()
    return {"p50_ms": round(waits[runs // 2], 2), "p95_ms": round(waits[int(runs * 0.95)], 2), "bytes": size}


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def _iso(at_s: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at_s))
