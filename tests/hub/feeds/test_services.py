"""A client with one of BMW's two services: it works by that one, and says what it goes without."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from tests.emulated import emulator_settings
from tests.hub.conftest import ACCOUNT, Cloud, until, until_settled

from bimmerhub.domain.account.calls import Kind
from bimmerhub.domain.account.checks import Outcome, next_step
from bimmerhub.domain.account.link import LinkState
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.settings import EmulatedAccount, Service
from bimmerhub.hub.app import Hub
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.ids import mask_vin
from bimmerhub.views.account.accounts import view_accounts
from bimmerhub.views.viewer import OWNER

MakeCloud = Callable[[EmulatedAccount], AbstractAsyncContextManager[Cloud]]
EVERY_6_H = RestSettings(refresh_h=6)


@pytest.fixture
def make_cloud(tmp_path: Path, keys_dir: Path) -> MakeCloud:
    @asynccontextmanager
    async def make(account: EmulatedAccount) -> AsyncIterator[Cloud]:
        settings = emulator_settings(
            http_port=0, mqtt_port=0, keys_dir=keys_dir, poll_interval_s=0, accounts=(account,)
        )
        async with Emulator(settings) as emulator, aiohttp.ClientSession() as session:
            yield Cloud(emulator=emulator, session=session, data_dir=tmp_path / "hub")

    return make


def state(hub: Hub) -> LinkState:
    return hub.connections.links()[0].state


async def test_stream_alone_brings_values_and_asks_nothing(make_cloud: MakeCloud) -> None:
    async with make_cloud(EmulatedAccount(services=frozenset({Service.STREAM}))) as cloud:
        async with cloud.connected(rest=EVERY_6_H) as hub:
            cloud.publish(71)
            await until(lambda: cloud.vin in [car.vin for car in hub.live.vehicles()])
            [account] = (await view_accounts(OWNER, hub.connections)).items
            [quota] = await hub.quotas.quotas()
            checks = {check.name: check for check in await hub.context.examination.examine(ACCOUNT, spends_calls=True)}
        assert cloud.emulator.quota.spent(cloud.emulator.info.gcid) == 0
    assert (account.services, [missing.title for missing in account.missing]) == (["stream"], ["CarData API"])
    assert (quota.used, quota.planned) == (0, None)
    assert Outcome.FAILED not in [check.outcome for check in checks.values()]
    assert "without it no REST call is made" in checks["cardata:api:read"].finding
    assert "CarData API" in checks["vehicles"].finding


async def test_api_alone_polls_and_no_stream_is_missed(make_cloud: MakeCloud) -> None:
    async with (
        make_cloud(EmulatedAccount(services=frozenset({Service.API}))) as cloud,
        cloud.hub(rest=EVERY_6_H) as hub,
    ):
        assert await cloud.sign_in(hub) == "done"
        await until(lambda: len(hub.live.vehicles()) == 3 and hub.live.state(cloud.vin))
        assert state(hub) is LinkState.POLLING
        [link] = hub.connections.links()
        [account] = (await view_accounts(OWNER, hub.connections)).items
        checks = await hub.context.examination.examine(ACCOUNT, spends_calls=True)
        assert hub.context.health.health().status == "ok"
        vin = cloud.vin
    assert link.reason == "CarData Stream is not switched on; values come by REST every 6 h"
    assert (account.services, [missing.service for missing in account.missing]) == (["api"], ["stream"])
    assert "as often as the day's 50 calls allow" in account.missing[0].cost
    assert Outcome.FAILED not in [check.outcome for check in checks]
    assert "CarData Stream" not in next_step(checks), "who has no stream on purpose is not nagged"
    values = next(check for check in checks if check.name == f"values of {mask_vin(vin)}")
    assert (values.outcome, "descriptors by REST, the newest was measured" in values.finding) == (Outcome.OK, True)


async def test_api_alone_spends_the_day_on_values_unless_a_pace_is_set(make_cloud: MakeCloud) -> None:
    account = EmulatedAccount(models=("bev",), services=frozenset({Service.API}))
    async with make_cloud(account) as cloud, cloud.hub(rest=RestSettings()) as hub:
        assert await cloud.sign_in(hub) == "done"
        quota = await until_settled(hub)
        [link] = hub.connections.links()
    assert link.reason == "CarData Stream is not switched on; values come by REST, as often as the day's calls allow"
    [reason] = {call.reason for call in quota.plan if call.ask.kind is Kind.VALUES}
    assert reason.endswith(" min: the cars share 40 calls a day")


async def test_owner_of_a_motorcycle_signs_in_and_sees_it(make_cloud: MakeCloud) -> None:
    account = EmulatedAccount(models=("motorcycle",), services=frozenset({Service.API}))
    async with make_cloud(account) as cloud, cloud.hub(rest=EVERY_6_H) as hub:
        assert await cloud.sign_in(hub) == "done"
        await until(lambda: [vehicle.vin for vehicle in hub.live.vehicles()] == [cloud.vin])
        assert state(hub) is LinkState.POLLING


async def test_dead_sign_in_shows_without_a_stream_too(make_cloud: MakeCloud) -> None:
    async with make_cloud(EmulatedAccount(services=frozenset({Service.API}))) as cloud:
        async with cloud.hub() as hub:
            assert await cloud.sign_in(hub) == "done"
            await until(lambda: state(hub) is LinkState.POLLING)
        await cloud.control("tokens/expire", kind="refresh")
        cloud.emulator.clock.jump(by_ms=50 * 60_000)
        cloud.emulator.clock.set_speed(50)  # the second try comes 5 s later
        async with cloud.hub(clock=cloud.emulator.clock) as hub:
            await until(lambda: state(hub) is LinkState.SIGNED_OUT)
            assert hub.context.health.health().status == "degraded"


async def test_second_service_counts_from_the_next_sign_in(make_cloud: MakeCloud) -> None:
    async with make_cloud(EmulatedAccount()) as cloud, cloud.hub() as hub:
        await cloud.control("faults", name="stream-scope-withheld", times=1)
        assert await cloud.sign_in(hub) == "done"
        await until(lambda: state(hub) is LinkState.POLLING)
        assert await cloud.sign_in(hub) == "done"
        await until(lambda: state(hub) is LinkState.CONNECTED)
        [account] = (await view_accounts(OWNER, hub.connections)).items
    assert (account.services, account.missing) == (["api", "stream"], [])
