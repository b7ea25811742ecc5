"""What the gate asks about callers, whose proofs the hub keeps."""

from collections.abc import Sequence
from typing import Literal, Protocol

Scope = Literal["read", "write", "command"]
"""What a token may do: read; read and change what the hub keeps; or read and send commands to cars."""


class CallerProofs(Protocol):
    """Who may talk to the hub."""

    def has_password(self) -> bool:
        """Tell whether a password is set; without one, programs on this machine may read."""
        ...

    def is_protected(self) -> bool:
        """Tell whether a password or an API token is set; only then may the hub listen beyond loopback."""
        ...

    def check_password(self, password: str) -> bool:
        """Tell whether the password is the one that is set (slow on purpose: argon2, about 0.1 s)."""
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


class NamedToken(Protocol):
    """An API token by its name, without the token itself."""

    @property
    def name(self) -> str:
        """What it is for."""
        ...

    @property
    def scope(self) -> Scope:
        """What it may do."""
        ...

    @property
    def created_at_ms(self) -> int:
        """When it was made, UTC."""
        ...


class EntryKeeping(Protocol):
    """Changes who may talk to the hub. A change holds at once, and is on disk when the method returns."""

    def tokens(self) -> Sequence[NamedToken]:
        """Return the API tokens in order of creation."""
        ...

    async def set_password(self, password: str | None) -> None:
        """Set the password, or remove it with None.

        ConfigError when it is too short, or when nothing would protect a hub that listens on a network.
        """
        ...

    async def create_token(self, name: str, scope: Scope, *, now_ms: int) -> str:
        """Make a named token and return it; it cannot be shown again. ConfigError when the name is taken."""
        ...

    async def delete_token(self, name: str) -> None:
        """Forget a token; ConfigError when there is none of that name, or it is all that protects the hub."""
        ...
