"""Device codes of the sign-in: issued to a program, decided by a person, redeemed once.

Life of a code: it is PENDING until a person approves or declines it; an approved one is exchanged for tokens once and
is then USED. Asking for tokens answers, in this order: client unknown, code unknown or used, code timed out, asked too
soon, wrong verifier, then what the person decided. (BMW's order among these is not known.)

Answers and their statuses: BMW swagger, and observed by clients 2025-2026 where the swagger is silent.
"""

import base64
import hashlib
import re
import secrets
import string
import uuid
from collections.abc import Mapping

import jwt

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.sign_in.clients import ClientRegistry, RegisteredClient
from bimmerhub.emulator.sign_in.grants import Decision, DeviceGrant, IdentityMemory
from bimmerhub.emulator.sign_in.oauth_refusals import (
    GatewayFault,
    OauthDenial,
    SignInRefusal,
    access_denied,
    invalid_grant,
    invalid_request,
)
from bimmerhub.emulator.sign_in.scopes import KNOWN_SCOPES, SCOPE_OF, choose_scopes, list_missing_scopes
from bimmerhub.emulator.sign_in.settings import SignInSettings
from bimmerhub.ids import Gcid
from bimmerhub.times import HOUR_MS

FORGET_AFTER_MS = HOUR_MS
"""How long something that expired is still told from something unknown."""
_CODE_LETTERS = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_SHORTEST_VERIFIER, _LONGEST_VERIFIER = 43, 128
"""RFC 7636's lengths. Its alphabet is not enforced: one with a line feed has worked (dj0abr#14 #25; inferred)."""


