"""One emulated BMW and one hub that live in the same true time, on a machine whose clock can be set."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from bench.killing.operation import expect
from bench.wrong_clock import SetClock

from bimmerhub.bmw.cardata import Endpoints
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.emulator.settings import EmulatorSettings, HostSettings
from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.safekeeping.backup_settings import BackupSettings
from bimmerhub.store.settings import StoreSettings
from bimmerhub.times import MINUTE_MS
from bimmerhub.web.settings import WebSettings

COUNTER = "vehicle.body.chargingPort.plugEventId"
"""Any whole number is plausible for it."""
ACCOUNT = "home"
FIRST = 500_000
"""The first of our own numbers: a simulated car counts from 0."""
HANG_S = 20.0
A_STEP_MS = 10 * MINUTE_MS
DATED_WITHIN_MS = A_STEP_MS
"""A step that falls into a call makes BMW's time uncertain by half of it."""


@dataclass(slots=True, kw_only=True)
class World:
    """The emulator, the hub's machine and directory; `heard` are the numbers that some connection was sent.

    `tokens_asked` are the answers to renewals. What is sent while nobody is connected is lost: BMW keeps nothing.
    """

    emulator: Emulator
    folder: Path
    clock: SetClock
    session: aiohttp.ClientSession
    number: int = FIRST
    heard: list[int] = field(default_factory=list)
    tokens_asked: list[int] = field(default_factory=list)

    def settings(self) -> HubConfig:
        """Return the hub's settings: backups and limits on age too."""
        info = self.emulator.info
        bmw = Endpoints(
            auth_url=info.base_url,
            api_url=info.base_url,
            stream_host=info.mqtt_host,
            stream_port=info.mqtt_port,
            ca_file=Path(info.ca_file),
        )
        return HubConfig(
            data_dir=self.folder / "hub",
            bmw=bmw,
            hub=WebSettings(port=0),
            store=StoreSettings(readings_days=30),
            backup=BackupSettings(directory=self.folder / "backups"),
        )

    @asynccontextmanager
    async def hub(self) -> AsyncIterator[Hub]:
        """Run the hub."""
        async with running(self.settings(), clock=self.clock) as hub:
            yield hub

    async def sign_in(self, hub: Hub) -> None:
        """Sign in, and wait until the stream stands and BMW's time is known."""
        state = await hub.connections.start_sign_in(ACCOUNT, self.emulator.info.client_id)
        body = {"user_code": state.user_code, "approve": True}
        async with self.session.post(f"{self.emulator.info.control_url}/sign-in", json=body) as answer:
            answer.raise_for_status()
        await until(lambda: is_connected(hub), "connected")
        for _ in range(80):
            if hub.quotas._quotas.bmw_clock.is_known:  # noqa: SLF001 - no view tells it
                return
            self.pass_time(2 * MINUTE_MS)
            await asyncio.sleep(0.05)
        raise AssertionError("BMW's time is not known after hours of calls")

    def pass_time(self, by_ms: int) -> None:
        """Let time go by, for BMW and for the machine."""
        self.clock.passed_ms += by_ms
        self.emulator.clock.jump(by_ms=by_ms)

    async def live(self, for_ms: int) -> None:
        """Let time go by in steps, with some real time after each."""
        for _ in range(0, for_ms, A_STEP_MS):
            self.pass_time(A_STEP_MS)
            await asyncio.sleep(0.04)

    def switch(self, fault: str, *, value: float | None = None, times: int | None = None) -> None:
        """Switch on a fault of BMW's."""
        self.emulator.faults.switch_on(FaultSwitch(name=fault, value=value, times=times))

    def publish(self, count: int = 1) -> int:
        """Send numbers that were never sent; return how many connections got the last."""
        reached = 0
        vin = self.emulator.info.vehicles[0].vin
        for _ in range(count):
            self.number += 1
            at = datetime.fromtimestamp(self.clock.true_ms() // 1000, UTC).isoformat().replace("+00:00", "Z")
            row = {"timestamp": at, "value": self.number, "unit": ""}
            payload = {"vin": vin, "entityId": "gcid", "topic": vin, "timestamp": at, "data": {COUNTER: row}}
            reached = self.emulator.stream.publish(self.emulator.info.gcid, vin, json.dumps(payload).encode())
            if reached:
                self.heard.append(self.number)
        return reached

    def stored(self) -> list[int]:
        """Return our numbers that are stored, each as often as it is."""
        query = "SELECT value FROM points JOIN series ON series_id = series.id WHERE descriptor = ? AND value >= ?"
        return [value for (value,) in self.rows(query, COUNTER, FIRST)]

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return what a query says of the hub's database."""
        with closing(sqlite3.connect(self.settings().database)) as connection:
            return connection.execute(query, values).fetchall()

    async def check(self, hub: Hub, when: str) -> None:
        """See that the hub goes on: connected, storing, renewing, dating, asking no more than it may."""
        await until(lambda: is_connected(hub), f"{when}: connected")
        before = len(self.tokens_asked)
        await self.live(60 * MINUTE_MS)
        await until(lambda: is_connected(hub), f"{when}: connected after an hour")
        await until(lambda: self.publish() > 0, f"{when}: heard")
        await until(lambda: self.heard[-1] in self.stored(), f"{when}: stored")
        asked = len(self.tokens_asked) - before
        expect(1 <= asked <= 4, f"{when}: the sign-in was renewed {asked} times in an hour")
        expect(self.emulator.quota.refused == 0, f"{when}: BMW refused {self.emulator.quota.refused} calls")
        [(newest_ms,)] = self.rows("SELECT received_at_ms FROM journal ORDER BY id DESC LIMIT 1")
        off_ms = newest_ms - self.clock.true_ms()
        expect(abs(off_ms) < DATED_WITHIN_MS, f"{when}: what came is dated {off_ms / 1000:.0f} s off")

    def check_stored(self) -> None:
        """See that each number that was heard is there, once, and that none was set apart."""
        stored = self.stored()
        expect(len(stored) == len(set(stored)), "a reading is there twice")
        apart = self.rows("SELECT reason FROM quarantine WHERE reason LIKE '%arrived'")
        expect(not apart, f"{len(apart)} set apart: {apart[:1]}")
        lost = set(self.heard) - set(stored)
        expect(not lost, f"lost: {sorted(lost)[:5]}")


@asynccontextmanager
async def opened_world(folder: Path, keys: Path) -> AsyncIterator[World]:
    """Start BMW; `keys` keeps its certificates from one world to the next."""
    asked: list[int] = []

    def note(exchange: Exchange) -> None:
        if b"grant_type=refresh_token" in exchange.request_body:
            asked.append(exchange.status)

    host = replace(HostSettings(), http_port=0, mqtt_port=0, data_dir=folder / "bmw", keys_dir=keys)
    settings = EmulatorSettings(host=host, is_lenient=True)
    async with Emulator(settings, on_exchange=note) as emulator, aiohttp.ClientSession() as session:
        clock = SetClock(SystemClock())
        yield World(emulator=emulator, folder=folder, clock=clock, session=session, tokens_asked=asked)


def is_connected(hub: Hub) -> bool:
    """Tell whether the account's stream stands."""
    return [link.state for link in hub.connections.links()] == ["connected"]


async def until(is_so: Callable[[], object], words: str) -> None:
    """Return once it is so; AssertionError after HANG_S."""
    try:
        async with asyncio.timeout(HANG_S):
            while not is_so():  # noqa: ASYNC110 - whatever is waited for has no event of its own
                await asyncio.sleep(0.02)
    except TimeoutError as error:
        raise AssertionError(f"not within {HANG_S:.0f} s: {words}") from error


Moment = Callable[[World, Hub, int], Awaitable[None]]
"""Sets the clock by so many milliseconds at its moment."""
