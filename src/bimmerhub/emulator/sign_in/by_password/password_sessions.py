"""Sessions that began with a password: their tokens are opaque, and one is good for all older services."""

import secrets
import uuid
from collections.abc import Sequence

from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.sign_in.by_password.denials import dead_grant
from bimmerhub.emulator.sign_in.by_password.settings import PasswordSettings
from bimmerhub.emulator.sign_in.grants import IdentityMemory, IssuedToken, SignInSession
from bimmerhub.emulator.sign_in.id_token import IdTokenFacts, IdTokenSigner
from bimmerhub.ids import Gcid
from bimmerhub.times import HOUR_MS

_FORGET_AFTER_MS = HOUR_MS


class PasswordSessions:
    """The sessions of one identity service that began with a password."""

    def __init__(
        self, settings: PasswordSettings, *, clock: EmulatorClock, signer: IdTokenSigner, memory: IdentityMemory
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._signer = signer
        self._memory = memory

    def begin(
        self,
        gcid: Gcid,
        *,
        client_id: str,
        scopes: Sequence[str],
        token_s: int,
        can_renew: bool = True,
        is_app: bool = False,
        is_signed: bool = False,
    ) -> dict[str, object]:
        """Begin a session; return the answer with its tokens. The access token is good for `token_s` seconds.

        `is_app`: the answer is as the MyBMW app gets it, with `gcid` and `usid`. `is_signed`: access tokens are JWTs.
        """
        now_ms = self._clock.now_ms()
        self._memory.state.forget_old(before_ms=now_ms - _FORGET_AFTER_MS)
        session_id = str(uuid.uuid4())
        self._memory.state.sessions[session_id] = SignInSession(
            gcid=gcid,
            client_id=client_id,
            scopes=tuple(scopes),
            signed_in_at_ms=now_ms,
            usid=secrets.token_hex(16) if is_app else "",
            is_signed=is_signed,
        )
        return self._issue(session_id, token_s=token_s, can_renew=can_renew)

    def is_of_app(self, refresh_token: str) -> bool:
        """Tell whether a refresh token belongs to a session of the MyBMW app."""
        issued = self._memory.state.refresh_tokens.get(refresh_token)
        return issued is not None and bool(self._memory.state.sessions[issued.session_id].usid)

    def renew(self, refresh_token: str, *, token_s: int) -> dict[str, object]:
        """Return new tokens for the newest refresh token of a session; PasswordDenial for any other."""
        state = self._memory.state
        issued = state.refresh_tokens.get(refresh_token)
        session = None if issued is None else state.sessions[issued.session_id]
        if issued is None or session is None or issued.expires_at_ms <= self._clock.now_ms():
            raise dead_grant()
        if session.refresh_token != refresh_token:
            raise dead_grant()
        return self._issue(issued.session_id, token_s=token_s, can_renew=True)

    def _issue(self, session_id: str, *, token_s: int, can_renew: bool) -> dict[str, object]:
        state, now_ms = self._memory.state, self._clock.now_ms()
        session = state.sessions[session_id]
        access_token = secrets.token_urlsafe(40)
        if session.is_signed:
            access_token = self._sign(session_id, session, access_token, token_s)
        state.access_tokens[access_token] = IssuedToken(session_id=session_id, expires_at_ms=now_ms + token_s * 1000)
        answer: dict[str, object] = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": token_s,
            "scope": " ".join(session.scopes),
        }
        if can_renew:
            session.refresh_token = secrets.token_urlsafe(34)
            answer["refresh_token"] = session.refresh_token
            state.refresh_tokens[session.refresh_token] = IssuedToken(
                session_id=session_id, expires_at_ms=now_ms + self._settings.refresh_token_s * 1000
            )
        if session.usid:
            answer |= {"usid": session.usid, "gcid": session.gcid}
        if "openid" in session.scopes:
            answer |= {"gcid": session.gcid, "id_token": self._sign(session_id, session, access_token, token_s)}
        self._memory.save()
        return answer

    def _sign(self, session_id: str, session: SignInSession, access_token: str, token_s: int) -> str:
        now_ms, id_tokens = self._clock.now_ms(), self._memory.state.id_tokens
        facts = IdTokenFacts(
            audit_id=f"{uuid.uuid4()}-{len(id_tokens)}",
            gcid=session.gcid,
            client_id=session.client_id,
            signed_in_at_ms=session.signed_in_at_ms,
            issued_at_ms=now_ms,
            expires_at_ms=now_ms // 1000 * 1000 + token_s * 1000,
            may_stream=False,
        )
        id_tokens[facts.audit_id] = IssuedToken(session_id=session_id, expires_at_ms=facts.expires_at_ms)
        return self._signer.sign(facts, access_token=access_token)
