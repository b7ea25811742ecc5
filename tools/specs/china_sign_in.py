"""The MyBMW app's sign-in in China at an emulator, every step once; the captcha's solution is the emulator's own."""

from functools import partial
from typing import Any, Final

import msgspec
from aiohttp import ClientSession

from bimmerhub.bmw.mybmw.china_sign_in import encrypt_password
from bimmerhub.bmw.mybmw.endpoints import Endpoints
from bimmerhub.bmw.mybmw.unsigned_calls import call_unsigned
from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.sign_in.china.phone_sign_in import TEXT_MESSAGE

_MOBILE: Final = "8613800000000"
_NONCE: Final = "0123456789abcdef"


async def sign_in_in_china(emulator: Emulator, session: ClientSession, endpoints: Endpoints) -> None:
    """Sign in by password and by text message, each behind a captcha of another year, and renew both tokens."""
    step = partial(_step, session, endpoints)
    phone = {"mobile": _MOBILE, "device_id": "any"}
    key = await step("cn-public-key")
    verify_id = await _solve(emulator, session, endpoints, ("cn-slider-captcha", "cn-check-captcha"))
    password = encrypt_password(emulator.info.password, key["value"])
    tokens = await step("cn-login-password", **phone, password=password, verify_id=verify_id, login_nonce=_NONCE)
    await step("cn-refresh-v2", refresh_token=tokens["refresh_token"], login_nonce=_NONCE)
    verify_id = await _solve(emulator, session, endpoints, ("cn-create-captcha", "cn-verify-captcha"))
    message = await step("cn-message", **phone, verify_id=verify_id)
    sent = {"mobile": _MOBILE, "otp_id": message["otpID"], "otp": TEXT_MESSAGE}
    tokens = await step("cn-login-message", **sent, login_nonce=_NONCE)
    await step("cn-refresh-v1", refresh_token=tokens["refresh_token"], login_nonce=_NONCE)


async def _solve(emulator: Emulator, session: ClientSession, endpoints: Endpoints, names: tuple[str, str]) -> str:
    """Return the id of a captcha that was solved; `names` are the operations that make it and check it."""
    make, check = names
    verify_id: str = (await _step(session, endpoints, make, mobile=_MOBILE))["verifyId"]
    position = emulator.identity.china.sliders.find(verify_id).position
    known = {"mobile": _MOBILE} if check == "cn-verify-captcha" else {}
    await _step(session, endpoints, check, position=f"{position:.2f}", verify_id=verify_id, **known)
    return verify_id


async def _step(session: ClientSession, endpoints: Endpoints, name: str, **values: object) -> Any:  # noqa: ANN401 - JSON
    """Return what the envelope of an answer holds."""
    answer = await call_unsigned(session, endpoints, name, values)
    return msgspec.json.decode(answer.body)["data"]
