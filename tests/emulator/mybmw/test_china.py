"""The sign-in in China: public key, slider captcha, encrypted password or text message, renewal."""

import base64
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from tests.emulator.mybmw.conftest import BEV, AppProgram, AppReply

from bimmerhub.emulator.sign_in.china.sliders import Slider

MOBILE = "8613800000000"
NONCE = {"x-login-nonce": "0"}


async def coas(app: AppProgram, path: str, body: Any = None, **options: Any) -> AppReply:
    method = "GET" if body is None and not options else "POST"
    app.agent = "android(AP2A.240605.024);{brand};4.9.2(36892);cn"
    return await app.send(method, f"/eadrax-coas/{path}", **({"json": body} if body is not None else {}), **options)


async def encrypt(app: AppProgram, password: str = "emulator") -> str:
    envelope = (await coas(app, "v1/cop/publickey")).body
    assert (envelope["code"], envelope["error"], envelope["description"]) == (200, False, "ok")
    key = load_pem_public_key(envelope["data"]["value"].encode())
    assert isinstance(key, RSAPublicKey)
    return base64.b64encode(key.encrypt(password.encode(), PKCS1v15())).decode()


async def solve(app: AppProgram, *, make: str = "v2/cop/slider-captcha", check: str = "v1/cop/check-captcha") -> str:
    """Return the id of a captcha that was solved."""
    data = (await coas(app, make, {"mobile": MOBILE})).body["data"]
    assert base64.b64decode(data["backGroundImg"]).startswith(b"\xff\xd8\xff")
    verify_id = str(data["verifyId"])
    position = f"{slider(app, verify_id).position:.2f}"
    assert (await coas(app, check, {"position": position, "verifyId": verify_id})).body["data"] is None
    return verify_id


def slider(app: AppProgram, verify_id: str) -> Slider:
    return app.emulator.identity.china.sliders.find(verify_id)


async def login(app: AppProgram, **changes: Any) -> AppReply:
    body = {"mobile": MOBILE, "password": await encrypt(app), "deviceId": "d", "verifyId": await solve(app)}
    fields = {name: value for name, value in {**body, **changes}.items() if value is not None}
    return await coas(app, "v2/login/pwd", fields, headers=NONCE)


async def test_password_behind_a_captcha_gives_tokens(app: AppProgram) -> None:
    data = (await login(app)).body["data"]
    assert {"access_token", "token_type", "refresh_token", "usid", "cid", "gcid"} <= data.keys()
    claims = jwt.decode(data["access_token"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 3300
    app.tokens = data
    assert (await app.call("GET", "/eadrax-vcs/v4/vehicles/state", vin=BEV)).status == 200


async def test_list_carries_the_car_itself(app: AppProgram) -> None:
    app.tokens = (await login(app)).body["data"]
    [first, *_] = (await app.call("POST", "/eadrax-vcs/v5/vehicle-list")).body["mappingInfos"]
    assert first["cnData"]["vehicle"]["vin"] == first["vin"]


@pytest.mark.parametrize("mobile", [MOBILE, "anna@example.com"])
async def test_accounts_have_no_number_of_their_own(app: AppProgram, mobile: str) -> None:
    assert (await login(app, mobile=mobile)).status == 200


@pytest.mark.parametrize(
    "changes", [{"mobile": "4915100000000"}, {"password": "plain"}, {"verifyId": "0"}, {"password": None}]
)
async def test_anything_wrong_is_refused_in_the_envelope(app: AppProgram, changes: Any) -> None:
    reply = await login(app, **changes)
    assert reply.status == 422
    assert (reply.body["data"], reply.body["code"], reply.body["error"]) == (None, 699121, True)


async def test_wrong_password_is_refused(app: AppProgram) -> None:
    assert (await login(app, password=await encrypt(app, "wrong"))).status == 422


async def test_captcha_signs_in_once(app: AppProgram) -> None:
    verify_id = await solve(app)
    assert [(await login(app, verifyId=verify_id)).status for _ in range(2)] == [200, 422]


async def test_wrong_position_is_refused_and_ends_the_captcha(app: AppProgram) -> None:
    verify_id = (await coas(app, "v2/cop/slider-captcha", {"mobile": MOBILE})).body["data"]["verifyId"]
    right = f"{slider(app, verify_id).position:.2f}"
    for position in ("2.0", right):
        assert (await coas(app, "v1/cop/check-captcha", {"position": position, "verifyId": verify_id})).status == 422


async def test_captcha_may_be_missing_until_its_year(app: AppProgram) -> None:
    assert (await login(app, verifyId=None)).status == 200
    app.switch_on("era", 2024)
    assert (await login(app, verifyId=None)).status == 422


async def test_captcha_of_2026_has_other_names(app: AppProgram) -> None:
    verify_id = await solve(app, make="v2/cop/create-captcha", check="v2/cop/verify-captcha")
    assert (await login(app, verifyId=verify_id)).status == 200


async def test_nonce_has_to_be_there(app: AppProgram) -> None:
    assert (await coas(app, "v2/login/pwd", {"mobile": MOBILE, "password": await encrypt(app)})).status == 422


async def test_text_message_signs_in(app: AppProgram) -> None:
    body = {"mobile": MOBILE, "deviceId": "d", "verifyId": await solve(app)}
    otp_id = (await coas(app, "v1/cop/message", body)).body["data"]["otpID"]
    for text, status in (("000000", 422), ("123456", 422)):  # a message is good for one attempt
        wish = {"mobile": MOBILE, "otpId": otp_id, "otpMsg": text}
        assert (await coas(app, "v2/login/sms", wish, headers=NONCE)).status == status
    body["verifyId"] = await solve(app)
    otp_id = (await coas(app, "v1/cop/message", body)).body["data"]["otpID"]
    wish = {"mobile": MOBILE, "otpId": otp_id, "otpMsg": "123456"}
    assert (await coas(app, "v2/login/sms", wish, headers=NONCE)).body["data"]["access_token"]


@pytest.mark.parametrize("path", ["v1/oauth/token", "v2/oauth/token"])
async def test_tokens_are_renewed_and_rotate(app: AppProgram, path: str) -> None:
    data = (await login(app)).body["data"]
    form = {"grant_type": "refresh_token", "refresh_token": data["refresh_token"]}
    reply = await coas(app, path, data=form, headers=NONCE)
    assert reply.body["data"]["refresh_token"] == reply.body["refresh_token"] != data["refresh_token"]
    assert reply.body["expires_in"] == 3300
    assert (await coas(app, path, data=form, headers=NONCE)).status == 422
