"""Signing in to the MyBMW app's interface in China: a slider captcha, then phone number and encrypted password.

Two pictures come; a person says how far one has to be moved into the other (`SolvedSlider`). Each step is sent once.
Sources: clients 2021-2025. How BMW makes and checks the header x-login-nonce is not known: a fresh random value goes.
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from bimmerhub.bmw.gateway_refusals import gateway_refusal, message_of
from bimmerhub.bmw.gcdm.by_password import BmwLogin
from bimmerhub.bmw.gcdm.token_endpoint import BEHIND_THE_GATEWAY, SERVER_FAULT, OauthRefusal
from bimmerhub.bmw.http import Answer, AnswerLost, Session
from bimmerhub.bmw.mybmw.endpoints import Endpoints
from bimmerhub.bmw.mybmw.unsigned_calls import call_unsigned
from bimmerhub.bmw.tokens.oauth_answers import TokenAnswer, read_id_token, read_token_fields
from bimmerhub.errors import BmwUnavailable, ConfigError
from bimmerhub.json_faults import NOT_JSON

_NONCE_BYTES: Final = 48
_FIRST_REFUSAL: Final = 300
_SIGN_IN: Final = "BMW's sign-in"
HANDLE_PX: Final = 26
"""So many pixels of the picture lie before the hole at position 0: the position is (x - 26) / width (clients)."""
_GIVING_TOKENS: Final = ("cn-login", "cn-refresh")
"""The beginnings of operations that give tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SliderCaptcha:
    """A captcha to solve: where in the background is the hole that the piece fits into?"""

    verify_id: str
    background_jpeg: bytes = field(repr=False)
    piece: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvedSlider:
    """The answer to a captcha, 0 to 1: the hole's left edge less `HANDLE_PX`, as a share of the picture's width."""

    verify_id: str
    position: float

    def __post_init__(self) -> None:
        """Refuse what is no share: ConfigError."""
        if not 0 <= self.position <= 1:
            raise ConfigError("the position of the slider is a share of the picture's width, 0 to 1")


class ChinaSignIn:
    """The sign-in's calls. `slow` faults are BmwUnavailable or RateLimited, refusals an `OauthRefusal`."""

    def __init__(self, *, endpoints: Endpoints, session: Session) -> None:
        self._endpoints = endpoints
        self._session = session

    async def fetch_slider(self, mobile: str) -> SliderCaptcha | OauthRefusal:
        """Return a captcha for a phone number, which begins with 86."""
        data = _data(await self._call("cn-slider-captcha", {"mobile": mobile}))
        if isinstance(data, OauthRefusal):
            return data
        verify_id, background, piece = (data.get(name) for name in ("verifyId", "backGroundImg", "cutImg"))
        if not isinstance(verify_id, str):
            raise BmwUnavailable("BMW's sign-in answered without a captcha")
        return SliderCaptcha(verify_id=verify_id, background_jpeg=_picture(background), piece=_picture(piece))

    async def sign_in(self, login: BmwLogin, solved: SolvedSlider) -> TokenAnswer | OauthRefusal:
        """Sign a person in with a captcha that was solved; AnswerLost when BMW may have given tokens."""
        key = _data(await self._call("cn-public-key", {}))
        if isinstance(key, OauthRefusal):
            return key
        password = encrypt_password(login.password, str(key.get("value")))
        checked = {"position": f"{solved.position:.2f}", "verify_id": solved.verify_id}
        if isinstance(refusal := _data(await self._call("cn-check-captcha", checked)), OauthRefusal):
            return refusal
        values = {
            "login_nonce": _new_nonce(),
            "mobile": login.username,
            "password": password,
            "verify_id": solved.verify_id,
            "device_id": self._endpoints.app.device_id,
        }
        return _tokens(_data(await self._call("cn-login-password", values)))

    async def refresh(self, refresh_token: str) -> TokenAnswer | OauthRefusal:
        """Renew tokens; BMW gives a new refresh token, and this one is spent. Errors as `sign_in`."""
        values = {"login_nonce": _new_nonce(), "refresh_token": refresh_token}
        return _tokens(_data(await self._call("cn-refresh-v2", values)))

    async def _call(self, name: str, values: Mapping[str, object]) -> Answer:
        answer = await call_unsigned(self._session, self._endpoints, name, values)
        if (refused := gateway_refusal(answer, operation=_SIGN_IN)) is not None:
            raise refused
        if answer.status in BEHIND_THE_GATEWAY and name.startswith(_GIVING_TOKENS):
            raise AnswerLost(f"{_SIGN_IN} answered {answer.status}", status=answer.status)
        if answer.status >= SERVER_FAULT:
            raise BmwUnavailable(f"{_SIGN_IN} answered {answer.status}", status=answer.status)
        return answer


def encrypt_password(password: str, pem: str) -> str:
    """Return the password as BMW wants it: RSA with PKCS#1 v1.5, base64. BmwUnavailable for what is no such key."""
    try:
        key = load_pem_public_key(pem.replace("\r", "").encode())
        if not isinstance(key, RSAPublicKey):
            raise BmwUnavailable("BMW's sign-in gave a key that is not RSA's")
        return base64.b64encode(key.encrypt(password.encode(), PKCS1v15())).decode()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BmwUnavailable("BMW's sign-in gave a key that the password cannot be encrypted with") from error


def _new_nonce() -> str:
    return secrets.token_hex(_NONCE_BYTES)


def _data(answer: Answer) -> dict[str, object] | OauthRefusal:
    """Return what the envelope holds, an empty object for nothing; or the refusal that it is."""
    try:
        document = msgspec.json.decode(answer.body, type=dict[str, object])
    except NOT_JSON as error:
        if answer.status >= _FIRST_REFUSAL:
            return OauthRefusal(error=f"status {answer.status}", description="", status=answer.status)
        raise AnswerLost(f"{_SIGN_IN} answered what cannot be read") from error
    if answer.status >= _FIRST_REFUSAL or document.get("error") not in (None, False):
        code = document.get("code")
        word = str(code) if isinstance(code, int | str) else f"status {answer.status}"
        return OauthRefusal(error=word, description=message_of(answer.body), status=answer.status)
    data = document.get("data", document)
    return data if isinstance(data, dict) else {}


def _tokens(data: dict[str, object] | OauthRefusal) -> TokenAnswer | OauthRefusal:
    """Return the tokens of an answer; how long they live is in the access token, which is a JWT."""
    if isinstance(data, OauthRefusal):
        return data
    try:
        answer = read_token_fields(data)
    except msgspec.ValidationError as error:
        raise AnswerLost(f"{_SIGN_IN} answered without tokens that can be read") from error
    return replace(answer, expires_in=answer.expires_in or read_id_token(answer.access_token).life_s)


def _picture(text: object) -> bytes:
    """Return the bytes of a picture that is base64, with or without the beginning of a data address."""
    if not isinstance(text, str):
        return b""
    try:
        return base64.b64decode(text.rpartition(",")[2], validate=True)
    except ValueError:
        return b""
