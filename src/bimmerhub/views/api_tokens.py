"""The API tokens of a hub, as the command line lists and makes them."""

from typing import Literal

import msgspec

from bimmerhub.views.fields import Time

TokenScope = Literal["read", "write", "command"]


class ApiTokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An API token by its name; the token itself is shown once, when it is made."""

    name: str
    scope: TokenScope
    created_at: Time


class NewApiTokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An API token that was just made."""

    name: str
    scope: TokenScope
    token: str

    def __repr__(self) -> str:
        """Show everything but the token."""
        return f"NewApiTokenAnswer(name={self.name!r}, scope={self.scope!r})"


class TokenDeletedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An API token that is no more."""

    name: str
