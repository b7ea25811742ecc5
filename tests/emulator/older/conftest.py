"""An old program: it signs in by password and asks the families that are older than CarData."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cars import CarTruth
from bimmerhub.ids import Vin

BASIC = "Basic " + b64encode(b"some-key:some-secret").decode()
WEBAPI = "/webapi/v1/user/vehicles"
WEBAPI_SCOPE = "remote_services vehicle_data"
REDIRECT = "https://www.bmw-connecteddrive.com/app/default/static/external-dispatch.html"


@dataclass
class Reply:
    """A status, headers and the body, decoded if it is JSON."""

    status: int
    headers: Any
    body: Any


@dataclass
class OldProgram:
    """A program of 2018 to 2021, with nothing but HTTP."""

    emulator: Emulator
    session: aiohttp.ClientSession
    token: str = ""

    async def send(self, method: str, path: str, **options: Any) -> Reply:
        url = self.emulator.info.base_url + path
        async with self.session.request(method, url, allow_redirects=False, **options) as response:
            is_json = response.content_type == "application/json" and await response.read()
            return Reply(response.status, response.headers, await (response.json() if is_json else response.text()))

    async def ask_tokens(self, path: str = "/webapi/oauth/token/", **changes: str | None) -> Reply:
        form = {"grant_type": "password", "username": "anna@example.com", "password": "emulator"}
        form["scope"] = WEBAPI_SCOPE
        fields = {name: value for name, value in {**form, **changes}.items() if value is not None}
        return await self.send("POST", path, data=fields, headers={"Authorization": BASIC})

    async def ask_redirect(self, path: str = "/gcdm/oauth/authenticate", **changes: str | None) -> Reply:
        query = {"client_id": "any", "redirect_uri": REDIRECT, "response_type": "token", "state": "abc"}
        query |= {"scope": "authenticate_user fupo", "username": "anna@example.com", "password": "emulator"}
        return await self.send("POST", path, params={k: v for k, v in {**query, **changes}.items() if v is not None})

    async def sign_in(self) -> "OldProgram":
        self.token = (await self.ask_tokens()).body["access_token"]
        return self

    async def call(self, method: str, path: str, *, token: str | None = None, **options: Any) -> Reply:
        headers = {"Authorization": f"Bearer {token or self.token}", "Accept": "application/json"}
        return await self.send(method, path, headers={**headers, **options.pop("headers", {})}, **options)

    async def get(self, path: str, **query: str) -> Any:
        """Return the JSON of an answer that is 200."""
        reply = await self.call("GET", path, params=query)
        assert reply.status == 200, (reply.status, reply.body)
        return reply.body

    async def status(self, vin: str) -> dict[str, Any]:
        answer = await self.get(f"{WEBAPI}/{vin}/status", dlat="50.77", dlon="6.08")
        return dict(answer["vehicleStatus"])

    async def dynamic(self, vin: str) -> dict[str, Any]:
        return dict((await self.get(f"/api/vehicle/dynamic/v1/{vin}"))["attributesMap"])

    async def execute(self, vin: str, service: str, **form: str) -> Reply:
        return await self.call("POST", f"{WEBAPI}/{vin}/executeService", data={"serviceType": service, **form})

    async def poll(self, vin: str, service: str) -> str:
        answer = await self.get(f"{WEBAPI}/{vin}/serviceExecutionStatus", serviceType=service)
        return str(answer["executionStatus"]["status"])

    async def pass_time(self, seconds: float) -> None:
        self.emulator.clock.jump(by_ms=round(seconds * 1000))
        await self.emulator.catch_up()

    async def command(self, vin: str, name: str, **arguments: Any) -> None:
        """Do something with a car, as its people would."""
        url = f"{self.emulator.info.control_url}/vehicles/{vin}/commands"
        async with self.session.post(url, json={"name": name, "arguments": arguments}) as response:
            assert response.status == 200, await response.text()

    def truth(self, vin: str) -> CarTruth:
        return self.emulator.garage.truth(Vin(vin))


def fragment_of(location: str) -> dict[str, str]:
    """Return the parameters of a redirect's fragment, in their order."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).fragment).items()}


@pytest.fixture
async def old(emulator: Emulator, session: aiohttp.ClientSession) -> OldProgram:
    return await OldProgram(emulator, session).sign_in()


@pytest.fixture
def old_program_of(session: aiohttp.ClientSession) -> Callable[[Emulator], OldProgram]:
    return lambda emulator: OldProgram(emulator, session)
