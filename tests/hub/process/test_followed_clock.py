"""The emulator's clock as another program follows it: its speed, its pauses and its jumps."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.emulated import emulator_settings

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.http import open_session
from bimmerhub.emulator.app import Emulator
from bimmerhub.errors import ConfigError
from bimmerhub.hub.process.followed_clock import FollowedClock, following

NOON_MS = 1_785_153_600_000
HOUR_MS = 3_600_000


@pytest.fixture
async def emulator(keys_dir: Path) -> AsyncIterator[Emulator]:
    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir, speed=0, now_ms=NOON_MS)
    async with Emulator(settings) as running:
        yield running


@asynccontextmanager
async def followed(url: str) -> AsyncIterator[FollowedClock]:
    async with open_session() as session, following(url, session=session, tls=Endpoints().ssl_context()) as clock:
        yield clock


async def test_time_is_the_emulators_also_when_it_runs_fast(emulator: Emulator) -> None:
    emulator.clock.set_speed(10_000)
    async with followed(f"{emulator.info.control_url}/clock") as clock, asyncio.timeout(10):
        await clock.sleep_until(NOON_MS + HOUR_MS)
        before_ms, shown_ms, after_ms = emulator.clock.now_ms(), clock.now_ms(), emulator.clock.now_ms()
    assert shown_ms >= NOON_MS + HOUR_MS
    assert before_ms - 20_000 <= shown_ms <= after_ms + 20_000  # two milliseconds of the machine's


async def test_sleeper_wakes_at_once_when_the_emulator_jumps(emulator: Emulator) -> None:
    url = f"{emulator.info.control_url}/clock"
    async with followed(url) as clock, asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        sleeper = tasks.create_task(clock.sleep_until(NOON_MS + HOUR_MS))
        await asyncio.sleep(0)
        emulator.clock.jump(by_ms=HOUR_MS)
        await sleeper
        assert clock.now_ms() == NOON_MS + HOUR_MS


async def test_pause_and_resumption_are_followed(emulator: Emulator) -> None:
    async with followed(f"{emulator.info.control_url}/clock") as clock, asyncio.timeout(10):
        emulator.clock.set_speed(100_000)
        await clock.sleep_until(NOON_MS + HOUR_MS)
        emulator.clock.pause()
        while clock.now_ms() != emulator.clock.now_ms():  # noqa: ASYNC110 - there is no event for having been told
            await asyncio.sleep(0.001)
        emulator.clock.resume()
        await clock.sleep_until(emulator.clock.now_ms() + HOUR_MS)


async def test_address_without_an_emulator_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"clock\.follow"):
        async with followed("http://127.0.0.1:9/_emulator/clock"):
            pass


async def test_time_goes_on_when_the_emulator_has_gone(keys_dir: Path) -> None:
    settings = emulator_settings(http_port=0, mqtt_port=0, keys_dir=keys_dir, speed=100_000)
    async with Emulator(settings) as emulator, followed(f"{emulator.info.control_url}/clock") as clock:
        await emulator.__aexit__(None, None, None)
        async with asyncio.timeout(10):
            await clock.sleep_until(clock.now_ms() + HOUR_MS)
