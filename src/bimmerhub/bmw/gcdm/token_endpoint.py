"""GCDM's OAuth by form: PKCE, device codes and tokens (their answers: `oauth_answers`).

Forms go in, the answer or BMW's refusal comes out. Which server is asked, for which scopes, and what a refusal means is
its caller's business. What went wrong is decided by `error`, never by the status alone: BMW answers "pending" with 403
and "code expired" with 401. Sources: BMW's device-flow swagger, and answers observed by clients 2025-2026.
"""

import base64
import hashlib
import secrets
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec

from bimmerhub.bmw.http import AnswerLost, Session, fetch
from bimmerhub.bmw.refusal_words import LONGEST_WORD, shown
from bimmerhub.bmw.tokens.oauth_answers import DeviceCodeAnswer, TokenAnswer, read_device_code, read_tokens
from bimmerhub.errors import BmwUnavailable
from bimmerhub.json_faults import NOT_JSON

T = TypeVar("T")

DEVICE_CODE_PATH = "/gcdm/oauth/device/code"
TOKEN_PATH = "/gcdm/oauth/token"  # noqa: S105 - a path
TOKENS_WITHIN_S = 60.0
"""Longer than for other answers: giving up an answer with renewed tokens can cost the sign-in."""
OK = 200
SERVER_FAULT = 500
BEHIND_THE_GATEWAY = frozenset({502, 504})
"""What a gateway says when it got no answer: the server behind it may have done what was asked."""
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
    return await _post(session, server, DEVICE_CODE_PATH, form=form, read=read_device_code)


async def request_tokens(session: Session, server: SignInServer, form: Mapping[str, str]) -> TokenAnswer | OauthRefusal:
    """Ask for tokens. BmwUnavailable when BMW did not answer in a way that can be read.

    Then it is AnswerLost when BMW may have given tokens all the same.
    """
    return await _post(session, server, TOKEN_PATH, form=form, read=read_tokens, within_s=TOKENS_WITHIN_S)


async def _post(
    session: Session,
    server: SignInServer,
    path: str,
    *,
    form: Mapping[str, str],
    read: Callable[[bytes], T],
    within_s: float | None = None,
) -> T | OauthRefusal:
    answer = await fetch(
        session,
        "POST",
        server.auth_url.rstrip("/") + path,
        tls=server.ssl_context(),
        headers={"Accept": "application/json"},
        form=form,
        within_s=within_s,
    )
    try:
        if answer.status == OK:
            return read(answer.body)
        refusal = msgspec.json.decode(answer.body, type=_ErrorBody)
    except NOT_JSON as error:
        if answer.status >= SERVER_FAULT and BURNT_CODE.encode() in answer.body:
            return OauthRefusal(error=BURNT_CODE, description="", status=answer.status)
        kind = AnswerLost if answer.status == OK or answer.status in BEHIND_THE_GATEWAY else BmwUnavailable
        raise kind(f"BMW's sign-in answered {answer.status} in a form that is not OAuth's") from error
    if answer.status >= SERVER_FAULT:
        raise BmwUnavailable(f"BMW's sign-in answered {answer.status}: {shown(refusal.error, longest=LONGEST_WORD)}")
    return OauthRefusal(
        error=shown(refusal.error, longest=LONGEST_WORD),
        description=shown(refusal.error_description or ""),
        status=answer.status,
    )
