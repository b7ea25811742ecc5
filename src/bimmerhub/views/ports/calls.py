"""Calling any operation of BMW's interfaces, as a live hub does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bimmerhub.ids import Vin
from bimmerhub.views.ports.commands import Asker


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWish:
    """What to call: an operation with values by the names of its parameters, or GET of a bare path.

    Just one of `operation` and `path` is there. `vin` is the car that a call is about, where its values do not say so.
    `family` is None for the account's own; the sign-in of the MyBMW app is good for `mygarage` too.
    """

    family: str | None = None
    operation: str | None = None
    path: str | None = None
    values: Mapping[str, object] = field(default_factory=dict, repr=False)
    vin: Vin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRequest:
    """A request with what is secret in it masked; at most one of `form` and `json` is there."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str] | None
    json: object


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledAnswer:
    """BMW's answer as it came; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutcome:
    """What was sent, and BMW's answer; None when it was only shown."""

    family: str
    request: ShownRequest
    answer: CalledAnswer | None


class BmwCalls(Protocol):
    """Calls by operation. Each raises ConfigError for an unknown account, operation or parameter."""

    async def changes(self, account: str, wish: CallWish) -> bool:
        """Tell whether a wish changes something at BMW or in a car, for which the scope `command` is needed."""
        ...

    async def show(self, account: str, wish: CallWish) -> CallOutcome:
        """Return the request of a wish; nothing is sent, but tokens may be renewed to know the account's id."""
        ...

    async def call(self, account: str, wish: CallWish, *, asker: Asker) -> CallOutcome:
        """Send a wish once it is in the audit, if it changes something, and return BMW's answer.

        ConfigError when it opens a car that may not be opened, or changes one that is archived; QuotaSpent where the
        family has a quota; else the errors of BMW's interface.
        """
        ...
