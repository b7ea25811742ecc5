"""An account's link: what a page needs to say why nothing comes, and until when the sign-in lives."""

import asyncio
import time
from typing import NoReturn

import pytest
from tests.hub.conftest import ACCOUNT, Cloud, until

from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.documents import MAPPING
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.errors import StoreError
from bimmerhub.hub.app import Hub
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.store.ports.readings import Batch

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


async def test_an_answer_that_waits_for_a_full_disk_survives_the_sign_out(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: Batch) -> NoReturn:
        raise StoreError("the disk is full")

    async with cloud.hub(rest=RestSettings(refresh_h=6, reserve=0)) as hub:
        monkeypatch.setattr(hub.store, "append", fail)
        assert await cloud.sign_in(hub) == "done"
        await until(lambda: hub.context.health.health().last_store_error)
        async with asyncio.timeout(3):
            await hub.connections.sign_out(ACCOUNT)
        monkeypatch.undo()
        async with asyncio.timeout(10):
            while not await hub.store.documents.documents(cloud.vin, MAPPING):  # noqa: ASYNC110 - the store has no event
                await asyncio.sleep(0.01)


async def test_a_sign_in_that_cannot_be_stored_leaves_the_stream_open(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> NoReturn:
        raise StoreError("the disk is full")

    async with cloud.connected() as hub:
        monkeypatch.setattr(hub.store.accounts, "save_tokens", fail)
        assert await cloud.sign_in(hub) == "failed"
        assert link(hub).state is LinkState.CONNECTED
        with pytest.raises(StoreError):
            await hub.connections.sign_out(ACCOUNT)
        await until(lambda: link(hub).state is LinkState.CONNECTED)
        monkeypatch.undo()
        assert await cloud.sign_in(hub) == "done"
        await until(lambda: link(hub).state is LinkState.CONNECTED)
