"""Two names for one BMW account: the second sign-in is refused by the first one's name, and costs it nothing."""

import asyncio

from tests.hub.conftest import ACCOUNT, Cloud, until

from bimmerhub.domain.account.link import LinkState
from bimmerhub.hub.app import Hub


async def test_second_name_is_refused_with_the_first_ones(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        assert await cloud.sign_in(hub, name="twin") == "failed"
        state = hub.connections.sign_in_state("twin")
        assert state is not None
        assert str(state.error) == "this BMW account is signed in here already, as 'home'"
        assert "--account home" in (state.error.hint or "" if state.error else "")
        assert [account.name for account in await hub.connections.accounts()] == [ACCOUNT]
        assert [link.state for link in hub.connections.links()] == [LinkState.CONNECTED]


async def test_what_a_name_had_before_stays_when_its_new_sign_in_is_refused(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        await hub.connections.sign_out(ACCOUNT)
        assert await cloud.sign_in(hub, name="twin") == "done"
        assert await cloud.sign_in(hub) == "failed"
        await until(lambda: [link.account for link in hub.connections.links()] == ["twin"])
        assert {account.name: account.signed_in for account in await hub.connections.accounts()} == {
            "home": False,
            "twin": True,
        }


async def test_one_of_two_sign_ins_at_once_gets_through(cloud: Cloud) -> None:
    async with cloud.hub() as hub:
        names = ("first", "second", "third")
        for name in names:
            state = await hub.connections.start_sign_in(name, cloud.emulator.info.client_id)
            cloud.emulator.identity.decide(state.user_code, approve=True)
        await until(lambda: all(cloud.status(hub, name) != "pending" for name in names))
        assert sorted(cloud.status(hub, name) for name in names) == ["done", "failed", "failed"]
        assert len(hub.connections.links()) == 1
        assert sum(await asyncio.gather(*(has_tokens(hub, name) for name in names))) == 1


async def has_tokens(hub: Hub, name: str) -> bool:
    return any(account.name == name and account.signed_in for account in await hub.connections.accounts())


async def test_the_same_name_renews_its_sign_in(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        assert await cloud.sign_in(hub) == "done"
        await until(lambda: [link.state for link in hub.connections.links()] == [LinkState.CONNECTED])
