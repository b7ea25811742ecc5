"""The emulator's door: each request and answer as it went over the wire, and answers that a test changes."""

from collections.abc import Callable

import aiohttp

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.emulator.settings import EmulatorSettings

PATH = "/cms/default/default/country-selection.json"


async def test_every_exchange_is_heard(
    make_settings: Callable[..., EmulatorSettings], session: aiohttp.ClientSession
) -> None:
    heard: list[Exchange] = []
    async with Emulator(make_settings(), on_exchange=heard.append) as emulator:
        url = emulator.info.base_url + "/gcdm/oauth/token?a=b"
        async with session.post(url, data={"grant_type": "password"}) as response:
            answer = await response.read()
    [exchange] = heard
    assert (exchange.method, exchange.path, exchange.query) == ("POST", "/gcdm/oauth/token", "a=b")
    assert (exchange.request_body, exchange.status) == (b"grant_type=password", response.status)
    assert exchange.response_body == answer


async def test_answers_can_be_changed(
    make_settings: Callable[..., EmulatorSettings], session: aiohttp.ClientSession
) -> None:
    def rewrite(exchange: Exchange) -> bytes:
        return b"{}" if exchange.path == PATH else exchange.response_body

    async with Emulator(make_settings(), rewrite=rewrite) as emulator:
        async with session.get(emulator.info.base_url + PATH) as response:
            assert (await response.json(), response.headers["Content-Length"]) == ({}, "2")
        async with session.get(emulator.info.control_url + "/info") as response:
            assert (await response.json())["user"] == "anna@example.com"
