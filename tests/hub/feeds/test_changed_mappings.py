"""Cars that are sold, shared, or given back: noticed within a day, and said plainly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.hub.conftest import ACCOUNT, Cloud, until
from tests.hub.feeds.test_new_cars import ShiftedClock, mappings_asked, until_asked

from bimmerhub.domain.account.checks import Outcome
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.hub.app import Hub
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.ids import Vin
from bimmerhub.times import DAY_MS, HOUR_MS, format_time
from bimmerhub.views.cars.state import view_state
from bimmerhub.views.viewer import OWNER

NEVER_REFRESHED = RestSettings(refresh_h=0, reserve=15)
TWICE_A_DAY = RestSettings(refresh_h=12, reserve=0)


@asynccontextmanager
async def met(cloud: Cloud, clock: ShiftedClock, rest: RestSettings = NEVER_REFRESHED) -> AsyncIterator[Hub]:
    """Run a hub that was told its cars; signed in once, for good."""
    async with cloud.hub(rest=rest, clock=clock) as hub:
        if not hub.connections.links():
            assert await cloud.sign_in(hub) == "done"
        await until_met(hub, clock.now_ms() - HOUR_MS)
        yield hub


async def met_at(hub: Hub) -> dict[str, str]:
    return await hub.store.settings.load_settings("rest.met_at_ms.")


async def until_met(hub: Hub, since_ms: int) -> None:
    async with asyncio.timeout(15):
        while max(map(int, (await met_at(hub)).values()), default=0) < since_ms:  # noqa: ASYNC110 - the settings have no event
            await asyncio.sleep(0.01)


async def change(cloud: Cloud, mapping: str | None) -> None:
    """Make the account the PRIMARY or SECONDARY user of its first car, or take it away (None)."""
    own = {} if mapping is None else {"mapping": mapping}
    how = "unmap" if mapping is None else "map"
    await cloud.control(f"vehicles/{cloud.vin}/{how}", account=cloud.emulator.info.user, **own)


def car(hub: Hub, vin: Vin) -> Vehicle:
    return next(vehicle for vehicle in hub.live.vehicles() if vehicle.vin == vin)


async def calls_for_values(hub: Hub) -> int:
    [account] = await hub.store.accounts.accounts()
    calls = await hub.store.quota.calls_since(account.owner, 0)
    return sum(call.operation == "telematicData" for call in calls)


async def test_without_scheduled_fetches_cars_are_met_all_the_same(cloud: Cloud) -> None:
    async with met(cloud, ShiftedClock()) as hub:
        assert {vehicle.vin for vehicle in hub.live.vehicles()} == {row.vin for row in cloud.emulator.info.vehicles}
        await until(lambda: car(hub, cloud.vin).model == cloud.emulator.info.vehicles[0].model)
        assert await calls_for_values(hub) == 0


async def test_a_sold_car_is_noticed_within_a_day_and_said_plainly(cloud: Cloud) -> None:
    clock = ShiftedClock()
    async with met(cloud, clock) as hub:
        assert car(hub, cloud.vin).notice is None
    await change(cloud, None)
    clock.ahead_ms = DAY_MS + HOUR_MS
    async with met(cloud, clock) as hub:
        sold_on = format_time(clock.now_ms())[:10]
        state = await view_state(OWNER, hub.live, cloud.vin, now_ms=clock.now_ms())
        assert state.notice == f"no longer mapped to account {ACCOUNT} since {sold_on}"
        others = [vehicle.notice for vehicle in hub.live.vehicles() if vehicle.vin != cloud.vin]
        assert others == [None] * (len(cloud.emulator.info.vehicles) - 1)


async def test_a_car_that_cannot_be_read_is_left_as_it_was_and_shown(cloud: Cloud) -> None:
    clock = ShiftedClock()
    async with met(cloud, clock) as hub:
        before = [(vehicle.vin, vehicle.mapping, vehicle.notice) for vehicle in hub.live.vehicles()]
    cloud.emulator.faults.switch_on(FaultSwitch(name="mappings-item-broken"))
    clock.ahead_ms = DAY_MS + HOUR_MS
    async with met(cloud, clock) as hub:
        assert [(vehicle.vin, vehicle.mapping, vehicle.notice) for vehicle in hub.live.vehicles()] == before
        [item] = await hub.store.refused(limit=10)
        assert (item.reason, item.origin) == ("mappings: 1 of BMW's items cannot be read", "rest")


async def test_the_doctor_leaves_a_car_that_cannot_be_read_as_it_was(cloud: Cloud) -> None:
    clock = ShiftedClock()
    async with met(cloud, clock) as hub:
        cloud.emulator.faults.switch_on(FaultSwitch(name="mappings-item-broken"))
        checks = await hub.context.examination.examine(ACCOUNT, spends_calls=True)
        [vehicles] = [check for check in checks if check.name == "vehicles"]
        assert (vehicles.outcome, "1 of BMW's items cannot be read" in vehicles.finding) == (Outcome.WARNING, True)
        assert [vehicle.notice for vehicle in hub.live.vehicles()] == [None] * len(cloud.emulator.info.vehicles)


async def test_a_shared_car_is_the_primary_users_and_since_when(cloud: Cloud) -> None:
    clock = ShiftedClock()
    await change(cloud, "SECONDARY")
    async with met(cloud, clock) as hub:
        [seen] = car(hub, cloud.vin).accounts
        assert (seen.mapping, abs(clock.now_ms() - (seen.mapped_since_ms or 0)) < HOUR_MS) == ("SECONDARY", True)
        assert "secondary user: BMW gives its data to the primary one" in (car(hub, cloud.vin).notice or "")


async def test_only_cars_that_are_given_are_asked_for_and_one_that_is_back_again(cloud: Cloud) -> None:
    clock, cars = ShiftedClock(), len(cloud.emulator.info.vehicles)
    expected = 0
    for day, (mapping, asked) in enumerate([("SECONDARY", cars - 1), (None, cars - 1), ("PRIMARY", cars)]):
        await change(cloud, mapping)
        clock.ahead_ms = day * (DAY_MS + 2 * HOUR_MS)
        expected += 2 * asked  # the values of the state, and those that never stream
        async with met(cloud, clock, TWICE_A_DAY) as hub:
            async with asyncio.timeout(20):
                while await calls_for_values(hub) < expected:  # noqa: ASYNC110 - the ledger has no event
                    await asyncio.sleep(0.01)
            await until(hub.connections.links)
            assert await calls_for_values(hub) == expected


async def test_a_sold_car_that_streams_again_is_asked_about(cloud: Cloud) -> None:
    clock = ShiftedClock()
    await change(cloud, None)
    async with met(cloud, clock) as hub:
        assert cloud.vin not in {vehicle.vin for vehicle in hub.live.vehicles()}
        await change(cloud, "PRIMARY")
        asked = await mappings_asked(hub)
        await until(lambda: [link.state for link in hub.connections.links()] == ["connected"])
        cloud.publish(70, at_ms=clock.now_ms())
        await until_asked(hub, asked + 1)
        await until(lambda: car(hub, cloud.vin).model)
        assert car(hub, cloud.vin).account == ACCOUNT
