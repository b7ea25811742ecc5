"""China's sign-in: the slider, the encrypted password, the envelope of its answers, and the renewal."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.bmw.conftest import HastyClock, MemoryTokens
from tests.bmw.mybmw.answers import GCID, STATE_ANSWER, V5_LIST
from tests.bmw.mybmw.conftest import ODD_BODIES, Serve, odd_reply

from bimmerhub.bmw.http import AnswerLost
from bimmerhub.bmw.mybmw import App, BmwLogin, BrandApp, Endpoints, MyBmw, Region, SolvedSlider
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, ConfigError, RateLimited, SignInRequired

LOGIN = BmwLogin(username="8612345678901", password="geheim 密码")
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().replace("\n", "\r\n")
SOLVED = SolvedSlider(verify_id="verify-1", position=0.449)
Reply = Callable[[web.Request], web.Response]


def jwt(number: int, *, life_s: int = 3600) -> str:
    payload = json.dumps({"iat": 1_000, "exp": 1_000 + life_s, "n": number}).encode()
    return f"e30.{base64.urlsafe_b64encode(payload).rstrip(b'=').decode()}.sig"


def envelope(data: object, *, code: int = 200, error: bool = False, status: int = 200) -> web.Response:
    body = {"data": data, "code": code, "error": error, "msgType": "toast", "description": "ok"}
    return web.json_response(body, status=status)


@dataclass
class ChineseBmw:
    """China's part of BMW, with one account."""

    replies: dict[str, list[Reply]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    number: int = 0

    async def handle(self, request: web.Request) -> web.Response:
        is_form = request.content_type == "application/x-www-form-urlencoded"
        text = await request.text()
        body: Any = dict(await request.post()) if is_form else json.loads(text or "null")
        end = request.path.rpartition("/")[2]
        self.calls.append((request.path, {name.lower(): value for name, value in request.headers.items()}, body))
        if self.replies.get(end):
            return self.replies[end].pop(0)(request)
        answers: dict[str, Callable[[], web.Response]] = {
            "publickey": lambda: envelope({"value": PEM, "expires": "3600"}),
            "slider-captcha": lambda: envelope(
                {
                    "verifyId": "verify-1",
                    "backGroundImg": base64.b64encode(b"\xff\xd8jpeg").decode(),
                    "cutImg": "data:image/png;base64," + base64.b64encode(b"piece").decode(),
                }
            ),
            "check-captcha": lambda: envelope(None),
            "pwd": self.tokens,
            "token": self.tokens,
            "vehicle-list": lambda: web.json_response(V5_LIST),
            "profile": lambda: web.json_response({}),
            "state": lambda: web.json_response(STATE_ANSWER),
        }
        return answers[end]()

    def tokens(self) -> web.Response:
        self.number += 1
        data = {"access_token": jwt(self.number), "refresh_token": f"ref-{self.number}", "token_type": "Bearer"}
        return envelope({**data, "usid": "u", "cid": "c", "gcid": GCID})

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.calls]


@dataclass
class China:
    """The server, and an SDK that knows where it is."""

    bmw: ChineseBmw
    mybmw: MyBmw
    clock: HastyClock
    store: MemoryTokens


@pytest.fixture
async def china(serve: Serve, session: ClientSession, make_clock: Callable[[], HastyClock]) -> AsyncIterator[China]:
    bmw, clock, store = ChineseBmw(), make_clock(), MemoryTokens()
    app = App(version="1.2.3(45)", build="AB1C", device_id="device-1")
    endpoints = Endpoints(region=Region.CHINA, api_url=await serve(bmw.handle), app=app, brands=(BrandApp.BMW,))
    async with MyBmw(tokens=store, endpoints=endpoints, session=session, clock=clock) as mybmw:
        yield China(bmw=bmw, mybmw=mybmw, clock=clock, store=store)


async def test_slider_and_sign_in(china: China) -> None:
    slider = await china.mybmw.fetch_slider(LOGIN.username)
    assert (slider.verify_id, slider.background_jpeg, slider.piece) == ("verify-1", b"\xff\xd8jpeg", b"piece")
    tokens = await china.mybmw.sign_in(LOGIN, captcha=SOLVED)
    assert (tokens.gcid, tokens.refresh_token, tokens.lifetime_s) == (GCID, "ref-1", 3600)
    assert china.bmw.paths() == [
        "/eadrax-coas/v2/cop/slider-captcha",
        "/eadrax-coas/v1/cop/publickey",
        "/eadrax-coas/v1/cop/check-captcha",
        "/eadrax-coas/v2/login/pwd",
    ]
    assert china.bmw.calls[0][2] == {"mobile": LOGIN.username}
    assert china.bmw.calls[2][2] == {"position": "0.45", "verifyId": "verify-1"}
    _, headers, body = china.bmw.calls[3]
    assert len(headers["x-login-nonce"]) >= 64
    assert (body["mobile"], body["deviceId"], body["verifyId"]) == (LOGIN.username, "device-1", "verify-1")
    assert KEY.decrypt(base64.b64decode(body["password"]), PKCS1v15()).decode() == LOGIN.password
    assert "ocp-apim-subscription-key" not in headers


