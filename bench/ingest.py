"""Live ingest: the emulator's broker floods a hub over TLS; what is offered, delivered, stored, and how far it lags.

Run: python -m bench.ingest [RATE] [SECONDS]
"""

import asyncio
import json
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.processes import Cloud, HubProcess, cloud, conditions, cpu_seconds, hub, rss_mb, sign_in, wait_until

from bimmerhub.bmw.cardata import Endpoints, SignIn
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.bmw.http import open_session

SETTLE_WITHIN_S = 60


def measure_ingest(rate: int, seconds: float) -> dict[str, Any]:
    """Return what a hub did with `rate` one-reading messages a second."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "hub").mkdir()
        with cloud(root / "cloud") as bmw, hub(root / "hub", bmw.info) as running:
            sign_in(running, bmw.info)
            before = running.fetch("health")["readings_stored"]
            cpu_before = (cpu_seconds(running.process), cpu_seconds(bmw.process))
            lags: list[int] = []
            watching = _watch_lag(running, lags)
            offered = bmw.flood(rate, seconds)
            cpu_after = (cpu_seconds(running.process), cpu_seconds(bmw.process))
            ended = time.perf_counter()
            goal = before + offered["delivered"]
            caught_up_s = None  # beyond what can be taken, not all that was sent is ever stored
            with suppress(TimeoutError):
                wait_until(lambda: running.fetch("health")["readings_stored"] >= goal, within_s=SETTLE_WITHIN_S)
                caught_up_s = round(time.perf_counter() - ended, 2)
            watching.set()
            health = running.fetch("health")
            figures = _stored(root / "hub" / "bimmerhub.sqlite3")
            return {
                "offered_per_s": rate,
                **offered,
                "stored": health["readings_stored"] - before,
                "not_stored": health["readings_not_stored"],
                "refused": health["readings_refused"],
                "disconnects": sum(link["state"] != "connected" for link in health["links"]),
                "largest_backlog_messages": max(lags, default=0),
                "caught_up_after_s": caught_up_s,
                "status": health["status"],
                "reasons": health["reasons"],
                "overruns": sum(link["overruns"] for link in health["links"]),
                "hub_cpu_share": round((cpu_after[0] - cpu_before[0]) / offered["seconds"], 2),
                "cloud_cpu_share": round((cpu_after[1] - cpu_before[1]) / offered["seconds"], 2),
                "hub_rss_mb": round(rss_mb(running.process), 1),
                **figures,
            }


def measure_mosquitto_sub(rate: int, seconds: float) -> dict[str, Any] | None:
    """Return what `mosquitto_sub` takes of the same stream; None where it is not installed."""
    with tempfile.TemporaryDirectory() as folder, cloud(Path(folder)) as bmw:
        token = _id_token(bmw)
        if token is None:
            return None
        command = [
            "mosquitto_sub",
            "-h",
            bmw.info["mqtt_host"],
            "-p",
            str(bmw.info["mqtt_port"]),
            "-u",
            bmw.info["gcid"],
        ]
        command += ["-P", token, "--cafile", bmw.info["ca_file"], "-t", f"{bmw.info['gcid']}/+", "-q", "0"]
        try:
            listening = subprocess.Popen(command, stdout=subprocess.PIPE)
        except FileNotFoundError:
            return None
        counted = [0]
        threading.Thread(target=_count_lines, args=(listening, counted), daemon=True).start()
        time.sleep(1)
        offered = bmw.flood(rate, seconds)
        time.sleep(1)
        listening.terminate()
        listening.wait()
        return {"offered_per_s": rate, **offered, "received": counted[0]}


def _count_lines(process: subprocess.Popen[bytes], counted: list[int]) -> None:
    if process.stdout is not None:
        for _ in process.stdout:
            counted[0] += 1


def _id_token(bmw: Cloud) -> str | None:
    """Sign in by the device flow and return an id token."""

    async def work() -> str | None:
        info = bmw.info
        endpoints = Endpoints(auth_url=info["http_url"], ca_file=Path(info["ca_file"]))
        async with open_session() as session:
            sign_in_flow = SignIn(
                client_id=info["client_id"], endpoints=endpoints, session=session, clock=SystemClock()
            )
            code = await sign_in_flow.start()
            body = {"user_code": code.user_code, "approve": True}
            async with session.post(f"{info['control_url']}/sign-in", json=body) as answer:
                answer.raise_for_status()
            return (await sign_in_flow.wait()).id_token

    return asyncio.run(work())


def _watch_lag(running: HubProcess, lags: list[int]) -> threading.Event:
    """Look five times a second how many messages have come but are not stored."""
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(0.2):
            health = running.fetch("health")
            came = sum(link["messages"] for link in health["links"])
            lags.append(came - health["readings_stored"] - health["readings_not_stored"])

    threading.Thread(target=look, daemon=True).start()
    return stop


def _stored(database: Path) -> dict[str, Any]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        points = connection.execute("SELECT count(*) FROM points").fetchone()[0]
        rolled_up = connection.execute("SELECT sum(count) FROM hours").fetchone()[0]
    finally:
        connection.close()
    return {"points": points, "readings_in_roll_ups": rolled_up}


if __name__ == "__main__":
    chosen = (int(sys.argv[1]), float(sys.argv[2])) if len(sys.argv) > 2 else (15_000, 60.0)
    print(json.dumps({"ingest": measure_ingest(*chosen), "conditions": conditions()}, indent=1))
