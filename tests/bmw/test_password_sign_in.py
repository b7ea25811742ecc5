"""Signing in with name and password, as i Remote and the portal do: what is sent, what is read, what errors say."""

import json
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession, web
from tests.bmw.conftest import HastyClock, MemoryTokens

from bimmerhub.bmw.cardata import Endpoints
from bimmerhub.bmw.gcdm.by_password import (
    NO_TOKEN,
    AppKey,
    BmwLogin,
    ImplicitGrant,
    PasswordGrant,
    request_by_password,
    request_by_refresh,
    request_implicit,
)
from bimmerhub.bmw.gcdm.token_endpoint import OauthRefusal
from bimmerhub.bmw.tokens.oauth_answers import TokenAnswer
from bimmerhub.bmw.tokens.password_tokens import PasswordTokens
from bimmerhub.bmw.tokens.token_file import TokenFile
from bimmerhub.bmw.tokens.token_set import TokenStore
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError, RateLimited, SignInRequired, StoreError

Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
MakeClock = Callable[[], HastyClock]

ANNA = BmwLogin(username="anna@example.org", password="p&ss+w#rd% ü")
GRANT = PasswordGrant(
    path="/gcdm/oauth/token", scopes=("vehicle_data", "remote_services"), app_key=AppKey(key="app", secret="s:ecret")
)
PAGE = "https://portal.example/app/external-dispatch.html"
IMPLICIT = ImplicitGrant(
    path="/gcdm/oauth/authenticate", scopes=("authenticate_user", "fupo"), client_id="client-1", redirect_uri=PAGE
)


@dataclass
class Server:
    """A sign-in that notes what it is sent, and answers as it is told to."""

    answer: Callable[[dict[str, str]], web.Response]
    forms: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.forms.append(form)
        self.headers.append(dict(request.headers))
        self.paths.append(request.path)
        return self.answer(form)


def tokens_json(**fields: object) -> web.Response:
    return web.json_response({"access_token": "tok-1", "token_type": "Bearer", "expires_in": 28800, **fields})


def moved_to(fragment: str, page: str = PAGE) -> web.Response:
    return web.Response(status=302, headers={"Location": f"{page}#{fragment}"}, text="<html>")


async def test_password_grant_sends_the_form_and_the_apps_key(session: ClientSession, serve: Serve) -> None:
    server = Server(lambda _: tokens_json(refresh_token="ref-1", scope="remote_services vehicle_data"))
    endpoints = Endpoints(auth_url=await serve(server.handle))
    answer = await request_by_password(session, endpoints, GRANT, ANNA)
    assert answer == TokenAnswer(
        access_token="tok-1", refresh_token="ref-1", expires_in=28800, scope="remote_services vehicle_data"
    )
    assert server.paths == ["/gcdm/oauth/token"]
    assert server.headers[0]["Authorization"] == "Basic " + b64encode(b"app:s:ecret").decode()
    assert server.forms == [
        {
            "grant_type": "password",
            "scope": "vehicle_data remote_services",
            "username": ANNA.username,
            "password": ANNA.password,
        }
    ]


async def test_refresh_grant_sends_no_password(session: ClientSession, serve: Serve) -> None:
    server = Server(lambda _: tokens_json())
    answer = await request_by_refresh(session, Endpoints(auth_url=await serve(server.handle)), GRANT, "ref-1")
    assert isinstance(answer, TokenAnswer)
    assert server.forms == [{"grant_type": "refresh_token", "refresh_token": "ref-1"}]


@pytest.mark.parametrize(
    "fragment",
    [
        "state={state}&access_token=tok+/=1&token_type=Bearer&expires_in=7199",
        "access_token=tok%2B%2F%3D1&state={state}&token_type=Bearer&expires_in=7199&client_id=x",
        "expires_in=7199&token_type=Bearer&access_token=tok+/=1",
    ],
)
async def test_implicit_grant_reads_the_fragment_in_any_order(
    session: ClientSession, serve: Serve, fragment: str
) -> None:
    server = Server(lambda form: moved_to(fragment.format(state=form["state"])))
    answer = await request_implicit(session, Endpoints(auth_url=await serve(server.handle)), IMPLICIT, ANNA)
    assert answer == TokenAnswer(access_token="tok+/=1", expires_in=7199)
    assert server.forms[0] | {"state": ""} == {
        "client_id": "client-1",
        "redirect_uri": PAGE,
        "response_type": "token",
        "scope": "authenticate_user fupo",
        "username": ANNA.username,
        "password": ANNA.password,
        "state": "",
    }


