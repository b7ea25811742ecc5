"""The MyBMW app, as far as programs have shown what it sends: it signs in and asks, with nothing but HTTP."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from tests.emulator.older.conftest import OldProgram

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cars import CarTruth
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.ids import Vin

CONFIG = "/eadrax-ucs/v1/presentation/oauth/config"
VERIFIER = "v" * 86
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BEV, PHEV, MINI = "WBY00000000E00001", "WBX00000000H00002", "WMW00000000F00003"


@dataclass
class AppReply:
    """A status, headers and the body: decoded if it is JSON, bytes if it is a picture, else text."""

    status: int
    headers: Any
    body: Any

    @property
    def location(self) -> dict[str, str]:
        """The parameters of a redirect, in their order."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.headers["Location"]).query).items()}


@dataclass
class AppProgram:
    """An app of 2024; `agent` is its x-user-agent with the brand left open."""

    emulator: Emulator
    session: aiohttp.ClientSession
    agent: str = "android(AP2A.240605.024);{brand};4.9.2(36892);row"
    tokens: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    captchas: int = 0

    async def send(self, method: str, path: str, *, brand: str = "bmw", **options: Any) -> AppReply:
        url = path if path.startswith("http") else self.emulator.info.base_url + path
        headers = {"x-user-agent": self.agent.format(brand=brand), **options.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        async with self.session.request(method, url, headers=headers, allow_redirects=False, **options) as response:
            body = await response.read()
            if response.content_type == "application/json" and body:
                return AppReply(response.status, response.headers, await response.json())
            is_text = response.content_type.startswith("text/")
            return AppReply(response.status, response.headers, body.decode() if is_text else body)

    async def ask_config(self, **headers: str | None) -> AppReply:
        return await self.send("GET", CONFIG, headers={"ocp-apim-subscription-key": "any", **headers})

    def base_form(self, **changes: str | None) -> dict[str, str]:
        form = {
            "client_id": self.config["clientId"],
            "response_type": "code",
            "redirect_uri": self.config["returnUrl"],
            "state": "s",
            "nonce": "n",
            "scope": " ".join(self.config["scopes"]),
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in {**form, **changes}.items() if value is not None}

    async def authenticate(self, *, captcha: str | None = None, **changes: str | None) -> AppReply:
        """Do the first step with the password; a fresh captcha unless one is given ("" for none)."""
        self.captchas += 1
        captcha = f"solved-{self.captchas}" if captcha is None else captcha
        password = {"grant_type": "authorization_code", "username": "anna@example.com", "password": "emulator"}
        form = self.base_form(**{**password, **changes})
        headers = {"hcaptchatoken": captcha or None}
        return await self.send("POST", self.authenticate_url, data=form, headers=headers)

    @property
    def authenticate_url(self) -> str:
        return str(self.config["tokenEndpoint"]).replace("/token", "/authenticate")

    async def ask_code(self, authorization: str, **changes: str | None) -> AppReply:
        form = self.base_form(authorization=authorization, **changes)
        return await self.send("POST", self.authenticate_url, data=form)

    async def ask_tokens(self, **form: str) -> AppReply:
        pair = f"{self.config['clientId']}:{self.config['clientSecret']}".encode()
        basic = {"Authorization": "Basic " + base64.b64encode(pair).decode()}
        fields = {"redirect_uri": self.config["returnUrl"], **form}
        return await self.send("POST", self.config["tokenEndpoint"], data=fields, headers=basic)

    async def redeem(self, code: str, verifier: str = VERIFIER) -> AppReply:
        return await self.ask_tokens(code=code, code_verifier=verifier, grant_type="authorization_code")

    async def code(self, **changes: str | None) -> str:
        """Return the code of a sign-in."""
        first = await self.authenticate(**changes)
        assert first.status == 200, first.body
        second = await self.ask_code(authorization_in(first), code_challenge=changes.get("code_challenge", CHALLENGE))
        return second.location["code"]

    async def sign_in(self) -> "AppProgram":
        self.config = (await self.ask_config()).body
        self.tokens = (await self.redeem(await self.code())).body
        return self

    async def call(self, method: str, path: str, *, vin: str | None = None, **options: Any) -> AppReply:
        """Send a request with the access token, about a car if one is named."""
        headers = {"Authorization": f"Bearer {self.tokens.get('access_token')}", **options.pop("headers", {})}
        if vin is not None:
            headers["bmw-vin"] = vin
        return await self.send(method, path, headers=headers, **options)

    async def get(self, path: str, *, vin: str | None = None, brand: str = "bmw", **query: str) -> Any:
        """Return the JSON of an answer that is 200."""
        reply = await self.call("GET", path, vin=vin, brand=brand, params=query)
        assert reply.status == 200, (reply.status, reply.body)
        return reply.body

    async def state(self, vin: str) -> dict[str, Any]:
        return dict((await self.get("/eadrax-vcs/v4/vehicles/state", vin=vin))["state"])

    async def capabilities(self, vin: str) -> dict[str, Any]:
        return dict((await self.get("/eadrax-vcs/v4/vehicles/state", vin=vin))["capabilities"])

    def switch_on(self, fault: str, value: float | None = None, *, times: int | None = None) -> None:
        self.emulator.faults.switch_on(FaultSwitch(name=fault, value=value, times=times))

    async def pass_time(self, seconds: float) -> None:
        self.emulator.clock.jump(by_ms=round(seconds * 1000))
        await self.emulator.catch_up()

    async def command_car(self, vin: str, name: str, **arguments: Any) -> None:
        """Do something with a car, as its people would."""
        url = f"{self.emulator.info.control_url}/vehicles/{vin}/commands"
        async with self.session.post(url, json={"name": name, "arguments": arguments}) as response:
            assert response.status == 200, await response.text()

    def truth(self, vin: str) -> CarTruth:
        return self.emulator.garage.truth(Vin(vin))


def flatten(value: Any, path: str = "") -> dict[str, object]:
    """Return all leaves of a JSON value by their paths."""
    if isinstance(value, Mapping) and value:
        parts = [(f"{path}.{key}".lstrip("."), part) for key, part in value.items()]
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        parts = [(f"{path}[{number}]", part) for number, part in enumerate(value)]
    else:
        return {path: value}
    return {leaf: content for name, part in parts for leaf, content in flatten(part, name).items()}


def change(path: str, values: Mapping[str, Any], truth: CarTruth) -> CarTruth:
    """Return a truth in which fields of one of its parts are others; `path` is "" for its own."""
    if not path:
        return replace(truth, **values)
    return replace(truth, **{path: replace(getattr(truth, path), **values)})


def authorization_in(reply: AppReply) -> str:
    """Return the authorization of a first step, as the public collection takes it out: the text is one query."""
    return str(parse_qs(reply.body["redirect_to"])["authorization"][0])


@pytest.fixture
async def app(emulator: Emulator, session: aiohttp.ClientSession) -> AppProgram:
    return await AppProgram(emulator, session).sign_in()


@pytest.fixture
def app_of(session: aiohttp.ClientSession) -> Callable[[Emulator], AppProgram]:
    return lambda emulator: AppProgram(emulator, session)


@pytest.fixture
async def old(emulator: Emulator, session: aiohttp.ClientSession) -> OldProgram:
    return await OldProgram(emulator, session).sign_in()
