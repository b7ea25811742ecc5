"""The hub as a process of its own: stopped, killed, starved of disk, started wrongly."""

import asyncio
import json
import os
import random
import resource
import signal
import socket
import sqlite3
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.emulated import emulator_settings
from tests.forked_command import ForkedCommand

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch

SOC = "vehicle.drivetrain.batteryManagement.header"
COUNTER = "vehicle.body.chargingPort.plugEventId"
"""Any whole number is plausible for it."""
HANG_S = 20
ROUNDS = 2


def read_note(note: Path) -> dict[str, Any]:
    """Return what a hub left in hub.json; nothing while there is none (the next hub removes a dead one's)."""
    try:
        announcement: dict[str, Any] = json.loads(note.read_text())
    except FileNotFoundError:
        return {}
    return announcement


@dataclass
class HubProcess:
    """A hub that runs as a child, and its API."""

    process: ForkedCommand
    address: str
    token: str
    session: aiohttp.ClientSession

    async def fetch(self, path: str) -> Any:
        async with self.session.get(f"{self.address}/api/v1/{path}") as answer:
            assert answer.ok or path == "health", await answer.text()
            return await answer.json()

    async def send(self, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.session.request(method, f"{self.address}/api/v1/{path}", json=body, headers=headers) as answer:
            assert answer.ok, await answer.text()
            return await answer.json()

    async def until(self, path: str, is_so: Callable[[Any], object]) -> Any:
        async with asyncio.timeout(HANG_S):
            while not is_so(answer := await self.fetch(path)):  # noqa: ASYNC110 - another process has no event to wait for
                await asyncio.sleep(0.02)
        return answer

    async def wait(self) -> int:
        return await asyncio.to_thread(self.process.wait, HANG_S)


@dataclass
class World:
    """An emulated BMW, and hubs on one data directory."""

    emulator: Emulator
    session: aiohttp.ClientSession
    data_dir: Path

    @property
    def environment(self) -> dict[str, str]:
        info = self.emulator.info
        return {
            **os.environ,
            "BIMMERHUB_BMW__AUTH_URL": info.base_url,
            "BIMMERHUB_BMW__API_URL": info.base_url,
            "BIMMERHUB_BMW__STREAM_HOST": info.mqtt_host,
            "BIMMERHUB_BMW__STREAM_PORT": str(info.mqtt_port),
            "BIMMERHUB_BMW__CA_FILE": info.ca_file,
            "BIMMERHUB_REST__REFRESH_H": "0",
            "BIMMERHUB_REST__RESERVE": "50",  # no call at all
        }

    @contextmanager
    def process(self, *, file_bytes: int | None = None) -> Iterator[ForkedCommand]:
        words = ("run", "--port", "0", "--data-dir", self.data_dir)
        with ForkedCommand(*words, environment=self.environment, file_bytes=file_bytes) as process:
            yield process

    @asynccontextmanager
    async def hub(self, *, file_bytes: int | None = None) -> AsyncIterator[HubProcess]:
        with self.process(file_bytes=file_bytes) as process:
            note = self.data_dir / "hub.json"
            async with asyncio.timeout(HANG_S):
                while read_note(note).get("pid") != process.pid:
                    assert process.poll() is None, process.stderr.read()
                    await asyncio.sleep(0.02)
            announcement = read_note(note)
            yield HubProcess(
                process=process, address=announcement["address"], token=announcement["token"], session=self.session
            )

    async def sign_in(self, hub: HubProcess) -> None:
        info = self.emulator.info
        state = await hub.send("POST", "accounts/home/sign-in", {"client_id": info.client_id})
        body = {"user_code": state["user_code"], "approve": True}
        async with self.session.post(f"{info.control_url}/sign-in", json=body) as answer:
            assert answer.ok
        await self.connected(hub)

    @staticmethod
    async def connected(hub: HubProcess) -> None:
        await hub.until("health", lambda health: [link["state"] for link in health["links"]] == ["connected"])

    def publish(self, number: int, *, descriptor: str = COUNTER) -> int:
        vin = self.emulator.info.vehicles[0].vin
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_785_000_000 + number))
        row = {"timestamp": at, "value": number, "unit": "percent"}
        return self.emulator.stream.publish(
            self.emulator.info.gcid, vin, json.dumps({"vin": vin, "timestamp": at, "data": {descriptor: row}}).encode()
        )

    def stored(self) -> set[int]:
        """Return every stored value, after a check that the database is sound."""
        with closing(sqlite3.connect(self.data_dir / "bimmerhub.sqlite3")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return {value for (value,) in database.execute("SELECT value FROM points")}

    def refusal(self, *words: str) -> str:
        """Run a hub that cannot start and return the one line that it says."""
        line = words or ("run", "--port", "0")
        with ForkedCommand(*line, "--data-dir", self.data_dir, environment=self.environment) as process:
            _, err = process.communicate()
        assert process.returncode == 1, err
        assert "Traceback" not in err
        [refusal] = err.splitlines()
        return refusal


@pytest.fixture
async def world(tmp_path: Path, keys_dir: Path) -> AsyncIterator[World]:
    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir, poll_interval_s=0, is_lenient=False)
    async with Emulator(settings) as emulator, aiohttp.ClientSession() as session:
        yield World(emulator=emulator, session=session, data_dir=tmp_path / "hub")


async def read_values(hub: HubProcess, seen: set[int], *, ready: asyncio.Event | None = None) -> None:
    """Collect what the event stream tells, until it breaks off."""
    try:
        async with hub.session.get(f"{hub.address}/api/v1/events") as answer:
            async for line in answer.content:
                if ready is not None:
                    ready.set()
                if line.startswith(b"data: ") and b'"received_at"' in line:
                    seen.add(json.loads(line[6:])["value"])
    except aiohttp.ClientError:
        return


