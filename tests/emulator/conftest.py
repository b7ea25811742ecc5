"""A running emulator whose clock stands still until a test moves it, and a program that signs in to it."""

import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.emulated import STRICT_BUT_FOR_KEEP_ALIVE, emulator_settings

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.settings import EmulatorSettings

NOON_MS = 1_785_153_600_000  # 2026-07-27T12:00:00Z
ALL_SCOPES = "authenticate_user openid cardata:api:read cardata:streaming:read"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
VERIFIER = "v" * 43


@dataclass
class Answer:
    """A status and the JSON that came with it."""

    status: int
    body: Any

    @property
    def refusal(self) -> tuple[int, str]:
        return self.status, self.body["error"]

    @property
    def cardata_refusal(self) -> tuple[int, str]:
        return self.status, self.body["exveErrorId"]


@dataclass
class Program:
    """What a client of the emulator does, with nothing but HTTP."""

    emulator: Emulator
    session: aiohttp.ClientSession
    tokens: dict[str, Any] = field(default_factory=dict)

    @property
    def client_id(self) -> str:
        return self.emulator.info.client_id

    async def send(self, method: str, path: str, **options: Any) -> Answer:
        async with self.session.request(method, self.emulator.info.base_url + path, **options) as response:
            return Answer(response.status, await response.json() if response.content_length else None)

    async def ask_code(self, **changes: str | None) -> Answer:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
        form = {
            "client_id": self.client_id,
            "response_type": "device_code",
            "scope": ALL_SCOPES,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return await self.send("POST", "/gcdm/oauth/device/code", data=_changed(form, changes))

    async def poll(self, device_code: str, **changes: str | None) -> Answer:
        form = {
            "client_id": self.client_id,
            "grant_type": DEVICE_GRANT,
            "device_code": device_code,
            "code_verifier": VERIFIER,
        }
        return await self.send("POST", "/gcdm/oauth/token", data=_changed(form, changes))

    async def refresh(self, refresh_token: str | None = None, **changes: str | None) -> Answer:
        form = {
            "client_id": self.client_id,
            "grant_type": "refresh_token",
            "refresh_token": refresh_token or self.tokens["refresh_token"],
        }
        return await self.send("POST", "/gcdm/oauth/token", data=_changed(form, changes))

    async def sign_in(self, **changes: str | None) -> dict[str, Any]:
        code = (await self.ask_code(**changes)).body
        await self.control("sign-in", user_code=code["user_code"], approve=True)
        self.tokens = (await self.poll(code["device_code"], client_id=changes.get("client_id", self.client_id))).body
        return self.tokens

    async def call(self, method: str, path: str, **options: Any) -> Answer:
        """Send a CarData request as a signed-in program does."""
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}", "x-version": "v1"}
        return await self.send(method, "/customers" + path, headers=headers, **options)

    async def control(self, path: str, **body: Any) -> Answer:
        return await self.send("POST", "/_emulator/" + path, json=body)


def _changed(form: dict[str, str], changes: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in {**form, **changes}.items() if value is not None}


@pytest.fixture(scope="session")
def make_settings(keys_dir: Path) -> Callable[..., EmulatorSettings]:
    def make(**changes: Any) -> EmulatorSettings:
        usual = {"http_port": 0, "mqtt_port": 0, "keys_dir": keys_dir, "speed": 0.0, "now_ms": NOON_MS}
        return emulator_settings(**{**usual, **STRICT_BUT_FOR_KEEP_ALIVE, **changes})

    return make


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def emulator(make_settings: Callable[..., EmulatorSettings]) -> AsyncIterator[Emulator]:
    async with Emulator(make_settings()) as running:
        yield running


@pytest.fixture
def program(emulator: Emulator, session: aiohttp.ClientSession) -> Program:
    return Program(emulator, session)


@pytest.fixture
def program_of(session: aiohttp.ClientSession) -> Callable[[Emulator], Program]:
    return lambda emulator: Program(emulator, session)
