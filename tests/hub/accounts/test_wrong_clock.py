"""A hub on a machine whose clock is wrong: it counts BMW's days by BMW's clock, once two answers have told it."""

import asyncio
from dataclasses import dataclass

import pytest
from tests.hub.conftest import ACCOUNT, Cloud, QuickClock, owner

from bimmerhub.domain.account.quota import CALLS_PER_DAY, Quota
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.hub.app import Hub
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS

QUOTA_SPENT = 429


class WrongClock(QuickClock):
    """A machine's clock that is set wrong by `wrong_ms`, while the time that goes by is the true one."""

    def __init__(self, wrong_ms: int = 0) -> None:
        super().__init__()
        self.wrong_ms = wrong_ms

    def now_ms(self) -> int:
        return super().now_ms() + self.wrong_ms


@dataclass(frozen=True)
class Person:
    """Somebody who asks BMW, through a hub with a wrong clock."""

    cloud: Cloud
    clock: WrongClock
    hub: Hub

    async def ask(self) -> int:
        """Ask for the mappings at a price of one call, and return the HTTP status."""
        async with self.cloud.session.post(
            f"{self.hub.address}/api/v1/accounts/{ACCOUNT}/fetch",
            json={"fresh": True},
            headers=owner(self.cloud.data_dir),
        ) as answer:
            return answer.status

    def pass_time(self, by_ms: int) -> None:
        """Let time go by, at BMW and here."""
        self.cloud.emulator.clock.jump(by_ms=by_ms)
        self.clock.ahead_ms += by_ms

    async def learn(self) -> None:
        """Get two answers that tell BMW's time."""
        assert await self.ask() == 200
        self.pass_time(MINUTE_MS)
        assert await self.ask() == 200

    async def spend_all(self) -> int:
        """Ask until the hub says that nothing is left, and return how many were answered."""
        for answered in range(CALLS_PER_DAY + 5):
            if (status := await self.ask()) != 200:
                assert status == QUOTA_SPENT
                return answered
        raise AssertionError("the hub counts no calls")

    async def quota(self) -> Quota:
        [quota] = await self.hub.quotas.quotas()
        return quota

    @property
    def spent(self) -> int:
        return self.cloud.emulator.quota.spent(self.cloud.emulator.info.gcid)

    @property
    def refused(self) -> int:
        """How many calls BMW refused because the day's were spent."""
        return self.cloud.emulator.quota.refused


def begin_of_day(cloud: Cloud, clock: WrongClock) -> None:
    """Let it be 06:00 UTC tomorrow, so that no day ends in the test."""
    now_ms = cloud.emulator.clock.now_ms()
    by_ms = DAY_MS - now_ms % DAY_MS + 6 * HOUR_MS
    cloud.emulator.clock.jump(by_ms=by_ms)
    clock.ahead_ms += by_ms


@pytest.mark.parametrize("wrong_ms", [DAY_MS, -DAY_MS, 2 * DAY_MS, 19 * HOUR_MS, -7 * HOUR_MS])
async def test_a_clock_that_is_set_wrong_costs_a_person_who_spends_all_no_refused_call(
    cloud: Cloud, wrong_ms: int
) -> None:
    clock = WrongClock()
    begin_of_day(cloud, clock)
    async with cloud.hub(clock=clock) as hub:
        await cloud.sign_in(hub)
        person = Person(cloud, clock, hub)
        await person.learn()
        clock.wrong_ms = wrong_ms
        assert await person.spend_all() == CALLS_PER_DAY - 2
        clock.wrong_ms = 0
        assert await person.spend_all() == 0
        assert (person.refused, person.spent) == (0, CALLS_PER_DAY)
        person.pass_time(DAY_MS)
        clock.wrong_ms = wrong_ms
        assert await person.spend_all() == CALLS_PER_DAY
        assert person.refused == 0


@pytest.mark.parametrize("wrong_ms", [DAY_MS, -DAY_MS])
async def test_a_hub_that_starts_with_a_wrong_clock_counts_right_once_two_answers_came(
    cloud: Cloud, wrong_ms: int
) -> None:
    clock = WrongClock(wrong_ms)
    begin_of_day(cloud, clock)
    async with cloud.hub(clock=clock) as hub:
        await cloud.sign_in(hub)
        person = Person(cloud, clock, hub)
        await person.learn()
        assert await person.spend_all() == CALLS_PER_DAY - 2
        assert person.refused == 0
        assert (await person.quota()).resets_at_ms == cloud.emulator.clock.now_ms() // DAY_MS * DAY_MS + DAY_MS


async def test_a_restart_with_a_clock_that_is_wrong_by_then_forgets_no_call(cloud: Cloud) -> None:
    clock = WrongClock()
    begin_of_day(cloud, clock)
    async with cloud.hub(clock=clock) as hub:
        await cloud.sign_in(hub)
        await Person(cloud, clock, hub).learn()
        async with asyncio.timeout(10):
            while "bmw.time" not in await hub.store.settings.load_settings("bmw."):
                clock.ahead_ms += 1_000  # the note is looked after once a minute
                await asyncio.sleep(0.01)
    clock.wrong_ms = DAY_MS
    async with cloud.hub(clock=clock) as hub:
        person = Person(cloud, clock, hub)
        assert (await person.quota()).used == 2
        assert await person.spend_all() == CALLS_PER_DAY - 2
        assert person.refused == 0


async def test_odd_dates_do_not_set_the_day(cloud: Cloud) -> None:
    clock = WrongClock()
    begin_of_day(cloud, clock)
    async with cloud.hub(clock=clock) as hub:
        await cloud.sign_in(hub)
        person = Person(cloud, clock, hub)
        cloud.emulator.faults.switch_on(FaultSwitch(name="date-far"))
        await person.learn()
        resets_at_ms = (await person.quota()).resets_at_ms
        assert resets_at_ms == clock.now_ms() // DAY_MS * DAY_MS + DAY_MS
        assert await person.spend_all() == CALLS_PER_DAY - 2
        assert person.refused == 0
