"""The codes of an app's sign-in: a password gives an authorization, that gives a code, and the code gives tokens.

An authorization and a code work once. PKCE is checked for who began with a challenge; the apps of 2021 sent a verifier
without one. `app_sign_in.py` has the steps.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass

from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.sign_in.by_password.denials import dead_grant, invalid_request
from bimmerhub.ids import Gcid


@dataclass(frozen=True, slots=True, kw_only=True)
class AppGrant:
    """Who signed in, for which client and scopes. `code_challenge` is "" when there is none; `method` is PKCE's."""

    gcid: Gcid
    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    code_challenge: str
    method: str


class AppCodes:
    """The authorizations and codes of one identity service; they do not outlive the emulator."""

    def __init__(self, *, clock: EmulatorClock, code_s: int) -> None:
        self._clock = clock
        self._code_s = code_s
        self._grants: dict[str, tuple[AppGrant, int]] = {}

    def authorize(self, grant: AppGrant) -> str:
        """Return an authorization, once the password was right."""
        return self._keep(grant)

    def issue_code(self, authorization: str) -> str:
        """Return the code for an authorization; PasswordDenial for one that is used, expired or unknown."""
        return self._keep(self._take(authorization))

    def redeem(self, code: str, *, redirect_uri: str, verifier: str) -> AppGrant:
        """Return what a code was given for; PasswordDenial for a used one, or a verifier that does not fit."""
        grant = self._take(code)
        if grant.redirect_uri != redirect_uri:
            raise invalid_request("The redirect_uri is another one.")
        if grant.code_challenge and _challenge_of(verifier, grant.method) != grant.code_challenge:
            raise dead_grant()
        return grant

    def _keep(self, grant: AppGrant) -> str:
        token = secrets.token_urlsafe(24)
        self._grants[token] = grant, self._clock.now_ms() + self._code_s * 1000
        return token

    def _take(self, token: str) -> AppGrant:
        grant, until_ms = self._grants.pop(token, (None, 0))
        if grant is None or until_ms <= self._clock.now_ms():
            raise dead_grant()
        return grant


def _challenge_of(verifier: str, method: str) -> str:
    if method.upper() != "S256":
        return verifier
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
