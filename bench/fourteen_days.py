"""Fourteen bad days: `python -m bench fourteen-days [--days N] [--speed N] [--seed N]`.

A hub as a process of its own follows the clock of a fast emulator with three cars, while a random time table switches
faults of every kind on and off and the machine's clock is set wrong about once a day; the last half day has none of
that. Prints what became of it.
"""

import argparse
import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from bench.bad_days import HOUR_MS, Audit, draw_faults
from bench.processes import HubProcess, hub, rss_mb, sign_in
from bench.wrong_clock import Jump, draw_jumps

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cardata.stream.delivered import Delivered
from bimmerhub.emulator.settings import EmulatorSettings, HostSettings, LifeSettings, StreamSettings

START_MS = 1_785_110_400_000  # 2026-07-27T00:00:00Z
DAY_MS = 24 * HOUR_MS
QUIET_MS = 12 * HOUR_MS
LOOK_EVERY_MS = 6 * HOUR_MS
SETTLE_S = 0.5
WARM_UP_DAYS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the hub was like at a moment."""

    day: float
    rss_mb: float
    link: str
    not_stored: int


@dataclass(slots=True)
class Run:
    """Fourteen days under way."""

    emulator: Emulator
    process: HubProcess
    audit: Audit
    database: Path
    looks: list[Look] = field(default_factory=list)

    async def live(self, *, until_ms: int) -> None:
        """Let time run, and look at the hub every six hours while it stands still."""
        clock = self.emulator.clock
        while clock.now_ms() < until_ms:
            await clock.sleep_until(min(clock.now_ms() + LOOK_EVERY_MS, until_ms))
            clock.pause()
            await self.emulator.catch_up()
            await asyncio.sleep(SETTLE_S)
            await asyncio.to_thread(self._look, (clock.now_ms() - START_MS) / DAY_MS)
            clock.resume()

    def _look(self, day: float) -> None:
        self.audit.check(self.database)
        health = self.process.fetch("health")
        links = [link["state"] for link in health["links"]]
        self.looks.append(
            Look(
                day=round(day, 2),
                rss_mb=round(rss_mb(self.process.process), 1),
                link=links[0] if links else "none",
                not_stored=health["readings_not_stored"],
            )
        )


def main(arguments: list[str]) -> dict[str, Any]:
    """Measure and return the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench fourteen-days", description=__doc__)
    parser.add_argument("--days", type=float, default=14.0)
    parser.add_argument("--speed", type=float, default=2_000.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="bimmerhub-bench-") as directory:
        return asyncio.run(_measure(Path(directory), days=given.days, speed=given.speed, seed=given.seed))


async def _measure(directory: Path, *, days: float, speed: float, seed: int) -> dict[str, Any]:
    end_ms = START_MS + round(days * DAY_MS)
    faults = draw_faults(seed=seed, start_ms=START_MS + HOUR_MS, end_ms=end_ms - QUIET_MS)
    jumps = draw_jumps(seed=seed, start_ms=START_MS + HOUR_MS, end_ms=end_ms - QUIET_MS)
    audit = Audit()

    def note(message: Delivered) -> None:
        audit.note(message, connection=sum(emulator.stream.figures.closed.values()))

    settings = EmulatorSettings(
        host=HostSettings(http_port=0, mqtt_port=0, data_dir=directory / "bmw", now_ms=START_MS),
        lives=LifeSettings(seed=seed),
        stream=StreamSettings(keeps_alive_rule=False),  # no keep-alive is as fast as this clock
        faults=tuple(faults),
    )
    async with Emulator(settings, on_delivered=note) as emulator:
        with _in_thread(directory / "hub", emulator, jumps) as starting:
            process = await asyncio.to_thread(starting)
            run = Run(emulator=emulator, process=process, audit=audit, database=directory / "hub/bimmerhub.sqlite3")
            emulator.clock.set_speed(speed)
            started = time.perf_counter()
            await run.live(until_ms=end_ms)
            wall_s = time.perf_counter() - started
            return _figures(run, wall_s) | {
                "days": days,
                "speed": speed,
                "seed": seed,
                "faults": len(faults),
                "clock_jumps": len(jumps),
            }


@contextmanager
def _in_thread(data_dir: Path, emulator: Emulator, jumps: list[Jump]) -> Iterator[Any]:
    """Give what starts a hub and signs it in; at the end the hub stops. It blocks, so it is for a thread."""
    data_dir.mkdir()
    info = emulator.info.to_json()
    environment = {
        "BIMMERHUB_CLOCK__FOLLOW": emulator.info.control_url,
        "BENCH_CLOCK_JUMPS": msgspec.json.encode(jumps).decode(),
    }
    started = hub(data_dir, info, module="bench.fast_hub", environment=environment)

    def start() -> HubProcess:
        process = started.__enter__()
        sign_in(process, info)
        return process

    try:
        yield start
    finally:
        started.__exit__(None, None, None)


def _figures(run: Run, wall_s: float) -> dict[str, Any]:
    stream, audit = run.emulator.stream.figures, run.audit
    warm = [look for look in run.looks if look.day > WARM_UP_DAYS] or run.looks
    return {
        "wall_s": round(wall_s, 1),
        "sent_by_cars": stream.published,
        "delivered": audit.delivered,
        "lost": len(audit.lost),
        "on_the_wire_at_a_cut": audit.in_flight,
        "quarantined": audit.quarantined,
        "not_stored": run.looks[-1].not_stored,
        "connections_ended": {str(reason): count for reason, count in stream.closed.items()},
        "calls_refused_by_quota": run.emulator.quota.refused,
        "looks_signed_out": sum(look.link == "signed_out" for look in run.looks),
        "link_at_the_end": run.looks[-1].link,
        "hub_rss_mb": {"warm": warm[0].rss_mb, "end": warm[-1].rss_mb, "most": max(look.rss_mb for look in run.looks)},
        "hub_rss_mb_by_day": {str(look.day): look.rss_mb for look in run.looks if look.day % 1 < 0.1},
    }
