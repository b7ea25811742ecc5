"""An account's link: what a page needs to say why nothing comes, and until when the sign-in lives."""

import time

from tests.hub.conftest import Cloud, until

from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.hub.app import Hub

DAY_MS = 86_400_000


def link(hub: Hub) -> Link:
    return hub.connections.links()[0]


async def test_link_tells_failures_and_the_next_try_until_it_stands(cloud: Cloud) -> None:
    cloud.emulator.faults.switch_on(FaultSwitch(name="broker-unavailable", times=2))
    async with cloud.hub() as hub:
        assert await cloud.sign_in(hub) == "done"
        await until(lambda: link(hub).failures == 2)
        waiting = link(hub)
        assert (waiting.state, "(136)" in waiting.reason) == (LinkState.WAITING, True)
        assert waiting.hint == "It is BMW's fault; nothing needs to be done."
        assert waiting.next_try_at_ms is not None
        assert 0 <= waiting.next_try_at_ms - waiting.since_ms <= 6_000
        await until(lambda: link(hub).state is LinkState.CONNECTED)
        assert link(hub).next_try_at_ms is None


async def test_link_tells_until_when_the_sign_in_lives(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        expires_at_ms = link(hub).refresh_expires_at_ms
    assert expires_at_ms is not None
    assert abs(expires_at_ms - time.time() * 1000 - 14 * DAY_MS) < 60_000
