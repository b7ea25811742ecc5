"""A small i Remote on loopback, written from the facts, and an SDK that lives by a clock which jumps over sleeps."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, web
from tests.bmw.conftest import HastyClock, MemoryTokens
from tests.bmw.iremote.answers import (
    ALL_TRIPS,
    DESTINATIONS,
    EFFICIENCY,
    I3,
    LAST_TRIP,
    NAVIGATION,
    RANGE_MAP,
    STATUS,
    VIN,
    WEEKLY,
)

from bimmerhub.bmw.iremote import App, AppKey, BmwLogin, Endpoints, IRemote

LOGIN = BmwLogin(username="anna@example.org", password="secret word")
Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
Reply = Callable[[web.Request], web.Response]
PNG = b"\x89PNG\r\n\x1a\nimage"


def error(code: str, status: int = 500) -> web.Response:
    return web.json_response(
        {"error": {"code": status, "description": f"(SmartPhoneUtil-{code}) as BMW says."}}, status=status
    )


@dataclass
class Car:
    """i Remote with one car: it notes requests, and answers with `replies`, else as the car stands."""

    vehicle: dict[str, Any] = field(default_factory=lambda: dict(I3))
    status: dict[str, Any] = field(default_factory=lambda: dict(STATUS))
    profile: dict[str, Any] = field(default_factory=lambda: {"weeklyPlanner": WEEKLY})
    words: list[str | None] = field(default_factory=lambda: ["INITIATED", "PENDING", "DELIVERED", "EXECUTED"])
    event_id: str = "0123456789abcdef@bmw.de"
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    queries: dict[str, dict[str, str]] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list)
    token: str = "tok-1"

    async def handle(self, request: web.Request) -> web.Response:
        name = request.path.rstrip("/").rpartition("/")[2]
        if VIN in request.path and request.path.startswith("/api/"):
            name = request.path.split("/")[3]
        self.calls[name] += 1
        self.queries[name] = dict(request.query)
        if request.method == "POST":
            self.forms.append({key: str(value) for key, value in (await request.post()).items()})
        if self.replies.get(name):
            return self.replies[name].pop(0)(request)
        if name == "token":
            self.token = f"tok-{self.calls['token']}"
            return web.json_response({"access_token": self.token, "token_type": "Bearer", "expires_in": 28800})
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"error": "invalid_token", "error_description": "expired"}, status=401)
        return self._answer(name)

    def _answer(self, name: str) -> web.Response:
        answers: dict[str, Any] = {
            "vehicles": {"vehicles": [self.vehicle]},
            "status": {"vehicleStatus": self.status},
            "lastTrip": {"lastTrip": LAST_TRIP},
            "allTrips": {"allTrips": ALL_TRIPS},
            "chargingprofile": self.profile,
            "destinations": {"destinations": DESTINATIONS},
            "rangemap": {"rangemap": RANGE_MAP},
            "navigation": NAVIGATION,
            "efficiency": EFFICIENCY,
            "dynamic": {"attributesMap": {"chargingLevelHv": "61.0"}},
            "serviceExecutionHistory": {"serviceExecutionHistory": []},
        }
        if name in answers:
            return web.json_response(answers[name])
        if name == "sendpoi":
            return web.Response(status=204)
        if name == "image":
            return web.Response(body=PNG, content_type="image/png")
        if name in {"executeService", "serviceExecutionStatus"}:
            word = self.words.pop(0) if len(self.words) > 1 else self.words[0]
            execution = {"eventId": self.event_id} | ({} if word is None else {"status": word})
            return web.json_response({"executionStatus": execution})
        return web.Response(status=404, text="<html>")


@dataclass
class Scene:
    """The small i Remote, and an SDK that has signed in there."""

    car: Car
    iremote: IRemote
    clock: HastyClock
    store: MemoryTokens
    url: str


def endpoints(url: str) -> Endpoints:
    return Endpoints(api_url=url, app=App(key=AppKey(key="app", secret="app-secret")))


@pytest.fixture
async def scene(serve: Serve, session: ClientSession, make_clock: Callable[[], HastyClock]) -> AsyncIterator[Scene]:
    car, clock, store = Car(), make_clock(), MemoryTokens()
    url = await serve(car.handle)
    async with IRemote(tokens=store, endpoints=endpoints(url), login=LOGIN, session=session, clock=clock) as iremote:
        yield Scene(car=car, iremote=iremote, clock=clock, store=store, url=url)


def poi_of(form: dict[str, str]) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(form["data"])["poi"]
    return sent