async def test_token_of_another_sign_in_is_not_taken(session: ClientSession, serve: Serve) -> None:
    server = Server(lambda _: moved_to("state=of-another&access_token=tok-1&expires_in=7199"))
    with pytest.raises(BmwUnavailable, match="state of another"):
        await request_implicit(session, Endpoints(auth_url=await serve(server.handle)), IMPLICIT, ANNA)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda: moved_to("error=access_denied&error_description=wrong+password"), "access_denied"),
        (
            lambda: web.Response(status=302, headers={"Location": f"{PAGE}?{urlencode({'error': 'login_required'})}"}),
            "login_required",
        ),
        (lambda: web.json_response({"error": "invalid_grant", "error_description": "no"}, status=400), "invalid_grant"),
        (lambda: web.Response(status=401), "unauthorized"),
        (lambda: web.Response(status=403), "forbidden"),
        (lambda: web.json_response({"error": "invalid_client"}), "invalid_client"),
    ],
)
async def test_refusals_of_the_implicit_grant(
    session: ClientSession, serve: Serve, answer: Callable[[], web.Response], error: str
) -> None:
    server = Server(lambda _: answer())
    refusal = await request_implicit(session, Endpoints(auth_url=await serve(server.handle)), IMPLICIT, ANNA)
    assert isinstance(refusal, OauthRefusal)
    assert refusal.error == error


WITHOUT_STATE = ImplicitGrant(path="/a", scopes=(), client_id="c", redirect_uri=PAGE, sends_state=False)


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(status=302, headers={"Location": f"{PAGE}#state=x"}),
        lambda: web.Response(status=302),
        lambda: moved_to("access_token=tok%0A1&expires_in=7199"),
        lambda: moved_to("access_token=t%C3%BCk&expires_in=7199"),
        lambda: web.Response(text="<html>sign in</html>"),
    ],
)
async def test_page_instead_of_a_token_is_a_refusal(
    session: ClientSession, serve: Serve, answer: Callable[[], web.Response]
) -> None:
    """A wrong password may be answered so: it must not be sent again and again."""
    endpoints = Endpoints(auth_url=await serve(Server(lambda _: answer()).handle))
    refusal = await request_implicit(session, endpoints, WITHOUT_STATE, ANNA)
    assert isinstance(refusal, OauthRefusal)
    assert refusal.error == NO_TOKEN
    assert not refusal.is_passing


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(status=302, headers={"Location": "https://[oops"}),
        lambda: web.Response(status=503, text="<html>maintenance</html>"),
        lambda: web.Response(status=500, text="INTERNAL SERVER ERROR"),
    ],
)
async def test_fault_of_the_server_is_bmws(
    session: ClientSession, serve: Serve, answer: Callable[[], web.Response]
) -> None:
    endpoints = Endpoints(auth_url=await serve(Server(lambda _: answer()).handle))
    with pytest.raises(BmwUnavailable):
        await request_implicit(session, endpoints, WITHOUT_STATE, ANNA)


@pytest.mark.parametrize(
    ("status", "word", "hint"),
    [
        (400, "invalid_grant", "region"),
        (401, "invalid_client", "client id, key and secret"),
        (400, "invalid_scope", "scopes"),
        (400, "client disabled", "switched this app off"),
        (403, None, "without a reason"),
        (423, None, "locked the account"),
        (418, None, "name, password"),
    ],
)
async def test_refusal_says_what_to_do(  # noqa: PLR0917 - three fixtures and three parameters
    serve: Serve, session: ClientSession, make_clock: MakeClock, status: int, word: str | None, hint: str
) -> None:
    body = json.dumps({"error": word, "error_description": "as BMW says."}) if word else ""
    server = Server(lambda _: web.Response(status=status, text=body))
    tokens = await password_tokens(serve, session, make_clock(), server)
    with pytest.raises(BmwRefused) as caught:
        await tokens.sign_in(ANNA)
    assert caught.value.status == status
    assert hint in (caught.value.hint or "")
    assert ANNA.password not in str(caught.value)


async def test_words_of_a_refusal_are_one_short_line(
    serve: Serve, session: ClientSession, make_clock: MakeClock
) -> None:
    words = {"error": "odd\nword" * 99, "error_description": "no\n\x1b[31m2026-01-01 INFO all is well" * 99}
    server = Server(lambda _: web.json_response(words, status=400))
    with pytest.raises(BmwRefused) as caught:
        await (await password_tokens(serve, session, make_clock(), server)).sign_in(ANNA)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 320


