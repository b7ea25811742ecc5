"""The charge log of a hub's cars: by what the stream brings, without asking BMW."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.cli.charge_watch.conftest import Receiver
from tests.hub.conftest import NOW_MS, Cloud, until

from bimmerhub.hub.app import Hub

PLUG = "vehicle.body.chargingPort.status"
STATUS = "vehicle.drivetrain.electricEngine.charging.status"
MINUTE_MS = 60_000


class Watch:
    """The command as a process, and the lines that it printed."""

    def __init__(self, receiver: Receiver, data_dir: Path) -> None:
        self._receiver = receiver
        self._data_dir = data_dir
        self._process: asyncio.subprocess.Process | None = None
        self._readers: list[asyncio.Task[None]] = []
        self.lines: list[str] = []
        self.errors: list[str] = []

    @asynccontextmanager
    async def running(self, *words: str) -> AsyncIterator[None]:
        try:
            await self.start(*words)
            yield
        finally:
            await self.stop()

    async def start(self, *words: str) -> None:
        """Return once the first line is printed."""
        process = self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bimmerhub", "watch", "--step", "5", "--notify", self._receiver.url, *words),
            *("--data-dir", str(self._data_dir)),
            cwd=self._data_dir,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        loop = asyncio.get_running_loop()
        self._readers = [
            loop.create_task(_read(process.stdout, self.lines)),
            loop.create_task(_read(process.stderr, self.errors)),
        ]
        await until(lambda: self.lines or process.returncode is not None)

    async def stop(self) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
        async with asyncio.timeout(3):
            await asyncio.gather(self._process.wait(), *self._readers)


async def _read(stream: asyncio.StreamReader, lines: list[str]) -> None:
    while line := await stream.readline():
        lines.append(line.decode().rstrip())


@pytest.fixture
async def hub(cloud: Cloud) -> AsyncIterator[Hub]:
    async with cloud.connected() as connected:
        yield connected


def texts(receiver: Receiver) -> list[str]:
    return [notice["text"] for notice in receiver.received]


async def test_stream_is_followed_without_a_call_and_over_restarts(cloud: Cloud, hub: Hub, receiver: Receiver) -> None:
    watch = Watch(receiver, cloud.data_dir)
    cloud.publish(59)
    cloud.publish("CONNECTED", descriptor=PLUG)
    await until(lambda: hub.live.state(cloud.vin))
    async with watch.running():
        cloud.publish("CHARGINGACTIVE", descriptor=STATUS, at_ms=NOW_MS + MINUTE_MS)
        cloud.publish(66, at_ms=NOW_MS + MINUTE_MS)
        await receiver.wait_for(2)
        assert watch.lines[0].endswith("  59 % [" + "#" * 30 + "-" * 20 + "]")
    cloud.publish(71, at_ms=NOW_MS + 2 * MINUTE_MS)
    async with watch.running(cloud.vin[-4:]):
        await receiver.wait_for(3)
        cloud.publish("DISCONNECTED", descriptor=PLUG, at_ms=NOW_MS + 3 * MINUTE_MS)
        cloud.publish("NOCHARGING", descriptor=STATUS, at_ms=NOW_MS + 3 * MINUTE_MS)
        await receiver.wait_for(4)
    assert sorted(texts(receiver)[:2]) == ["Charge level 66 %, past 60 and 65 %", "Charging has started at 66 %"]
    assert texts(receiver)[2:] == ["Charge level 71 %, past 70 %", "Unplugged at 71 %"]
    assert not (await hub.quotas.quotas())[0].spent


async def test_hub_that_stops_is_waited_for(cloud: Cloud, receiver: Receiver) -> None:
    watch = Watch(receiver, cloud.data_dir)
    async with cloud.connected() as hub:
        cloud.publish(59)
        await until(lambda: hub.live.state(cloud.vin))
        await watch.start()
    await until(lambda: any("has stopped" in line for line in watch.errors))
    async with cloud.hub() as hub:
        await until(lambda: [link.state for link in hub.connections.links()] == ["connected"])
        cloud.publish(61, at_ms=NOW_MS + MINUTE_MS)
        await receiver.wait_for(1)
    assert texts(receiver) == ["Charge level 61 %, past 60 %"]
    await watch.stop()


async def test_lines_are_json_on_request(cloud: Cloud, hub: Hub, receiver: Receiver) -> None:
    watch = Watch(receiver, cloud.data_dir)
    cloud.publish(59)
    await until(lambda: hub.live.state(cloud.vin))
    async with watch.running("--json"):
        cloud.publish(65, at_ms=NOW_MS + MINUTE_MS)
        await receiver.wait_for(1)
        await until(lambda: len(watch.lines) == 3)
    documents = [json.loads(line) for line in watch.lines]
    assert [(line["kind"], line["soc_percent"]) for line in documents] == [("level", 59), ("level", 65), ("step", 65)]
    assert documents[2] == receiver.received[0]
