"""Cars that nobody told of: what streams under one's own GCID is stored and asked about once; the rest is refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.hub.conftest import Cloud, message, until, until_settled

from bimmerhub.bmw.clock import SystemClock
from bimmerhub.hub.app import Hub
from bimmerhub.hub.feeds.cardata import cardata_newcomers
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.ids import Gcid, Vin

NEW_CAR = Vin("WBA99999999999999")
LATER_CAR = Vin("WBA88888888888888")
OTHER_GCID = Gcid("99999999-2222-3333-4444-555555555555")
REFRESH = RestSettings(refresh_h=24 * 365, reserve=15)
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ROUND_TRIPS = 20


class ShiftedClock(SystemClock):
    """The machine's clock, moved on by a test."""

    ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms


@pytest.fixture(autouse=True)
def _without_gathering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cardata_newcomers, "GATHER_S", 0)


async def mappings_asked(hub: Hub) -> int:
    [account] = await hub.store.accounts.accounts()
    calls = await hub.store.quota.calls_since(account.owner, 0)
    return sum(call.operation == "mappings" for call in calls)


@asynccontextmanager
async def refreshed(cloud: Cloud, clock: ShiftedClock) -> AsyncIterator[Hub]:
    async with cloud.connected(rest=REFRESH, clock=clock) as hub:
        await until_settled(hub)
        yield hub


async def stream(cloud: Cloud, hub: Hub, value: int, *, vin: Vin = NEW_CAR) -> None:
    """Publish a charge level of a car and return when it is in the live state."""
    payload = message(value, vin=vin, at_ms=SystemClock().now_ms() + 1_000 * value)
    cloud.emulator.stream.publish(cloud.emulator.info.gcid, vin, payload)
    await until(lambda: (signals := hub.live.state(vin)) and signals["soc_percent"].value == value)


async def until_asked(hub: Hub, times: int) -> None:
    async with asyncio.timeout(10):
        while await mappings_asked(hub) != times:  # noqa: ASYNC110 - the ledger has no event
            await asyncio.sleep(0.01)


async def until_noted(hub: Hub, vin: Vin) -> None:
    """Return once it is stored that a car was asked about."""
    async with asyncio.timeout(10):
        while vin not in await asked_for(hub):  # noqa: ASYNC110 - the settings have no event
            await asyncio.sleep(0.01)


async def asked_for(hub: Hub) -> dict[str, str]:
    """Return when each car was asked about, by its VIN."""
    stored = await hub.store.settings.load_settings("rest.asked_for_ms.")
    return {key[-17:]: at_ms for key, at_ms in stored.items()}


async def test_an_unknown_car_of_ones_own_is_stored_and_asked_about_once_a_day(cloud: Cloud) -> None:
    clock = ShiftedClock()
    async with refreshed(cloud, clock) as hub:
        await stream(cloud, hub, 1)
        await until_asked(hub, 2)
        clock.ahead_ms = DAY_MS - HOUR_MS
        await stream(cloud, hub, 2)
        await stream(cloud, hub, 3, vin=LATER_CAR)
        await until_asked(hub, 3)  # of the later car, which was heard after the new one
        clock.ahead_ms = DAY_MS + HOUR_MS
        await stream(cloud, hub, 4)
        await until_asked(hub, 4)
        assert NEW_CAR in {vehicle.vin for vehicle in hub.live.vehicles()}


async def test_a_restart_does_not_ask_again_and_known_cars_are_not_asked_about(cloud: Cloud) -> None:
    clock = ShiftedClock()
    async with refreshed(cloud, clock) as hub:
        await stream(cloud, hub, 1)
        await until_asked(hub, 2)
    async with cloud.hub(rest=REFRESH, clock=clock) as hub:
        [(_, before)] = (await asked_for(hub)).items()
        await until(lambda: [link.state for link in hub.connections.links()] == ["connected"])
        await stream(cloud, hub, 2)
        await stream(cloud, hub, 3, vin=cloud.vin)
        await stream(cloud, hub, 4, vin=LATER_CAR)
        await until_asked(hub, 3)
        await until_noted(hub, LATER_CAR)
        asked = await asked_for(hub)
        assert (set(asked), asked[NEW_CAR]) == ({NEW_CAR, LATER_CAR}, before)


async def test_without_calls_to_spend_nothing_is_asked(cloud: Cloud) -> None:
    clock = ShiftedClock()
    async with refreshed(cloud, clock) as hub:
        assert await mappings_asked(hub) == 1
    async with cloud.hub(clock=clock) as hub:
        await until(lambda: [link.state for link in hub.connections.links()] == ["connected"])
        await stream(cloud, hub, 1)
        for _ in range(ROUND_TRIPS):  # a look takes five of them
            assert await mappings_asked(hub) == 1


async def test_a_message_under_another_topic_is_refused_with_the_reason(cloud: Cloud) -> None:
    emulator = cloud.emulator
    async with cloud.connected() as hub:
        emulator.stream.publish(emulator.info.gcid, cloud.vin, message(1, vin=cloud.vin), topic_gcid=OTHER_GCID)
        emulator.stream.publish(emulator.info.gcid, cloud.vin, message(2, vin=NEW_CAR))
        await stream(cloud, hub, 3, vin=cloud.vin)
        refused = await hub.store.refused(limit=9)
        assert sorted(item.reason for item in refused) == [
            f"the message is of …9999, its topic of …{cloud.vin[-4:]}",
            "the topic is that of another GCID",
        ]
        assert {item.payload for item in refused} == {message(1, vin=cloud.vin), message(2, vin=NEW_CAR)}
        assert NEW_CAR not in {vehicle.vin for vehicle in hub.live.vehicles()}
        assert (await hub.store.figures()).readings == 1
