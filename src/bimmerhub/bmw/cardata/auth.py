"""Signing in: OAuth's device flow with PKCE, as BMW does it.

A code is shown to a person, who types it at BMW and approves; meanwhile the token endpoint is asked again and again.
Sources: BMW's device-flow swagger and guide; refusals and their causes as observed by clients 2025-2026.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import quote

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.oauth import (
    BURNT_CODE,
    DeviceCodeAnswer,
    OauthRefusal,
    TokenAnswer,
    request_device_code,
    request_tokens,
)
from bimmerhub.bmw.cardata.tokens import TokenSet, to_token_set
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError

API_SCOPE = "cardata:api:read"
STREAM_SCOPE = "cardata:streaming:read"
SCOPES = ("authenticate_user", "openid", API_SCOPE, STREAM_SCOPE)
"""Asked for by name: a sign-in without scopes gets a token that REST refuses (observed 2026)."""

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SLOW_DOWN_S = 5
LATE_ANSWER_MS = 30_000
"""BMW decides when a code is too old; this much later nobody waits for its word any more."""
_PORTAL_WAIT = "then wait a minute and sign in again."

_HINTS = {
    "access_denied": "If you did approve: switch on CarData API and CarData Stream for this client in BMW's portal, "
    f"do not press Authenticate there, {_PORTAL_WAIT}",
    "expired_token": "The code is good for five minutes. Sign in again.",
    "invalid_client": "Check the client id; BMW's portal shows it when it is created. A new one needs a minute.",
    "invalid_request": f"Check the client id, and that CarData API or Stream is switched on for it, {_PORTAL_WAIT}",
    "invalid_grant": "The code was used already or is too old. Sign in again.",
    BURNT_CODE: f"BMW had not finished setting up the client; the code is used up. Wait two minutes, {_PORTAL_WAIT}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInCode:
    """What to show a person. The code is case-sensitive; `expires_at_ms` is UTC, five minutes ahead."""

    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_at_ms: int
    interval_s: int


class SignIn:
    """One sign-in: `start` it, show the code, then `wait`. Costs no quota."""

    def __init__(self, *, client_id: str, endpoints: Endpoints, session: Session, clock: Clock) -> None:
        self._client_id = client_id.strip().lower()
        self._endpoints = endpoints
        self._session = session
        self._clock = clock
        self._verifier = secrets.token_urlsafe(64)
        self._device_code: str | None = None
        self._code: SignInCode | None = None

    async def start(self) -> SignInCode:
        """Ask BMW for a code. BmwRefused with a hint when the client is not known or has no service."""
        digest = hashlib.sha256(self._verifier.encode()).digest()
        form = {
            "client_id": self._client_id,
            "response_type": "device_code",
            "scope": " ".join(SCOPES),
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        answer = await request_device_code(self._session, self._endpoints, form)
        if isinstance(answer, OauthRefusal):
            raise _refusal(answer)
        self._device_code = answer.device_code
        self._code = self._to_code(answer)
        return self._code

    async def wait(self) -> TokenSet:
        """Return the tokens once the person has approved.

        Raises BmwRefused (`code` is BMW's error word) when it was declined, timed out, or a scope is missing; `hint`
        says what to do. Passing faults of BMW are waited out as long as the code lives.
        """
        if self._code is None or self._device_code is None:
            raise ConfigError("this sign-in has not been started")
        interval_s = self._code.interval_s
        form = {
            "client_id": self._client_id,
            "grant_type": DEVICE_GRANT,
            "device_code": self._device_code,
            "code_verifier": self._verifier,
        }
        while self._clock.now_ms() < self._code.expires_at_ms + LATE_ANSWER_MS:
            await self._clock.sleep_until(self._clock.now_ms() + interval_s * 1000)
            answer = await self._ask(form, self._code.expires_at_ms)
            if isinstance(answer, TokenAnswer):
                return self._checked(to_token_set(answer, now_ms=self._clock.now_ms()))
            if answer.error == "slow_down":
                interval_s += SLOW_DOWN_S
            elif answer.error != "authorization_pending":
                raise _refusal(answer)
        raise _refusal(OauthRefusal(error="expired_token", description="nobody approved in time", status=0))

    async def _ask(self, form: dict[str, str], until_ms: int) -> TokenAnswer | OauthRefusal:
        try:
            return await request_tokens(self._session, self._endpoints, form)
        except BmwUnavailable:
            if self._clock.now_ms() > until_ms:
                raise
            return OauthRefusal(error="authorization_pending", description="", status=0)

    def _to_code(self, answer: DeviceCodeAnswer) -> SignInCode:
        complete = f"{answer.verification_uri}?user_code={quote(answer.user_code)}"
        return SignInCode(
            user_code=answer.user_code,
            verification_uri=answer.verification_uri,
            verification_uri_complete=answer.verification_uri_complete or complete,
            expires_at_ms=self._clock.now_ms() + answer.expires_in * 1000,
            interval_s=answer.interval,
        )

    def _checked(self, tokens: TokenSet) -> TokenSet:
        missing = [scope for scope in (API_SCOPE, STREAM_SCOPE) if scope not in tokens.scopes]
        if missing:
            services = " and ".join("CarData API" if scope == API_SCOPE else "CarData Stream" for scope in missing)
            raise BmwRefused(
                f"BMW granted the sign-in without {', '.join(missing)}",
                code="missing_scope",
                hint=f"Switch on {services} for this client in BMW's portal, {_PORTAL_WAIT}",
            )
        if tokens.id_token is None or not tokens.gcid:
            raise BmwRefused("BMW granted the sign-in without an id token", code="missing_scope", hint="Sign in again.")
        return tokens


def _refusal(refusal: OauthRefusal) -> BmwRefused:
    words = f": {refusal.description}" if refusal.description else ""
    return BmwRefused(
        f"BMW refused the sign-in ({refusal.error}{words})",
        code=refusal.error,
        status=refusal.status,
        hint=_HINTS.get(refusal.error, "Sign in again; if that does not help, create a new client in BMW's portal."),
    )
