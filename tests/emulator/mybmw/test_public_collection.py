"""The public HTTP collection of 2023, request by request as it sends them: what its own tests want is what comes."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from tests.emulator.mybmw.conftest import BEV

from bimmerhub.emulator.app import Emulator

APP = {
    "user-agent": "Dart/2.16 (dart:io)",
    "x-user-agent": "android(SP1A.210812.016.C1);bmw;2.12.0(19883);na",
    "Accept": "application/json",
}
IDS = {"bmw-session-id": "s", "x-correlation-id": "c", "bmw-correlation-id": "c", "x-identity-provider": "gcdm"}
DATE = {"bmw-current-date": "2026-07-27 02:00:00"}
VERIFIER = "collection~" + "v" * 75


@dataclass
class Collection:
    """Its variables, and the session that sends its requests; redirects are not followed."""

    base_url: str
    session: aiohttp.ClientSession
    variables: dict[str, Any] = field(default_factory=dict)

    async def send(self, method: str, url: str, **options: Any) -> tuple[int, Any, Any]:
        url = url if url.startswith("http") else self.base_url + url
        async with self.session.request(method, url, allow_redirects=False, **options) as reply:
            is_json = reply.content_type == "application/json"
            return reply.status, reply.headers, await (reply.json() if is_json else reply.read())

    async def config(self) -> None:
        headers = {**APP, **IDS, "ocp-apim-subscription-key": "Authenticate"}
        status, sent, answer = await self.send("GET", "/eadrax-ucs/v1/presentation/oauth/config", headers=headers)
        assert (status, "application/json" in sent["Content-Type"]) == (200, True)
        self.variables |= {name: answer[name] for name in ("tokenEndpoint", "clientId", "returnUrl", "clientSecret")}
        self.variables["scopes"] = " ".join(answer["scopes"])

    async def authenticate(self) -> None:
        url = self.variables["tokenEndpoint"].replace("/token", "/authenticate")
        form = {
            "client_id": self.variables["clientId"],
            "response_type": "code",
            "redirect_uri": self.variables["returnUrl"],
            "state": "a fixed state of 22 ch",
            "nonce": "login_nonce",
            "scope": self.variables["scopes"],
            "code_challenge": self.variables["challenge"],
            "code_challenge_method": "S256",
        }
        person = {"grant_type": "authorization_code", "username": "anna@example.com", "password": "emulator"}
        headers = {**APP, "Accept": "*/*"}
        status, _, answer = await self.send("POST", url, data={**form, **person}, headers=headers)
        assert status == 200
        authorization = parse_qs(answer["redirect_to"])["authorization"][0]  # of the whole text, as its helper does
        status, sent, _ = await self.send("POST", url, data={**form, "authorization": authorization}, headers=headers)
        assert (status, "code=" in sent["Location"]) == (302, True)
        query = sent["Location"].removeprefix("com.bmw.connected://oauth")
        self.variables["code"] = parse_qs(query.removeprefix("?"))["code"][0]

    async def tokens(self, **form: str) -> None:
        pair = f"{self.variables['clientId']}:{self.variables['clientSecret']}".encode()
        headers = {**APP, "Authorization": "Basic " + base64.b64encode(pair).decode()}
        fields = {"redirect_uri": self.variables["returnUrl"], **form}
        status, _, answer = await self.send("POST", self.variables["tokenEndpoint"], data=fields, headers=headers)
        assert status == 200, answer
        self.variables |= {name: answer[name] for name in ("access_token", "refresh_token", "id_token", "gcid")}

    async def ask(self, path: str, *, vin: str | None = None) -> tuple[int, Any, Any]:
        bearer = {"Authorization": f"Bearer {self.variables['access_token']}"}
        about = {"bmw-vin": vin} if vin else {}
        return await self.send("GET", path, headers={**APP, **DATE, **bearer, **about, "x-correlation-id": "c"})


@pytest.fixture
async def collection(emulator: Emulator, session: aiohttp.ClientSession) -> Collection:
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return Collection(emulator.info.base_url, session, {"challenge": challenge})


async def test_chain_of_the_sign_in_carries_every_variable_on(collection: Collection) -> None:
    await collection.config()
    await collection.authenticate()
    await collection.tokens(code=collection.variables["code"], code_verifier=VERIFIER, grant_type="authorization_code")
    first = dict(collection.variables)
    await collection.tokens(scope=first["scopes"], grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert collection.variables["refresh_token"] != first["refresh_token"]
    assert all(collection.variables[name] for name in ("access_token", "id_token", "gcid"))


async def test_vehicles_state_and_image(collection: Collection) -> None:
    await collection.config()
    await collection.authenticate()
    await collection.tokens(code=collection.variables["code"], code_verifier=VERIFIER, grant_type="authorization_code")
    status, _, vehicles = await collection.ask("/eadrax-vcs/v4/vehicles")
    assert (status, vehicles[0]["vin"]) == (200, BEV)
    status, _, state = await collection.ask("/eadrax-vcs/v4/vehicles/state", vin=BEV)
    assert (status, state.keys()) == (200, {"state", "capabilities"})
    path = f"/eadrax-ics/v3/presentation/vehicles/{BEV}/images?carView=SideViewLeft"
    status, sent, _ = await collection.ask(path, vin=BEV)
    assert (status, "image" in sent["Content-Type"]) == (200, True)
