"""BMW's side of the benchmarks, as a process of its own: the emulator, and a flood of messages on command.

Prints the emulator's JSON line when ready, then obeys lines on stdin: `flood RATE SECONDS` publishes unique one-reading
messages at that rate (waiting when the subscriber is slower) and prints what it did; `end` stops.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import uvloop

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings, HostSettings
from bimmerhub.ids import Vin

TICK_S = 0.01
DESCRIPTORS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """What to send: each message carries one reading that no other message has."""

    gcid: str
    vins: tuple[Vin, ...]
    keys: tuple[str, ...]

    def payloads(self, first: int, count: int) -> list[tuple[Vin, bytes]]:
        """Return `count` messages; a value is when it was made, in microseconds since 1970."""
        now_s = time.time()
        now_us = round(now_s * 1e6)
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now_s))
        envelope = f"{stamp}.{int(now_s % 1 * 1000):03d}Z"
        made = []
        for number in range(first, first + count):
            vin = self.vins[number % len(self.vins)]
            key = self.keys[number % len(self.keys)]
            text = (
                f'{{"vin":"{vin}","entityId":"{self.gcid}","topic":"{vin}","timestamp":"{envelope}",'
                f'"data":{{"{key}":{{"timestamp":"{stamp}Z","value":{now_us + number - first},"unit":"us"}}}}}}'
            )
            made.append((vin, text.encode()))
        return made


async def flood(emulator: Emulator, rate: int, seconds: float) -> dict[str, float]:
    """Publish at `rate` for `seconds`; say how many were offered and delivered."""
    info = emulator.info
    keys = tuple(f"bench.descriptor{number:03d}" for number in range(DESCRIPTORS))
    source = Flood(gcid=info.gcid, vins=tuple(car.vin for car in info.vehicles), keys=keys)
    started = time.perf_counter()
    offered = delivered = 0
    while (elapsed := time.perf_counter() - started) < seconds:
        due = min(int(elapsed * rate), int(seconds * rate)) - offered
        for vin, payload in source.payloads(offered, due):
            delivered += emulator.stream.publish(info.gcid, vin, payload)
        offered += due
        await emulator.stream.drain()
        await asyncio.sleep(TICK_S)
    return {"offered": offered, "delivered": delivered, "seconds": round(time.perf_counter() - started, 2)}


async def main(directory: Path) -> None:
    """Serve until told to end."""
    settings = EmulatorSettings(
        host=HostSettings(http_port=0, mqtt_port=0, data_dir=directory),
        accounts=(EmulatedAccount(models=("bev", "phev", "ice")),),
    )
    loop = asyncio.get_running_loop()
    async with Emulator(settings) as emulator:
        print(json.dumps(emulator.info.to_json()), flush=True)
        while (line := await loop.run_in_executor(None, sys.stdin.readline)).strip() not in ("", "end"):
            _, rate, seconds = line.split()
            print(json.dumps(await flood(emulator, int(rate), float(seconds))), flush=True)


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))
