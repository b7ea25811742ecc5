"""A day of bad luck: a hub follows the emulator's clock through a random time table of faults and loses nothing.

`python -m bench fourteen-days` is the long one: fourteen days, the hub as a process of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from bench.bad_days import HOUR_MS, MINUTE_MS, Audit, draw_faults
from tests.emulated import STRICT_BUT_FOR_KEEP_ALIVE, emulator_settings

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.streaming import stream_connection
from bimmerhub.domain.account.link import LinkState
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cardata.stream.delivered import Delivered
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.sign_in.grants import TokenKind
from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import HubConfig
from bimmerhub.web.settings import WebSettings

START_MS = 1_785_110_400_000  # 2026-07-27T00:00:00Z
STEP_MS = MINUTE_MS


@dataclass
class World:
    """An emulated BMW, a hub, and time that goes in steps."""

    emulator: Emulator
    hub: Hub
    database: Path
    audit: Audit
    states: set[LinkState] = field(default_factory=set)

    @property
    def link_state(self) -> LinkState | None:
        links = self.hub.connections.links()
        return links[0].state if links else None

    async def live(self, *, hours: float) -> None:
        """Let time pass, slower for a hub that is not connected: its handshakes take real time."""
        end_ms = self.emulator.clock.now_ms() + round(hours * HOUR_MS)
        while self.emulator.clock.now_ms() < end_ms:
            self.emulator.clock.jump(by_ms=STEP_MS)
            await self.emulator.catch_up()
            state = self.link_state
            if state is not None:
                self.states.add(state)
            await asyncio.sleep(0.003 if state is LinkState.CONNECTED else 0.015)
        await self.settle()

    async def settle(self) -> None:
        """Wait until what was delivered is in the store, and look."""
        await asyncio.sleep(0.3)
        self.audit.check(self.database)

    async def sign_in(self) -> None:
        connections, info = self.hub.connections, self.emulator.info
        state = await connections.start_sign_in("home", info.client_id)
        async with aiohttp.ClientSession() as session:
            body = {"user_code": state.user_code, "approve": True}
            async with session.post(f"{info.control_url}/sign-in", json=body) as answer:
                assert answer.ok
        await self.until(lambda: self.link_state is LinkState.CONNECTED)

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not is_so():
                self.emulator.clock.jump(by_ms=1_000)
                await asyncio.sleep(0.01)


@asynccontextmanager
async def world(tmp_path: Path, faults: list[FaultSwitch], **changes: Any) -> AsyncIterator[World]:
    audit = Audit()

    def note(message: Delivered) -> None:
        audit.note(message, connection=sum(emulator.stream.figures.closed.values()))

    settings = emulator_settings(
        http_port=0,
        mqtt_port=0,
        data_dir=tmp_path / "bmw",
        speed=0,
        now_ms=START_MS,
        faults=tuple(faults),
        **{**STRICT_BUT_FOR_KEEP_ALIVE, **changes},
    )
    async with Emulator(settings, on_delivered=note) as emulator:
        hub_settings = HubConfig(data_dir=tmp_path / "hub", hub=WebSettings(port=0), bmw=_bmw(emulator))
        async with running(hub_settings, clock=emulator.clock) as hub:
            there = World(emulator=emulator, hub=hub, database=hub_settings.database, audit=audit)
            await there.sign_in()
            yield there


def _bmw(emulator: Emulator) -> Endpoints:
    info = emulator.info
    return Endpoints(
        auth_url=info.base_url,
        api_url=info.base_url,
        stream_host=info.mqtt_host,
        stream_port=info.mqtt_port,
        ca_file=Path(info.ca_file),
    )


@pytest.fixture(autouse=True)
def fast_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the stream look at the clock as often as time that goes in steps needs it, and wait less for answers."""
    monkeypatch.setattr(stream_connection, "TICK_S", 0.002)
    monkeypatch.setattr(stream_connection, "CONNECT_WITHIN_S", 0.5)
    monkeypatch.setattr(stream_connection, "SUBSCRIBE_WITHIN_S", 0.5)


@pytest.mark.slow
@pytest.mark.timeout(300)  # some 10 s; a busy machine may take its time
async def test_hub_gets_through_a_day_of_faults_without_losing_a_reading(tmp_path: Path) -> None:
    faults = draw_faults(seed=1, start_ms=START_MS, end_ms=START_MS + 20 * HOUR_MS, pause_min=(5, 30))
    async with world(tmp_path, faults) as there:
        await there.live(hours=24)
        assert there.link_state is LinkState.CONNECTED
        assert LinkState.SIGNED_OUT not in there.states
        assert there.emulator.quota.refused == 0
        assert there.hub.context.health.health().readings_not_stored == 0
    assert there.audit.lost == []
    assert there.audit.delivered - there.audit.in_flight > 1_000


@pytest.mark.slow
@pytest.mark.timeout(300)  # some 10 s; a busy machine may take its time
async def test_hub_asks_for_a_sign_in_when_the_refresh_token_was_killed_and_only_then(tmp_path: Path) -> None:
    async with world(tmp_path, []) as there:
        await there.live(hours=2)
        assert there.states == {LinkState.CONNECTED} | (there.states & {LinkState.CONNECTING})
        there.emulator.identity.revoke(there.emulator.info.gcid, TokenKind.REFRESH)
        await there.live(hours=2)
        asked = there.link_state
        await there.sign_in()
        await there.live(hours=1)
        assert (asked, there.link_state) == (LinkState.SIGNED_OUT, LinkState.CONNECTED)
    assert there.audit.lost == []
