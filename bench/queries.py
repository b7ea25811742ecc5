"""One client that asks for as much as it can: `python -m bench queries [--readings 1000000] [--seconds 30]`.

It has 32 questions under way, each for the longest answers there are. Meanwhile BMW's side sends 100 messages a second,
and the owner asks for the state and listens: how long an answer takes him, and a value from the broker to his event.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import statistics
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from bench.processes import Cloud, HubProcess, cloud, hub, sign_in
from bench.store import CARS, CHARGE_LEVEL, fill

RATE = 100
AT_ONCE = 32
QUESTIONS = (
    f"vehicles/{CARS[0]}/readings?descriptor={quote(CHARGE_LEVEL)}&limit=10000",
    f"vehicles/{CARS[0]}/readings?descriptor={quote(CHARGE_LEVEL)}&buckets=10000",
    f"vehicles/{CARS[0]}/positions?limit=10000",
    f"vehicles/{CARS[0]}/coverage",
    f"vehicles/{CARS[0]}/descriptors",
)


def main(arguments: list[str]) -> dict[str, Any]:
    """Measure and return the figures, without and with the greedy client."""
    parser = argparse.ArgumentParser(prog="python -m bench queries", description=__doc__)
    parser.add_argument("--readings", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "hub").mkdir()
        asyncio.run(fill(root / "hub" / "bimmerhub.sqlite3", given.readings, journalled=1_000))
        with cloud(root / "cloud") as bmw, hub(root / "hub", bmw.info) as running:
            sign_in(running, bmw.info)
            alone = asyncio.run(_live(running, bmw, given.seconds))
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as greedy:
                asking = greedy.submit(ask_alone, running.address, given.seconds)
                beside = asyncio.run(_live(running, bmw, given.seconds))
                answers = asking.result()
    return {
        "readings": given.readings,
        "messages_per_s": RATE,
        "questions_at_once": AT_ONCE,
        "answers": answers,
        "alone": alone,
        "beside": beside,
    }


def ask_alone(address: str, seconds: float) -> dict[str, int]:
    """Ask for as much as can be had, in a process of its own; return how many answers of each status came."""
    return asyncio.run(_ask(address, seconds))


async def _ask(address: str, seconds: float) -> dict[str, int]:
    statuses = Counter[str]()
    questions = itertools.cycle(QUESTIONS)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as session:

        async def ask_for_ever() -> None:
            while True:
                async with session.get(f"{address}/api/v1/{next(questions)}") as answer:
                    await answer.read()
                    statuses[str(answer.status)] += 1

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as tasks:
                for _ in range(AT_ONCE):
                    tasks.create_task(ask_for_ever())
    return dict(sorted(statuses.items()))


async def _live(running: HubProcess, bmw: Cloud, seconds: float) -> dict[str, float]:
    """Listen and ask as the owner while messages come."""
    waits, answers_s = list[float](), list[float]()
    headers = {"Authorization": f"Bearer {running.token}"}
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=None)) as session:

        async def listen() -> None:
            async with session.get(f"{running.address}/api/v1/events?kind=reading") as own:
                async for line in own.content:
                    if line.startswith(b"data:"):
                        reading = json.loads(line[5:])
                        if str(reading["descriptor"]).startswith("bench."):
                            waits.append(time.time() * 1000 - reading["value"] / 1000)

        async def ask() -> None:
            while True:
                started = time.perf_counter()
                async with session.get(f"{running.address}/api/v1/vehicles/{CARS[0]}/positions?limit=10") as answer:
                    await answer.read()
                answers_s.append(time.perf_counter() - started)
                await asyncio.sleep(0.2)

        async with asyncio.TaskGroup() as tasks:
            tasks_of_owner = [tasks.create_task(listen()), tasks.create_task(ask())]
            await asyncio.to_thread(bmw.flood, RATE, seconds)
            await asyncio.sleep(1)
            for task in tasks_of_owner:
                task.cancel()
    waits.sort()
    answers_s.sort()
    return {
        "events": len(waits),
        "event_p50_ms": round(statistics.median(waits), 1),
        "event_p99_ms": round(waits[int(len(waits) * 0.99)], 1),
        "answers": len(answers_s),
        "answer_p50_ms": round(statistics.median(answers_s) * 1000, 1),
        "answer_max_ms": round(answers_s[-1] * 1000, 1),
    }
