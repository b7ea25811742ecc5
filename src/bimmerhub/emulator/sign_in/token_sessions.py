"""Sessions of the sign-in and their tokens: issued, rotated, revoked, and what each one allows.

Life of a session: it begins with an approved device code and lives by its newest refresh token only. Using an older one
ends it.
"""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.sign_in.clients import RegisteredClient
from bimmerhub.emulator.sign_in.grants import (
    DeviceGrant,
    IdentityMemory,
    IssuedToken,
    SignInSession,
    TokenKind,
    expire_tokens,
    forget_tokens,
)
from bimmerhub.emulator.sign_in.id_token import IdTokenFacts, IdTokenSigner
from bimmerhub.emulator.sign_in.oauth_refusals import OauthDenial, invalid_grant, invalid_request, malformed_request
from bimmerhub.emulator.sign_in.scopes import API_SCOPE, STREAM_SCOPE, list_missing_scopes
from bimmerhub.emulator.sign_in.settings import SignInSettings
from bimmerhub.ids import Gcid

_WITHHOLDING = {API_SCOPE: "api-scope-withheld", STREAM_SCOPE: "stream-scope-withheld"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a token that the emulator issued allows."""

    gcid: Gcid
    client_id: str
    scopes: frozenset[str]
    expires_at_ms: int


class TokenSessions:
    """The sessions of one identity service."""

    def __init__(
        self,
        settings: SignInSettings,
        *,
        clock: EmulatorClock,
        faults: Faults,
        signer: IdTokenSigner,
        memory: IdentityMemory,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._faults = faults
        self._signer = signer
        self._memory = memory

    def begin(self, grant: DeviceGrant, client: RegisteredClient) -> dict[str, object]:
        """Begin a session for an approved device code; return the answer with its tokens."""
        session_id, gcid = str(uuid.uuid4()), grant.gcid or client.gcid
        if gcid is None:  # a provider's code that nobody has decided: cannot be, for it is approved
            raise invalid_grant()
        missing = list_missing_scopes(client.services)
        self._memory.state.sessions[session_id] = SignInSession(
            gcid=gcid,
            client_id=grant.client_id,
            scopes=tuple(scope for scope in grant.scopes if scope not in missing and not self._withholds(scope)),
            signed_in_at_ms=self._clock.now_ms(),
        )
        return self._issue(session_id)

    def refresh(self, form: Mapping[str, str]) -> dict[str, object]:
        """Return the answer to a request for tokens by refresh token; OauthDenial otherwise."""
        token = form.get("refresh_token")
        if not token:
            raise invalid_request("Missing parameter, 'refresh_token'")
        state = self._memory.state
        issued = state.refresh_tokens.get(token)
        session = None if issued is None else state.sessions[issued.session_id]
        is_alive = issued is not None and issued.expires_at_ms > self._clock.now_ms()
        if issued is None or session is None or not is_alive or session.client_id != form["client_id"]:
            raise self._dead_refresh_token()
        now_ms = self._clock.now_ms()
        if session.refresh_token != token:
            if issued.spent_at_ms is not None and now_ms - issued.spent_at_ms < self._grace_s() * 1000:
                return self._issue(issued.session_id, refresh_token=session.refresh_token)
            state.end(issued.session_id)
            self._memory.save()
            raise malformed_request()
        if self._faults.take("refresh-token-left-out"):
            issued.expires_at_ms = self._clock.now_ms() + self._settings.refresh_token_s * 1000
            answer = self._issue(issued.session_id, refresh_token=token)
            del answer["refresh_token"]
            return answer
        issued.spent_at_ms = now_ms
        return self._issue(issued.session_id)

    def access(self, access_token: str) -> Access | None:
        """Return what an access token allows, also when it has expired; None when it never was one, or was revoked."""
        return self._access(self._memory.state.access_tokens.get(access_token))

    def verify_id_token(self, id_token: str) -> Access | None:
        """Return what an id token allows, also when it has expired.

        None when it is not the emulator's, or was revoked.
        """
        audit_id = self._signer.audit_id(id_token)
        return None if audit_id is None else self._access(self._memory.state.id_tokens.get(audit_id))

    def revoke(self, gcid: Gcid, kind: TokenKind, *, client_id: str | None = None) -> int:
        """Make all tokens of one kind of an account worthless, or those of one client; return of how many sessions."""
        state = self._memory.state
        touched = {
            key
            for key, session in state.sessions.items()
            if session.gcid == gcid and client_id in {None, session.client_id}
        }
        match kind:
            case TokenKind.ACCESS:
                expire_tokens(state.access_tokens, touched, at_ms=self._clock.now_ms())
            case TokenKind.ID:
                forget_tokens(state.id_tokens, touched)
            case TokenKind.REFRESH:
                forget_tokens(state.refresh_tokens, touched)
        self._memory.save()
        return len(touched)

    def end_sessions(self, client_id: str, gcid: Gcid) -> None:
        """End every session of a client for one account: none of its tokens is known any more."""
        state = self._memory.state
        for session_id in [
            key for key, session in state.sessions.items() if (session.client_id, session.gcid) == (client_id, gcid)
        ]:
            state.end(session_id)
        self._memory.save()

    def end_client(self, client_id: str) -> None:
        """End every session of a client, and forget its codes."""
        state = self._memory.state
        state.grants = {code: grant for code, grant in state.grants.items() if grant.client_id != client_id}
        for session_id in [key for key, session in state.sessions.items() if session.client_id == client_id]:
            state.end(session_id)
        self._memory.save()

    def _grace_s(self) -> float:
        """Return how long a refresh token that was used may be used again, in seconds."""
        by_fault = self._faults.value("refresh-reuse-forgiven")
        return self._settings.refresh_grace_s if by_fault is None else by_fault

    def _withholds(self, scope: str) -> bool:
        fault = _WITHHOLDING.get(scope)
        return fault is not None and self._faults.take(fault)

    def _dead_refresh_token(self) -> OauthDenial:
        return invalid_grant() if self._faults.take("dead-refresh-as-grant") else malformed_request()

    def _issue(self, session_id: str, *, refresh_token: str | None = None) -> dict[str, object]:
        """Issue a fresh set of tokens; the refresh token before it is spent from here on, unless it is given here."""
        state, settings, now_ms = self._memory.state, self._settings, self._clock.now_ms()
        session = state.sessions[session_id]
        has_numbers = self._faults.take("numeric-tokens")
        access_token = _new_token(40, is_number=has_numbers)
        session.refresh_token = refresh_token or _new_token(34, is_number=has_numbers)
        state.refresh_tokens[session.refresh_token] = IssuedToken(
            session_id=session_id, expires_at_ms=now_ms + settings.refresh_token_s * 1000
        )
        state.access_tokens[access_token] = IssuedToken(
            session_id=session_id, expires_at_ms=now_ms + settings.access_token_s * 1000
        )
        answer: dict[str, object] = {
            "access_token": int(access_token) if has_numbers else access_token,
            "token_type": "Bearer",
            "expires_in": settings.access_token_s,
            "refresh_token": int(session.refresh_token) if has_numbers else session.refresh_token,
            "scope": " ".join(session.scopes),
            "gcid": session.gcid,
        }
        if "openid" in session.scopes:
            answer["id_token"] = self._issue_id_token(session_id, session, access_token=access_token)
        self._memory.save()
        return answer

    def _issue_id_token(self, session_id: str, session: SignInSession, *, access_token: str) -> str:
        now_ms, id_tokens = self._clock.now_ms(), self._memory.state.id_tokens
        facts = IdTokenFacts(
            audit_id=f"{uuid.uuid4()}-{len(id_tokens)}",
            gcid=session.gcid,
            client_id=session.client_id,
            signed_in_at_ms=session.signed_in_at_ms,
            issued_at_ms=now_ms,
            expires_at_ms=now_ms // 1000 * 1000 + self._settings.id_token_s * 1000,  # the claim has whole seconds
            may_stream=STREAM_SCOPE in session.scopes,
        )
        id_tokens[facts.audit_id] = IssuedToken(session_id=session_id, expires_at_ms=facts.expires_at_ms)
        return self._signer.sign(facts, access_token=access_token)

    def _access(self, issued: IssuedToken | None) -> Access | None:
        session = None if issued is None else self._memory.state.sessions.get(issued.session_id)
        if issued is None or session is None:
            return None
        return Access(
            gcid=session.gcid,
            client_id=session.client_id,
            scopes=frozenset(session.scopes),
            expires_at_ms=issued.expires_at_ms,
        )


def _new_token(size_bytes: int, *, is_number: bool) -> str:
    """Return an opaque token that nobody guesses; a number of 15 digits, so that JSON loses none of them."""
    return str(10**14 + secrets.randbelow(9 * 10**14)) if is_number else secrets.token_urlsafe(size_bytes)
