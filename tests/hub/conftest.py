"""A hub on loopback against an emulated BMW, a clock that a test moves, and a log that fails on demand."""

import asyncio
import heapq
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.emulated import emulator_settings
from tests.new_stores import make_empty_store, open_sqlite

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.clock import Clock, SystemClock
from bimmerhub.domain.account.quota import Quota
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.emulator.app import Emulator
from bimmerhub.errors import StoreError
from bimmerhub.hub.accounts.sign_in_places import SignInPlace
from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import HubConfig
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.judging import PersonalJudging
from bimmerhub.hub.process.directory import find_hub
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Appended, Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.web.settings import WebSettings

VIN = Vin("WBA00000000000001")
SOC = "vehicle.drivetrain.batteryManagement.header"
NOW_MS = 1_785_155_878_000
ACCOUNT = "home"
PLACE = SignInPlace(api_url="http://127.0.0.1:8090", auth_url="http://127.0.0.1:8090", is_bmws=False)
"""Where an account was signed in: at an emulator."""
NO_CALLS = RestSettings(refresh_h=0, reserve=50)
"""No REST call is made but by a person."""


class ManualClock:
    """Stands still until `advance`; sleepers wake in order of their times."""

    def __init__(self, now_ms: int = NOW_MS) -> None:
        self._now_ms = now_ms
        self._sleepers: list[tuple[int, int, asyncio.Event]] = []
        self.asleep = asyncio.Event()

    def now_ms(self) -> int:
        return self._now_ms

    async def sleep_until(self, at_ms: int) -> None:
        if at_ms <= self._now_ms:
            await asyncio.sleep(0)
            return
        woken = asyncio.Event()
        heapq.heappush(self._sleepers, (at_ms, id(woken), woken))
        self.asleep.set()
        await woken.wait()

    def elapsed_s(self) -> float:
        return self.now_ms() / 1000

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self.now_ms() + round(seconds * 1000))

    def advance(self, by_ms: int) -> None:
        self._now_ms += by_ms
        self.asleep.clear()
        while self._sleepers and self._sleepers[0][0] <= self._now_ms:
            heapq.heappop(self._sleepers)[2].set()

    @property
    def next_wake_ms(self) -> int:
        return self._sleepers[0][0]


@dataclass
class FailingLog:
    """A `ReadingLog` that fails while `is_failing`, and refuses values named in `unstorable`."""

    is_failing: bool = False
    unstorable: frozenset[Value] = frozenset()
    batches: list[Batch] = field(default_factory=list)
    attempted: asyncio.Event = field(default_factory=asyncio.Event)

    async def append(self, batch: Batch) -> Appended:
        self.attempted.set()
        await asyncio.sleep(0)
        if self.is_failing:
            raise StoreError("the disk is full")
        judged = [item.reading for item in batch.judged if item.reading is not None]
        if any(reading.value in self.unstorable for reading in [*batch.readings, *judged]):
            raise ValueError("not a canonical value")
        self.batches.append(batch)
        return Appended(new=len(batch.readings) + len(judged), repeated=0, believed=judged)

    @property
    def values(self) -> list[Value]:
        judged = [item.reading for batch in self.batches for item in batch.judged if item.reading is not None]
        return [reading.value for batch in self.batches for reading in batch.readings] + [one.value for one in judged]


def owner(data_dir: Path) -> dict[str, str]:
    """Return the headers of whoever may change something at the hub that runs on this directory."""
    hub = find_hub(data_dir)
    assert hub is not None
    return {"authorization": f"Bearer {hub.token}"}


def iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def message(
    value: Value, *, at_ms: int = NOW_MS, vin: str = VIN, descriptor: str = SOC, unit: str = "percent"
) -> bytes:
    row = {"timestamp": iso(at_ms), "value": value, "unit": unit}
    return json.dumps(
        {"vin": vin, "entityId": "gcid", "topic": vin, "timestamp": iso(at_ms + 900), "data": {descriptor: row}}
    ).encode()


def reading(value: Value, *, at_ms: int = NOW_MS, descriptor: str = SOC, vin: Vin = VIN) -> Reading:
    return Reading(
        vin=vin,
        descriptor=Descriptor(descriptor),
        value=value,
        unit=None,
        measured_at_ms=at_ms,
        sent_at_ms=at_ms + 900,
        received_at_ms=at_ms + 1_000,
        source=Source.STREAM,
    )


def judging_of(store: SqliteStore, ingest: Ingest) -> PersonalJudging:
    """Return a person's judgement of what is in a store."""
    return PersonalJudging(
        ingest=ingest,
        quarantine=store,
        readings=store,
        overlays=store.overlays,
        rehearsal=store,
        now_ms=lambda: NOW_MS,
    )


