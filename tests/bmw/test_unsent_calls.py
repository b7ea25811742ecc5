"""A call that never left this machine costs none of the day's 50; one that BMW may have seen does."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver
from tests.bmw.conftest import NOON_MS
from typing_extensions import override

from bimmerhub.bmw import http
from bimmerhub.bmw.cardata import LedgerFile, MemoryLedger, QuotaLedger, ReturningLedger
from bimmerhub.bmw.cardata.bmw_clock import BmwClock
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.quota import CALLS_PER_DAY, QuotaRules
from bimmerhub.errors import BmwUnavailable
from bimmerhub.hub.accounts.quota import QuotaBook
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS

Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
HOME = StoredAccount(id=1, name="home", family=Family.CARDATA, client_id="a")


@pytest.fixture(params=["memory", "file", "store"])
async def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ReturningLedger]:
    if request.param != "store":
        yield MemoryLedger() if request.param == "memory" else LedgerFile(tmp_path / "quota.json")
        return

    async def ignore(_: StoredAccount) -> None:
        """Nobody watches this quota."""

    async with SqliteStore.open(tmp_path / "bimmerhub.sqlite3") as store:
        yield QuotaBook(store.quota, QuotaRules(), bmw_clock=BmwClock(SystemClock()), changed=ignore).ledger(
            HOME, caller="cli"
        )


async def calls_left(ledger: QuotaLedger, *, at_ms: int = NOON_MS) -> int:
    """Return how many there were before this asked, at the price of one."""
    return await ledger.spend("look", at_ms=at_ms) + 1


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port on which nobody listens, and which nobody else can take meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


async def test_a_call_without_a_connection_is_given_back(
    signed_in: Any, ledger: ReturningLedger, closed_port: int
) -> None:
    for address in ("https://no.such.host.invalid", f"http://127.0.0.1:{closed_port}"):
        async with signed_in.cardata(ledger=ledger, api_url=address) as cardata:
            with pytest.raises(BmwUnavailable, match="cannot reach"):
                await cardata.rest.fetch_mappings()
    assert await calls_left(ledger) == CALLS_PER_DAY


class HangingResolver(AbstractResolver):
    """A name server that never answers."""

    @override
    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[Any]:
        return await asyncio.Future()

    @override
    async def close(self) -> None:
        """There is nothing to close."""


async def test_a_call_whose_name_is_looked_up_for_too_long_is_given_back(
    signed_in: Any, ledger: ReturningLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "CONNECTED_WITHIN_S", 0.1)
    connector = aiohttp.TCPConnector(resolver=HangingResolver())
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        signed_in.cardata(ledger=ledger, api_url="https://no.such.host.invalid", session=session) as cardata,
    ):
        with pytest.raises(http.NotSent, match="cannot reach"):
            await cardata.rest.fetch_mappings()
    assert await calls_left(ledger) == CALLS_PER_DAY


async def test_a_call_to_an_untrusted_server_is_given_back(
    signed_in: Any, ledger: ReturningLedger, make_cloud: Callable[..., Any], tmp_path: Path
) -> None:
    async with (
        make_cloud(https=True, keys_dir=tmp_path / "others") as other,
        signed_in.cardata(ledger=ledger, api_url=other.emulator.info.base_url) as cardata,
    ):
        with pytest.raises(BmwUnavailable, match="not trusted"):
            await cardata.rest.fetch_mappings()
    assert await calls_left(ledger) == CALLS_PER_DAY


async def test_a_call_that_was_sent_is_not_given_back(signed_in: Any, ledger: ReturningLedger, serve: Serve) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async with signed_in.cardata(ledger=ledger, api_url=await serve(cut)) as cardata:
        with pytest.raises(BmwUnavailable, match="the connection broke"):
            await cardata.rest.fetch_mappings()
    tries = 3
    assert await calls_left(ledger, at_ms=signed_in.clock.now_ms()) == CALLS_PER_DAY - tries


async def test_only_one_call_that_was_counted_comes_back(ledger: ReturningLedger) -> None:
    await ledger.give_back("mappings", at_ms=NOON_MS)
    for operation in ("mappings", "mappings", "image"):
        await ledger.spend(operation, at_ms=NOON_MS)
    await ledger.give_back("mappings", at_ms=NOON_MS)
    assert await calls_left(ledger) == CALLS_PER_DAY - 2


async def test_yesterdays_call_does_not_come_back_today(ledger: ReturningLedger) -> None:
    await ledger.spend("mappings", at_ms=NOON_MS)
    tomorrow_ms = NOON_MS + DAY_MS
    await ledger.spend("mappings", at_ms=tomorrow_ms)
    await ledger.give_back("mappings", at_ms=NOON_MS)
    assert await calls_left(ledger, at_ms=tomorrow_ms) == CALLS_PER_DAY - 1


class OwnLedger:
    """A ledger that somebody else wrote, without `give_back`."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    async def spend(self, operation: str, *, at_ms: int) -> int:
        del at_ms
        self.calls.append(operation)
        return CALLS_PER_DAY - len(self.calls)

    async def mark_spent(self, *, at_ms: int) -> None:
        """BMW does not say so here."""


async def test_a_ledger_that_takes_nothing_back_still_serves(signed_in: Any, closed_port: int) -> None:
    ledger = OwnLedger()
    async with signed_in.cardata(ledger=ledger, api_url=f"http://127.0.0.1:{closed_port}") as cardata:
        with pytest.raises(BmwUnavailable, match="cannot reach"):
            await cardata.rest.fetch_mappings()
    assert set(ledger.calls) == {"mappings"}
