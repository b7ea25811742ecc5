"""GCDM, BMW's sign-in, as four families share it: PKCE, the endpoints of OAuth, and the claims of an id token.

Forms go in, the answer or BMW's refusal comes out. Which server is asked, for which scopes, and what a refusal means is
its caller's business. What went wrong is decided by `error`, never by the status alone: BMW answers "pending" with 403
and "code expired" with 401. Sources: BMW's device-flow swagger, and answers observed by clients 2025-2026.
"""

import base64
import binascii
import hashlib
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec

from bimmerhub.bmw.http import Session, fetch
from bimmerhub.errors import BmwUnavailable

T = TypeVar("T")

DEVICE_CODE_PATH = "/gcdm/oauth/device/code"
TOKEN_PATH = "/gcdm/oauth/token"  # noqa: S105 - a path
SERVER_FAULT = 500
TOO_MANY = 429
PASSING_ERRORS = frozenset({"slow_down", "temporarily_unavailable", "server_error"})
BURNT_CODE = "keymanagement.service.invalid_access_token"
"""In a 500 after the person approved: the device code is used up (observed 2026)."""


class SignInServer(Protocol):
    """Where a family's users sign in: a family's `Endpoints`, or whatever else has these two."""

    @property
    def auth_url(self) -> str:
        """The address that the paths of OAuth begin with."""
        ...

    def ssl_context(self) -> ssl.SSLContext:
        """Return the TLS settings to reach it with."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OauthRefusal:
    """BMW's no: `error` is the OAuth word, or BURNT_CODE."""

    error: str
    description: str
    status: int

    @property
    def is_passing(self) -> bool:
        """Whether it says nothing about the tokens: BMW's own fault, or too much asked at once."""
        return self.status >= SERVER_FAULT or self.status == TOO_MANY or self.error in PASSING_ERRORS


class DeviceCodeAnswer(msgspec.Struct):
    """The answer of the device-code endpoint. BMW leaves out some fields at times."""

    user_code: str
    device_code: str
    verification_uri: str
    verification_uri_complete: str | None = None
    expires_in: int = 300
    interval: int | None = None


class TokenAnswer(msgspec.Struct):
    """The answer of the token endpoint, for both grants."""

    access_token: str
    refresh_token: str
    expires_in: int = 3600
    scope: str = ""
    id_token: str | None = None
    gcid: str | None = None


class IdClaims(msgspec.Struct):
    """What clients read of an id token; the signature is BMW's business."""

    exp: int | None = None
    iat: int | None = None
    gcid: str | None = None
    sub: str | None = None


class _ErrorBody(msgspec.Struct):
    error: str
    error_description: str | None = None


def new_verifier() -> str:
    """Return a new secret of PKCE (RFC 7636): what is asked for with its challenge is given to who shows the secret."""
    return secrets.token_urlsafe(64)


def derive_challenge(verifier: str) -> str:
    """Return the challenge of a PKCE secret, for the method S256."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


async def request_device_code(
    session: Session, server: SignInServer, form: Mapping[str, str]
) -> DeviceCodeAnswer | OauthRefusal:
    """Ask for a device code. BmwUnavailable when BMW did not answer in a way that can be read."""
    return await _post(session, server, DEVICE_CODE_PATH, form=form, kind=DeviceCodeAnswer)


async def request_tokens(session: Session, server: SignInServer, form: Mapping[str, str]) -> TokenAnswer | OauthRefusal:
    """Ask for tokens. BmwUnavailable when BMW did not answer in a way that can be read."""
    return await _post(session, server, TOKEN_PATH, form=form, kind=TokenAnswer)


def read_id_token(token: str) -> IdClaims:
    """Return the claims of an id token; empty ones when it cannot be read."""
    try:
        payload = token.split(".")[1]
        return msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=IdClaims)
    except (IndexError, binascii.Error, ValueError, msgspec.DecodeError, RecursionError):
        return IdClaims()


async def _post(
    session: Session, server: SignInServer, path: str, *, form: Mapping[str, str], kind: type[T]
) -> T | OauthRefusal:
    answer = await fetch(
        session,
        "POST",
        server.auth_url.rstrip("/") + path,
        tls=server.ssl_context(),
        headers={"Accept": "application/json"},
        form=form,
    )
    try:
        if answer.status == 200:  # noqa: PLR2004 - HTTP
            return msgspec.json.decode(answer.body, type=kind)
        refusal = msgspec.json.decode(answer.body, type=_ErrorBody)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if answer.status >= SERVER_FAULT and BURNT_CODE.encode() in answer.body:
            return OauthRefusal(error=BURNT_CODE, description="", status=answer.status)
        raise BmwUnavailable(f"BMW's sign-in answered {answer.status} in a form that is not OAuth's") from error
    if answer.status >= SERVER_FAULT:
        raise BmwUnavailable(f"BMW's sign-in answered {answer.status}: {refusal.error}")
    return OauthRefusal(error=refusal.error, description=refusal.error_description or "", status=answer.status)
