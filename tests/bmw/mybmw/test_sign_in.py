"""Signing in as the app does: every step once, fresh secrets, tokens kept and renewed, and refusals that say why."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from aiohttp import web
from tests.bmw.mybmw.answers import GCID, OAUTH_CONFIG, STATE
from tests.bmw.mybmw.conftest import CAPTCHA, LOGIN, ODD_BODIES, QUOTA, Scene, endpoints, odd_reply

from bimmerhub.bmw.gateway_refusals import BLOCKED, WRONG_KEY
from bimmerhub.bmw.http import AnswerLost
from bimmerhub.bmw.mybmw import App, BmwLogin, Endpoints, MyBmw, Region, SolvedSlider
from bimmerhub.bmw.mygarage import Endpoints as GarageEndpoints
from bimmerhub.bmw.mygarage import MyGarage
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, ConfigError, RateLimited, SignInRequired

Reply = Callable[[web.Request], web.Response]


async def test_every_step_of_the_sign_in(unsigned: Scene) -> None:
    tokens = await unsigned.mybmw.sign_in(LOGIN, captcha=CAPTCHA)
    assert (tokens.access_token, tokens.gcid, tokens.refresh_token) == ("tok-1", GCID, "ref-1")
    assert unsigned.store.saved[-1] == tokens
    config, first, second, token = unsigned.bmw.calls
    assert config.headers["ocp-apim-subscription-key"] == "key"
    assert config.headers["x-user-agent"] == "android(AB1C.123456.789);bmw;1.2.3(45);row"
    assert config.headers["x-correlation-id"] == config.headers["bmw-correlation-id"]
    assert "Authorization" not in config.headers
    assert first.headers["hcaptchatoken"] == CAPTCHA
    assert "hcaptchatoken" not in second.headers
    assert first.form["scope"] == " ".join(OAUTH_CONFIG["scopes"])
    assert (first.form["state"], first.form["nonce"]) == (second.form["state"], second.form["nonce"])
    assert not {"username", "password", "grant_type"} & second.form.keys()
    assert second.headers["Cookie"] == "GCDMSSO=auth-1"
    assert second.query["client-version"] == config.headers["x-user-agent"]
    assert token.form["grant_type"] == "authorization_code"


async def test_secrets_are_fresh_for_each_sign_in(unsigned: Scene) -> None:
    for _ in range(2):
        async with unsigned.sdk() as sdk:
            await sdk.sign_in(LOGIN, captcha=CAPTCHA)
    firsts = [call.form for call in unsigned.bmw.calls if "username" in call.form]
    for name in ("state", "nonce", "code_challenge"):
        assert len({form[name] for form in firsts}) == 2
    assert len(firsts[0]["state"]) == 22


async def test_captcha_is_sent_once(unsigned: Scene) -> None:
    unsigned.bmw.replies["authenticate"] = [lambda _: web.json_response({"error": "invalid_client"}, status=401)]
    with pytest.raises(BmwRefused) as caught:
        await unsigned.mybmw.sign_in(LOGIN, captcha=CAPTCHA)
    assert caught.value.code == "invalid_client"
    assert "captcha" in (caught.value.hint or "")
    assert unsigned.bmw.count("authenticate") == 1
    with pytest.raises(ConfigError, match="used already"):
        await unsigned.mybmw.sign_in(LOGIN, captcha=CAPTCHA)
    assert unsigned.bmw.count("authenticate") == 1


def text_reply(text: str, status: int) -> Reply:
    return lambda _: web.Response(status=status, text=text)


def json_reply(document: object, status: int = 200) -> Reply:
    return lambda _: web.json_response(document, status=status)


@pytest.mark.parametrize(
    ("end", "reply", "kind", "words"),
    [
        ("config", json_reply(QUOTA, 403), RateLimited, "quota"),
        ("config", json_reply({"statusCode": 429, "message": "Try again in 3 seconds."}, 429), RateLimited, "often"),
        ("config", lambda _: web.Response(status=403, text="Blocked"), BmwRefused, "blocks"),
        ("config", lambda _: web.Response(status=403, text="Forbidden"), BmwRefused, "403"),
        (
            "config",
            json_reply({"statusCode": 401, "message": "Access denied due to invalid subscription key."}, 401),
            BmwRefused,
            "subscription key",
        ),
        ("config", json_reply({}), BmwUnavailable, "cannot be read"),
        ("config", lambda _: web.Response(status=500), BmwUnavailable, "500"),
        ("authenticate", json_reply({"error": "invalid_request"}, 400), BmwRefused, "invalid_request"),
        ("authenticate", lambda _: web.Response(status=429), RateLimited, "often"),
        ("authenticate", lambda _: web.Response(status=500, text="oops"), BmwUnavailable, "500"),
        ("authenticate", json_reply({"redirect_to": "nowhere"}), BmwRefused, "no_token"),
        ("authenticate", lambda _: web.Response(text="<html>"), BmwRefused, "no_token"),
        ("token", json_reply({"error": "invalid_grant"}, 400), BmwRefused, "invalid_grant"),
        ("token", lambda _: web.Response(text="<html>"), AnswerLost, "without tokens"),
        ("token", lambda _: web.Response(status=502), AnswerLost, "502"),
        ("token", lambda _: web.Response(status=500), BmwUnavailable, "500"),
    ],
)
async def test_errors_of_the_sign_in_say_what_to_do(
    unsigned: Scene, end: str, reply: Reply, *, kind: type[BimmerhubError], words: str
) -> None:
    unsigned.bmw.replies[end] = [reply]
    with pytest.raises(kind, match=words) as caught:
        await unsigned.mybmw.sign_in(LOGIN, captcha=CAPTCHA)
    assert LOGIN.password not in str(caught.value)
    assert unsigned.bmw.count(end) == 1
    assert unsigned.store.saved == []


@pytest.mark.parametrize("body", ODD_BODIES, ids=lambda body: repr(body[:20]))
async def test_odd_answer_to_a_step_is_an_error_of_ours(unsigned: Scene, body: bytes) -> None:
    for end in ("config", "authenticate", "token"):
        for status in (200, 204, 302, 400, 401, 403, 500):
            unsigned.bmw.replies[end] = [odd_reply(body, status)]
            async with unsigned.sdk() as sdk:
                with pytest.raises(BimmerhubError):
                    await sdk.sign_in(LOGIN, captcha=CAPTCHA)
    assert unsigned.store.saved == []


async def test_waits_and_codes_of_the_gateway(unsigned: Scene) -> None:
    waits = {"Out of call volume quota. Quota will be replenished in 01:02:03.": 3723, "Try again in 7 seconds.": 7}
    for (message, wait_s), status in zip(waits.items(), (403, 429), strict=True):
        unsigned.bmw.replies["config"] = [json_reply({"statusCode": status, "message": message}, status)]
        with pytest.raises(RateLimited) as caught:
            await unsigned.mybmw.sign_in(LOGIN, captcha=message[:3])
        assert caught.value.retry_after_s == wait_s
    for text, code in (("Blocked", BLOCKED), ("Access denied due to missing subscription key.", WRONG_KEY)):
        unsigned.bmw.replies["config"] = [text_reply(text, 403)]
        with pytest.raises(BmwRefused) as refused:
            await unsigned.mybmw.sign_in(LOGIN, captcha=text[:3])
        assert refused.value.code == code


async def test_answer_to_another_sign_in_is_not_used(unsigned: Scene) -> None:
    elsewhere = {"Location": "com.bmw.connected://oauth?code=c&state=another"}
    first: Reply = json_reply({"redirect_to": "redirect_uri=com.bmw.connected://oauth?x=1&authorization=a"})
    unsigned.bmw.replies["authenticate"] = [first, lambda _: web.Response(status=302, headers=elsewhere)]
    with pytest.raises(BmwUnavailable, match="another sign-in"):
        await unsigned.mybmw.sign_in(LOGIN, captcha=CAPTCHA)
    assert unsigned.bmw.count("token") == 0


async def test_what_is_missing_is_said_before_anything_is_sent(unsigned: Scene) -> None:
    cases = [
        (endpoints(unsigned.bmw.url, app=App(version="1", build="2")), LOGIN, "subscription key"),
        (endpoints(unsigned.bmw.url, app=App(subscription_key="k")), LOGIN, "version and build"),
        (endpoints(unsigned.bmw.url), BmwLogin(username=" ", password="x"), "name and a password"),
    ]
    for settings, login, words in cases:
        async with MyBmw(tokens=unsigned.store, endpoints=settings, session=unsigned.session) as sdk:
            with pytest.raises(ConfigError, match=words):
                await sdk.sign_in(login, captcha=CAPTCHA)
    async with MyBmw(tokens=unsigned.store, endpoints=Endpoints(), session=unsigned.session) as sdk:
        with pytest.raises(ConfigError, match="wants a captcha"):
            await sdk.sign_in(LOGIN)
    with pytest.raises(ConfigError, match="only China"):
        await unsigned.mybmw.sign_in(LOGIN, captcha=SolvedSlider(verify_id="v", position=0.5))
    with pytest.raises(ConfigError, match="only China"):
        await unsigned.mybmw.fetch_slider("8612345678901")
    assert unsigned.bmw.calls == []


async def test_tokens_are_renewed_in_time_and_rotate(scene: Scene) -> None:
    car = await scene.mybmw.fetch_vehicle()
    assert scene.bmw.count("token") == 1
    scene.clock.advance(minutes=8 * 60)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(5):
            tasks.create_task(car.fetch_state())
    assert scene.bmw.count("token") == 2
    assert scene.bmw.last("token").form["refresh_token"] == "ref-1"
    newest = scene.store.saved[-1]
    assert (newest.refresh_token, newest.gcid, newest.access_token) == ("ref-2", GCID, "tok-2")


async def test_refused_token_is_renewed_once(scene: Scene) -> None:
    car = await scene.mybmw.fetch_vehicle()
    scene.bmw.token = "another"
    assert (await car.fetch_state()).odometer_km == STATE["currentMileage"]
    assert (scene.bmw.count("token"), scene.bmw.count("state")) == (2, 2)
    scene.bmw.replies["state"] = [lambda _: web.Response(status=401)] * 2
    with pytest.raises(SignInRequired):
        await car.fetch_state()
    assert (scene.bmw.count("token"), scene.bmw.count("state")) == (3, 4)
    scene.bmw.replies["state"] = [json_reply({"statusCode": 401, "message": "expired"})]
    assert (await car.fetch_state()).odometer_km == STATE["currentMileage"]
    assert scene.bmw.count("token") == 4


async def test_sign_in_lives_on_in_the_next_process(scene: Scene) -> None:
    scene.clock.advance(minutes=8 * 60)
    async with scene.sdk() as later:
        assert len(await later.fetch_vehicles()) == 1
    assert [call.path.rpartition("/")[2] for call in scene.bmw.calls[4:6]] == ["config", "token"]
    assert scene.bmw.count("authenticate") == 2


async def test_refused_refresh_token_needs_a_person(scene: Scene) -> None:
    scene.clock.advance(minutes=8 * 60)
    scene.bmw.refresh = "another"
    with pytest.raises(SignInRequired, match="ended the session") as caught:
        await scene.mybmw.fetch_vehicles()
    assert "captcha" in (caught.value.hint or "")
    assert scene.bmw.count("authenticate") == 2
    asked = scene.bmw.count("token")
    with pytest.raises(SignInRequired):
        await scene.mybmw.fetch_vehicles()
    assert scene.bmw.count("token") == asked
    scene.bmw.replies["authenticate"] = [
        json_reply({"redirect_to": "redirect_uri=com.bmw.connected://oauth?x=1&authorization=a"}),
        lambda _: web.Response(status=302, headers={"Location": "com.bmw.connected://oauth?code=code-1"}),
    ]
    scene.bmw.replies["token"] = [lambda _: web.json_response(scene.bmw.new_tokens())]
    await scene.mybmw.sign_in(LOGIN, captcha="captcha-2")
    assert len(await scene.mybmw.fetch_vehicles()) == 1


async def test_spent_quota_does_not_end_the_sign_in(scene: Scene) -> None:
    scene.clock.advance(minutes=7 * 60 + 50)
    scene.bmw.replies["token"] = [json_reply({"error": "temporarily_unavailable"}, 503)] * 3
    assert len(await scene.mybmw.fetch_vehicles()) == 1
    scene.clock.advance(minutes=60)
    scene.bmw.replies["token"] = [json_reply(QUOTA, 403)]
    with pytest.raises(RateLimited):
        await scene.mybmw.fetch_vehicles()
    assert len(await scene.mybmw.fetch_vehicles()) == 1


async def test_lost_answer_to_a_renewal_is_noted_and_no_lost_command(scene: Scene) -> None:
    car = await scene.mybmw.fetch_vehicle()
    scene.clock.advance(minutes=9 * 60)
    scene.bmw.replies["token"] = [lambda _: web.Response(status=504)]
    life = car.lock(force=True)
    assert str((await anext(life)).state) == "sending"
    with pytest.raises(BmwUnavailable) as caught:
        await anext(life)
    assert not isinstance(caught.value, AnswerLost)
    assert scene.bmw.count("door-lock") == 0
    assert scene.store.saved[-1].answer_lost_at_ms == scene.clock.now_ms()
    scene.bmw.refresh = "another"
    with pytest.raises(SignInRequired, match="was lost"):
        await scene.mybmw.fetch_vehicles()


async def test_account_that_bmw_names_at_a_renewal_only_keeps_its_sign_in(scene: Scene) -> None:
    await scene.store.save(replace(scene.store.saved[-1], gcid=LOGIN.username))
    scene.clock.advance(minutes=9 * 60)
    async with scene.sdk() as sdk:
        assert await sdk.fetch_vehicles()
    assert scene.store.saved[-1].gcid == GCID


async def test_token_is_not_lost_with_an_answer_to_another_step(scene: Scene) -> None:
    def hang_up(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    scene.clock.advance(minutes=9 * 60)
    scene.bmw.replies["config"] = [hang_up, hang_up]  # a question on a connection that was used before is asked again
    async with scene.sdk(retries=0) as sdk:
        with pytest.raises(BmwUnavailable, match="OAuth Config"):
            await sdk.fetch_vehicles()
        assert scene.store.saved[-1].answer_lost_at_ms is None
        assert await sdk.fetch_vehicles()


async def test_nobody_has_signed_in(unsigned: Scene) -> None:
    with pytest.raises(SignInRequired, match="nobody"):
        await unsigned.mybmw.fetch_vehicles()
    assert unsigned.bmw.calls == []


async def test_no_secret_shows(scene: Scene) -> None:
    tokens = scene.store.saved[-1]
    secrets = (tokens.access_token, tokens.refresh_token, "'key'", LOGIN.password)
    for text in (repr(tokens), repr(endpoints("http://localhost:1")), repr(LOGIN)):
        assert not [secret for secret in secrets if secret in text]


def test_settings_that_are_none() -> None:
    for settings in ({"api_url": "nowhere"}, {"brands": ()}, {"auth_url": "ftp://x"}):
        with pytest.raises(ConfigError):
            Endpoints(**settings)
    with pytest.raises(ConfigError):
        App(build="a;b")
    assert Endpoints(region=Region.CHINA).api_url == "https://myprofile.bmw.com.cn"


@pytest.mark.parametrize(
    "odd",
    [
        {"promptValues": None},
        {"brand": 7, "country": ["US"], "language": {}},
        {"scopes": " ".join(OAUTH_CONFIG["scopes"])},
        {"scopes": [*OAUTH_CONFIG["scopes"], None, 7]},
        {"somethingNew": [{}]},
    ],
    ids=lambda odd: next(iter(odd)),
)
async def test_what_is_odd_in_oauth_config_and_not_needed_costs_no_sign_in(
    unsigned: Scene, odd: dict[str, object]
) -> None:
    document = {**OAUTH_CONFIG, "tokenEndpoint": f"{unsigned.bmw.url}/gcdm/oauth/token", **odd}
    unsigned.bmw.replies["config"] = [json_reply(document)]
    await unsigned.mybmw.sign_in(LOGIN, captcha=CAPTCHA)
    [first, _] = [call for call in unsigned.bmw.calls if call.path.endswith("authenticate")]
    assert first.form["scope"] == " ".join(OAUTH_CONFIG["scopes"])


@pytest.mark.parametrize("gcid", ["a\r\nx: y", "\u00fc", [], 7.5])
async def test_id_of_the_account_that_no_header_can_hold_is_none(unsigned: Scene, gcid: object) -> None:
    unsigned.bmw.replies["token"] = [
        json_reply({"access_token": "tok-0", "refresh_token": "r", "expires_in": 3599, "gcid": gcid})
    ]
    assert (await unsigned.mybmw.sign_in(LOGIN, captcha=CAPTCHA)).gcid == ""
    garage = MyGarage(
        tokens=unsigned.store,
        endpoints=GarageEndpoints.all_at(unsigned.bmw.url),
        access=unsigned.mybmw.tokens,
        session=unsigned.session,
    )
    async with garage:
        with pytest.raises(BimmerhubError):
            await garage.fetch_vehicles()
