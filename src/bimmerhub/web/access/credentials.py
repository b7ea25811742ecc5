"""What the gate asks about callers, whose proofs the hub keeps."""

from typing import Literal, Protocol

Scope = Literal["read", "write", "command"]
"""What a token may do: read; read and change what the hub keeps; or read and send commands to cars."""


class CallerProofs(Protocol):
    """Who may talk to the hub."""

    def is_protected(self) -> bool:
        """Tell whether a password or an API token is set; only then may the hub listen beyond loopback."""
        ...

    def check_password(self, password: str) -> bool:
        """Tell whether the password is the one that is set (slow on purpose: argon2, about 50 ms)."""
        ...

    def token_scope(self, token: str) -> Scope | None:
        """Return what a token may do, None for an unknown one and for the command line's."""
        ...

    def token_name(self, token: str) -> str | None:
        """Return the name that a token was given, None for an unknown one and for the command line's."""
        ...

    def is_local(self, token: str) -> bool:
        """Tell whether it is the token of the command line on this machine, which may do everything."""
        ...
