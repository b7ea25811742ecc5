"""A hub in daily life below a recorder: an emulator that it reads, and what the two are made to do."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
from bench.cloud import Flood
from bench.disk.promises import IMPORTED, ROTATED
from bench.disk.recorder import Recorder
from bench.processes import HubProcess, hub, sign_in

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings, HostSettings
from bimmerhub.times import MINUTE_MS

RENEWAL_MS: Final = 46 * MINUTE_MS
DESCRIPTORS: Final = 60
_WITHIN_S: Final = 60


@dataclass(slots=True)
class Life:
    """A hub on `recorder.root / "hub"`, and the emulator that it reads; `tokens` are the refresh tokens it gave."""

    recorder: Recorder
    emulator: Emulator
    sent: int = 0
    renewed: asyncio.Event = field(default_factory=asyncio.Event)
    tokens: list[str] = field(default_factory=list)

    @property
    def data_dir(self) -> Path:
        """Where the hub keeps everything."""
        return self.recorder.root / "hub"

    @asynccontextmanager
    async def running_hub(self, **environment: str) -> AsyncIterator[HubProcess]:
        """Run a hub whose file-system calls are recorded."""
        info = self.emulator.info
        variables = {"BIMMERHUB_CLOCK__FOLLOW": info.control_url, **self.recorder.environment, **environment}
        opened = hub(self.data_dir, info.to_json(), environment=variables)
        running = await asyncio.to_thread(opened.__enter__)
        try:
            yield running
        finally:
            await asyncio.to_thread(opened.__exit__, None, None, None)

    async def sign_in(self, running: HubProcess) -> None:
        """Sign the hub in, and wait until its stream is connected."""
        await asyncio.to_thread(sign_in, running, self.emulator.info.to_json())

    async def feed(self, *, messages: int, at_once: int = 20) -> None:
        """Publish so many messages of one reading each, and give the hub a moment to store them."""
        for _ in range(messages // at_once):
            for vin, payload in self.payloads(at_once):
                self.emulator.stream.publish(self.emulator.info.gcid, vin, payload)
            await self.emulator.stream.drain()
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)

    def payloads(self, count: int) -> list[tuple[Any, bytes]]:
        """Return so many messages that were not made before, with the car of each."""
        info = self.emulator.info
        keys = tuple(f"bench.descriptor{number:03d}" for number in range(DESCRIPTORS))
        source = Flood(gcid=info.gcid, vins=tuple(car.vin for car in info.vehicles), keys=keys)
        self.sent += count
        return source.payloads(self.sent - count, count)

    async def renew(self) -> None:
        """Let time pass until the hub has renewed its sign-in, and a moment more."""
        self.renewed.clear()
        self.emulator.clock.jump(by_ms=RENEWAL_MS)
        async with asyncio.timeout(_WITHIN_S):
            await self.renewed.wait()
        await asyncio.sleep(0.5)

    async def import_some(self, capture: Path, count: int) -> set[int]:
        """Import so many messages with the command, and return their values."""
        values: set[int] = set()
        with capture.open("wb") as file:
            for vin, payload in self.payloads(count):
                message = json.loads(payload)
                values.update(row["value"] for row in message["data"].values())
                topic = f"{self.emulator.info.gcid}/{vin}"
                line = {"received_at": message["timestamp"], "topic": topic, "payload": message}
                file.write(json.dumps(line).encode() + b"\n")
        await command(self.recorder, "import", str(capture), data_dir=self.data_dir)
        self.recorder.mark(IMPORTED)
        return values


async def command(recorder: Recorder, *words: str, data_dir: Path, **environment: str) -> None:
    """Run a command of bimmerhub below the recorder; RuntimeError with what it said when it fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bimmerhub",
        *words,
        "--data-dir",
        str(data_dir),
        env={**os.environ, **recorder.environment, **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(said.decode())


@dataclass(slots=True)
class _Rotations:
    """Marks in the record when BMW gives new tokens, just before its answer leaves."""

    recorder: Recorder
    life: Life | None = field(default=None)

    def note(self, exchange: Exchange) -> bytes:
        if exchange.path.endswith("/token") and exchange.status == 200:
            token = str(json.loads(exchange.response_body)["refresh_token"])
            self.recorder.mark(ROTATED + token.encode())
            if self.life is not None:
                self.life.tokens.append(token)
                self.life.renewed.set()
        return exchange.response_body


@asynccontextmanager
async def life(recorder: Recorder, bmw_folder: Path) -> AsyncIterator[Life]:
    """Give a recorded hub's surroundings: an emulator that marks in the record when it gives new tokens."""
    settings = EmulatorSettings(
        host=HostSettings(http_port=0, mqtt_port=0, data_dir=bmw_folder),
        accounts=(EmulatedAccount(models=("bev", "phev", "ice")),),
        is_lenient=True,
    )
    rotations = _Rotations(recorder)
    async with Emulator(settings, rewrite=rotations.note) as emulator:
        rotations.life = Life(recorder=recorder, emulator=emulator)
        yield rotations.life


@asynccontextmanager
async def listening(running: HubProcess) -> AsyncIterator[None]:
    """Listen to the hub's events during the block: what it tells is in the record."""

    async def listen() -> None:
        headers = {"Authorization": f"Bearer {running.token}"}
        with suppress(aiohttp.ClientError):
            async with (
                aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=None)) as session,
                session.get(f"{running.address}/api/v1/events?kind=reading") as answer,
            ):
                async for _ in answer.content.iter_any():
                    pass

    async with asyncio.TaskGroup() as tasks:
        listener = tasks.create_task(listen())
        await asyncio.sleep(0.2)
        yield
        listener.cancel()