async def test_a_live_value_reaches_state_events_and_history_and_sigterm_ends_it_cleanly(world: World) -> None:
    seen: set[int] = set()
    async with world.hub() as hub, asyncio.timeout(HANG_S), asyncio.TaskGroup() as tasks:
        assert stat.S_IMODE((world.data_dir / "hub.json").stat().st_mode) == 0o600
        await world.sign_in(hub)
        ready = asyncio.Event()
        tasks.create_task(read_values(hub, seen, ready=ready))
        await ready.wait()
        assert world.publish(67, descriptor=SOC) == 1
        vin = world.emulator.info.vehicles[0].vin
        await hub.until("vehicles", lambda vehicles: vehicles["items"])
        assert (await hub.fetch(f"vehicles/{vin}/state"))["signals"]["soc_percent"]["value"] == 67
        hub.process.send_signal(signal.SIGTERM)
        assert await hub.wait() == 0
    assert seen == world.stored() == {67}
    assert not (world.data_dir / "hub.json").exists()


async def test_kill_9_loses_nothing_that_a_client_was_told(world: World) -> None:
    chance, seen, number = random.Random(7), set[int](), 0
    async with world.hub() as hub:
        await world.sign_in(hub)
        hub.process.send_signal(signal.SIGTERM)
        await hub.wait()
    for _ in range(ROUNDS):
        async with world.hub() as hub, asyncio.TaskGroup() as tasks:
            ready = asyncio.Event()
            tasks.create_task(read_values(hub, seen, ready=ready))
            await world.connected(hub)
            await ready.wait()
            for _ in range(chance.randint(1, 20)):
                world.publish(number := number + 1)
                await asyncio.sleep(chance.uniform(0, 0.02))
            hub.process.kill()
        assert seen <= world.stored()
    assert seen


async def test_a_stop_waits_for_a_sign_in_that_is_being_renewed(world: World) -> None:
    faults = world.emulator.faults
    async with world.hub() as hub:
        await world.sign_in(hub)
        faults.switch_on(FaultSwitch(name="token-answer-late", value=2.0, times=1))
        faults.switch_on(FaultSwitch(name="bad-credentials", times=1))
        faults.switch_on(FaultSwitch(name="connections-cut", value=0.1, times=1))  # a cut with a code makes it pause
        world.emulator.clock.nudge()
        async with asyncio.timeout(HANG_S):
            while faults.is_on("token-answer-late"):  # noqa: ASYNC110 - another process has no event to wait for
                await asyncio.sleep(0.02)
        hub.process.send_signal(signal.SIGTERM)
        assert await hub.wait() == 0
        assert "waiting up to 10 s for its answer" in hub.process.stderr.read()
    async with world.hub() as hub:
        await world.connected(hub)


async def test_kill_9_in_an_import_loses_nothing_that_its_progress_counted(world: World) -> None:
    chance = random.Random(8)
    vin = world.emulator.info.vehicles[0].vin

    async def lines(start: int) -> AsyncIterator[bytes]:
        for number in range(start, start + 200_000):
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_785_000_000 + number))
            row = {"timestamp": at, "value": number, "unit": "percent"}
            yield json.dumps({"vin": vin, "timestamp": at, "data": {COUNTER: row}}).encode() + b"\n"

    counted = 0
    for round_number in range(ROUNDS):
        async with world.hub() as hub:
            headers = {"Authorization": f"Bearer {hub.token}"}
            wanted = chance.randint(0, 2)
            try:
                async with hub.session.post(
                    f"{hub.address}/api/v1/imports", data=lines(round_number * 200_000), headers=headers
                ) as answer:
                    reported = 0
                    async for line in answer.content:
                        reported = json.loads(line)["new"]
                        wanted -= 1
                        if wanted < 0:
                            hub.process.kill()
            except aiohttp.ClientError:
                assert hub.process.poll() is not None or await hub.wait()
            counted += reported
        assert len(world.stored()) >= counted
    assert counted


async def test_a_full_disk_is_told_counted_and_got_over(world: World) -> None:
    async with world.hub() as hub:
        await world.sign_in(hub)
        hub.process.send_signal(signal.SIGTERM)
        await hub.wait()
    full = (world.data_dir / "bimmerhub.sqlite3").stat().st_size
    async with world.hub(file_bytes=full + 65_536) as hub:
        await world.connected(hub)
        for number in range(1, 3_000):
            world.publish(number)
        health = await hub.until("health", lambda health: health["status"] == "down")
        assert health["last_store_error"]
        resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        health = await hub.until("health", lambda health: health["readings_stored"] == 2_999)
        assert (health["status"], health["readings_not_stored"]) == ("ok", 0)
        hub.process.send_signal(signal.SIGTERM)
        assert await hub.wait() == 0
    assert world.stored() == set(range(1, 3_000))


async def test_what_cannot_start_says_why_in_one_line(world: World) -> None:
    world.data_dir.mkdir(mode=0o700)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert port in world.refusal("run", "--port", port)
    assert "password" in world.refusal("run", "--port", "0", "--host", "0.0.0.0")
    with closing(sqlite3.connect(world.data_dir / "bimmerhub.sqlite3")) as database:  # which the hub has made by now
        database.execute("PRAGMA user_version = 99")
    assert "newer" in world.refusal()


async def test_a_second_hub_is_told_about_the_first(world: World) -> None:
    async with world.hub() as hub:
        refusal = world.refusal()
        assert hub.address in refusal
        assert str(hub.process.pid) in refusal
