"""Signing in at GCDM as the MyBMW app does: OAuth Config, Authenticate (1/2) and (2/2), Token, Refresh.

A person's name, password and captcha go in, tokens or BMW's refusal come out. Each step is sent once: a captcha's token
is good for one attempt, and BMW locks an account after some wrong passwords. PKCE pair, state and nonce are fresh for
each sign-in. What the app calls itself is its caller's business (`AppServer`); nothing of BMW's is shipped.
Sources: the public HTTP collection of 2023, clients 2021-2025, stored answers of OAuth Config and Token.
"""

import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import msgspec

from bimmerhub.bmw.answers.lenient_structs import decode_document, members_in, read_object
from bimmerhub.bmw.gateway_refusals import gateway_refusal
from bimmerhub.bmw.gcdm.by_password import LOCK_WARNING, REDIRECTS, AppKey, BmwLogin, refusal_of, refused_sign_in
from bimmerhub.bmw.gcdm.token_endpoint import (
    BEHIND_THE_GATEWAY,
    OK,
    SERVER_FAULT,
    TOKENS_WITHIN_S,
    OauthRefusal,
    derive_challenge,
    new_verifier,
)
from bimmerhub.bmw.http import Answer, AnswerLost, Session, fetch
from bimmerhub.bmw.refusal_words import LONGEST_WORD, shown
from bimmerhub.bmw.servers import is_base_url
from bimmerhub.bmw.tokens.oauth_answers import TokenAnswer, read_tokens
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError, MalformedPayload
from bimmerhub.json_faults import NOT_JSON

CAPTCHA_HEADER: Final = "hcaptchatoken"
_SECRET_BYTES: Final = 16
"""Of state and nonce: 22 characters, as the app's."""
_LOGIN_WAIT_S: Final = 300.0
"""What BMW wants after too many sign-ins (clients)."""
_HINTS: Final = {
    "invalid_client": "Name or password is wrong, or the captcha was not solved, is too old or was used before: BMW "
    f"says the same of all. Solve a new captcha, check both, and the region. {LOCK_WARNING}",
    "invalid_request": "BMW does not take the sign-in as it was sent: check the settings of the app.",
}


