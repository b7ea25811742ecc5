"""BMW's identity service: device codes, PKCE, tokens with rotation and expiry, and who may do what.

Life of a device grant: it is PENDING until a person approves or declines it; an approved one is exchanged for tokens
once and is then USED. Asking for tokens answers, in this order: client unknown, code unknown or used, code timed out,
asked too soon, wrong verifier, then what the person decided. (BMW's order among these is not known.)

Life of a session: it begins with a grant and is kept alive by its newest refresh token only. Using an older one ends
it.

Answers and their statuses: BMW swagger, and observed by clients 2025-2026 where the swagger is silent.
"""

import base64
import hashlib
import re
import secrets
import string
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import jwt

from bimmerhub.emulator.customer_portal.registrations import Client, Registrations
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.state_file import StateFile
from bimmerhub.emulator.settings import AccountSettings, EmulatorSettings, Service
from bimmerhub.emulator.sign_in.grants import (
    Decision,
    DeviceGrant,
    IdentityState,
    Issued,
    Session,
    TokenKind,
    expire_tokens,
    forget_tokens,
)
from bimmerhub.emulator.sign_in.id_token import IdTokenFacts, IdTokenSigner
from bimmerhub.emulator.sign_in.oauth_refusals import (
    GatewayFault,
    OauthRefusal,
    SignInRefusal,
    access_denied,
    invalid_grant,
    invalid_request,
)
from bimmerhub.ids import Gcid

API_SCOPE = "cardata:api:read"
STREAM_SCOPE = "cardata:streaming:read"
_SCOPE_OF = {Service.API: API_SCOPE, Service.STREAM: STREAM_SCOPE}
_WITHHOLDING = {API_SCOPE: "api-scope-withheld", STREAM_SCOPE: "stream-scope-withheld"}
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_CODE_LETTERS = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_FORGET_AFTER_MS = 3_600_000  # how long something expired is still told from something unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a token that the emulator handed out allows."""

    gcid: Gcid
    scopes: frozenset[str]
    expires_at_ms: int


