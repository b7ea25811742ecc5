"""The API tokens of a hub, as the command line lists and makes them."""

from typing import Literal

import msgspec

from bimmerhub.views.fields import Time


class ApiTokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An API token by its name; the token itself is shown once, when it is made."""

    name: str
    scope: Literal["read", "write"]
    created_at: Time


class NewApiTokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An API token that was just made."""

    name: str
    scope: Literal["read", "write"]
    token: str