class AppConfig(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What OAuth Config says of the app. The client's secret does not show in the repr."""

    client_id: str
    client_secret: str
    token_url: str = msgspec.field(name="tokenEndpoint")
    redirect_uri: str = msgspec.field(name="returnUrl")
    scopes: tuple[str, ...] = ()
    gcdm_url: str | None = msgspec.field(default=None, name="gcdmBaseUrl")
    authorization_url: str | None = msgspec.field(default=None, name="authorizationEndpoint")
    client_name: str | None = None
    brand: str | None = None
    language: str | None = None
    country: str | None = None
    prompt_values: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Show the app, and no secret."""
        return f"AppConfig(client_name={self.client_name!r}, brand={self.brand!r})"

    @property
    def key(self) -> AppKey:
        """The pair that HTTP Basic tells."""
        return AppKey(key=self.client_id, secret=self.client_secret)

    @property
    def authenticate_url(self) -> str:
        """Where name and password go: the token endpoint's neighbour."""
        return self.token_url.removesuffix("/token") + "/authenticate"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppServer:
    """How the sign-in's server is reached: the session, the trusted CA, and what the app calls itself."""

    session: Session
    tls: ssl.SSLContext
    headers: Mapping[str, str] = field(default_factory=dict)
    client_version: str | None = None
    """What the app says of its version in the second step's address; None leaves it out."""


def read_app_config(answer: Answer, *, auth_url: str = "") -> AppConfig:
    """Return what OAuth Config answered, with the sign-in at `auth_url` where that is set.

    RateLimited, BmwRefused and BmwUnavailable as `gateway_refusals` says; BmwUnavailable for what cannot be read.
    """
    operation = "OAuth Config"
    if (refused := gateway_refusal(answer, operation=operation)) is not None:
        raise refused
    if answer.status >= SERVER_FAULT:
        raise BmwUnavailable(f"{operation}: BMW answered {answer.status}", status=answer.status)
    if answer.status != OK:
        raise BmwRefused(
            f"{operation}: BMW answered {answer.status}",
            code=str(answer.status),
            status=answer.status,
            hint="Check the region and the settings of the app: subscription key, version and build (x-user-agent).",
        )
    try:
        document = decode_document(answer.body)
    except MalformedPayload as error:
        raise BmwUnavailable(f"{operation}: BMW's answer cannot be read") from error
    config = read_object(AppConfig, _with_scopes(document))
    if config is None:
        raise BmwUnavailable(f"{operation}: BMW's answer cannot be read: it names no app")
    if auth_url:
        path = urlsplit(config.token_url).path if is_base_url(config.token_url) else "/gcdm/oauth/token"
        config = msgspec.structs.replace(config, token_url=auth_url + path)
    if not is_base_url(config.token_url) or not config.token_url.endswith("/token"):
        raise BmwUnavailable(f"{operation}: BMW names no address of its sign-in")
    return config


async def sign_in_by_app(
    server: AppServer, config: AppConfig, login: BmwLogin, *, captcha_token: str | None
) -> TokenAnswer | OauthRefusal:
    """Sign a person in with a captcha that was solved; each of the three steps is sent once.

    `captcha_token` is None where none is wanted (before 2024-10). RateLimited or BmwUnavailable when BMW cannot say
    now, then AnswerLost when it may have given tokens; ConfigError for a captcha's token that no header can hold.
    """
    verifier = new_verifier()
    form = {
        "client_id": config.client_id,
        "response_type": "code",
        "scope": " ".join(config.scopes),
        "redirect_uri": config.redirect_uri,
        "state": secrets.token_urlsafe(_SECRET_BYTES),
        "nonce": secrets.token_urlsafe(_SECRET_BYTES),
        "code_challenge": derive_challenge(verifier),
        "code_challenge_method": "S256",
    }
    authorization = await _authenticate(server, config, form, login, captcha_token=captcha_token)
    if isinstance(authorization, OauthRefusal):
        return authorization
    code = await _fetch_code(server, config, form, authorization)
    if isinstance(code, OauthRefusal):
        return code
    return await _request_tokens(
        server,
        config,
        {
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": config.redirect_uri,
            "grant_type": "authorization_code",
        },
        cookie=authorization,
    )


async def refresh_by_app(server: AppServer, config: AppConfig, refresh_token: str) -> TokenAnswer | OauthRefusal:
    """Renew tokens, without a captcha; errors as `sign_in_by_app`.

    BMW gives a new refresh token, and this one is spent.
    """
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "redirect_uri": config.redirect_uri}
    return await _request_tokens(server, config, form | {"scope": " ".join(config.scopes)})


def app_sign_in_error(refusal: OauthRefusal) -> BmwRefused | BmwUnavailable:
    """Return the error for a refused sign-in, with what a person can do about it; BmwUnavailable when it will pass."""
    otherwise = f"Check name, password, captcha and the settings of the app. {LOCK_WARNING}"
    return refused_sign_in(refusal, hints=_HINTS, otherwise=otherwise)


async def _authenticate(
    server: AppServer, config: AppConfig, form: Mapping[str, str], login: BmwLogin, *, captcha_token: str | None
) -> str | OauthRefusal:
    """Send name and password, and return the `authorization` of the answer."""
    if captcha_token is not None and not (captcha_token and captcha_token.isascii() and captcha_token.isprintable()):
        raise ConfigError("the captcha's token is nothing that a header can hold")
    answer = await _post(
        server,
        config.authenticate_url,
        form={
            **form,
            "grant_type": "authorization_code",
            "username": login.username,
            "password": login.password,
        },
        headers={} if captcha_token is None else {CAPTCHA_HEADER: captcha_token},
    )
    _refuse_faults(answer)
    if answer.status != OK:
        return refusal_of(answer)
    authorization = _parameters(_redirect_to(answer.body)).get("authorization")
    return authorization or refusal_of(answer)