class Identity:
    """The identity service of one emulator."""

    def __init__(
        self,
        settings: EmulatorSettings,
        *,
        clock: EmulatorClock,
        faults: Faults,
        registrations: Registrations,
        signer: IdTokenSigner,
        file: StateFile[IdentityState],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._faults = faults
        self._registrations = registrations
        self._signer = signer
        self._file = file
        self._state = file.load() or IdentityState()
        self._device_code_secret = secrets.token_bytes(32)

    def start_device_flow(self, form: Mapping[str, str], *, link_url: str) -> dict[str, object]:
        """Return the answer to a request for a device code; `link_url` is where a person types the user code.

        OauthRefusal 400 for anything malformed, and also for an unknown client (upper-case copies of an id included)
        and for one without any subscribed service (observed by clients 2025-2026).
        """
        client = self._registrations.client(form.get("client_id", ""))
        is_well_formed = (
            form.get("response_type", "device_code")
            == "device_code"  # leaving it out works (observed by clients 2025-2026)
            and form.get("code_challenge_method") == "S256"
            and _CHALLENGE.fullmatch(form.get("code_challenge", "")) is not None
        )
        if client is None or not client.services or not is_well_formed or self._refuses_code(form, client):
            raise invalid_request("The request misses a required parameter, repeats one or has an unsupported value.")
        grant = self._new_grant(client, form)
        self._state.grants[grant.device_code] = grant
        self._save()
        answer: dict[str, object] = {
            "user_code": grant.user_code,
            "device_code": grant.device_code,
            "verification_uri": link_url,
            "expires_in": self._settings.device_code_s,
        }
        if not self._faults.take("no-interval"):
            answer["interval"] = self._settings.poll_interval_s
        if not self._faults.take("no-complete-link"):
            answer["verification_uri_complete"] = f"{link_url}?user_code={grant.user_code}"
        return answer

    def grant_tokens(self, form: Mapping[str, str]) -> dict[str, object]:
        """Return the answer to a request for tokens, by device code or by refresh token; SignInRefusal otherwise."""
        client_id = form.get("client_id")
        if not client_id:
            raise invalid_request("Missing parameter, 'client_id'")
        self._state.forget_old(before_ms=self._clock.now_ms() - _FORGET_AFTER_MS)
        if self._registrations.client(client_id) is None:
            raise OauthRefusal(401, "invalid_client", "Client authentication failed (e.g., unknown client).")
        if self._faults.take("account-pending"):
            raise OauthRefusal(401, "invalid_client", "The account is pending activation.")
        match form.get("grant_type"):
            case grant_type if grant_type == _DEVICE_GRANT:
                return self._grant_by_device_code(form)
            case "refresh_token":
                return self._grant_by_refresh_token(form)
            case _:
                raise invalid_request("Missing or unsupported parameter, 'grant_type'")

    def pending_grant(self, user_code: str) -> DeviceGrant | None:
        """Return the grant that waits for a decision under `user_code` (case matters), None when there is none."""
        for grant in self._state.grants.values():
            is_open = grant.decision is Decision.PENDING and grant.expires_at_ms > self._clock.now_ms()
            if is_open and grant.user_code == user_code:
                return grant
        return None

    def sign_in(self, user: str, password: str) -> AccountSettings | None:
        """Return the account of `user` (upper or lower case), None when user or password are wrong."""
        for account in self._settings.accounts:
            if account.user.casefold() == user.strip().casefold() and account.password == password:
                return account
        return None

    def owner(self, client_id: str) -> Gcid | None:
        """Return the account whose portal page made the client; None when it is unknown, or deleted by now."""
        client = self._registrations.client(client_id)
        return None if client is None else client.gcid

    def decide(self, user_code: str, *, approve: bool) -> bool:
        """Approve or decline the grant that waits under `user_code`; False when none does."""
        grant = self.pending_grant(user_code)
        if grant is None:
            return False
        grant.decision = Decision.APPROVED if approve else Decision.DECLINED
        self._save()
        return True

    def access(self, access_token: str) -> Access | None:
        """Return what an access token allows, also when it has expired; None when it never was one, or was revoked."""
        return self._access(self._state.access_tokens.get(access_token))

    def verify_id_token(self, id_token: str) -> Access | None:
        """Return what an id token allows, also when it has expired.

        None when it is not the emulator's, or was revoked.
        """
        audit_id = self._signer.audit_id(id_token)
        return None if audit_id is None else self._access(self._state.id_tokens.get(audit_id))

    def revoke(self, gcid: Gcid, kind: TokenKind) -> int:
        """Make all tokens of one kind of an account worthless; return how many sessions that touched."""
        touched = {key for key, session in self._state.sessions.items() if session.gcid == gcid}
        match kind:
            case TokenKind.ACCESS:
                expire_tokens(self._state.access_tokens, touched, at_ms=self._clock.now_ms())
            case TokenKind.ID:
                forget_tokens(self._state.id_tokens, touched)
            case TokenKind.REFRESH:
                forget_tokens(self._state.refresh_tokens, touched)
        self._save()
        return len(touched)

    def end_client(self, client_id: str) -> None:
        """End every session of a client, and forget its codes."""
        state = self._state
        state.grants = {code: grant for code, grant in state.grants.items() if grant.client_id != client_id}
        for session_id in [key for key, session in state.sessions.items() if session.client_id == client_id]:
            state.end(session_id)
        self._save()

    def consume_codes(self, client_id: str) -> int:
        """Make every open code of a client worthless: its next poll is access_denied; return how many there were."""
        consumed = 0
        for grant in self._state.grants.values():
            is_open = grant.decision in {Decision.PENDING, Decision.APPROVED}
            if is_open and grant.client_id == client_id and grant.expires_at_ms > self._clock.now_ms():
                grant.decision = Decision.DECLINED
                consumed += 1
        self._save()
        return consumed

    def reset(self) -> None:
        """Forget every code, session and token."""
        self._state = IdentityState()
        self._save()

    def _refuses_code(self, form: Mapping[str, str], client: Client) -> bool:
        """Tell whether a fault makes a request for a code malformed, though it is well formed."""
        missing = {scope for service, scope in _SCOPE_OF.items() if service not in client.services}
        asks_too_much = not missing.isdisjoint(form.get("scope", "").split())
        return self._faults.take("device-code-refused") or (
            asks_too_much and self._faults.take("unsubscribed-scope-refused")
        )

    def _new_grant(self, client: Client, form: Mapping[str, str]) -> DeviceGrant:
        now_ms = self._clock.now_ms()
        self._state.forget_old(before_ms=now_ms - _FORGET_AFTER_MS)
        user_code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(8))
        expires_at_ms = now_ms + self._settings.device_code_s * 1000
        claims = {
            "aud": "bimmerhub-emulator",
            "iss": "bimmerhub-emulator",
            "nbf": now_ms // 1000,
            "iat": now_ms // 1000,
            "exp": expires_at_ms // 1000,
            "jti": str(uuid.uuid4()),
            "user_code": user_code,
        }
        return DeviceGrant(
            device_code=jwt.encode(claims, self._device_code_secret, algorithm="HS256"),
            user_code=user_code,
            client_id=client.client_id,
            scopes=_granted_scopes(form.get("scope") or None, client.services),
            code_challenge=form["code_challenge"],
            expires_at_ms=expires_at_ms,
        )

    def _grant_by_device_code(self, form: Mapping[str, str]) -> dict[str, object]:
        verifier = form.get("code_verifier", "")
        if "device_code" not in form or _VERIFIER.fullmatch(verifier) is None:
            raise invalid_request("Missing or malformed parameter, 'device_code' or 'code_verifier'")
        grant = self._state.grants.get(form["device_code"])
        if grant is None or grant.client_id != form["client_id"] or grant.decision is Decision.USED:
            raise invalid_grant()
        now_ms = self._clock.now_ms()
        if grant.expires_at_ms <= now_ms:
            raise OauthRefusal(401, "expired_token", "The code is expired")
        last_ms, grant.polled_at_ms = grant.polled_at_ms, now_ms
        if last_ms is not None and now_ms - last_ms < self._settings.poll_interval_s * 1000:
            raise OauthRefusal(400, "slow_down", "The polling interval has not elapsed since the last request")
        if _challenge_of(verifier) != grant.code_challenge:
            raise invalid_grant()
        if grant.decision is Decision.PENDING:
            raise OauthRefusal(403, "authorization_pending", "The user has not yet completed authorization")
        if grant.decision is Decision.DECLINED:
            raise access_denied()
        client = self._registrations.client(grant.client_id)
        if client is None:  # it was asked for above, by the same id
            raise invalid_grant()
        self._spoil(grant, client)
        grant.decision = Decision.USED
        return self._new_session(grant, client)

    def _spoil(self, grant: DeviceGrant, client: Client) -> None:
        """Raise what a fault, or a service that does not count yet, makes of an approved code.

        The code is of no use from then on.
        """
        refusal: SignInRefusal
        asked = [service for service, scope in _SCOPE_OF.items() if scope in grant.scopes]
        is_early = any(
            service in client.services and not self._registrations.counts(client, service) for service in asked
        )
        if not client.services:
            grant.decision, refusal = Decision.DECLINED, access_denied()
        elif is_early or self._faults.take("burnt-code"):
            grant.decision, refusal = Decision.DECLINED, GatewayFault()
        elif self._faults.take("denied-though-approved"):
            grant.decision, refusal = Decision.DECLINED, access_denied()
        elif self._faults.take("grant-race"):
            grant.decision, refusal = Decision.USED, invalid_grant()
        else:
            return
        self._save()
        raise refusal

    def _new_session(self, grant: DeviceGrant, client: Client) -> dict[str, object]:
        now_ms = self._clock.now_ms()
        session_id = str(uuid.uuid4())
        lost = {scope for service, scope in _SCOPE_OF.items() if service not in client.services}
        self._state.sessions[session_id] = Session(
            gcid=client.gcid,
            client_id=grant.client_id,
            scopes=tuple(scope for scope in grant.scopes if scope not in lost and not self._withholds(scope)),
            signed_in_at_ms=now_ms,
        )
        return self._issue(session_id, now_ms)

    def _withholds(self, scope: str) -> bool:
        fault = _WITHHOLDING.get(scope)
        return fault is not None and self._faults.take(fault)

    def _grant_by_refresh_token(self, form: Mapping[str, str]) -> dict[str, object]:
        token = form.get("refresh_token")
        if not token:
            raise invalid_request("Missing parameter, 'refresh_token'")
        now_ms = self._clock.now_ms()
        issued = self._state.refresh_tokens.get(token)
        session = None if issued is None else self._state.sessions[issued.session_id]
        is_alive = issued is not None and issued.expires_at_ms > now_ms
        if issued is None or session is None or not is_alive or session.client_id != form["client_id"]:
            raise self._dead_refresh_token()
        if session.refresh_token != token:
            self._state.end(issued.session_id)
            self._save()
            raise invalid_request("The refresh token has been used before; its session is ended.")
        return self._issue(issued.session_id, now_ms)

    def _dead_refresh_token(self) -> OauthRefusal:
        if self._faults.take("dead-refresh-as-request"):
            return invalid_request("The refresh token is invalid.")
        return invalid_grant()

    def _issue(self, session_id: str, now_ms: int) -> dict[str, object]:
        """Hand out a fresh set of tokens; the refresh token before it is spent from here on."""
        session = self._state.sessions[session_id]
        access_token = secrets.token_urlsafe(40)
        session.refresh_token = secrets.token_urlsafe(34)
        self._state.refresh_tokens[session.refresh_token] = Issued(
            session_id=session_id, expires_at_ms=now_ms + self._settings.refresh_token_s * 1000
        )
        self._state.access_tokens[access_token] = Issued(
            session_id=session_id, expires_at_ms=now_ms + self._settings.access_token_s * 1000
        )
        answer: dict[str, object] = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": self._settings.access_token_s,
            "refresh_token": session.refresh_token,
            "scope": " ".join(session.scopes),
            "gcid": session.gcid,
        }
        if "openid" in session.scopes:
            answer["id_token"] = self._issue_id_token(session_id, session, access_token=access_token)
        self._save()
        return answer

    def _issue_id_token(self, session_id: str, session: Session, *, access_token: str) -> str:
        now_ms = self._clock.now_ms()
        facts = IdTokenFacts(
            audit_id=f"{uuid.uuid4()}-{len(self._state.id_tokens)}",
            gcid=session.gcid,
            client_id=session.client_id,
            signed_in_at_ms=session.signed_in_at_ms,
            issued_at_ms=now_ms,
            expires_at_ms=now_ms // 1000 * 1000 + self._settings.id_token_s * 1000,  # the claim has whole seconds
        )
        self._state.id_tokens[facts.audit_id] = Issued(session_id=session_id, expires_at_ms=facts.expires_at_ms)
        return self._signer.sign(facts, access_token=access_token)

    def _access(self, issued: Issued | None) -> Access | None:
        session = None if issued is None else self._state.sessions.get(issued.session_id)
        if issued is None or session is None:
            return None
        return Access(gcid=session.gcid, scopes=frozenset(session.scopes), expires_at_ms=issued.expires_at_ms)

    def _save(self) -> None:
        self._file.save(self._state)


def _granted_scopes(asked: str | None, services: Collection[Service]) -> tuple[str, ...]:
    """Return the scopes that are both asked for and there.

    Without `scope` the swagger promises all; in reality the API scope is then missing (observed by clients 2026).
    """
    there = ["authenticate_user", "openid", *(scope for service, scope in _SCOPE_OF.items() if service in services)]
    if asked is None:
        return tuple(scope for scope in there if scope != API_SCOPE)
    return tuple(scope for scope in there if scope in asked.split())


def _challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
