"""Whatever a link waits for: a person ends the wait, and so does a new sign-in."""

import asyncio
import random

import pytest
from tests.hub.conftest import ACCOUNT, Cloud, ManualClock, owner, until

from bimmerhub.bmw.pause import Pause
from bimmerhub.domain.account.link import LinkState
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.errors import ConfigError, SignInRequired
from bimmerhub.hub.app import Hub
from bimmerhub.hub.process.supervisor import Supervisor


def state(hub: Hub) -> LinkState:
    return hub.connections.links()[0].state


async def wait_for_half_an_hour(cloud: Cloud, hub: Hub) -> None:
    cloud.emulator.faults.switch_on(FaultSwitch(name="no-stream-configured"))
    assert await cloud.sign_in(hub) == "done"
    await until(lambda: state(hub) is LinkState.REFUSED)
    cloud.emulator.faults.switch_off("no-stream-configured")


async def test_a_person_ends_a_wait_of_half_an_hour(cloud: Cloud) -> None:
    async with cloud.hub() as hub:
        await wait_for_half_an_hour(cloud, hub)
        async with cloud.session.post(
            f"{hub.address}/api/v1/accounts/{ACCOUNT}/retry", headers=owner(cloud.data_dir)
        ) as answer:
            assert (answer.status, (await answer.json())["account"]) == (200, ACCOUNT)
        await until(lambda: state(hub) is LinkState.CONNECTED)
        assert hub.connections.links()[0].failures == 0


async def test_a_stream_that_was_left_to_another_program_is_taken_back_when_that_is_stopped(cloud: Cloud) -> None:
    async with cloud.hub(clock=cloud.emulator.clock) as hub:
        cloud.emulator.faults.switch_on(FaultSwitch(name="rival", value=0.1))
        assert await cloud.sign_in(hub) == "done"
        cloud.emulator.clock.set_speed(10)
        await until(lambda: state(hub) is LinkState.REFUSED)
        cloud.emulator.clock.set_speed(1)
        [link] = hub.connections.links()
        assert "ours was ended 3 times within" in link.reason
        assert "bimmerhub retry" in (link.hint or "")
        cloud.emulator.faults.switch_off("rival")
        await hub.connections.retry(ACCOUNT)
        await until(lambda: state(hub) is LinkState.CONNECTED)


async def test_a_new_sign_in_ends_it_too(cloud: Cloud) -> None:
    async with cloud.hub() as hub:
        await wait_for_half_an_hour(cloud, hub)
        assert await cloud.sign_in(hub) == "done"
        await until(lambda: state(hub) is LinkState.CONNECTED)


async def test_a_link_that_stands_is_left_alone(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        [before] = hub.connections.links()
        assert (await hub.connections.retry(ACCOUNT)).state is LinkState.CONNECTED
        await asyncio.sleep(0.3)
        [after] = hub.connections.links()
        assert (after.state, after.since_ms) == (before.state, before.since_ms)


async def test_who_was_signed_out_by_mistake_of_bmws_is_let_in_again(cloud: Cloud) -> None:
    async with cloud.connected(clock=cloud.emulator.clock) as hub:
        cloud.emulator.faults.switch_on(FaultSwitch(name="account-pending"))
        cloud.emulator.clock.set_speed(50)
        cloud.emulator.clock.jump(by_ms=70 * 60_000)
        await until(lambda: state(hub) is LinkState.SIGNED_OUT)
        cloud.emulator.faults.switch_off("account-pending")
        await hub.connections.retry(ACCOUNT)
        await until(lambda: state(hub) is LinkState.CONNECTED)


async def test_what_cannot_be_tried_again_says_why(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        await hub.connections.sign_out(ACCOUNT)
        with pytest.raises(SignInRequired, match="not signed in"):
            await hub.connections.retry(ACCOUNT)
        with pytest.raises(ConfigError, match="no account"):
            await hub.connections.retry("nobody")


async def test_a_hub_of_another_command_says_that_it_connects_nothing(cloud: Cloud) -> None:
    async with cloud.hub(goes_live=False) as hub:
        assert await cloud.sign_in(hub) == "done"
        with pytest.raises(ConfigError, match="connects no account") as caught:
            await hub.connections.retry(ACCOUNT)
    assert "bimmerhub run" in (caught.value.hint or "")


async def test_a_pause_is_over_when_its_time_has_come_or_it_is_cut_short() -> None:
    clock = ManualClock()
    pause = Pause(clock)
    pause.cut_short()
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(pause.sleep(60))
        await clock.asleep.wait()
        clock.advance(60_000)
    assert not waiting.result()
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(pause.sleep(60))
        await clock.asleep.wait()
        pause.cut_short()
    assert waiting.result()


async def test_work_that_fell_is_started_at_once() -> None:
    clock, falls = ManualClock(), 0
    supervisor = Supervisor("work", clock=clock, jitter=random.Random(1))

    async def work() -> None:
        nonlocal falls
        falls += 1
        if falls == 1:
            raise RuntimeError("it fell")

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(supervisor.keep_running(work))
        await clock.asleep.wait()
        supervisor.retry_now()
        await running
    assert falls == 2
