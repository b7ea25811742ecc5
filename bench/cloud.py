"""BMW's side of the benchmarks, as a process of its own: the emulator, and a flood of messages on command.

Prints the emulator's JSON line when ready, then obeys lines on stdin: `flood RATE SECONDS` publishes unique one-reading
messages at that rate (waiting when the subscriber is slower) and prints what it did; `end` stops.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import uvloop

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.settings import AccountSettings, EmulatorSettings

TICK_S = 0.01
DESCRIPTORS = 200
VINS = 3


def make_payloads(gcid: str, vins: list[str], keys: list[str], first: int, count: int) -> list[tuple[str, bytes]]:
    """Return `count` messages, each one reading that no other message has."""
    payloads = []
    now_s = time.time()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now_s))
    envelope = f"{stamp}.{int(now_s % 1 * 1000):03d}Z"
    for number in range(first, first + count):
        vin = vins[number % len(vins)]
        key = keys[number % len(keys)]
        text = (
            f'{{"vin":"{vin}","entityId":"{gcid}","topic":"{vin}","timestamp":"{envelope}",'
            f'"data":{{"{key}":{{"timestamp":"{stamp}Z","value":{number},"unit":"km"}}}}}}'
        )
        payloads.append((vin, text.encode()))
    return payloads


async def flood(emulator: Emulator, rate: int, seconds: float) -> dict[str, float]:
    """Publish at `rate` for `seconds`; say how many were offered and delivered."""
    info = emulator.info
    vins = [car.vin for car in info.vehicles]
    keys = [f"bench.descriptor{number:03d}" for number in range(DESCRIPTORS)]
    started = time.perf_counter()
    offered = delivered = 0
    while (elapsed := time.perf_counter() - started) < seconds:
        due = min(int(elapsed * rate), int(seconds * rate)) - offered
        for vin, payload in make_payloads(info.gcid, vins, keys, offered, due):
            delivered += emulator.stream.publish(info.gcid, vin, payload)
        offered += due
        await emulator.stream.drain()
        await asyncio.sleep(TICK_S)
    return {"offered": offered, "delivered": delivered, "seconds": time.perf_counter() - started}


async def main(directory: Path) -> None:
    """Serve until told to end."""
    settings = EmulatorSettings(
        http_port=0, mqtt_port=0, data_dir=directory, speed=1.0, accounts=(AccountSettings(models=("bev", "phev", "ice")),)
    )
    loop = asyncio.get_running_loop()
    async with Emulator(settings) as emulator:
        print(json.dumps(emulator.info.to_json()), flush=True)
        while (line := await loop.run_in_executor(None, sys.stdin.readline)).strip() not in ("", "end"):
            _, rate, seconds = line.split()
            print(json.dumps(await flood(emulator, int(rate), float(seconds))), flush=True)


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))
