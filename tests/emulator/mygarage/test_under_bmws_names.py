"""My Garage, dealers and inventory under BMW's names: the site's own sign-in, MINI's names, and owners from elsewhere.

The requests of the public collections are sent by tests/collections/test_public_collections.py.
"""

import socket
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from tests.emulator.inventory.conftest import COLLECTION_SEARCH, GRAPHQL

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.host.as_bmw import BMW_HOSTS
from bimmerhub.emulator.host.regions import UserRegion
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings

GARAGE = "https://mygarage.bmwusa.com"
SIGNED = (
    f"{GARAGE}/bin/my-garage-services/recalls",
    f"{GARAGE}/bin/my-garage-services/connected-drive/mapping?brand=BM&property=relationship",
    f"{GARAGE}/bin/my-garage-services/offers?brand=BMW",
    "https://mygarage.miniusa.com/bin/my-garage-services/recalls",
)


class Collection:
    """A program with BMW's addresses written in, which follows no redirect."""

    def __init__(self, bmw: Emulator, session: aiohttp.ClientSession) -> None:
        self.bmw = bmw
        self.session = session
        self.port = (bmw.info.https_url or "").rpartition(":")[2]

    @property
    def names(self) -> dict[str, str]:
        return {"vin": self.bmw.info.vehicles[0].vin, "gcid": self.bmw.info.gcid}

    async def send(self, method: str, url: str, **options: Any) -> tuple[int, Any, Any]:
        parts = urlsplit(url)
        here = url.replace(parts.netloc, f"{parts.netloc}:{self.port}", 1)
        headers = {"Accept": "application/json", "User-Agent": "Thunder Client (https://www.thunderclient.com)"}
        headers |= options.pop("headers", {})
        async with self.session.request(method, here, headers=headers, allow_redirects=False, **options) as response:
            is_json = response.content_type == "application/json"
            return response.status, response.headers, await (response.json() if is_json else response.text())

    async def get_json(self, url: str, **headers: str) -> Any:
        status, answer_headers, body = await self.send("GET", url, headers=headers)
        assert status == 200, body
        assert "application/json" in answer_headers["Content-Type"]
        return body

    async def sign_in(self) -> str:
        form = {
            "client_id": "any",
            "redirect_uri": f"{GARAGE}/content/mybmw/en/code-receiver.html",
            "response_type": "token",
            "scope": "authenticate_user vehicle_data remote_services fupo",
            "username": self.bmw.info.user,
            "password": self.bmw.info.password,
            "state": f"{GARAGE}/",
        }
        status, headers, _ = await self.send("POST", "https://login.bmwusa.com/gcdm/oauth/authenticate", data=form)
        assert status == 302
        fragment = urlsplit(headers["Location"]).fragment
        assert fragment.startswith("access_token=")
        return str(parse_qs(fragment)["access_token"][0])


@pytest.fixture
async def collection(
    make_settings: Callable[..., EmulatorSettings], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Collection]:
    look_up = socket.getaddrinfo

    def look_up_here(host: Any, *options: Any, **more: Any) -> Any:
        return look_up("127.0.0.1" if host in BMW_HOSTS else host, *options, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up_here)
    settings = make_settings(as_bmw=True, accounts=(EmulatedAccount(region=UserRegion.NA),))
    async with Emulator(settings) as bmw:
        tls = ssl.create_default_context(cafile=bmw.info.ca_file)
        connector = aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver(), ssl=tls)
        async with aiohttp.ClientSession(connector=connector) as session:
            yield Collection(bmw, session)


async def test_my_garage_tells_the_owner(collection: Collection) -> None:
    names, token = collection.names, await collection.sign_in()
    header = f"gcid={names['gcid']},token={token},vin={names['vin']}"
    for url in SIGNED:
        await collection.get_json(url, **{"Authorization": header, "Accept-Language": "en-US"})


async def test_the_inventory_is_searched_with_the_token_that_it_gave(collection: Collection) -> None:
    host = "https://inventoryservices.bmwdealerprograms.com"
    status, _, answer = await collection.send("POST", f"{host}/token", data={"username": "a", "password": "b"})
    assert (status, isinstance(answer["access_token"], str)) == (200, True)
    search = {**COLLECTION_SEARCH, "filters": [{"name": "Year", "values": ["2009", "2015", "2022"]}]}
    for token, expected in (("a token of 2023-02-27", 401), (answer["access_token"], 200)):
        headers = {"Authorization": f"Bearer {token}"}
        status, _, found = await collection.send("POST", f"{host}/vehicle", json=search, headers=headers)
        assert status == expected
    assert found["photoDetails"]["root"].startswith(f"{host}:")
    basic = b64encode(b"a:b").decode()
    site = await collection.send(
        "POST", "https://www.bmwusa.com/token/cpo/", headers={"Authorization": f"Basic {basic}"}
    )
    assert site[0] == 200


async def test_minis_search_answers_under_its_own_name(collection: Collection) -> None:
    query = "query inventory { getFilterableOptions(brand: MI) { dealerIds } }"
    status, _, answer = await collection.send("POST", f"https://www.miniusa.com{GRAPHQL}", json={"query": query})
    assert (status, "errors" in answer) == (200, False)


@pytest.mark.parametrize("region", [UserRegion.ROW, UserRegion.CN])
async def test_an_owner_of_another_region_is_not_let_in(
    make_settings: Callable[..., EmulatorSettings], collection: Collection, region: UserRegion
) -> None:
    async with Emulator(make_settings(as_bmw=True, accounts=(EmulatedAccount(region=region),))) as bmw:
        stranger = Collection(bmw, collection.session)
        form = {"client_id": "any", "redirect_uri": f"{GARAGE}/", "response_type": "token", "scope": "fupo"}
        form |= {"username": bmw.info.user, "password": bmw.info.password}
        status, _, _ = await stranger.send("POST", "https://login.bmwusa.com/gcdm/oauth/authenticate", data=form)
        assert status == 401
