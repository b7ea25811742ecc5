"""Signing in at GCDM with name and password, as BMW's older families do: the password grant and the implicit grant.

A form goes in, tokens or BMW's refusal come out. The paths, the scopes and the id of the app are a family's settings:
nothing of BMW's is shipped.
Sources: documentation of i Remote, clients of i Remote and the ConnectedDrive portal, 2014-2021.
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec

from bimmerhub.bmw.answers.lenient_structs import members_in
from bimmerhub.bmw.gcdm.token_endpoint import OK, SERVER_FAULT, TOKENS_WITHIN_S, TOO_MANY, OauthRefusal, SignInServer
from bimmerhub.bmw.http import Answer, AnswerLost, Session, fetch
from bimmerhub.bmw.refusal_words import LONGEST_WORD, shown
from bimmerhub.bmw.tokens.oauth_answers import TokenAnswer, read_token_fields, read_tokens
from bimmerhub.errors import BimmerhubError, BmwRefused, BmwUnavailable, ConfigError, RateLimited
from bimmerhub.json_faults import NOT_JSON

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TRY_AGAIN_AFTER_S: Final = 60.0
NO_TOKEN: Final = "no_token"  # noqa: S105 - a word
"""Our own word for an answer that is neither a token nor says why not."""
_STATUS_WORDS: Final = {401: "unauthorized", 403: "forbidden", 423: "account_locked"}
PASSWORD_REFUSED: Final = frozenset({"invalid_grant", "unauthorized", "access_denied", "account_locked", NO_TOKEN})
"""Words that name or password are wrong; others blame the app or the region, whose settings can be mended."""
LOCK_WARNING: Final = "Do not try often: BMW locks an account after some wrong passwords."
_HINTS: Final = {
    "invalid_grant": "Check the e-mail address, the password and the region: each region (rest of the world, North "
    f"America, China) has users of its own. {LOCK_WARNING}",
    "unauthorized": f"Check the e-mail address and the password. {LOCK_WARNING}",
    "access_denied": f"Check the e-mail address and the password. {LOCK_WARNING}",
    NO_TOKEN: f"Check the e-mail address and the password, then client id and redirect address. {LOCK_WARNING}",
    "invalid_client": "BMW does not know this app: check the client id, key and secret of the settings. At times BMW "
    f"says so of a wrong password too. {LOCK_WARNING}",
    "unauthorized_client": "BMW does not let this app sign in so: check its client id, key and secret in the settings.",
    "invalid_scope": "BMW does not know these scopes: set those that this app is allowed.",
    "client disabled": "BMW has switched this app off (the apps of i Remote on 2021-08-05). No setting helps; the "
    "emulator still takes it.",
    "forbidden": "BMW refuses without a reason, as it did in some regions since 2020: check region, client id and key.",
    "account_locked": "BMW has locked the account: sign in once on BMW's own page, then try again.",
}
"""By OAuth's word, or ours for a status without one (causes: issue threads of clients, 2018-2021)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BmwLogin:
    """A person's name and password at BMW: an e-mail address; in China a phone number that begins with 86."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppKey:
    """The key and secret of an app of BMW's, which HTTP Basic tells; the user's setting."""

    key: str
    secret: str = field(repr=False)

    @classmethod
    def from_basic(cls, text: str) -> "AppKey":
        """Return the pair of a Basic header's text (base64 of key:secret, with or without `Basic `).

        ConfigError when it is none.
        """
        try:
            key, colon, secret = (
                base64.b64decode(text.removeprefix("Basic ").strip(), validate=True).decode().partition(":")
            )
        except ValueError as error:  # not ASCII, not base64, not UTF-8
            raise _no_pair() from error
        if not (key and colon):
            raise _no_pair()
        return cls(key=key, secret=secret)

    @property
    def basic(self) -> str:
        """The value of the header `Authorization`."""
        return "Basic " + base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()


def _no_pair() -> ConfigError:
    return ConfigError("the app's Basic text is no pair of key and secret", hint="It is the base64 of key:secret.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordGrant:
    """How an app gets tokens for a name and a password in one request. `path` begins with a slash."""

    path: str
    scopes: tuple[str, ...]
    app_key: AppKey | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImplicitGrant:
    """How a page gets a token in the address of a redirect. `path` begins with a slash.

    Without `sends_state` BMW sends none back either (seen of bimmer_connected 0.7.0).
    """

    path: str
    scopes: tuple[str, ...]
    client_id: str
    redirect_uri: str
    locale: str | None = None
    app_key: AppKey | None = None
    user_agent: str | None = None
    sends_state: bool = True


async def request_by_password(
    session: Session, server: SignInServer, grant: PasswordGrant, login: BmwLogin
) -> TokenAnswer | OauthRefusal:
    """Sign in with the password grant. BmwUnavailable, AnswerLost or RateLimited when BMW cannot say now."""
    form = {"grant_type": "password", "scope": " ".join(grant.scopes)}
    form |= {"username": login.username, "password": login.password}
    return _read_body(await _post(session, server, grant, form))


async def request_by_refresh(
    session: Session, server: SignInServer, grant: PasswordGrant, refresh_token: str
) -> TokenAnswer | OauthRefusal:
    """Renew tokens without the password; errors as `request_by_password`. Inferred: no client was seen to use it."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return _read_body(await _post(session, server, grant, form))


