"""A shopper with nothing but HTTP, and the bodies that the public collection of requests sends."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bimmerhub.emulator.app import Emulator

GRAPHQL = "/bin/services/gateway.inventory.json/v1/inventory-search-service/graphql"
COLLECTION_SEARCH = {
    "pageIndex": 0,
    "PageSize": 20,
    "postalCode": "90210",
    "radius": 0,
    "sortBy": None,
    "sortDirection": None,
    "formatResponse": False,
    "includeFacets": True,
    "includeDealers": True,
    "includeVehicles": True,
    "filters": [
        {"name": "Year", "values": ["2019", "2015", "2022"]},
        {"name": "Odometer", "values": ["50,000 or less"]},
    ],
}


@dataclass
class Shopper:
    """A program that looks for cars."""

    emulator: Emulator
    session: aiohttp.ClientSession
    token: str = ""

    async def send(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        async with self.session.request(method, self.emulator.info.base_url + path, **options) as response:
            is_json = response.content_type == "application/json"
            return response.status, await (response.json() if is_json else response.read())

    async def ask_token(self, **form: str) -> tuple[int, Any]:
        return await self.send("POST", "/token", data={"username": "any", "password": "any", **form})

    async def search(self, **changes: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        return await self.send("POST", "/vehicle", json={**COLLECTION_SEARCH, **changes}, headers=headers)

    async def find(self, **changes: Any) -> Any:
        status, body = await self.search(**changes)
        assert status == 200, body
        return body

    async def ask(self, query: str, **body: Any) -> Any:
        status, answer = await self.send("POST", GRAPHQL, json={"query": query, **body})
        assert status == 200
        return answer


@pytest.fixture
async def shopper(emulator: Emulator, session: aiohttp.ClientSession) -> Shopper:
    new = Shopper(emulator, session)
    new.token = (await new.ask_token())[1]["access_token"]
    return new


@pytest.fixture
def shopper_of(session: aiohttp.ClientSession) -> Callable[[Emulator], Shopper]:
    return lambda emulator: Shopper(emulator, session)