class QuickClock(SystemClock):
    """The machine's clock, moved on by a test; sleepers look at it a hundred times a second."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms

    def elapsed_s(self) -> float:
        return super().elapsed_s() + self.ahead_ms / 1000

    async def sleep(self, seconds: float) -> None:
        until_s = self.elapsed_s() + seconds
        while self.elapsed_s() < until_s:  # noqa: ASYNC110 - waits for a time, not for an event
            await asyncio.sleep(0.01)

    async def sleep_until(self, at_ms: int) -> None:
        while self.now_ms() < at_ms:  # noqa: ASYNC110 - waits for a time, not for an event
            await asyncio.sleep(0.01)


async def until_settled(hub: Hub, *, accounts: int = 1) -> Quota:
    """Return an account's quota once all planned calls that were due have been answered; the test fails after 20 s.

    A call that is counted may still be under way: the hub notes it before it is made, and its answer afterwards. A hub
    that is stopped between the two makes it again 15 minutes later only.
    """
    async with asyncio.timeout(20):
        while True:
            notes = await hub.store.settings.load_settings("rest.call.")
            quotas = await hub.quotas.quotas()
            soon_ms = hub.context.now_ms() + 60_000
            is_known = len(quotas) == accounts and all(quota.planned is not None for quota in quotas)
            is_due = any(call.due_ms < soon_ms for quota in quotas for call in quota.plan)
            is_answered = not any(re.search('"failures":[1-9]', note) for note in notes.values())
            is_steady = notes == await hub.store.settings.load_settings("rest.call.")
            if is_known and not is_due and is_answered and is_steady:
                return quotas[0]
            await asyncio.sleep(0.05)  # planning the day anew each time is work


async def forget_calls(cloud: "Cloud") -> None:
    """Let everything be due again at the next start."""
    async with cloud.hub(goes_live=False) as hub:
        for key in await hub.store.settings.load_settings("rest."):
            await hub.store.settings.save_setting(key, None)


async def until(is_so: Callable[[], object]) -> None:
    """Return once it is so; the test fails when that takes longer than 10 s."""
    async with asyncio.timeout(30):
        while not is_so():  # noqa: ASYNC110 - whatever is waited for has no event of its own
            await asyncio.sleep(0.005)


@dataclass
class Cloud:
    """An emulated BMW and a way to start hubs against it."""

    emulator: Emulator
    session: aiohttp.ClientSession
    data_dir: Path

    @property
    def vin(self) -> Vin:
        return self.emulator.info.vehicles[0].vin

    def settings(self, **changes: Any) -> HubConfig:
        info = self.emulator.info
        bmw = Endpoints(
            auth_url=info.base_url,
            api_url=info.base_url,
            stream_host=info.mqtt_host,
            stream_port=info.mqtt_port,
            ca_file=Path(info.ca_file),
        )
        base = HubConfig(data_dir=self.data_dir, bmw=bmw, hub=WebSettings(port=0), rest=NO_CALLS)
        return replace(base, **changes)

    def hub(
        self, *, clock: Clock | None = None, goes_live: bool = True, **changes: Any
    ) -> AbstractAsyncContextManager[Hub]:
        settings = self.settings(**changes)
        if settings.store.path is None:
            make_empty_store(settings.database)
        return running(settings, clock=clock, goes_live=goes_live)

    async def control(self, path: str, **body: object) -> Any:
        async with self.session.post(f"{self.emulator.info.control_url}/{path}", json=body) as answer:
            assert answer.ok, await answer.text()
            return await answer.json()

    async def sign_in(self, hub: Hub, *, approve: bool = True, name: str = ACCOUNT) -> str:
        """Sign in and return how it ended."""
        state = await hub.connections.start_sign_in(name, self.emulator.info.client_id)
        await self.control("sign-in", user_code=state.user_code, approve=approve)
        await until(lambda: self.status(hub, name) != "pending")
        return self.status(hub, name)

    @staticmethod
    def status(hub: Hub, name: str = ACCOUNT) -> str:
        state = hub.connections.sign_in_state(name)
        return "none" if state is None else state.status

    @asynccontextmanager
    async def connected(self, **changes: Any) -> AsyncIterator[Hub]:
        """Run a hub whose account is signed in and whose stream is open."""
        async with self.hub(**changes) as hub:
            assert await self.sign_in(hub) == "done"
            await until(lambda: [link.state for link in hub.connections.links()] == ["connected"])
            yield hub

    def publish(self, value: Value, **options: Any) -> int:
        vin = self.vin
        return self.emulator.stream.publish(self.emulator.info.gcid, vin, message(value, vin=vin, **options))


@pytest.fixture
async def cloud(tmp_path: Path, keys_dir: Path) -> AsyncIterator[Cloud]:
    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir, poll_interval_s=0, speed=1.0)
    async with Emulator(settings) as emulator, aiohttp.ClientSession() as session:
        yield Cloud(emulator=emulator, session=session, data_dir=tmp_path / "hub")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with open_sqlite(tmp_path / "bimmerhub.sqlite3") as opened:
        yield opened
