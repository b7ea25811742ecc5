"""What the identity service remembers: codes that wait, sessions that live, tokens that were issued."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from bimmerhub.emulator.host.state_file import StateFile
from bimmerhub.ids import Gcid


class Decision(StrEnum):
    """What became of a device code."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    USED = "used"


class TokenKind(StrEnum):
    """The three tokens of a session."""

    ACCESS = "access"
    ID = "id"
    REFRESH = "refresh"


@dataclass(slots=True, kw_only=True)
class DeviceGrant:
    """One device code and the user code that belongs to it. Times are milliseconds since 1970 UTC.

    `gcid` is whose tokens it will give, once somebody has decided.
    """

    device_code: str
    user_code: str
    client_id: str
    scopes: tuple[str, ...]
    code_challenge: str
    expires_at_ms: int
    polled_at_ms: int | None = None
    decision: Decision = Decision.PENDING
    gcid: Gcid | None = None


@dataclass(slots=True, kw_only=True)
class SignInSession:
    """What one sign-in gave: it lives as long as its newest refresh token.

    `usid` is the session's name in the MyBMW app's answers; "" for any other program's. `is_signed`: its access tokens
    are JWTs, as in China.
    """

    gcid: Gcid
    client_id: str
    scopes: tuple[str, ...]
    signed_in_at_ms: int
    refresh_token: str = field(default="", repr=False)
    usid: str = ""
    is_signed: bool = False


@dataclass(slots=True, kw_only=True)
class IssuedToken:
    """A token that was issued; `spent_at_ms` is when a refresh token was first used."""

    session_id: str
    expires_at_ms: int
    spent_at_ms: int | None = None


@dataclass(slots=True, kw_only=True)
class IdentityState:
    """Everything the identity service remembers.

    `refresh_tokens` holds spent ones too, `id_tokens` goes by audit id.
    """

    grants: dict[str, DeviceGrant] = field(default_factory=dict)
    sessions: dict[str, SignInSession] = field(default_factory=dict)
    refresh_tokens: dict[str, IssuedToken] = field(default_factory=dict)
    access_tokens: dict[str, IssuedToken] = field(default_factory=dict)
    id_tokens: dict[str, IssuedToken] = field(default_factory=dict)

    def end(self, session_id: str) -> None:
        """Forget a session and its tokens."""
        del self.sessions[session_id]
        for tokens in self._all_tokens():
            forget_tokens(tokens, {session_id})

    def forget_old(self, *, before_ms: int) -> None:
        """Forget what expired before a time (milliseconds since 1970 UTC), so that a long life does not grow."""
        self.grants = {code: grant for code, grant in self.grants.items() if grant.expires_at_ms > before_ms}
        living: set[str] = set()
        for tokens in self._all_tokens():
            for key in [key for key, token in tokens.items() if token.expires_at_ms <= before_ms]:
                del tokens[key]
            living.update(token.session_id for token in tokens.values())
        self.sessions = {key: session for key, session in self.sessions.items() if key in living}

    def _all_tokens(self) -> tuple[dict[str, IssuedToken], ...]:
        return self.refresh_tokens, self.access_tokens, self.id_tokens


class IdentityMemory:
    """The state of one identity service, and the file that keeps it over a restart."""

    def __init__(self, file: StateFile[IdentityState]) -> None:
        self._file = file
        self.state = file.load() or IdentityState()

    def save(self) -> None:
        """Keep the state as it is now."""
        self._file.save(self.state)

    def reset(self) -> None:
        """Forget every code, session and token."""
        self.state = IdentityState()
        self.save()


def expire_tokens(tokens: dict[str, IssuedToken], session_ids: Collection[str], *, at_ms: int) -> None:
    """Make the tokens of these sessions expire at `at_ms` at the latest (milliseconds since 1970 UTC)."""
    for token in tokens.values():
        if token.session_id in session_ids:
            token.expires_at_ms = min(token.expires_at_ms, at_ms)


def forget_tokens(tokens: dict[str, IssuedToken], session_ids: Collection[str]) -> None:
    """Drop the tokens of these sessions, as if they had never been."""
    for key in [key for key, token in tokens.items() if token.session_id in session_ids]:
        del tokens[key]
