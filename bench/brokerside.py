"""The broker of the benchmarks, as a process of its own: everybody may listen, and it publishes on command.

Prints its port when ready, then obeys lines on stdin: `flood MESSAGES TOPICS QOS` publishes round the topics `car/0`,
`car/1`, ... as fast as the listeners take it, and prints what it did; `rss` prints its memory; `end` stops.
"""

import asyncio
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop

from bimmerhub.emulator.host.certificates import load_or_make_certificates
from bimmerhub.mqtt.broker import Broker
from bimmerhub.mqtt.hooks import BrokerHooks, BrokerSettings, Peer
from bimmerhub.mqtt.packets import Connect, ConnectAnswer, Subscription

PAYLOAD_BYTES = 300
BURST = 200


class OpenHouse(BrokerHooks):
    """Everybody may come and listen to everything."""

    def authenticate(self, session: Peer, connect: Connect) -> ConnectAnswer:  # noqa: ARG002 - the hook's signature
        return ConnectAnswer.ACCEPTED

    def authorize(self, session: Peer, subscription: Subscription) -> int:  # noqa: ARG002 - the hook's signature
        return 1


async def flood(broker: Broker, messages: int, topics: int, qos: int) -> dict[str, Any]:
    """Publish as fast as the listeners take it."""
    names = [f"car/{number}" for number in range(topics)]
    started, cpu_before, delivered = time.perf_counter(), time.process_time(), 0
    for first in range(0, messages, BURST):
        for number in range(first, min(first + BURST, messages)):
            payload = b"%0300d" % number
            delivered += broker.publish(names[number % topics], payload, qos=qos)
        await broker.drain()
    return {
        "delivered": delivered,
        "publishing_s": round(time.perf_counter() - started, 3),
        "broker_cpu_s": round(time.process_time() - cpu_before, 3),
    }


def rss_bytes() -> int:
    """Return this process's resident memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def main(directory: Path, *, is_tls: bool) -> None:
    """Serve until told to end."""
    certificates = load_or_make_certificates(directory, now=datetime.now(UTC))
    broker = Broker(hooks=OpenHouse(), settings=BrokerSettings(keep_alive_factor=None))
    loop = asyncio.get_running_loop()
    context = certificates.server_context() if is_tls else None
    async with broker.serve("127.0.0.1", 0, ssl_context=context):
        print(json.dumps({"port": broker.port, "ca_file": str(certificates.ca_file)}), flush=True)
        while (line := await loop.run_in_executor(None, sys.stdin.readline)).strip() not in ("", "end"):
            match line.split():
                case ["flood", messages, topics, qos]:
                    answer = await flood(broker, int(messages), int(topics), int(qos))
                case _:
                    answer = {"rss_bytes": rss_bytes(), "sessions": broker.figures.sessions}
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), is_tls=sys.argv[2] == "tls"))
