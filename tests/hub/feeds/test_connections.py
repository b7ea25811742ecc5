"""Connections start and stop whatever feed a family has, a polled one too."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.hub.conftest import NOW_MS, PLACE, ManualClock, until

from bimmerhub.bmw.cardata import Endpoints, TokenSet
from bimmerhub.bmw.cardata.bmw_clock import BmwClock
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.bmw.http import open_session
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.account.quota import QuotaRules
from bimmerhub.errors import ConfigError
from bimmerhub.hub.accounts.access import AccessBook
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.password_access import PasswordAccessBook
from bimmerhub.hub.accounts.quota import QuotaBook
from bimmerhub.hub.accounts.sign_in_details import SealedDetails
from bimmerhub.hub.accounts.sign_in_places import SignInPlaces
from bimmerhub.hub.feeds.connections import Connections
from bimmerhub.hub.feeds.feed import Feed, Way
from bimmerhub.hub.process.secrets import Sealer
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.sqlite.store import SqliteStore

TOKENS = TokenSet(
    access_token="a",
    id_token="i",
    refresh_token="r",
    gcid="gcid",
    scopes=frozenset({"openid"}),
    access_expires_at_ms=NOW_MS + 1,
    id_expires_at_ms=NOW_MS + 1,
    refresh_expires_at_ms=NOW_MS + 1,
)


class PolledFeed(Feed):
    """A way in that asks now and then, and is connected in between."""

    def __init__(self, account: StoredAccount) -> None:
        self._account = account
        self._state = LinkState.CONNECTING
        self._stopping = asyncio.Event()
        self.is_stored = False
        self.retries = 0

    @property
    def account(self) -> StoredAccount:
        return self._account

    @property
    def way(self) -> Way:
        return Way.POLL

    @property
    def link(self) -> Link:
        return Link(
            account=self._account.name,
            family=self._account.family,
            state=self._state,
            reason="asked",
            hint=None,
            since_ms=NOW_MS,
        )

    async def run(self) -> None:
        self._state = LinkState.CONNECTED
        await self._stopping.wait()
        await asyncio.sleep(0)
        self.is_stored = True

    def retry_now(self) -> None:
        self.retries += 1

    def stop(self) -> None:
        self._stopping.set()

    async def judged(self) -> None:
        return


class Place:
    """The connections of a data directory whose only feeds are polled ones."""

    def __init__(self, accounts: AccountBook, connections: Connections, opened: list[PolledFeed]) -> None:
        self.accounts = accounts
        self.connections = connections
        self.opened = opened

    async def sign_in(self, name: str) -> None:
        await self.sign_in_as(name, gcid=f"gcid of {name}")

    async def sign_in_as(self, name: str, *, gcid: str) -> None:
        tokens = replace(TOKENS, gcid=gcid)
        await self.accounts.sign_in(await self.accounts.plan(name, client_id="c"), tokens, place=PLACE, now_ms=NOW_MS)


async def ignore(_: StoredAccount) -> None:
    """Tell nobody of a call."""


@pytest.fixture
async def place(tmp_path: Path, store: SqliteStore) -> AsyncIterator[Place]:
    accounts, clock = AccountBook(store.accounts, SignInPlaces(store.settings), Sealer.open(tmp_path)), ManualClock()
    opened: list[PolledFeed] = []

    def open_feed(account: StoredAccount) -> Feed:
        opened.append(PolledFeed(account))
        return opened[-1]

    async with open_session() as session, asyncio.TaskGroup() as tasks:
        accesses = AccessBook(
            accounts=accounts,
            quotas=QuotaBook(store.quota, QuotaRules(), bmw_clock=BmwClock(SystemClock()), changed=ignore),
            endpoints=Endpoints(),
            session=session,
            clock=clock,
        )
        connections = Connections(
            accounts=accounts,
            accesses=accesses,
            passwords=PasswordAccessBook(
                {},
                accounts=accounts,
                settings={},
                details=SealedDetails(store.settings, Sealer.open(tmp_path)),
                clock=clock,
            ),
            feeds={Family.CARDATA: open_feed},
            tasks=tasks,
            now_ms=clock.now_ms,
            goes_live=True,
        )
        yield Place(accounts, connections, opened)
        await connections.stop()


async def test_only_accounts_that_are_signed_in_get_a_feed(place: Place) -> None:
    await place.sign_in("home")
    await place.accounts.open("firm", client_id="c", family=Family.CARDATA)
    await place.connections.start()
    await until(lambda: [link.state for link in place.connections.links()] == [LinkState.CONNECTED])
    assert [(link.account, link.family) for link in place.connections.links()] == [("home", Family.CARDATA)]
    assert place.connections.feed("firm") is None


async def test_stopping_waits_until_what_came_in_is_stored(place: Place) -> None:
    for name in ("home", "firm"):
        await place.sign_in(name)
    await place.connections.start()
    await place.connections.stop()
    assert [feed.is_stored for feed in place.opened] == [True, True]
    assert place.connections.links() == []


async def test_signing_out_stops_the_feed_of_that_account_only(place: Place) -> None:
    for name in ("home", "firm"):
        await place.sign_in(name)
    await place.connections.start()
    await place.connections.sign_out("home")
    assert [link.account for link in place.connections.links()] == ["firm"]
    assert [account.signed_in for account in await place.connections.accounts()] == [True, False]


async def test_an_account_that_is_not_known_cannot_be_signed_out(place: Place) -> None:
    with pytest.raises(ConfigError, match="no account named 'nobody'"):
        await place.connections.sign_out("nobody")


async def test_of_two_names_of_one_bmw_account_one_is_connected_and_the_other_says_why(place: Place) -> None:
    for name in ("home", "twin"):
        await place.sign_in_as(name, gcid="gcid")
    await place.connections.start()
    home, twin = place.connections.links()
    assert ([feed.account.name for feed in place.opened], home.account) == (["home"], "home")
    assert (twin.state, "the same BMW account as home" in twin.reason) == (LinkState.STOPPED, True)
    await place.connections.sign_out("twin")
    assert [link.account for link in place.connections.links()] == ["home"]
