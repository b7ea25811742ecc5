"""Stopping while BMW renews the sign-in: its answer is the only copy of the next refresh token."""

import asyncio

import pytest
from tests.hub.conftest import ACCOUNT, Cloud, until

from bimmerhub.bmw.tokens import fresh_tokens
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.cli.hub_access.hub_client import HubClient, Request
from bimmerhub.hub.app import Hub
from bimmerhub.hub.process.directory import find_hub
from bimmerhub.views.fetch import FetchAnswer

SECOND_S = 1.0


async def begin_renewal(cloud: Cloud, hub: Hub, *, answer_s: float) -> TokenSet:
    """Let the stream ask for new tokens, whose answer takes so long, and return those that it has."""
    account = await hub.connections.accounts()
    assert [one.name for one in account] == [ACCOUNT]
    [stored] = await hub.store.accounts.accounts()
    before = await hub.accesses.access(stored).tokens.current()
    await cloud.control("faults", name="token-answer-late", value=answer_s, times=1)
    cloud.emulator.clock.jump(by_ms=50 * 60_000)
    await until(lambda: not cloud.emulator.faults.is_on("token-answer-late"))
    return before


async def stored_tokens(cloud: Cloud) -> TokenSet:
    async with cloud.hub(clock=cloud.emulator.clock, goes_live=False) as hub:
        [account] = await hub.store.accounts.accounts()
        return await hub.accesses.access(account).tokens.current()


async def test_a_stop_waits_for_the_answer_and_says_so(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    async with cloud.connected(clock=cloud.emulator.clock) as hub:
        before = await begin_renewal(cloud, hub, answer_s=2 * SECOND_S)
    assert caplog.text.count("waiting up to 10 s for its answer") == 1
    assert (await stored_tokens(cloud)).refresh_token != before.refresh_token


async def test_a_stop_waits_for_the_renewal_that_a_request_has_begun(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        [stored] = await hub.store.accounts.accounts()
        before = await hub.accesses.access(stored).tokens.current()
        await cloud.control("tokens/expire", kind="access")
        await cloud.control("faults", name="token-answer-late", value=4 * SECOND_S, times=1)
        announced = find_hub(cloud.data_dir)
        assert announced is not None
        request = Request(method="POST", path=f"accounts/{ACCOUNT}/fetch", body={"fresh": True})
        asking = asyncio.create_task(HubClient(announced).send(request, FetchAnswer))
        await until(lambda: not cloud.emulator.faults.is_on("token-answer-late"))
    await asyncio.wait({asking})
    assert asking.exception() is None, "it was even answered"
    assert (await stored_tokens(cloud)).refresh_token != before.refresh_token


async def test_a_stop_waits_no_longer_and_what_was_lost_is_noted(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh_tokens, "FINISH_REFRESH_WITHIN_S", SECOND_S)
    async with cloud.connected(clock=cloud.emulator.clock) as hub:
        await begin_renewal(cloud, hub, answer_s=30 * SECOND_S)
        begun_s = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - begun_s < 9
    cloud.emulator.clock.jump(by_ms=5_000)  # a lenient emulator takes a spent token for two seconds more
    async with cloud.hub(clock=cloud.emulator.clock) as hub:
        cloud.emulator.clock.set_speed(50)  # BMW is asked a second time 5 s after it refused
        await until(lambda: hub.connections.links()[0].state == "signed_out")
        [link] = hub.connections.links()
    assert "answer to the renewal of" in link.reason
    assert "was lost on the way" in link.reason


async def test_a_stop_without_a_renewal_is_quick(cloud: Cloud) -> None:
    async with cloud.connected():
        begun_s = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - begun_s < 6
