"""Strangers who hold connections of a hub: `python -m bench sockets [--sockets 2000] [--seconds 60]`.

They open sockets and open them again when they are cut: a third say nothing, a third send a head by single bytes, a
third ask for the health again and again and take nothing of the answers. The hub may open 1,024 files. Meanwhile BMW's
side cuts its stream now and then, and the owner asks for the health on a new connection twice a second.
"""

import argparse
import asyncio
import contextlib
import json
import resource
import socket
import statistics
import tempfile
import time
import urllib.request
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from bench.processes import HubProcess, cloud, cpu_seconds, hub, rss_mb, sign_in, wait_until

OPEN_FILES = 1_024
CUT_EVERY_S = 15.0
ASK_EVERY_S = 0.5
OPEN_AGAIN_AFTER_S = 1.0
HEAD = b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nX-Padding: " + b"a" * 500
ASK = b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@dataclass(slots=True)
class _Opened:
    """What the strangers did."""

    count: int = 0
    refused: int = 0


@dataclass(slots=True)
class _Seen:
    """What the owner saw."""

    answers_s: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    connected: int = 0


def main(arguments: list[str]) -> dict[str, Any]:
    """Measure and return the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench sockets", description=__doc__)
    parser.add_argument("--sockets", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args(arguments)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "hub").mkdir()
        with cloud(root / "cloud") as bmw, hub(root / "hub", bmw.info, open_files=OPEN_FILES) as running:
            sign_in(running, bmw.info)
            before_mb = rss_mb(running.process)
            _cut_stream(bmw.info["control_url"], is_on=True)
            cpu_before_s = cpu_seconds(running.process)
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as strangers:
                attack = strangers.submit(attack_alone, running.address, given.sockets, given.seconds)
                seen = asyncio.run(_live_as_owner(running, given.seconds))
                opened, refused = attack.result()
            cpu_s = cpu_seconds(running.process) - cpu_before_s
            _cut_stream(bmw.info["control_url"], is_on=False)
            wait_until(lambda: [link["state"] for link in running.fetch("health")["links"]] == ["connected"])
            waits = sorted(seen.answers_s)
            return {
                "sockets_at_once": given.sockets,
                "open_files_of_the_hub": OPEN_FILES,
                "sockets_opened": opened,
                "sockets_refused": refused,
                "cpu_percent_of_the_hub": round(cpu_s / given.seconds * 100),
                "owner_asked": len(waits) + seen.failures.total(),
                "owner_failures": dict(seen.failures),
                "owner_p50_ms": round(statistics.median(waits) * 1000, 1),
                "owner_max_ms": round(waits[-1] * 1000, 1),
                "stream_connected_again": seen.connected,
                "rss_mb_before": round(before_mb, 1),
                "rss_mb_after": round(rss_mb(running.process), 1),
            }


def _cut_stream(control_url: str, *, is_on: bool) -> None:
    body = json.dumps({"name": "connections-cut", "value": CUT_EVERY_S}).encode() if is_on else None
    path = "/faults" if is_on else "/faults/connections-cut"
    request = urllib.request.Request(
        f"{control_url}{path}",
        data=body,
        method="POST" if is_on else "DELETE",
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=10).close()


async def _live_as_owner(running: HubProcess, seconds: float) -> _Seen:
    seen = _Seen()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as tasks:
            tasks.create_task(_watch_links(running, seen))
            tasks.create_task(_ask_as_owner(running, seen))
    return seen


def attack_alone(address: str, sockets: int, seconds: float) -> tuple[int, int]:
    """Hold so many sockets, in a process of its own; return how many were opened, and how many could not be."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return asyncio.run(_attack(address, sockets, seconds))


async def _attack(address: str, sockets: int, seconds: float) -> tuple[int, int]:
    opened = _Opened()
    host, port = urlsplit(address).hostname or "", urlsplit(address).port or 0
    kinds = (_stay_silent, _send_slowly, _take_nothing)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as tasks:
            for number in range(sockets):
                tasks.create_task(_hold(host, port, kinds[number % len(kinds)], opened))
    return opened.count, opened.refused


async def _hold(host: str, port: int, hold: Any, seen: _Opened) -> None:  # noqa: ANN401 - one of three functions
    while True:
        try:
            reader, writer = await asyncio.open_connection(host, port, limit=1_024)
        except OSError:
            seen.refused += 1
            await asyncio.sleep(0.2)
            continue
        seen.count += 1
        try:
            await hold(reader, writer)
        except (OSError, EOFError):
            pass
        finally:
            writer.transport.abort()
        await asyncio.sleep(OPEN_AGAIN_AFTER_S)


async def _stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del writer
    if not await reader.read(1):
        raise EOFError


async def _send_slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del reader
    for byte in HEAD:
        writer.write(bytes((byte,)))
        await writer.drain()
        await asyncio.sleep(1)


async def _take_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del reader
    peer = writer.get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    writer.transport.pause_reading()  # type: ignore[attr-defined] # a stream's transport can
    while True:
        writer.write(ASK)
        await writer.drain()
        await asyncio.sleep(3)


async def _ask_as_owner(running: HubProcess, seen: _Seen) -> None:
    headers = {"Authorization": f"Bearer {running.token}", "Connection": "close"}
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=10)) as session:
        while True:
            started = time.perf_counter()
            try:
                async with session.get(f"{running.address}/api/v1/health") as answer:
                    await answer.read()
                    if answer.ok:
                        seen.answers_s.append(time.perf_counter() - started)
                    else:
                        seen.failures[str(answer.status)] += 1
            except (aiohttp.ClientError, TimeoutError) as error:
                seen.failures[type(error).__name__] += 1
            await asyncio.sleep(ASK_EVERY_S)


async def _watch_links(running: HubProcess, seen: _Seen) -> None:
    headers = {"Authorization": f"Bearer {running.token}"}
    endless = aiohttp.ClientTimeout(total=None)
    async with (
        aiohttp.ClientSession(headers=headers, timeout=endless) as session,
        session.get(f"{running.address}/api/v1/events?kind=link") as answer,
    ):
        async for line in answer.content:
            if line.startswith(b"data:") and json.loads(line[5:])["state"] == "connected":
                seen.connected += 1
