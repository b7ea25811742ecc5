"""Two names for one BMW account: the second sign-in is refused by the first one's name, and costs it nothing."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from tests.emulated import emulator_settings
from tests.hub.conftest import ACCOUNT, Cloud, until

from bimmerhub.domain.account.link import LinkState
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.owners.emulated_accounts import ProviderClient
from bimmerhub.emulator.settings import EmulatedAccount
from bimmerhub.hub.app import Hub
from bimmerhub.ids import Gcid

PROVIDER = "99999999-bbbb-cccc-dddd-eeeeeeeeeeee"
ANNA = EmulatedAccount()
BEN = EmulatedAccount(
    user="ben@example.com",
    gcid=Gcid("22222222-2222-3333-4444-555555555555"),
    client_id="bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee",
    models=("ice",),
)


@pytest.fixture
async def two_owners(tmp_path: Path, keys_dir: Path) -> AsyncIterator[Cloud]:
    """Two owners who sign in by the client of a service provider."""
    settings = emulator_settings(
        http_port=0,
        mqtt_port=0,
        keys_dir=keys_dir,
        poll_interval_s=0,
        accounts=(ANNA, BEN),
        providers=(ProviderClient(client_id=PROVIDER),),
    )
    async with Emulator(settings) as emulator, aiohttp.ClientSession() as session:
        yield Cloud(emulator=emulator, session=session, data_dir=tmp_path / "hub")


async def sign_in_as(cloud: Cloud, hub: Hub, name: str, owner: EmulatedAccount) -> str:
    state = await hub.connections.start_sign_in(name, PROVIDER)
    assert cloud.emulator.identity.decide(state.user_code, approve=True, gcid=owner.gcid)
    await until(lambda: cloud.status(hub, name) != "pending")
    return cloud.status(hub, name)


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


async def test_a_providers_client_serves_two_owners_side_by_side(two_owners: Cloud) -> None:
    async with two_owners.hub() as hub:
        assert await sign_in_as(two_owners, hub, "home", ANNA) == "done"
        assert await sign_in_as(two_owners, hub, "firm", BEN) == "done"
        await until(lambda: {link.state for link in hub.connections.links()} == {LinkState.CONNECTED})
        assert {account.gcid for account in await hub.connections.accounts()} == {ANNA.gcid, BEN.gcid}


async def test_a_name_that_signs_in_as_somebody_elses_account_keeps_its_own(two_owners: Cloud) -> None:
    async with two_owners.hub() as hub:
        for name, owner in (("home", ANNA), ("firm", BEN)):
            assert await sign_in_as(two_owners, hub, name, owner) == "done"
        assert await sign_in_as(two_owners, hub, "home", BEN) == "failed"
        gcids = {account.name: account.gcid for account in await hub.connections.accounts()}
        assert gcids == {"home": ANNA.gcid, "firm": BEN.gcid}
        await until(lambda: [link.state for link in hub.connections.links()] == [LinkState.CONNECTED] * 2)


async def test_a_name_that_is_signed_in_becomes_nobody_elses_unless_it_is_signed_out(two_owners: Cloud) -> None:
    async with two_owners.hub() as hub:
        assert await sign_in_as(two_owners, hub, "home", ANNA) == "done"
        assert await sign_in_as(two_owners, hub, "home", BEN) == "failed"
        state = hub.connections.sign_in_state("home")
        assert state is not None
        assert state.error is not None
        assert "--account NAME" in (state.error.hint or "")
        [account] = await hub.connections.accounts()
        assert (account.gcid, account.signed_in) == (ANNA.gcid, True)
        await hub.connections.sign_out("home")
        assert await sign_in_as(two_owners, hub, "home", BEN) == "done"
