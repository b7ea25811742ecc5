"""An account's access: one for all who use it, and none that outlives the sign-out."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from tests.hub.conftest import ACCOUNT, Cloud

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.errors import SignInRequired
from bimmerhub.hub.accounts.access import AccountAccess
from bimmerhub.hub.app import Hub


class SlowBmw:
    """A sign-in server that answers a refresh only when told to, and a REST server that refuses every token."""

    def __init__(self) -> None:
        self.is_asked = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def renew(self, _request: web.Request) -> web.Response:
        self.is_asked.set()
        await self.may_answer.wait()
        return web.json_response({"access_token": "a2", "refresh_token": "r2", "id_token": "a.e30.b"})

    async def refuse(self, _request: web.Request) -> web.Response:
        return web.json_response({"exveErrorId": "CU-101"}, status=401)


@pytest.fixture
async def slow_bmw(cloud: Cloud) -> AsyncIterator[tuple[SlowBmw, Endpoints]]:
    bmw = SlowBmw()
    app = web.Application()
    app.router.add_post("/{path:.*}", bmw.renew)
    app.router.add_get("/{path:.*}", bmw.refuse)
    async with TestServer(app, host="127.0.0.1") as server:
        address = str(server.make_url(""))
        yield bmw, replace(cloud.settings().bmw, auth_url=address, api_url=address)


async def open_access(hub: Hub) -> AccountAccess:
    [account] = await hub.store.accounts.accounts()
    return hub.accesses.access(account)


async def test_everyone_who_asks_shares_one_access_with_or_without_a_link(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        assert await open_access(hub) is await open_access(hub)
    async with cloud.hub(goes_live=False) as hub:
        assert await open_access(hub) is await open_access(hub)


async def test_a_new_sign_in_has_a_new_access_and_ends_the_old_one(cloud: Cloud) -> None:
    async with cloud.connected() as hub:
        before = await open_access(hub)
        assert await cloud.sign_in(hub) == "done"
        with pytest.raises(SignInRequired):
            await before.tokens.current()
        assert (await (await open_access(hub)).tokens.current()).gcid == cloud.emulator.info.gcid


async def test_a_call_in_flight_does_not_undo_the_sign_out(cloud: Cloud, slow_bmw: tuple[SlowBmw, Endpoints]) -> None:
    async with cloud.connected():
        pass
    bmw, settings = slow_bmw
    async with cloud.hub(goes_live=False, bmw=settings) as hub, asyncio.TaskGroup() as tasks:
        rest = (await open_access(hub)).open_rest(caller="api", retries=0)
        call = tasks.create_task(ended_by_sign_out(rest.fetch_mappings()))
        await bmw.is_asked.wait()
        await hub.connections.sign_out(ACCOUNT)
        bmw.may_answer.set()
        assert await call
        [account] = await hub.store.accounts.accounts()
        assert await hub.store.accounts.load_tokens(account.id) is None


async def ended_by_sign_out(work: Awaitable[object]) -> bool:
    try:
        await work
    except SignInRequired:
        return True
    return False