async def _fetch_code(
    server: AppServer, config: AppConfig, form: Mapping[str, str], authorization: str
) -> str | OauthRefusal:
    """Send the `authorization`, and return the code of the address that BMW redirects to; it is not followed."""
    query = {"interaction-id": str(uuid4())}
    if server.client_version is not None:
        query["client-version"] = server.client_version
    answer = await _post(
        server,
        config.authenticate_url,
        form={**form, "authorization": authorization},
        headers=_cookie(authorization),
        query=query,
    )
    _refuse_faults(answer)
    if answer.status not in REDIRECTS:
        return refusal_of(answer)
    fields = _parameters(answer.location or "")
    if fields.get("state", form["state"]) != form["state"]:
        raise BmwUnavailable("BMW's sign-in answered with the state of another sign-in; its code is not used")
    if word := fields.get("error"):
        return OauthRefusal(
            error=shown(word, longest=LONGEST_WORD),
            description=shown(fields.get("error_description", "")),
            status=answer.status,
        )
    return fields.get("code") or refusal_of(answer)


async def _request_tokens(
    server: AppServer, config: AppConfig, form: Mapping[str, str], *, cookie: str | None = None
) -> TokenAnswer | OauthRefusal:
    headers = {"authorization": config.key.basic, **({} if cookie is None else _cookie(cookie))}
    answer = await _post(server, config.token_url, form=form, headers=headers, accept="application/json")
    if answer.status in BEHIND_THE_GATEWAY:
        raise AnswerLost(f"BMW's sign-in answered {answer.status}", status=answer.status)
    _refuse_faults(answer)
    if answer.status != OK:
        return refusal_of(answer)
    try:
        return read_tokens(answer.body)
    except NOT_JSON as error:
        raise AnswerLost("BMW's sign-in answered without tokens that can be read") from error


async def _post(
    server: AppServer,
    url: str,
    *,
    form: Mapping[str, str],
    headers: Mapping[str, str],
    query: Mapping[str, str] | None = None,
    accept: str = "*/*",
) -> Answer:
    """Return the answer of a step, whatever its status; RateLimited or BmwRefused when the gateway refuses."""
    answer = await fetch(
        server.session,
        "POST",
        url,
        tls=server.tls,
        headers={"accept": accept, **server.headers, **headers},
        form=form,
        query=query,
        within_s=TOKENS_WITHIN_S,
    )
    refused = gateway_refusal(answer, operation="BMW's sign-in", rate_wait_s=_LOGIN_WAIT_S)
    if refused is not None:
        raise refused
    return answer


def _refuse_faults(answer: Answer) -> None:
    if answer.status >= SERVER_FAULT:
        raise BmwUnavailable(f"BMW's sign-in answered {answer.status}", status=answer.status)


def _cookie(authorization: str) -> dict[str, str]:
    """Return the cookie that the browser would send; empty for a value that no cookie can hold."""
    is_plain = authorization.isascii() and authorization.isprintable() and not set(authorization) & set(' ",;\\')
    return {"cookie": f"GCDMSSO={authorization}"} if is_plain else {}


def _with_scopes(document: object) -> object:
    """Return OAuth Config with its scopes as a list of texts, also where they are one text, as OAuth writes them."""
    if not isinstance(document, dict):
        return document
    scopes = document.get("scopes")
    words = scopes.split() if isinstance(scopes, str) else scopes if isinstance(scopes, list) else []
    return {**document, "scopes": [word for word in words if isinstance(word, str)]}


def _redirect_to(body: bytes) -> str:
    """Return `redirect_to` of an answer: an address behind the words `redirect_uri=`; empty without one."""
    text = members_in(body).get("redirect_to")
    return text if isinstance(text, str) else ""


def _parameters(address: str) -> dict[str, str]:
    """Return the parameters of an address, a plus as it stands: it belongs to a code."""
    pairs = (pair.partition("=") for pair in address.partition("?")[2].partition("#")[0].split("&") if pair)
    return {unquote(name): unquote(value) for name, _, value in pairs}
