"""What the identity service remembers: codes that wait, sessions that live, tokens that were handed out."""

from dataclasses import dataclass, field
from enum import StrEnum

from bimmerhub.domain.ids import Gcid


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
    """One device code and the user code that belongs to it. Times are milliseconds since 1970 UTC."""

    device_code: str
    user_code: str
    client_id: str
    scopes: tuple[str, ...]
    code_challenge: str
    expires_at_ms: int
    polled_at_ms: int | None = None
    decision: Decision = Decision.PENDING


@dataclass(slots=True, kw_only=True)
class Session:
    """What one sign-in gave: it lives as long as its newest refresh token."""

    gcid: Gcid
    client_id: str
    scopes: tuple[str, ...]
    signed_in_at_ms: int
    refresh_token: str = field(default="", repr=False)


@dataclass(slots=True, kw_only=True)
class Issued:
    """A token that was handed out."""

    session_id: str
    expires_at_ms: int


@dataclass(slots=True, kw_only=True)
class IdentityState:
    """Everything the identity service remembers.

    `refresh_tokens` holds spent ones too, `id_tokens` goes by audit id.
    """

    grants: dict[str, DeviceGrant] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    refresh_tokens: dict[str, Issued] = field(default_factory=dict)
    access_tokens: dict[str, Issued] = field(default_factory=dict)
    id_tokens: dict[str, Issued] = field(default_factory=dict)
