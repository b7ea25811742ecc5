"""A hub drops what is older than the settings allow: a day after a limit was met first, then daily; late ones count."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from bench.damage.sample import START_MS, VINS, make_sample
from tests.hub.conftest import until
from tests.hub.feeds.test_new_cars import ShiftedClock

from bimmerhub.hub.app import Hub, running
from bimmerhub.hub.config import HubConfig
from bimmerhub.store.settings import StoreSettings
from bimmerhub.times import DAY_MS, HOUR_MS
from bimmerhub.web.settings import WebSettings

READINGS = 6_000
"""One a minute: a little more than four days."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    database = tmp_path / "bimmerhub.sqlite3"
    make_sample(database, readings=READINGS, in_log=False)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DELETE FROM accounts")
    return tmp_path


@asynccontextmanager
async def hub_of(data_dir: Path, *, days: float | None, clock: ShiftedClock) -> AsyncIterator[Hub]:
    settings = HubConfig(data_dir=data_dir, hub=WebSettings(port=0), store=StoreSettings(readings_days=days))
    async with running(settings, clock=clock) as hub:
        yield hub


def clock_at(at_ms: int) -> ShiftedClock:
    clock = ShiftedClock()
    clock.ahead_ms = at_ms - clock.now_ms()
    return clock


async def test_without_limits_nothing_is_dropped(home: Path) -> None:
    async with hub_of(home, days=None, clock=clock_at(START_MS + 300 * DAY_MS)) as hub:
        assert hub.context.age_keeping.due_at_ms() is None
        assert await hub.context.age_keeping.apply() == ()
        assert (await hub.store.figures()).readings == READINGS


async def test_a_new_limit_leaves_a_day_to_look_first(home: Path) -> None:
    clock = clock_at(START_MS + 4 * DAY_MS)
    async with hub_of(home, days=1, clock=clock) as hub:
        assert (await hub.store.figures()).readings == READINGS
        due_at_ms = hub.context.age_keeping.due_at_ms()
        assert due_at_ms is not None
        assert DAY_MS - HOUR_MS < due_at_ms - clock.now_ms() <= DAY_MS
    clock = clock_at(START_MS + 5 * DAY_MS + HOUR_MS)
    async with hub_of(home, days=1, clock=clock) as hub:

        async def has_dropped() -> bool:
            return (await hub.store.figures()).readings < READINGS / 2

        async def wait() -> None:
            while not await has_dropped():
                await clock.sleep(0.01)

        await wait()
        await until(lambda: (hub.context.age_keeping.due_at_ms() or 0) > clock.now_ms())
        assert {item.subject for item in await hub.store.retention.dropped()} == {*VINS}
        [entry] = [entry for entry in await hub.store.audit.audit(limit=50) if entry.action == "old_readings_dropped"]
        assert entry.body["readings"] == READINGS - (await hub.store.figures()).readings
        assert await hub.store.soundness.find_damage() == []


async def test_a_person_need_not_wait(home: Path) -> None:
    async with hub_of(home, days=1, clock=clock_at(START_MS + 4 * DAY_MS)) as hub:
        assert await hub.context.age_keeping.apply()
        assert (await hub.store.figures()).readings < READINGS


async def test_clock_that_runs_years_ahead_drops_nothing_that_should_stay(home: Path) -> None:
    ahead = clock_at(START_MS + 7_000 * DAY_MS)
    async with hub_of(home, days=30, clock=ahead) as hub:
        assert not await hub.context.age_keeping.apply()
        assert (await hub.store.figures()).readings == READINGS
    right = clock_at(START_MS + 4 * DAY_MS)
    async with hub_of(home, days=30, clock=right) as hub:
        due_at_ms = hub.context.age_keeping.due_at_ms()
        assert due_at_ms is not None
        assert due_at_ms <= right.now_ms() + DAY_MS
