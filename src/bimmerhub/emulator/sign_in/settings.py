"""The rules of BMW's sign-in that can be changed."""

from dataclasses import dataclass

_FOURTEEN_DAYS_S = 14 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSettings:
    """Times in seconds of the emulator's clock; the defaults are those that clients observed in 2025-2026.

    `poll_interval_s` lies between two asks for a token; the others are lifetimes of a device code and of tokens.
    """

    poll_interval_s: int = 5
    device_code_s: int = 300
    access_token_s: int = 3_600
    id_token_s: int = 3_600
    refresh_token_s: int = _FOURTEEN_DAYS_S