async def test_tokens_are_renewed(china: China) -> None:
    await china.mybmw.sign_in(LOGIN, captcha=SOLVED)
    china.clock.advance(minutes=60)
    assert len(await china.mybmw.fetch_vehicles()) == 1
    path, headers, body = china.bmw.calls[3]
    assert (path, body) == (
        "/eadrax-coas/v2/oauth/token",
        {"refresh_token": "ref-1", "grant_type": "refresh_token"},
    )
    assert headers["x-login-nonce"] != china.bmw.calls[2][1]["x-login-nonce"]
    assert (china.store.saved[-1].refresh_token, china.store.saved[-1].gcid) == ("ref-2", GCID)
    china.clock.advance(minutes=60)
    china.bmw.replies["token"] = [lambda _: envelope(None, code=699121, error=True, status=422)] * 2
    with pytest.raises(SignInRequired, match="699121"):
        await china.mybmw.fetch_vehicles()


async def test_slider_is_sent_once(china: China) -> None:
    china.bmw.replies["check-captcha"] = [lambda _: envelope(None, code=699103, error=True, status=422)]
    with pytest.raises(BmwRefused) as caught:
        await china.mybmw.sign_in(LOGIN, captcha=SOLVED)
    assert (caught.value.code, caught.value.status) == ("699103", 422)
    assert "/eadrax-coas/v2/login/pwd" not in china.bmw.paths()
    with pytest.raises(ConfigError, match="used already"):
        await china.mybmw.sign_in(LOGIN, captcha=SOLVED)
    for captcha in (None, "token"):
        with pytest.raises(ConfigError, match="slider"):
            await china.mybmw.sign_in(LOGIN, captcha=captcha)
    with pytest.raises(ConfigError):
        SolvedSlider(verify_id="v", position=1.5)


@pytest.mark.parametrize(
    ("end", "reply", "kind"),
    [
        ("publickey", lambda _: envelope({"value": "no key"}), BmwUnavailable),
        ("publickey", lambda _: envelope(None), BmwUnavailable),
        ("publickey", lambda _: web.Response(status=500), BmwUnavailable),
        ("publickey", lambda _: web.Response(status=403, text="Blocked"), BmwRefused),
        ("publickey", lambda _: web.Response(status=404, text="<html>"), BmwRefused),
        ("pwd", lambda _: web.Response(text="<html>"), BmwUnavailable),
        ("pwd", lambda _: envelope({}), BmwUnavailable),
        ("pwd", lambda _: envelope(None, code=699121, error=True), BmwRefused),
        ("pwd", lambda _: web.Response(status=429), RateLimited),
        ("pwd", lambda _: web.Response(status=504), AnswerLost),
    ],
)
async def test_errors(china: China, end: str, reply: Reply, kind: type[BimmerhubError]) -> None:
    china.bmw.replies[end] = [reply]
    with pytest.raises(kind) as caught:
        await china.mybmw.sign_in(LOGIN, captcha=SOLVED)
    assert LOGIN.password not in str(caught.value)
    assert china.store.saved == []


@pytest.mark.parametrize("body", ODD_BODIES, ids=lambda body: repr(body[:20]))
async def test_odd_answer_to_a_step_is_an_error_of_ours(china: China, body: bytes) -> None:
    for end in ("publickey", "pwd"):
        for number, status in enumerate((200, 204, 302, 400, 403, 422, 500)):
            china.bmw.replies[end] = [odd_reply(body, status)]
            with pytest.raises(BimmerhubError):
                await china.mybmw.sign_in(LOGIN, captcha=SolvedSlider(verify_id=f"{end}-{number}", position=0.5))
    assert china.store.saved == []


@pytest.mark.parametrize("data", [None, {}, {"verifyId": 7}, {"verifyId": "v", "cutImg": "no base64!", "x": 1}])
async def test_odd_sliders(china: China, data: dict[str, object] | None) -> None:
    china.bmw.replies["slider-captcha"] = [lambda _: envelope(data)]
    if data and data.get("verifyId") == "v":
        assert (await china.mybmw.fetch_slider(LOGIN.username)).piece == b""
        return
    with pytest.raises(BmwUnavailable):
        await china.mybmw.fetch_slider(LOGIN.username)