class DeviceCodes:
    """The device codes of one identity service."""

    def __init__(
        self,
        settings: SignInSettings,
        *,
        clock: EmulatorClock,
        faults: Faults,
        clients: ClientRegistry,
        memory: IdentityMemory,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._faults = faults
        self._clients = clients
        self._memory = memory
        self._secret = secrets.token_bytes(32)

    def issue(self, form: Mapping[str, str], *, link_url: str) -> dict[str, object]:
        """Return the answer to a request for a device code; `link_url` is where a person types the user code.

        OauthDenial 400 for anything malformed, and also for an unknown client (upper-case copies of an id included)
        and for one without any subscribed service (observed by clients 2025-2026).
        """
        client = self._clients.client(form.get("client_id", ""))
        is_well_formed = (
            form.get("response_type", "device_code")
            == "device_code"  # leaving it out works (observed by clients 2025-2026)
            and form.get("code_challenge_method") == "S256"
            and _CHALLENGE.fullmatch(form.get("code_challenge", "")) is not None
        )
        if client is None or not client.services or not is_well_formed or self._refuses_code(form, client):
            raise invalid_request("The request misses a required parameter, repeats one or has an unsupported value.")
        grant = self._new_grant(client, form)
        self._memory.state.grants[grant.device_code] = grant
        self._memory.save()
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

    def find_pending(self, user_code: str) -> DeviceGrant | None:
        """Return the grant that waits for a decision under `user_code` (case matters), None when there is none."""
        for grant in self._memory.state.grants.values():
            is_open = grant.decision is Decision.PENDING and grant.expires_at_ms > self._clock.now_ms()
            if is_open and grant.user_code == user_code:
                return grant
        return None

    def decide(self, user_code: str, *, approve: bool, gcid: Gcid | None) -> bool:
        """Approve or decline the grant that waits under `user_code`, for an account; False when none waits."""
        grant = self.find_pending(user_code)
        if grant is None:
            return False
        grant.decision = Decision.APPROVED if approve else Decision.DECLINED
        grant.gcid = gcid
        self._memory.save()
        return True

    def consume(self, client_id: str) -> int:
        """Make every open code of a client worthless: its next poll is access_denied; return how many there were."""
        consumed = 0
        for grant in self._memory.state.grants.values():
            is_open = grant.decision in {Decision.PENDING, Decision.APPROVED}
            if is_open and grant.client_id == client_id and grant.expires_at_ms > self._clock.now_ms():
                grant.decision = Decision.DECLINED
                consumed += 1
        self._memory.save()
        return consumed

    def redeem(self, form: Mapping[str, str], client: RegisteredClient) -> DeviceGrant:
        """Return the approved grant of a request for tokens, which is used from then on; SignInRefusal otherwise."""
        verifier = form.get("code_verifier", "")
        if "device_code" not in form or not _SHORTEST_VERIFIER <= len(verifier) <= _LONGEST_VERIFIER:
            raise invalid_request("Missing or malformed parameter, 'device_code' or 'code_verifier'")
        grant = self._memory.state.grants.get(form["device_code"])
        if grant is None or grant.client_id != client.client_id or grant.decision is Decision.USED:
            raise invalid_grant()
        self._check_time(grant)
        if _challenge_of(verifier) != grant.code_challenge:
            raise invalid_grant()
        if grant.decision is Decision.PENDING:
            raise OauthDenial(403, "authorization_pending", "The user has not yet completed authorization")
        if grant.decision is Decision.DECLINED:
            raise access_denied()
        self._spoil(grant, client)
        grant.decision = Decision.USED
        return grant

    def _check_time(self, grant: DeviceGrant) -> None:
        """Refuse a code that timed out, and a poll that comes too soon after the last one."""
        now_ms = self._clock.now_ms()
        if grant.expires_at_ms <= now_ms:
            raise OauthDenial(401, "expired_token", "The code is expired")
        last_ms, grant.polled_at_ms = grant.polled_at_ms, now_ms
        soonest_ms = self._settings.poll_interval_s * 1000 if self._settings.enforces_poll_interval else 0
        if last_ms is not None and now_ms - last_ms < soonest_ms:
            raise OauthDenial(400, "slow_down", "The polling interval has not elapsed since the last request")

    def _refuses_code(self, form: Mapping[str, str], client: RegisteredClient) -> bool:
        """Tell whether a request for a code names a scope that does not exist, or a fault makes it malformed.

        Beside good scopes too such a scope is refused (BavarianData's trials of 2026).
        """
        if not KNOWN_SCOPES.issuperset(form.get("scope", "").split()):
            return True
        asks_too_much = not list_missing_scopes(client.services).isdisjoint(form.get("scope", "").split())
        return self._faults.take("device-code-refused") or (
            asks_too_much and self._faults.take("unsubscribed-scope-refused")
        )

    def _new_grant(self, client: RegisteredClient, form: Mapping[str, str]) -> DeviceGrant:
        now_ms = self._clock.now_ms()
        self._memory.state.forget_old(before_ms=now_ms - FORGET_AFTER_MS)
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
            device_code=jwt.encode(claims, self._secret, algorithm="HS256"),
            user_code=user_code,
            client_id=client.client_id,
            scopes=choose_scopes(form.get("scope") or None, client.services),
            code_challenge=form["code_challenge"],
            expires_at_ms=expires_at_ms,
        )

    def _spoil(self, grant: DeviceGrant, client: RegisteredClient) -> None:
        """Raise what a fault, or a service that does not count yet, makes of an approved code.

        The code is of no use from then on, but for `denied-though-approved`: who asks on may get tokens yet.
        """
        refusal: SignInRefusal
        asked = [service for service, scope in SCOPE_OF.items() if scope in grant.scopes]
        is_early = any(service in client.services and not self._clients.counts(client, service) for service in asked)
        if not client.services:
            grant.decision, refusal = Decision.DECLINED, access_denied()
        elif is_early or self._faults.take("burnt-code"):
            grant.decision, refusal = Decision.DECLINED, GatewayFault()
        elif self._faults.take("denied-though-approved"):
            refusal = access_denied()
        elif self._faults.take("grant-race"):
            grant.decision, refusal = Decision.USED, invalid_grant()
        else:
            return
        self._memory.save()
        raise refusal


def _challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
