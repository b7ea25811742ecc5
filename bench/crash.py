"""kill -9 of a hub at random moments of a live stream: is everything there that an event client was told?

Run: python -m bench.crash [ROUNDS]
"""

import asyncio
import json
import random
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
from bench.processes import HubProcess, cloud, conditions, hub, sign_in, wait_until

RATE, FLOOD_S = 2_000, 0.8


def measure_crashes(rounds: int) -> dict[str, Any]:
    """Return how many told readings were lost in so many kills, and whether the database stayed sound."""
    chance = random.Random(1)
    published: set[int] = set()
    unsound = 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "hub").mkdir()
        with cloud(root / "cloud") as bmw:
            with hub(root / "hub", bmw.info) as running:
                sign_in(running, bmw.info)
            for _ in range(rounds):
                with hub(root / "hub", bmw.info) as running:
                    _wait_for_link(running)
                    asyncio.run(_listen_and_kill(running, published, bmw.flood, chance.uniform(0.05, FLOOD_S)))
                unsound += not _is_sound(root / "hub" / "bimmerhub.sqlite3")
            lost = published - _stored(root / "hub" / "bimmerhub.sqlite3")
    return {
        "rounds": rounds,
        "readings_told": len(published),
        "told_but_lost": len(lost),
        "examples": sorted(lost)[:5],
        "unsound_databases": unsound,
    }


async def _listen_and_kill(running: HubProcess, published: set[int], flood: Any, kill_after_s: float) -> None:  # noqa: ANN401
    async def listen() -> None:
        headers = {"Authorization": f"Bearer {running.token}"}
        try:
            async with (
                aiohttp.ClientSession(headers=headers) as session,
                session.get(f"{running.address}/api/v1/events?kind=reading") as answer,
            ):
                async for line in answer.content:
                    if line.startswith(b"data:"):
                        reading = json.loads(line[5:])
                        if reading["descriptor"].startswith("bench."):  # the cars speak too, also in words and booleans
                            published.add(reading["value"])
        except aiohttp.ClientError:
            return

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(listen())
        await asyncio.sleep(0.1)
        flooding = tasks.create_task(asyncio.to_thread(flood, RATE, FLOOD_S))
        await asyncio.sleep(kill_after_s)
        running.process.kill()
        await flooding


def _wait_for_link(running: HubProcess) -> None:
    wait_until(lambda: [link["state"] for link in running.fetch("health")["links"]] == ["connected"])


def _is_sound(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)])


def _stored(database: Path) -> set[int]:
    with closing(sqlite3.connect(database)) as connection:
        return {value for (value,) in connection.execute("SELECT value FROM points")}


if __name__ == "__main__":
    chosen = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(json.dumps({"crashes": measure_crashes(chosen), "conditions": conditions()}, indent=1))
