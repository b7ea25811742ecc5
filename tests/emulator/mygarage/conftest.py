"""An owner at My Garage, with nothing but HTTP: signed in as the site's page does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch

SERVICES = "/bin/my-garage-services"
FORWARD = "/bin/api/forward"
SITE = "https://mygarage.bmwusa.com/"


SIGN_IN = {
    "client_id": "any",
    "redirect_uri": "https://mygarage.bmwusa.com/content/mybmw/en/code-receiver.html",
    "response_type": "token",
    "scope": "authenticate_user vehicle_data remote_services fupo",
    "username": "anna@example.com",
    "password": "emulator",
    "state": SITE,
    "grant_type": "authorization_code",
}


@dataclass
class Owner:
    """Somebody who looks at the cars in My Garage."""

    emulator: Emulator
    session: aiohttp.ClientSession
    token: str = ""

    @property
    def vin(self) -> str:
        return self.emulator.info.vehicles[0].vin

    async def send(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        url = self.emulator.info.base_url + path
        async with self.session.request(method, url, allow_redirects=False, **options) as response:
            is_json = response.content_type == "application/json"
            return response.status, await (response.json() if is_json else response.text())

    async def sign_in(self) -> "Owner":
        url = self.emulator.info.base_url + "/gcdm/oauth/authenticate"
        async with self.session.post(url, data=SIGN_IN, allow_redirects=False) as response:
            assert response.status == 302
            fragment = parse_qs(urlsplit(response.headers["Location"]).fragment)
        self.token = fragment["access_token"][0]
        return self

    async def call(self, path: str, *, authorization: str | None = None, **options: Any) -> tuple[int, Any]:
        """Ask as the collection of 2023 does: three parts, no Referer."""
        header = f"gcid={self.emulator.info.gcid},token={self.token},vin={self.vin}"
        headers = {"Authorization": authorization or header, **options.pop("headers", {})}
        return await self.send("GET", path, headers=headers, **options)

    async def get(self, path: str, **query: str) -> Any:
        status, body = await self.call(path, params=query)
        assert status == 200, body
        return body

    async def forward(self, target: str, **query: str) -> Any:
        return await self.get(FORWARD, targetURL=f"/mybmw/resources/{target}", **query)

    def break_with(self, name: str, *, value: float | None = None, times: int | None = None) -> None:
        self.emulator.faults.switch_on(FaultSwitch(name=name, value=value, times=times))


@pytest.fixture
async def owner(emulator: Emulator, session: aiohttp.ClientSession) -> Owner:
    return await Owner(emulator, session).sign_in()


@pytest.fixture
def owner_of(session: aiohttp.ClientSession) -> Callable[[Emulator], Owner]:
    return lambda emulator: Owner(emulator, session)
