"""Event streams by the thousand: `python -m bench readers [--readers 1000] [--seconds 30]`.

Half of them read, the other half take nothing. Meanwhile BMW's side sends 100 messages a second, and the owner listens
too: how long a value takes from the broker to the owner's event, and what memory that costs.
"""

import argparse
import asyncio
import contextlib
import json
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
from bench.processes import Cloud, HubProcess, cloud, hub, rss_mb, sign_in

RATE = 100


def main(arguments: list[str]) -> dict[str, Any]:
    """Measure and return the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench readers", description=__doc__)
    parser.add_argument("--readers", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args(arguments)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "hub").mkdir()
        with cloud(root / "cloud") as bmw, hub(root / "hub", bmw.info) as running:
            sign_in(running, bmw.info)
            figures = {"readers_wanted": given.readers, "messages_per_s": RATE}
            return figures | asyncio.run(_measure(running, bmw, given.readers, given.seconds))


async def _measure(running: HubProcess, bmw: Cloud, readers: int, seconds: float) -> dict[str, Any]:
    before_mb = rss_mb(running.process)
    statuses, waits = list[int](), list[float]()
    url = f"{running.address}/api/v1/events"
    connector = aiohttp.TCPConnector(limit=0)
    endless = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=endless) as session:

        async def hold(number: int) -> None:
            headers = {} if number % 2 else {"Authorization": f"Bearer {running.token}"}
            async with session.get(url, headers=headers) as answer:
                statuses.append(answer.status)
                while answer.ok and number % 4 < 2 and await answer.content.readany():
                    pass
                await asyncio.Event().wait()

        async def listen() -> None:
            async with session.get(f"{url}?kind=reading", headers={"Authorization": f"Bearer {running.token}"}) as own:
                async for line in own.content:
                    if line.startswith(b"data:"):
                        reading = json.loads(line[5:])
                        if str(reading["descriptor"]).startswith("bench."):
                            waits.append(time.time() * 1000 - reading["value"] / 1000)

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds + 60), asyncio.TaskGroup() as tasks:
                held = [tasks.create_task(listen())]
                held += [tasks.create_task(hold(number)) for number in range(readers)]
                while len(statuses) < readers:  # noqa: ASYNC110 - nothing tells
                    await asyncio.sleep(0.1)
                with_readers_mb = rss_mb(running.process)
                await asyncio.to_thread(bmw.flood, RATE, seconds)
                await asyncio.sleep(1)
                after_mb = rss_mb(running.process)
                for task in held:
                    task.cancel()
    waits.sort()
    return {
        "answers": {str(status): statuses.count(status) for status in sorted(set(statuses))},
        "rss_mb_before": round(before_mb, 1),
        "rss_mb_with_readers": round(with_readers_mb, 1),
        "rss_mb_after": round(after_mb, 1),
        "owner_events": len(waits),
        "owner_p50_ms": round(statistics.median(waits), 1),
        "owner_p99_ms": round(waits[int(len(waits) * 0.99)], 1),
    }
