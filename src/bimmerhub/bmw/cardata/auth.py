"""Signing in: OAuth's device flow with PKCE, as BMW does it.

A person gets a code, types it at BMW and approves. Meanwhile we poll the token endpoint. One service of the two is
enough: we ask for both, and take what is switched on (see `service_scopes.granted_services`).
Sources: BMW's device-flow swagger and guide; refusals and their causes as observed by clients 2025-2026.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.service_scopes import (
    API_SCOPE,
    MISSING_SCOPE,
    SERVICE_SCOPES,
    STREAM_SCOPE,
    granted_services,
)
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.gcdm.token_endpoint import (
    BURNT_CODE,
    OauthRefusal,
    derive_challenge,
    new_verifier,
    request_device_code,
    request_tokens,
)
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.tokens.oauth_answers import DeviceCodeAnswer, TokenAnswer
from bimmerhub.bmw.tokens.token_set import TokenSet, to_token_set
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError

IDENTITY_SCOPES = ("authenticate_user", "openid")
SCOPES = (*IDENTITY_SCOPES, API_SCOPE, STREAM_SCOPE)
"""We name the scopes: a sign-in without scopes gets a token that REST refuses (observed 2026)."""

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
POLL_EVERY_S = 5
SLOW_DOWN_S = 5
LATE_ANSWER_S = 30
"""BMW decides when a code has expired. We poll this much longer than its stated lifetime, then give up."""
GRANT_RACE_TRIES = 1
"""A poll at the moment of the approval can get invalid_grant (observed by clients), so we poll this often again."""
_PORTAL_WAIT = "then wait a minute and sign in again."

_HINTS = {
    "access_denied": "If you did approve: switch on CarData API, CarData Stream or best both for this client in BMW's "
    f"portal, do not press Authenticate there, {_PORTAL_WAIT}",
    "expired_token": "The code is good for five minutes. Sign in again.",
    "invalid_client": "Check the client id; BMW's portal shows it when it is created. A new one needs a minute, and a "
    "new BMW account may still wait for its activation: follow the link in BMW's e-mail.",
    "invalid_request": f"Check the client id, and that CarData API or Stream is switched on for it, {_PORTAL_WAIT}",
    "invalid_grant": "The code was used already or is too old; at times BMW spoils one at the moment you approve. "
    "Sign in again.",
    BURNT_CODE: "BMW had not finished setting up the client; the code is used up. Wait two minutes and sign in again.",
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
        self._verifier = new_verifier()
        self._device_code: str | None = None
        self._code: SignInCode | None = None

    async def start(self) -> SignInCode:
        """Ask BMW for a code. BmwRefused with a hint when the client is not known or has no service.

        BMW may refuse to be asked for both services when only one is switched on, and does not say which one is
        missing. So each is then asked for alone, and the code is that of the one which BMW takes.
        """
        answer = await self._ask_for_code(SCOPES)
        if isinstance(answer, OauthRefusal):
            answer = await self._start_with_one(answer)
        self._device_code = answer.device_code
        self._code = self._to_code(answer)
        return self._code

    async def _ask_for_each(self) -> dict[str, DeviceCodeAnswer | OauthRefusal]:
        """Return the answers for each service asked for alone, by scope; BmwUnavailable when BMW does not answer.

        Costs no quota; a code that is not used expires.
        """
        answers: dict[str, DeviceCodeAnswer | OauthRefusal] = {}
        for scope in SERVICE_SCOPES:
            answer = await self._ask_for_code((*IDENTITY_SCOPES, scope))
            if isinstance(answer, OauthRefusal) and answer.is_passing:
                raise BmwUnavailable(f"BMW's sign-in answered {answer.status}: {answer.error}")
            answers[scope] = answer
        return answers

    async def _start_with_one(self, refusal: OauthRefusal) -> DeviceCodeAnswer:
        """Return the code for the one service that BMW takes alone; BmwRefused when it takes neither, or each."""
        if refusal.error != "invalid_request":
            raise _refusal(refusal)
        try:
            answers = await self._ask_for_each()
        except BmwUnavailable as error:
            raise _refusal(refusal) from error
        codes = [answer for answer in answers.values() if isinstance(answer, DeviceCodeAnswer)]
        match codes:
            case [code]:
                return code
            case []:
                hint = (
                    "Check the client id. If it is right, neither CarData API nor CarData Stream is switched on for "
                    f"it: switch on both in BMW's portal, {_PORTAL_WAIT}"
                )
            case _:
                hint = f"BMW takes each service alone: it is not done with a change yet. Be patient, {_PORTAL_WAIT}"
        raise _refusal(refusal, hint=hint)

    async def _ask_for_code(self, scopes: Iterable[str]) -> DeviceCodeAnswer | OauthRefusal:
        form = {
            "client_id": self._client_id,
            "response_type": "device_code",
            "scope": " ".join(scopes),
            "code_challenge": derive_challenge(self._verifier),
            "code_challenge_method": "S256",
        }
        return await request_device_code(self._session, self._endpoints, form)

    async def wait(self) -> TokenSet:
        """Return the tokens once the person has approved.

        BmwRefused (`code` is BMW's error word, `hint` says what to do) when the person declined, nobody approved in
        time, or no service is switched on; `service_scopes.granted_services` tells which ones are. While the code is
        valid, passing faults of BMW are waited out.
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
        races_left = GRANT_RACE_TRIES
        was_at_fault = False
        expires_s = self._clock.elapsed_s() + (self._code.expires_at_ms - self._clock.now_ms()) / 1000
        while self._clock.elapsed_s() < expires_s + LATE_ANSWER_S:
            await self._clock.sleep(interval_s)
            answer = await self._ask(form, expires_s)
            if isinstance(answer, TokenAnswer):
                return _checked(to_token_set(answer, now_ms=self._clock.now_ms()))
            match answer.error:
                case "authorization_pending":
                    pass
                case "slow_down":
                    interval_s += SLOW_DOWN_S
                case "server_fault":
                    was_at_fault = True
                case "invalid_grant" if races_left:
                    races_left -= 1
                case "access_denied" if was_at_fault:
                    raise _refusal(answer, hint=f"If you did approve: {_HINTS[BURNT_CODE]}")
                case _:
                    raise _refusal(answer)
        raise _refusal(OauthRefusal(error="expired_token", description="nobody approved in time", status=0))

    async def _ask(self, form: dict[str, str], until_s: float) -> TokenAnswer | OauthRefusal:
        try:
            return await request_tokens(self._session, self._endpoints, form)
        except BmwUnavailable:
            if self._clock.elapsed_s() > until_s:
                raise
            return OauthRefusal(error="server_fault", description="", status=0)

    def _to_code(self, answer: DeviceCodeAnswer) -> SignInCode:
        complete = f"{answer.verification_uri}?user_code={quote(answer.user_code)}"
        return SignInCode(
            user_code=answer.user_code,
            verification_uri=answer.verification_uri,
            verification_uri_complete=answer.verification_uri_complete or complete,
            expires_at_ms=self._clock.now_ms() + answer.expires_in * 1000,
            interval_s=POLL_EVERY_S if answer.interval is None else answer.interval,
        )


def _checked(tokens: TokenSet) -> TokenSet:
    if tokens.scopes and not tokens.scopes.intersection(SERVICE_SCOPES):
        raise BmwRefused(
            "BMW granted the sign-in, but neither CarData API nor CarData Stream with it",
            code=MISSING_SCOPE,
            hint=f"Switch on CarData API, CarData Stream or both for this client in BMW's portal, {_PORTAL_WAIT}",
        )
    if not tokens.gcid or not granted_services(tokens):
        raise BmwRefused("BMW granted the sign-in without an id token", code=MISSING_SCOPE, hint="Sign in again.")
    if not tokens.refresh_token:
        raise BmwRefused("BMW granted a sign-in that cannot be renewed", code=MISSING_SCOPE, hint="Sign in again.")
    return tokens


def _refusal(refusal: OauthRefusal, *, hint: str | None = None) -> BmwRefused:
    words = f": {refusal.description.rstrip('. ')}" if refusal.description else ""
    otherwise = "Sign in again; if that does not help, create a new client in BMW's portal."
    return BmwRefused(
        f"BMW refused the sign-in ({refusal.error}{words})",
        code=refusal.error,
        status=refusal.status,
        hint=hint or _HINTS.get(refusal.error, otherwise),
    )
