"""A small BMW on loopback, written from the facts, and an SDK that lives by a clock which jumps over sleeps."""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import ClientSession, web
from tests.bmw.conftest import HastyClock, MemoryTokens
from tests.bmw.mybmw.answers import (
    CHARGING_SETTINGS,
    EVENT_ID,
    EVENT_POSITION,
    GCID,
    OAUTH_CONFIG,
    PROFILE,
    STATE_ANSWER,
    STATISTICS,
    V1_ITEM,
    V4_ITEM,
    V5_LIST,
    session_page,
)

from bimmerhub.bmw.mybmw import App, BmwLogin, BrandApp, Endpoints, MyBmw
from bimmerhub.bmw.signed_calls import RETRIES

LOGIN = BmwLogin(username="anna@example.org", password="secret word")
CAPTCHA = "captcha-1"
Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
Reply = Callable[[web.Request], web.Response]
ODD_BODIES = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"7",
    b'"text"',
    b"<html>",
    b"\xff\xfe",
    b"[" * 5000,
    b'{"errors": []}',
    b'{"error": true}',
    b'{"error": 7, "code": {}, "data": []}',
    b'{"access_token": [], "redirect_to": 7, "tokenEndpoint": "x"}',
)
"""What nobody should answer, and any server may."""
PNG = b"\x89PNG\r\n\x1a\nimage"
QUOTA = {"statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in 01:02:03."}


def odd_reply(body: bytes, status: int) -> Reply:
    return lambda _: web.Response(status=status, body=body)


@dataclass
class Call:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body))

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass
class Bmw:
    """BMW with one car: it notes requests, and answers with `replies` by the end of a path, else as the car stands."""

    url: str = ""
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    words: list[str] = field(default_factory=lambda: ["PENDING", "DELIVERED", "EXECUTED"])
    answers: dict[str, Any] = field(default_factory=dict)
    token: str = "tok-0"
    refresh: str = "ref-0"
    number: int = 0
    challenge: str = ""

    def count(self, end: str) -> int:
        return Counter(call.path.rpartition("/")[2] for call in self.calls)[end]

    def last(self, end: str) -> Call:
        return next(call for call in reversed(self.calls) if call.path.endswith(end))

    async def handle(self, request: web.Request) -> web.Response:
        call = Call(
            method=request.method,
            path=request.path,
            query=dict(request.query),
            headers=request.headers.copy(),
            body=(await request.read()).decode(),
        )
        self.calls.append(call)
        end = request.path.rpartition("/")[2]
        if self.replies.get(end):
            return self.replies[end].pop(0)(request)
        if request.path.startswith("/gcdm"):
            return self._sign_in(call)
        if end == "config":
            return web.json_response({**OAUTH_CONFIG, "tokenEndpoint": f"{self.url}/gcdm/oauth/token"})
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        return self._answer(call, end)

    def _sign_in(self, call: Call) -> web.Response:
        form = call.form
        if call.path.endswith("/token"):
            return self._give_tokens(call)
        if "authorization" in form:
            where = f"{form['redirect_uri']}?code=code-1&state={form['state']}&nonce={form['nonce']}"
            return web.Response(status=302, headers={"Location": where})
        if form["password"] != LOGIN.password or call.headers.get("hcaptchatoken") != CAPTCHA:
            return web.json_response({"error": "invalid_client", "error_description": "failed"}, status=401)
        self.challenge = form["code_challenge"]
        back = f"redirect_uri={form['redirect_uri']}?client_id=x&state={form['state']}&authorization=auth-1"
        return web.json_response({"redirect_to": back})

    def _give_tokens(self, call: Call) -> web.Response:
        form = call.form
        basic = base64.b64encode(b"client-of-the-app:secret-of-the-app").decode()
        if call.headers.get("Authorization") != f"Basic {basic}":
            return web.json_response({"error": "invalid_client"}, status=401)
        if form["grant_type"] == "refresh_token":
            is_good = form["refresh_token"] == self.refresh
        else:
            is_good = form["code"] == "code-1" and _challenge(form["code_verifier"]) == self.challenge
        if not is_good:
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response(self.new_tokens())

    def new_tokens(self) -> dict[str, object]:
        self.number += 1
        self.token, self.refresh = f"tok-{self.number}", f"ref-{self.number}"
        tokens = {"access_token": self.token, "refresh_token": self.refresh, "token_type": "Bearer"}
        return {**tokens, "expires_in": 28799, "scope": "vehicle_data", "usid": "u", "gcid": GCID}

    def _answer(self, call: Call, end: str) -> web.Response:
        is_bmw = ";bmw;" in call.headers["x-user-agent"]
        lists: dict[str, Any] = {"v1": [V1_ITEM], "v2": [V4_ITEM], "v4": [V4_ITEM]}
        version = call.path.split("/")[2]
        answers: dict[str, Any] = {
            "vehicle-list": V5_LIST if is_bmw else {"gcid": GCID, "mappingInfos": []},
            "profile": PROFILE,
            "state": STATE_ANSWER,
            "eventPosition": EVENT_POSITION,
            "charging-statistics": STATISTICS,
            "charging-sessions": session_page("a"),
            "recalls": {"recalls": []},
            **self.answers,
        }
        if end == "vehicles":
            listed = lists.get(version, []) if is_bmw else []
            answers["vehicles"] = CHARGING_SETTINGS if "crccs" in call.path else listed
        if end == "eventStatus":
            word = self.words.pop(0) if len(self.words) > 1 else self.words[0]
            answers = {"eventStatus": {"eventStatus": word}, **answers}
        if end in answers:
            return web.json_response(answers[end])
        return _answer_of_any_car(call, end)


def _answer_of_any_car(call: Call, end: str) -> web.Response:
    if end == "images":
        return web.Response(body=PNG, content_type="image/png")
    if end == "send-to-car":
        return web.Response(status=201)
    if call.method == "POST":
        return web.json_response({"eventId": EVENT_ID, "creationTime": "2021-08-14T20:58:36.403Z"})
    return web.Response(status=404, text="not found")


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Scene:
    """The small BMW, and an SDK that has signed in there."""

    bmw: Bmw
    mybmw: MyBmw
    clock: HastyClock
    store: MemoryTokens
    session: ClientSession

    def sdk(self, *, retries: int = RETRIES, **changes: Any) -> MyBmw:
        """Return another SDK for the same account, with other endpoints."""
        return MyBmw(
            tokens=self.store,
            endpoints=endpoints(self.bmw.url, **changes),
            session=self.session,
            clock=self.clock,
            retries=retries,
        )


def endpoints(url: str, **changes: Any) -> Endpoints:
    app = App(subscription_key="key", version="1.2.3(45)", build="AB1C.123456.789", user_agent="Dart/3.3 (dart:io)")
    return Endpoints(**{"api_url": url, "app": app, "brands": (BrandApp.BMW,), **changes})


@pytest.fixture
async def unsigned(serve: Serve, session: ClientSession, make_clock: Callable[[], HastyClock]) -> AsyncIterator[Scene]:
    bmw, clock, store = Bmw(), make_clock(), MemoryTokens()
    bmw.url = await serve(bmw.handle)
    async with MyBmw(tokens=store, endpoints=endpoints(bmw.url), session=session, clock=clock) as mybmw:
        yield Scene(bmw=bmw, mybmw=mybmw, clock=clock, store=store, session=session)


@pytest.fixture
async def scene(unsigned: Scene) -> Scene:
    await unsigned.mybmw.sign_in(LOGIN, captcha=CAPTCHA)
    return unsigned