async def request_implicit(
    session: Session, server: SignInServer, grant: ImplicitGrant, login: BmwLogin
) -> TokenAnswer | OauthRefusal:
    """Sign in with the implicit grant; errors as `request_by_password`. There is no refresh token.

    The token is in the fragment of the redirect, its parameters in any order. BmwUnavailable when the answer is to
    another request than this one (its state differs).
    """
    state = secrets.token_urlsafe(48) if grant.sends_state else None
    form = {
        "client_id": grant.client_id,
        "redirect_uri": grant.redirect_uri,
        "response_type": "token",
        "scope": " ".join(grant.scopes),
        "username": login.username,
        "password": login.password,
        **({} if state is None else {"state": state}),
        **({} if grant.locale is None else {"locale": grant.locale}),
    }
    answer = await _post(session, server, grant, form)
    if answer.status not in REDIRECTS:
        return refusal_of(answer)
    return _read_redirect(answer, state)


def sign_in_error(refusal: OauthRefusal) -> BmwRefused | BmwUnavailable:
    """Return the error for a refusal, with what a person can do about it; BmwUnavailable when it will pass."""
    return refused_sign_in(
        refusal, hints=_HINTS, otherwise=f"Check name, password and the app's settings. {LOCK_WARNING}"
    )


def refused_sign_in(refusal: OauthRefusal, *, hints: Mapping[str, str], otherwise: str) -> BmwRefused | BmwUnavailable:
    """Return the error for a refusal, with the hint for BMW's word (in lower case), or what helps `otherwise`."""
    word = shown(refusal.error, longest=LONGEST_WORD)
    if refusal.is_passing:
        return BmwUnavailable(f"BMW cannot sign anybody in now ({refusal.status} {word})")
    description = shown(refusal.description).rstrip(". ")
    return BmwRefused(
        f"BMW refused the sign-in ({word}{': ' if description else ''}{description})",
        code=word,
        status=refusal.status,
        hint=hints.get(word.lower(), otherwise),
    )


async def _post(
    session: Session, server: SignInServer, grant: PasswordGrant | ImplicitGrant, form: Mapping[str, str]
) -> Answer:
    headers = {"Accept": "application/json" if isinstance(grant, PasswordGrant) else "*/*"}
    if grant.app_key is not None:
        headers["Authorization"] = grant.app_key.basic
    if grant.user_agent is not None:
        headers["User-Agent"] = grant.user_agent
    url = server.auth_url.rstrip("/") + grant.path
    tls = server.ssl_context()
    answer = await fetch(session, "POST", url, tls=tls, headers=headers, form=form, within_s=TOKENS_WITHIN_S)
    if (error := _passing_fault(answer)) is not None:
        raise error
    return answer


def _passing_fault(answer: Answer) -> BimmerhubError | None:
    """Return the error for an answer that says nothing about the name, the password or the app."""
    if answer.status == TOO_MANY:
        return RateLimited(
            "BMW's sign-in was asked too often", retry_after_s=answer.retry_after_s or _TRY_AGAIN_AFTER_S
        )
    if answer.status >= SERVER_FAULT:
        return BmwUnavailable(f"BMW's sign-in answered {answer.status}", status=answer.status)
    return None


def _read_body(answer: Answer) -> TokenAnswer | OauthRefusal:
    if answer.status != OK:
        return refusal_of(answer)
    try:
        return read_tokens(answer.body)
    except NOT_JSON as error:
        if _oauth_words(answer.body) is not None:
            return refusal_of(answer)
        raise AnswerLost("BMW's sign-in answered without tokens that can be read") from error


def _read_redirect(answer: Answer, state: str | None) -> TokenAnswer | OauthRefusal:
    try:
        parts = urlsplit(answer.location or "")
    except ValueError as error:  # an odd bracket
        raise BmwUnavailable("BMW's sign-in redirects to what is no address", status=answer.status) from error
    fields = {**_parameters(parts.query), **_parameters(parts.fragment)}
    answered_state = fields.get("state")
    if state is not None and answered_state is not None and answered_state != state:
        raise BmwUnavailable("BMW's sign-in answered with the state of another sign-in; its token is not used")
    if word := fields.get("error"):
        description = fields.get("error_description", "").replace("+", " ")
        return OauthRefusal(error=word.replace("+", " "), description=description, status=answer.status)
    try:
        return read_token_fields({**fields, "scope": fields.get("scope", "").replace("+", " ")})
    except msgspec.ValidationError:
        return OauthRefusal(error=NO_TOKEN, description="", status=answer.status)


def _parameters(text: str) -> dict[str, str]:
    """Return the parameters of a query or fragment, a plus as it stands: it belongs to a token."""
    pairs = (pair.partition("=") for pair in text.split("&") if pair)
    return {unquote(name): unquote(value) for name, _, value in pairs}


def refusal_of(answer: Answer) -> OauthRefusal:
    """Return the refusal that an answer is; the word for its status when its body holds none of OAuth's.

    A page or a redirect without a token is one as well: so a wrong password may be answered, and trying again and again
    would lock the account.
    """
    is_page = answer.status < 400  # noqa: PLR2004 - the first status of a refusal
    otherwise = NO_TOKEN if is_page else _STATUS_WORDS.get(answer.status, f"status {answer.status}")
    words = _oauth_words(answer.body) or (otherwise, "")
    return OauthRefusal(error=words[0], description=words[1], status=answer.status)


def _oauth_words(body: bytes) -> tuple[str, str] | None:
    """Return `error` and `error_description` of a body, None when it has no `error` that is a text."""
    fields = members_in(body)
    error, description = fields.get("error"), fields.get("error_description")
    if not isinstance(error, str) or not error.strip():
        return None
    return error.strip(), description.strip() if isinstance(description, str) else ""
