"""A small portal on loopback, written from the facts, and an SDK that lives by a clock which jumps over sleeps."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, web
from tests.bmw.conftest import HastyClock, MemoryTokens
from tests.bmw.connecteddrive.answers import (
    COUNTRIES,
    DYNAMIC,
    EFFICIENCY,
    EVENT,
    I3,
    NAVIGATION,
    PARTNER,
    SERVICES,
    SPECS,
    TWO_TIMERS,
    VIN,
)

from bimmerhub.bmw.connecteddrive import App, BmwLogin, ConnectedDrive, Endpoints

LOGIN = BmwLogin(username="anna@example.org", password="secret & word+%")
REDIRECT = "https://portal.example/dispatch.html"
APP = App(client_id="page", redirect_uri=REDIRECT)
Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
Reply = Callable[[web.Request], web.Response]
PNG = b"\x89PNG\r\n\x1a\nimage"


@dataclass
class Call:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class Portal:
    """The portal with one car: it notes requests, and answers with `replies`, else as the car stands."""

    vehicle: dict[str, Any] = field(default_factory=lambda: dict(I3))
    dynamic: dict[str, Any] = field(default_factory=lambda: dict(DYNAMIC))
    services: list[dict[str, Any]] = field(default_factory=lambda: list(SERVICES))
    words: list[str] = field(default_factory=lambda: ["PENDING", "PENDING", "DELIVERED_TO_VEHICLE", "EXECUTED"])
    event: dict[str, Any] = field(default_factory=lambda: dict(EVENT))
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    calls: list[Call] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    token: str = "tok-1"
    fragment: str = "expires_in=7199&token_type=Bearer&access_token={token}&state={state}"
    url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        name = self._name(request)
        self.counts[name] += 1
        headers = dict(request.headers)
        self.calls.append(Call(request.method, request.path, dict(request.query), headers, await request.read()))
        if self.replies.get(name):
            return self.replies[name].pop(0)(request)
        if name == "authenticate":
            return await self._sign_in(request)
        if name == "countries":
            return web.json_response(COUNTRIES)
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"error": "invalid_token", "error_description": "expired"}, status=401)
        return self._answer(name, request.method)

    def last(self, name: str) -> Call:
        return next(call for call in reversed(self.calls) if name in call.path)

    async def _sign_in(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.forms.append(form)
        self.token = f"tok+{self.counts['authenticate']}"
        fragment = self.fragment.format(token=self.token, state=form.get("state", ""))
        return web.Response(status=302, headers={"Location": f"{form['redirect_uri']}#{fragment}"})

    def _name(self, request: web.Request) -> str:
        path = request.path.removeprefix("/api")
        if path.endswith("country-selection.json"):
            return "countries"
        if path.startswith("/vehicle/remoteservices/"):
            ends = {"execution": "execution", "history": "history"}
            return "profile" if "chargingprofile" in path else ends.get(path.rpartition("/")[2], "command")
        parts = path.strip("/").split("/")
        return parts[-1] if len(parts) == 1 or "oauth" in parts else parts[1]

    def _answer(self, name: str, method: str) -> web.Response:
        answers: dict[str, Any] = {
            "vehicles": [self.vehicle],
            "dynamic": self.dynamic,
            "v2": {"attributesMap": {"mileage": "7"}},
            "navigation": NAVIGATION,
            "efficiency": EFFICIENCY,
            "specs": SPECS,
            "service": self.services,
            "servicepartner": PARTNER,
            "image": {"vin": VIN, "angleUrls": [{"angle": str(a), "url": f"{self.url}/{a}.png"} for a in (0, 350)]},
            "profile": {"twoTimeTimer": TWO_TIMERS},
            "history": [{"creationTime": 1_588_694_400_000, "remoteServiceType": "RDL", "status": "SUCCESS"}],
            "myinfo": {"status": "OK"} if method == "POST" else [{"subject": "Hello", "message": "World"}],
        }
        if name in answers:
            return web.json_response(answers[name])
        if name in {"command", "execution"}:
            word = self.words.pop(0) if len(self.words) > 1 else self.words[0]
            event = {**self.event, "remoteServiceStatus": word}
            return web.json_response(
                event if name == "execution" else {"remoteServiceEvent": event, "nextRequestInSec": 10}
            )
        return web.Response(body=PNG, content_type="image/png") if name.endswith(".png") else web.Response(status=404)


@dataclass
class Scene:
    """The small portal, and an SDK that knows the password."""

    portal: Portal
    sdk: ConnectedDrive
    clock: HastyClock
    store: MemoryTokens
    url: str


@pytest.fixture
async def scene(serve: Serve, session: ClientSession, make_clock: Callable[[], HastyClock]) -> AsyncIterator[Scene]:
    portal, clock, store = Portal(), make_clock(), MemoryTokens()
    url = portal.url = await serve(portal.handle)
    endpoints = Endpoints(api_url=f"{url}/api/", auth_url=f"{url}/gcdm/oauth/authenticate", app=APP)
    async with ConnectedDrive(tokens=store, endpoints=endpoints, login=LOGIN, session=session, clock=clock) as sdk:
        yield Scene(portal=portal, sdk=sdk, clock=clock, store=store, url=url)
