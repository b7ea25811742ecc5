"""The sign-in of the MyBMW app: OAuth Config, Authenticate 1/2 and 2/2, Token, Refresh, and each year's rules."""

import asyncio
from typing import Any

import jwt
import pytest
from tests.emulator.mybmw.conftest import BEV, AppProgram, authorization_in

VEHICLES = "/eadrax-vcs/v4/vehicles"


async def test_config_tells_where_to_sign_in(app: AppProgram) -> None:
    config = (await app.ask_config()).body
    assert config["tokenEndpoint"] == app.emulator.info.base_url + "/gcdm/oauth/token"
    assert (config["clientName"], config["returnUrl"]) == ("mybmwapp", "com.bmw.connected://oauth")
    assert {"openid", "vehicle_data", "remote_services"} <= set(config["scopes"])
    assert config["clientId"] == app.emulator.info.families["mybmw"].client_id


@pytest.mark.parametrize("key", ["Authenticate", "a key with blanks"])
async def test_config_takes_any_subscription_key(app: AppProgram, key: str) -> None:
    assert (await app.ask_config(**{"ocp-apim-subscription-key": key})).status == 200


async def test_config_wants_a_subscription_key(app: AppProgram) -> None:
    reply = await app.ask_config(**{"ocp-apim-subscription-key": None})
    assert (reply.status, reply.body["statusCode"]) == (401, 401)
    assert "missing subscription key" in reply.body["message"]


async def test_unknown_subscription_key_is_refused_by_a_switch(app: AppProgram) -> None:
    app.switch_on("unknown-keys-refused")
    known = app.emulator.info.families["mybmw"].subscription_key
    assert (await app.ask_config()).status == 401
    assert (await app.ask_config(**{"ocp-apim-subscription-key": known})).status == 200


@pytest.mark.parametrize(
    ("agent", "status"),
    [(None, 403), ("android(x);BMW;4.9.2(1);row", 400), ("android(x);bmw", 400), ("android(v1);bmw;1.5.2(8932)", 200)],
)
async def test_app_has_to_say_who_it_is(app: AppProgram, agent: str | None, status: int) -> None:
    assert (await app.ask_config(**{"x-user-agent": agent})).status == status


async def test_redirect_to_has_its_odd_beginning_and_the_authorization_not_first(app: AppProgram) -> None:
    reply = await app.authenticate()
    assert reply.body["redirect_to"].startswith("redirect_uri=com.bmw.connected://oauth?client_id=")
    assert f"GCDMSSO={authorization_in(reply)}" in reply.headers["Set-Cookie"]


async def test_code_comes_in_the_order_of_bmw(app: AppProgram) -> None:
    reply = await app.ask_code(authorization_in(await app.authenticate()))
    assert (reply.status, list(reply.location)) == (302, ["code", "state", "client_id", "nonce"])
    assert reply.headers["Location"].startswith("com.bmw.connected://oauth?code=")


async def test_tokens_carry_id_token_gcid_and_usid(app: AppProgram) -> None:
    assert app.tokens["expires_in"] == 3599
    assert app.tokens["gcid"] == app.emulator.info.gcid
    assert app.tokens["usid"]
    claims = jwt.decode(app.tokens["id_token"], options={"verify_signature": False})
    assert claims["gcid"] == app.emulator.info.gcid
    assert (await app.call("GET", VEHICLES)).status == 200


async def test_verifier_has_to_fit_the_challenge(app: AppProgram) -> None:
    assert (await app.redeem(await app.code(), verifier="w" * 86)).body["error"] == "invalid_grant"


async def test_code_and_authorization_are_good_once(app: AppProgram) -> None:
    authorization = authorization_in(await app.authenticate())
    code = (await app.ask_code(authorization)).location["code"]
    assert (await app.ask_code(authorization)).status == 400
    assert [(await app.redeem(code)).status for _ in range(2)] == [200, 400]


async def test_refresh_rotates(app: AppProgram) -> None:
    form = {"grant_type": "refresh_token", "scope": " ".join(app.config["scopes"])}
    fresh = await app.ask_tokens(refresh_token=app.tokens["refresh_token"], **form)
    assert {"access_token", "refresh_token", "id_token", "gcid", "usid"} <= fresh.body.keys()
    assert fresh.body["usid"] == app.tokens["usid"]
    assert (await app.ask_tokens(refresh_token=app.tokens["refresh_token"], **form)).status == 400
    assert (await app.ask_tokens(refresh_token=fresh.body["refresh_token"], **form)).status == 200


async def test_wrong_password_reads_as_wrong_client(app: AppProgram) -> None:
    reply = await app.authenticate(password="wrong")
    assert (reply.status, reply.body["error"]) == (401, "invalid_client")
    assert "login failure" in reply.body["error_description"]


