"""Signed calls against a small server: what is sent, what is sent again, and what comes back."""

import ssl
from collections.abc import Awaitable, Callable
from itertools import count

import pytest
from aiohttp import ClientSession, web
from tests.bmw.conftest import HastyClock

from bimmerhub.bmw.connecteddrive import refusals
from bimmerhub.bmw.http import AnswerLost
from bimmerhub.bmw.signed_calls import ApiRequest, SignedCalls
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.errors import BmwUnavailable, SignInRequired

Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
MakeClock = Callable[[], HastyClock]


class NumberedTokens:
    """Tokens tok-1, tok-2 and so on, a new one each time that BMW rejected one."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._newest = self._next()

    async def current(self) -> TokenSet:
        return self._newest

    async def renew(self, rejected: TokenSet | None) -> TokenSet:
        assert rejected is self._newest
        self._newest = self._next()
        return self._newest

    def _next(self) -> TokenSet:
        return TokenSet(
            access_token=f"tok-{next(self._numbers)}",
            id_token=None,
            refresh_token="",
            gcid="gcid-7",
            scopes=frozenset(),
            access_expires_at_ms=0,
            id_expires_at_ms=0,
            refresh_expires_at_ms=0,
        )


class Api:
    """An API of which every request is noted, and answered by the next status, 200 after the last."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.requests: list[dict[str, str]] = []
        self.bodies: list[str] = []

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append({name.lower(): text for name, text in request.headers.items()})
        self.bodies.append(await request.text())
        status = self.statuses.pop(0) if self.statuses else 200
        return web.json_response({"yes": 1}, status=status, headers={"X-Number": str(len(self.requests))})


class Caller:
    """Signed calls to an API; every request gets an id of its own."""

    def __init__(self, session: ClientSession, clock: HastyClock, api: Api, url: str) -> None:
        self.api, self.url, self._ids = api, url, count(1)
        self.calls = SignedCalls(
            tokens=NumberedTokens(),
            refusals=refusals,
            headers=self._headers,
            tls=ssl.create_default_context,
            session=session,
            clock=clock,
        )

    def _headers(self, tokens: TokenSet | None) -> dict[str, str]:
        headers = {"X-Id": f"id-{next(self._ids)}", "X-Brand": "bmw"}
        return headers if tokens is None else headers | {"Authorization": f"gcid={tokens.gcid},{tokens.access_token}"}

    def sent(self, header: str) -> list[str | None]:
        return [request.get(header) for request in self.api.requests]


MakeCaller = Callable[[Api], Awaitable[Caller]]


@pytest.fixture
def make_caller(serve: Serve, session: ClientSession, make_clock: MakeClock) -> MakeCaller:
    async def make(api: Api) -> Caller:
        return Caller(session, make_clock(), api, await serve(api.handle))

    return make


async def test_refused_token_is_renewed_once_and_the_request_repeated(make_caller: MakeCaller) -> None:
    caller = await make_caller(Api(401))
    request = ApiRequest(operation="state", url=caller.url, method="POST", headers={"X-Brand": "mini"}, json={"a": 1})
    answer = await caller.calls.ask(request)
    assert caller.sent("authorization") == ["gcid=gcid-7,tok-1", "gcid=gcid-7,tok-2"]
    assert caller.sent("x-id") == ["id-1", "id-2"]
    assert caller.sent("x-brand") == ["mini", "mini"]
    assert caller.api.bodies == ['{"a": 1}'] * 2
    assert answer.headers["x-number"] == "2"
    caller.api.statuses = [401, 401]
    with pytest.raises(SignInRequired):
        await caller.calls.change(request)
    assert len(caller.api.requests) == 4


async def test_question_is_repeated_and_a_change_is_not(make_caller: MakeCaller) -> None:
    caller = await make_caller(Api(500, 502))
    request = ApiRequest(operation="state", url=caller.url)
    await caller.calls.ask(request)
    assert len(caller.api.requests) == 3
    caller.api.statuses = [500]
    with pytest.raises(BmwUnavailable) as unavailable:
        await caller.calls.ask_once(request)
    assert not isinstance(unavailable.value, AnswerLost)
    caller.api.statuses = [500]
    with pytest.raises(AnswerLost):
        await caller.calls.change(request)
    assert len(caller.api.requests) == 5


async def test_unsigned_request_shows_no_token_and_renews_none(make_caller: MakeCaller) -> None:
    caller = await make_caller(Api(401))
    with pytest.raises(SignInRequired):
        await caller.calls.ask(ApiRequest(operation="countries", url=caller.url, is_signed=False))
    assert caller.sent("authorization") == [None]
