"""What the gate asks about callers, whose proofs the hub keeps."""

from typing import Literal, Protocol

Scope = Literal["read", "write"]


class CallerProofs(Protocol):
    """Who may talk to the hub."""

    def is_protected(self) -> bool:
        """Tell whether a password or an API token is set; only then may the hub listen beyond loopback."""
        ...

    def check_password(self, password: str) -> bool:
        """Tell whether the password is the one that is set (slow on purpose: argon2, about 50 ms)."""
        ...

    def token_scope(self, token: str) -> Scope | None:
        """Return what a token may do, None for an unknown one. The hub's own command line holds a write token."""
        ...