async def test_captcha_is_good_once_even_if_the_password_was_wrong(app: AppProgram) -> None:
    assert (await app.authenticate(captcha="one", password="wrong")).status == 401
    assert (await app.authenticate(captcha="one")).status == 401
    assert (await app.authenticate(captcha="two")).status == 200


async def test_captcha_is_wanted_in_its_era_only(app: AppProgram) -> None:
    assert (await app.authenticate(captcha="")).status == 200
    app.switch_on("captcha-wanted", times=1)
    assert (await app.authenticate(captcha="")).status == 401
    assert (await app.authenticate(captcha="")).status == 200
    app.switch_on("era", 2024)
    assert (await app.authenticate(captcha="")).status == 401
    assert (await app.authenticate()).status == 200


async def test_challenge_is_wanted_since_2022(app: AppProgram) -> None:
    app.switch_on("era", 2021)
    assert (await app.redeem(await app.code(code_challenge=None))).body["expires_in"] == 28_799
    app.switch_on("era", 2022)
    assert (await app.authenticate(code_challenge=None)).body["error"] == "invalid_request"


async def test_config_came_in_2022(app: AppProgram) -> None:
    app.switch_on("era", 2021)
    assert (await app.ask_config()).status == 404


async def test_sign_in_too_often_says_how_long_to_wait(app: AppProgram) -> None:
    app.switch_on("sign-in-too-often", times=1)
    reply = await app.authenticate()
    assert (reply.status, reply.body["message"]) == (429, "Rate limit is exceeded. Try again in 3 seconds.")
    assert (await app.authenticate()).status == 200


async def test_token_expires(app: AppProgram) -> None:
    await app.pass_time(3600)
    reply = await app.call("GET", VEHICLES)
    assert (reply.status, reply.body["title"]) == (401, "Unauthorized")
    app.switch_on("app-401-empty")
    assert (await app.call("GET", VEHICLES)).body == b""


async def test_correlation_ids_come_back_also_with_a_refusal(app: AppProgram) -> None:
    ids = {"x-correlation-id": "one", "bmw-correlation-id": "two"}
    for path in (VEHICLES, "/eadrax-vcs/v4/vehicles/state", "/eadrax-vcs/v5/vehicle-data/profile"):
        reply = await app.call("GET", path, headers=ids)
        assert {name: reply.headers[name] for name in ids} == ids
    assert (await app.call("GET", VEHICLES)).headers["x-correlation-id"]


@pytest.mark.parametrize("agents", [1, 2])
async def test_quota_is_counted_for_each_agent(app: AppProgram, agents: int) -> None:
    app.switch_on("app-quota", 2)
    statuses = [(await app.call("GET", VEHICLES)).status for _ in range(2)]
    reply = await app.call("GET", VEHICLES, brand="bmw" if agents == 1 else "mini")
    if agents == 1:
        assert reply.body["message"] == "Out of call volume quota. Quota will be replenished in 12:00:00."
    assert [*statuses, reply.status] == [200, 200, 403 if agents == 1 else 200]
    await app.pass_time(12 * 3600)
    await app.sign_in()
    assert (await app.call("GET", VEHICLES)).status == 200


async def test_two_calls_in_a_second_are_too_many(app: AppProgram) -> None:
    app.switch_on("app-too-fast")
    replies = await asyncio.gather(*(app.call("GET", VEHICLES) for _ in range(2)))
    assert sorted(reply.status for reply in replies) == [200, 429]
    await app.pass_time(2)
    assert (await app.call("GET", VEHICLES)).status == 200


@pytest.mark.parametrize(("fault", "value"), [("app-blocked", None), ("era", 2025)])
async def test_good_token_is_blocked(app: AppProgram, fault: str, value: Any) -> None:
    app.switch_on(fault, value)
    reply = await app.call("GET", VEHICLES)
    assert (reply.status, reply.body) == (403, "Blocked")
    assert (await app.ask_config()).status == 200


async def test_rate_limit_in_words(app: AppProgram) -> None:
    app.switch_on("app-rate-limit", 7, times=1)
    reply = await app.call("GET", VEHICLES)
    assert reply.body == {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 7 seconds."}


async def test_old_app_is_refused_by_a_switch(app: AppProgram) -> None:
    app.switch_on("app-obsolete")
    assert (await app.call("GET", VEHICLES)).status == 200
    app.switch_on("app-obsolete", 5)
    reply = await app.call("GET", VEHICLES)
    assert (reply.status, reply.body["message"]) == (403, "Forbidden")
    assert (await app.ask_config()).status == 403


async def test_refusal_can_come_as_success(app: AppProgram) -> None:
    app.switch_on("app-error-as-200")
    reply = await app.call("GET", "/eadrax-vcs/v5/vehicle-data/profile", vin="WBA00000000000000")
    assert (reply.status, reply.body["statusCode"]) == (200, 404)
    assert (await app.call("GET", "/eadrax-vcs/v4/vehicles/state", vin=BEV)).status == 200
