"""The rules of BMW's sign-in that can be changed."""

from dataclasses import dataclass

_FOURTEEN_DAYS_S = 14 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSettings:
    """Times in seconds of the emulator's clock; the defaults are those that clients observed in 2025-2026.

    `poll_interval_s` lies between two asks for a token; who asks sooner is told to slow down unless
    `enforces_poll_interval` is False. The others are lifetimes of a device code and of tokens. A refresh token that is
    used again within `refresh_grace_s` of its first use gives tokens again; 0: it ends the session at once. (That BMW
    has such a grace is inferred: a program with three cars refreshes three times at one moment and lives.)
    """

    poll_interval_s: int = 5
    enforces_poll_interval: bool = True
    device_code_s: int = 300
    access_token_s: int = 3_600
    id_token_s: int = 3_600
    refresh_token_s: int = _FOURTEEN_DAYS_S
    refresh_grace_s: float = 0.0
