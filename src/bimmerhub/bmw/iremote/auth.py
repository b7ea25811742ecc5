"""Signing in to i Remote with name and password, and taking over what an old program kept.

Sources: documentation of i Remote, clients 2014-2021 (`gcdm.by_password` has what the grants send and answer).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import unquote_plus

import msgspec
from typing_extensions import override

from bimmerhub.bmw.gcdm.by_password import (
    AppKey,
    BmwLogin,
    ImplicitGrant,
    PasswordGrant,
    request_by_password,
    request_by_refresh,
    request_implicit,
)
from bimmerhub.bmw.gcdm.token_endpoint import OauthRefusal
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.iremote.endpoints import Endpoints
from bimmerhub.bmw.tokens.oauth_answers import DEFAULT_LIFE_S, LONGEST_LIFE_S, TokenAnswer
from bimmerhub.bmw.tokens.password_tokens import PasswordSignIn
from bimmerhub.bmw.tokens.token_set import TokenSet, to_token_set
from bimmerhub.errors import ConfigError
from bimmerhub.files import read_regular_file
from bimmerhub.json_faults import NOT_JSON

_LARGEST_FILE_BYTES: Final = 1 << 20
_FILE_HINT: Final = "Is it the file of an i Remote program?"


class SignIn(PasswordSignIn):
    """i Remote's sign-in, by the grant that the endpoints name."""

    def __init__(self, *, endpoints: Endpoints, session: Session) -> None:
        self._endpoints = endpoints
        self._session = session

    def check(self) -> None:
        """Raise ConfigError, saying where a user finds it, when a setting of theirs is missing."""
        _ = self._implicit() if self._endpoints.grant == "implicit" else self._password()

    @override
    async def sign_in(self, login: BmwLogin) -> TokenAnswer | OauthRefusal:
        if self._endpoints.grant == "implicit":
            return await request_implicit(self._session, self._endpoints, self._implicit(), login)
        return await request_by_password(self._session, self._endpoints, self._password(), login)

    @override
    async def refresh(self, refresh_token: str) -> TokenAnswer | OauthRefusal | None:
        if self._endpoints.grant == "implicit":
            return None
        return await request_by_refresh(self._session, self._endpoints, self._password(), refresh_token)

    def _password(self) -> PasswordGrant:
        app = self._endpoints.app
        if app.key is None:
            raise ConfigError(
                "i Remote needs the key and secret of an app to sign in as",
                hint="They are your settings, and BMW's are not shipped: look for auth_basic in the file of your old "
                "program. For the emulator any will do.",
            )
        return PasswordGrant(
            path=self._endpoints.token_path,
            scopes=self._endpoints.scopes,
            app_key=app.key,
            user_agent=app.user_agent,
        )

    def _implicit(self) -> ImplicitGrant:
        app = self._endpoints.app
        if app.client_id is None or app.redirect_uri is None:
            raise ConfigError(
                "the page's client id and redirect address are needed to sign in as it",
                hint="They are your settings, and BMW's are not shipped: look for AUTH_CLIENT_ID and "
                "AUTH_REDIRECT_URI in the .env file of your old program. For the emulator any will do.",
            )
        return ImplicitGrant(
            path=self._endpoints.token_path,
            scopes=self._endpoints.scopes,
            client_id=app.client_id,
            redirect_uri=app.redirect_uri,
            app_key=app.key,
            user_agent=app.user_agent,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCredentials:
    """What an old program kept: the login, its app's key, and a token that has not expired, None without one."""

    login: BmwLogin
    app_key: AppKey | None
    tokens: TokenSet | None


def read_credentials(path: Path, *, now_ms: int) -> OldCredentials:
    """Return what a `credentials.json` of the i Remote programs holds, of 2022 or of 2015.

    Members: username, password, auth_basic (2015: Authorization_Basic), access_token, token_expiry (unix seconds;
    2015: `time`, a list of one). Name and password of 2015 are URL-encoded (`anna%40example.com`): those programs
    put them into the form as they stand. ConfigError when the file cannot be read or has no name and password.
    """
    fields = _read_file(path)
    username, password = _text(fields, "username"), _text(fields, "password")
    if username is None or password is None:
        raise ConfigError(f"{path.name} has no username and password", hint="Is it the file of an i Remote program?")
    basic = _text(fields, "auth_basic", "Authorization_Basic")
    if "auth_basic" not in fields and "Authorization_Basic" in fields:
        username, password = unquote_plus(username), unquote_plus(password)
    return OldCredentials(
        login=BmwLogin(username=username, password=password),
        app_key=None if basic is None else AppKey.from_basic(basic),
        tokens=_read_tokens(fields, now_ms),
    )


def _read_file(path: Path) -> Mapping[str, object]:
    try:
        content = read_regular_file(path, most_bytes=_LARGEST_FILE_BYTES)
        return msgspec.json.decode(content, type=dict[str, object])
    except OSError as error:
        raise ConfigError(f"cannot read {path.name}: {error.strerror}", hint=_FILE_HINT) from error
    except NOT_JSON:
        raise ConfigError(f"{path.name} is not JSON", hint=_FILE_HINT) from None  # what was caught may hold a password


def _text(fields: Mapping[str, object], *names: str) -> str | None:
    texts = (value for name in names if isinstance(value := fields.get(name), str) and value.strip())
    return next(texts, None)


def _read_tokens(fields: Mapping[str, object], now_ms: int) -> TokenSet | None:
    token = _text(fields, "access_token")
    times = fields.get("token_expiry", fields.get("time"))
    expires_s = times[0] if isinstance(times, list) and times else times
    if token is None or isinstance(expires_s, bool) or not isinstance(expires_s, int | float):
        return None
    left_s = expires_s - now_ms / 1000
    if not 1 <= left_s <= LONGEST_LIFE_S:
        return None
    answer = TokenAnswer(access_token=token, expires_in=int(left_s))
    return replace(to_token_set(answer, now_ms=now_ms), lifetime_s=max(int(left_s), DEFAULT_LIFE_S))
