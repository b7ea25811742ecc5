"""The gap when the stream is left for a connection with newer tokens: `python -m bench.handover [COUNT]`.

The stream never pauses here (200 messages/s), so no quiet moment is found and every gap is a worst one: in real use the
stream waits for half a second of silence. A gap goes from the last message of the old connection to the acknowledged
subscription of the new one. The rate is offered for the whole run, so what was not received was lost in the gaps.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
import urllib.request
from contextlib import aclosing
from pathlib import Path
from typing import Any, Literal

from bench.processes import Cloud, cloud, conditions

from bimmerhub.bmw.cardata import CarDataStream, Endpoints, LinkChanged, SignIn, Tokens, TokenSet
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.bmw.http import Session, open_session
from bimmerhub.domain.account.link import LinkState

RATE = 200
SETTLE_S = 0.3
"""Between two hand-overs."""
TO_HANDOVER_MS = 46 * 60_000
TO_DEADLINE_MS = 6 * 60_000


class ForwardClock(SystemClock):
    """The machine's clock, put forward on command: so tokens get old without waiting."""

    ahead_ms = 0

    def now_ms(self) -> int:
        """Return milliseconds since 1970 UTC, and what it was put forward."""
        return super().now_ms() + self.ahead_ms

    def elapsed_s(self) -> float:
        """Return seconds of the same time."""
        return self.now_ms() / 1000


class _MemoryStore:
    tokens: TokenSet | None = None

    async def load(self) -> TokenSet | None:
        return self.tokens

    async def save(self, tokens: TokenSet) -> None:
        self.tokens = tokens


class _Listener:
    """Follows the stream and times its gaps."""

    def __init__(self, stream: CarDataStream) -> None:
        self._stream = stream
        self._last_at = 0.0
        self.connected = asyncio.Event()
        self.gaps_ms: list[float] = []
        self.received = 0

    async def run(self) -> None:
        async with aclosing(self._stream.events()) as events:
            async for event in events:
                if not isinstance(event, LinkChanged):
                    self._last_at = time.perf_counter()
                    self.received += len(event.messages)
                elif event.state is LinkState.CONNECTED:
                    if self._last_at:
                        self.gaps_ms.append((time.perf_counter() - self._last_at) * 1000)
                    self.connected.set()


def measure_handover(count: int, version: Literal["5", "3.1.1"] = "5") -> dict[str, Any]:
    """Return what `count` hand-overs of a busy stream cost."""
    with tempfile.TemporaryDirectory() as folder, cloud(Path(folder)) as bmw:
        return asyncio.run(_measure(bmw, count, version))


async def _measure(bmw: Cloud, count: int, version: Literal["5", "3.1.1"]) -> dict[str, Any]:
    info, clock, store = bmw.info, ForwardClock(), _MemoryStore()
    endpoints = Endpoints(
        auth_url=info["http_url"],
        stream_host=info["mqtt_host"],
        stream_port=info["mqtt_port"],
        ca_file=Path(info["ca_file"]),
        mqtt_version=version,
    )
    async with open_session() as session:
        store.tokens = await _signed_in(bmw, endpoints, session, clock)
        tokens = Tokens(client_id=info["client_id"], store=store, endpoints=endpoints, session=session, clock=clock)
        listener = _Listener(CarDataStream(tokens=tokens, endpoints=endpoints, clock=clock))
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(listener.run())
            await listener.connected.wait()
            flooding = tasks.create_task(asyncio.to_thread(bmw.flood, RATE, count * 2 * SETTLE_S + 5))
            for _ in range(count):
                await _hand_over(listener, clock)
            offered = (await flooding)["offered"]
            await asyncio.sleep(SETTLE_S)
            listening.cancel()
    gaps_ms = sorted(listener.gaps_ms)
    return {
        "mqtt": version,
        "handovers": len(gaps_ms),
        "messages_per_s": RATE,
        "p50_ms": round(statistics.median(gaps_ms), 1),
        "p99_ms": round(gaps_ms[int(len(gaps_ms) * 0.99)], 1),
        "max_ms": round(gaps_ms[-1], 1),
        "messages_lost_each": round((offered - listener.received) / len(gaps_ms), 2),
    }


async def _hand_over(listener: _Listener, clock: ForwardClock) -> None:
    listener.connected.clear()
    await asyncio.sleep(SETTLE_S)
    clock.ahead_ms += TO_HANDOVER_MS
    await asyncio.sleep(SETTLE_S)
    clock.ahead_ms += TO_DEADLINE_MS
    await listener.connected.wait()


async def _signed_in(bmw: Cloud, endpoints: Endpoints, session: Session, clock: ForwardClock) -> TokenSet:
    sign_in = SignIn(client_id=bmw.info["client_id"], endpoints=endpoints, session=session, clock=clock)
    code = await sign_in.start()
    approval = urllib.request.Request(
        f"{bmw.info['control_url']}/sign-in",
        data=json.dumps({"user_code": code.user_code, "approve": True}).encode(),
        headers={"Content-Type": "application/json"},
    )
    await asyncio.to_thread(lambda: urllib.request.urlopen(approval, timeout=10).close())
    return await sign_in.wait()


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    measured = [measure_handover(wanted, "5"), measure_handover(wanted, "3.1.1")]
    print(json.dumps({"handover": measured, "conditions": conditions()}, indent=1))