async def test_too_many_sign_ins_say_when_to_come_back(
    serve: Serve, session: ClientSession, make_clock: MakeClock
) -> None:
    busy = Server(lambda _: web.Response(status=429, headers={"Retry-After": "17"}))
    tokens = await password_tokens(serve, session, make_clock(), busy)
    with pytest.raises(RateLimited) as caught:
        await tokens.sign_in(ANNA)
    assert caught.value.retry_after_s == 17


class Door:
    """A family's sign-in by the password grant."""

    def __init__(self, session: ClientSession, endpoints: Endpoints) -> None:
        self._session, self._endpoints = session, endpoints

    async def sign_in(self, login: BmwLogin) -> TokenAnswer | OauthRefusal:
        return await request_by_password(self._session, self._endpoints, GRANT, login)

    async def refresh(self, refresh_token: str) -> TokenAnswer | OauthRefusal | None:
        return await request_by_refresh(self._session, self._endpoints, GRANT, refresh_token)


async def password_tokens(
    serve: Serve,
    session: ClientSession,
    clock: HastyClock,
    server: Server,
    *,
    store: TokenStore | None = None,
    login: BmwLogin | None = None,
) -> PasswordTokens:
    door = Door(session, Endpoints(auth_url=await serve(server.handle)))
    return PasswordTokens(door=door, store=store or MemoryTokens(), clock=clock, login=login)


def counting() -> Server:
    """A sign-in that gives a new token each time."""
    server = Server(lambda _: tokens_json(access_token=f"tok-{len(server.forms)}", refresh_token="ref"))
    return server


async def test_token_is_renewed_only_when_it_has_expired(
    serve: Serve, session: ClientSession, make_clock: MakeClock
) -> None:
    clock, server = make_clock(), counting()
    tokens = await password_tokens(serve, session, clock, server)
    await tokens.sign_in(ANNA)
    for _ in range(3):
        assert (await tokens.current()).access_token == "tok-1"
    clock.advance(minutes=477)
    assert (await tokens.current()).access_token == "tok-1"
    clock.advance(minutes=2)
    assert (await tokens.current()).access_token == "tok-2"
    assert len(server.forms) == 2


@pytest.mark.parametrize("years", [-10, 10])
async def test_a_clock_that_is_set_ends_no_token_and_keeps_none_alive(
    serve: Serve, session: ClientSession, make_clock: MakeClock, years: int
) -> None:
    clock, server = make_clock(), counting()
    tokens = await password_tokens(serve, session, clock, server)
    now_ms = clock.now_ms
    clock.elapsed_s = lambda: now_ms() / 1000  # type: ignore[method-assign] # nobody sets it
    await tokens.sign_in(ANNA)
    clock.now_ms = lambda: now_ms() + years * 366 * 86_400_000  # type: ignore[method-assign] # the machine is set
    assert (await tokens.current()).access_token == "tok-1"
    clock.advance(minutes=479)
    assert (await tokens.current()).access_token == "tok-2"
    clock.now_ms = now_ms  # type: ignore[method-assign] # and set right
    assert (await tokens.current()).access_token == "tok-2"
    assert len(server.forms) == 2


async def test_refused_token_is_renewed_once_for_all_who_were_refused(
    serve: Serve, session: ClientSession, make_clock: MakeClock
) -> None:
    server = counting()
    tokens = await password_tokens(serve, session, make_clock(), server, login=ANNA)
    first = await tokens.current()
    assert (await tokens.renew(first)).access_token == (await tokens.renew(first)).access_token == "tok-2"


async def test_password_is_stored_only_on_request(serve: Serve, session: ClientSession, make_clock: MakeClock) -> None:
    store, clock = MemoryTokens(), make_clock()
    tokens = await password_tokens(serve, session, clock, counting(), store=store)
    assert (await tokens.sign_in(ANNA)).remembered is None
    assert (await tokens.sign_in(ANNA, remember=True)).remembered == ANNA
    assert ANNA.password not in repr(store.saved)
    clock.advance(minutes=24 * 60)
    next_process = await password_tokens(serve, session, clock, counting(), store=store)
    assert (await next_process.current()).remembered == ANNA


