"""Two accounts of one hub that share a car: it is one car, whoever's it is, and changes hands without a loss."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from tests.emulated import emulator_settings
from tests.hub.conftest import Cloud, until, until_settled
from tests.hub.feeds.test_changed_mappings import TWICE_A_DAY, car
from tests.hub.feeds.test_new_cars import ShiftedClock

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.settings import EmulatedAccount
from bimmerhub.hub.app import Hub
from bimmerhub.ids import Gcid
from bimmerhub.times import DAY_MS, HOUR_MS

ANNA = EmulatedAccount(models=("bev",))
BEN = EmulatedAccount(
    user="ben@example.com",
    gcid=Gcid("22222222-2222-3333-4444-555555555555"),
    client_id="bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee",
    models=("ice",),
    secondary_models=("bev",),
)


@pytest.fixture
async def cloud(tmp_path: Path, keys_dir: Path) -> AsyncIterator[Cloud]:
    settings = emulator_settings(
        http_port=0, mqtt_port=0, keys_dir=keys_dir, poll_interval_s=0, speed=1.0, accounts=(ANNA, BEN)
    )
    async with Emulator(settings) as emulator, aiohttp.ClientSession() as session:
        yield Cloud(emulator=emulator, session=session, data_dir=tmp_path / "hub")


async def sign_in(cloud: Cloud, hub: Hub, name: str, client_id: str) -> None:
    state = await hub.connections.start_sign_in(name, client_id)
    await cloud.control("sign-in", user_code=state.user_code, approve=True)
    await until(lambda: cloud.status(hub, name) == "done")


@asynccontextmanager
async def refreshed(cloud: Cloud, clock: ShiftedClock) -> AsyncIterator[Hub]:
    """Run a hub of both accounts that has made its calls since it started."""
    async with cloud.hub(rest=TWICE_A_DAY, clock=clock) as hub:
        if not hub.connections.links():
            await sign_in(cloud, hub, "anna", ANNA.client_id)
            await sign_in(cloud, hub, "ben", BEN.client_id)
        await until_settled(hub, accounts=2)
        yield hub


async def values_asked_by(hub: Hub, gcid: Gcid) -> int:
    calls = await hub.store.quota.calls_since(gcid, 0)
    return sum(call.operation == "telematicData" for call in calls)


async def test_a_shared_car_is_one_car_and_asked_for_by_its_primary_user_only(cloud: Cloud) -> None:
    clock = ShiftedClock()
    async with refreshed(cloud, clock) as hub:
        assert len(hub.live.vehicles()) == 2
        shared = car(hub, cloud.vin)
        assert [(seen.account, seen.mapping) for seen in shared.accounts] == [("anna", "PRIMARY"), ("ben", "SECONDARY")]
        assert shared.notice is None
        assert (await values_asked_by(hub, ANNA.gcid), await values_asked_by(hub, BEN.gcid)) == (2, 2)


async def test_a_car_that_is_sold_to_the_other_account_goes_on_as_the_same_car(cloud: Cloud) -> None:
    clock = ShiftedClock()
    async with refreshed(cloud, clock) as hub:
        key = car(hub, cloud.vin).key
    await cloud.control(f"vehicles/{cloud.vin}/sell", to=BEN.user)
    clock.ahead_ms = DAY_MS + 2 * HOUR_MS
    async with refreshed(cloud, clock) as hub:
        sold = car(hub, cloud.vin)
        assert (sold.key, sold.account, sold.mapping, sold.notice) == (key, "ben", "PRIMARY", None)
        [by_anna] = [seen for seen in sold.accounts if seen.account == "anna"]
        assert (by_anna.trouble or "").startswith("no longer mapped to account anna since ")
        assert (await values_asked_by(hub, ANNA.gcid), await values_asked_by(hub, BEN.gcid)) == (2, 6)
