"""Strangers who guess the password: `python -m bench logins [--sources 300] [--seconds 30]`.

They guess from so many addresses at once, each twice a second, through a proxy that the hub trusts. Meanwhile the owner
asks for the cars with a token five times a second, and logs in by the password every three seconds, trying again for as
long as it is told to wait: from an address from which it had logged in before the attack.
"""

import argparse
import asyncio
import contextlib
import statistics
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from bench.processes import HubProcess, cpu_seconds, hub, rss_mb

PASSWORD = "correct horse battery staple"
ASK_EVERY_S = 0.2
LOG_IN_EVERY_S = 3.0
OWNER = "198.51.100.7"
LOGGED_IN = 303


@dataclass(slots=True)
class _Seen:
    """What strangers and the owner were answered."""

    guesses: Counter[int] = field(default_factory=Counter)
    answers_s: list[float] = field(default_factory=list)
    logins_s: list[float] = field(default_factory=list)


def main(arguments: list[str]) -> dict[str, Any]:
    """Measure and return the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench logins", description=__doc__)
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args(arguments)
    trusting = {"BIMMERHUB_HUB__TRUSTED_PROXIES": "127.0.0.1"}
    with tempfile.TemporaryDirectory() as folder, hub(Path(folder), environment=trusting) as running:
        running.fetch("access/password", method="PUT", body={"password": PASSWORD})
        before_mb, before_s = rss_mb(running.process), cpu_seconds(running.process)
        seen = asyncio.run(_attack(running, given.sources, given.seconds))
        cpu_s = cpu_seconds(running.process) - before_s
        return {
            "sources": given.sources,
            "passwords_checked": seen.guesses[401],
            "refused_before_a_check": seen.guesses[429] + seen.guesses[503],
            "cpu_percent_of_the_hub": round(cpu_s / given.seconds * 100),
            "owner_asks_p50_ms": round(statistics.median(seen.answers_s) * 1000, 1),
            "owner_asks_max_ms": round(max(seen.answers_s) * 1000, 1),
            "owner_logged_in": len(seen.logins_s),
            "owner_logs_in_within_max_s": round(max(seen.logins_s, default=given.seconds), 1),
            "rss_mb_before": round(before_mb, 1),
            "rss_mb_after": round(rss_mb(running.process), 1),
        }


async def _attack(running: HubProcess, sources: int, seconds: float) -> _Seen:
    seen = _Seen()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as client:
        await _try(client, running, OWNER, PASSWORD)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as tasks:
                for number in range(sources):
                    tasks.create_task(_guess(client, running, f"203.0.{number >> 8}.{number & 255}", seen))
                tasks.create_task(_ask(client, running, seen))
                tasks.create_task(_log_in(client, running, seen))
    return seen


async def _try(client: aiohttp.ClientSession, running: HubProcess, address: str, password: str) -> int:
    headers = {"x-forwarded-for": address, "sec-fetch-site": "same-origin"}
    form = {"password": password}
    async with client.post(f"{running.address}/login", data=form, headers=headers, allow_redirects=False) as answer:
        return answer.status


async def _guess(client: aiohttp.ClientSession, running: HubProcess, address: str, seen: _Seen) -> None:
    while True:
        seen.guesses[await _try(client, running, address, "guess")] += 1
        await asyncio.sleep(0.5)


async def _ask(client: aiohttp.ClientSession, running: HubProcess, seen: _Seen) -> None:
    headers = {"authorization": f"Bearer {running.token}"}
    while True:
        begun = time.perf_counter()
        async with client.get(f"{running.address}/api/v1/vehicles", headers=headers) as answer:
            await answer.read()
        seen.answers_s.append(time.perf_counter() - begun)
        await asyncio.sleep(ASK_EVERY_S)


async def _log_in(client: aiohttp.ClientSession, running: HubProcess, seen: _Seen) -> None:
    while True:
        begun = time.perf_counter()
        while await _try(client, running, OWNER, PASSWORD) != LOGGED_IN:  # noqa: ASYNC110 - as a person would
            await asyncio.sleep(1)
        seen.logins_s.append(time.perf_counter() - begun)
        await asyncio.sleep(LOG_IN_EVERY_S)