async def test_remembered_password_survives_in_a_token_file(
    serve: Serve, session: ClientSession, make_clock: MakeClock, tmp_path: Path
) -> None:
    store, clock = TokenFile(tmp_path / "tokens.json"), make_clock()
    await (await password_tokens(serve, session, clock, counting(), store=store)).sign_in(ANNA, remember=True)
    store.close()
    loaded = await TokenFile(tmp_path / "tokens.json").load()
    assert loaded is not None
    assert loaded.remembered == ANNA


async def test_without_password_the_refresh_token_is_tried_and_then_a_person_is_needed(
    serve: Serve, session: ClientSession, make_clock: MakeClock
) -> None:
    store, clock = MemoryTokens(), make_clock()
    await (await password_tokens(serve, session, clock, counting(), store=store)).sign_in(ANNA)
    clock.advance(minutes=24 * 60)
    server = counting()
    next_process = await password_tokens(serve, session, clock, server, store=store)
    await next_process.current()
    assert server.forms == [{"grant_type": "refresh_token", "refresh_token": "ref"}]
    server.answer = lambda _: web.json_response({"error": "invalid_grant"}, status=400)
    clock.advance(minutes=24 * 60)
    with pytest.raises(SignInRequired, match="invalid_grant"):
        await next_process.current()


async def test_refused_password_is_never_sent_again(
    serve: Serve, session: ClientSession, make_clock: MakeClock
) -> None:
    server = Server(lambda _: web.json_response({"error": "invalid_grant"}, status=400))
    tokens = await password_tokens(serve, session, make_clock(), server, login=ANNA)
    for _ in range(3):
        with pytest.raises(SignInRequired, match="invalid_grant"):
            await tokens.current()
    assert len(server.forms) == 1
    server.answer = lambda _: tokens_json()
    await tokens.sign_in(ANNA)
    assert (await tokens.current()).access_token == "tok-1"


@pytest.mark.parametrize(("word", "forms"), [("invalid_grant", 1), ("account_locked", 1), ("invalid_client", 2)])
async def test_refused_password_is_not_sent_after_a_restart(  # noqa: PLR0917 - three fixtures and two parameters
    serve: Serve, session: ClientSession, make_clock: MakeClock, word: str, forms: int
) -> None:
    store, clock = MemoryTokens(), make_clock()
    await (await password_tokens(serve, session, clock, counting(), store=store)).sign_in(ANNA, remember=True)
    clock.advance(minutes=24 * 60)
    server = Server(lambda _: web.json_response({"error": word}, status=400))
    for _ in range(2):
        process = await password_tokens(serve, session, clock, server, store=store)
        with pytest.raises(SignInRequired, match=word):
            await process.current()
    assert len([form for form in server.forms if "password" in form]) == forms


async def test_fault_of_bmws_ends_no_sign_in(serve: Serve, session: ClientSession, make_clock: MakeClock) -> None:
    server = Server(lambda _: web.json_response({"error": "temporarily_unavailable"}, status=400))
    tokens = await password_tokens(serve, session, make_clock(), server, login=ANNA)
    with pytest.raises(BmwUnavailable):
        await tokens.current()
    server.answer = lambda _: tokens_json()
    assert (await tokens.current()).access_token == "tok-1"


async def test_renewed_token_is_used_though_it_cannot_be_stored(
    serve: Serve, session: ClientSession, make_clock: MakeClock
) -> None:
    store = MemoryTokens()
    store.refuses = StoreError("the disk is full")
    tokens = await password_tokens(serve, session, make_clock(), counting(), store=store, login=ANNA)
    assert (await tokens.current()).access_token == (await tokens.current()).access_token == "tok-1"
    with pytest.raises(StoreError):
        await tokens.sign_in(ANNA)


async def test_nobody_signed_in(serve: Serve, session: ClientSession, make_clock: MakeClock) -> None:
    tokens = await password_tokens(serve, session, make_clock(), counting())
    with pytest.raises(SignInRequired, match="nobody has signed in"):
        await tokens.current()
    with pytest.raises(ConfigError):
        await tokens.sign_in(BmwLogin(username=" ", password=""))


def test_basic_text_of_an_old_program_is_a_pair() -> None:
    pair = AppKey(key="app", secret="s:ecret")
    assert AppKey.from_basic(pair.basic) == AppKey.from_basic(pair.basic.removeprefix("Basic ")) == pair
    assert "ecret" not in repr(pair)
    for text in ("", "no base64!", b64encode(b"without-colon").decode(), b64encode(b"\xff:x").decode(), "ü"):
        with pytest.raises(ConfigError):
            AppKey.from_basic(text)
