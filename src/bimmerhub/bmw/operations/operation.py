"""What one operation of a family's interface is: data, of which requests, commands and collections are made. Pure.

A default may hold words in braces, which are filled in when a request is made; a family says which it has.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

from bimmerhub.errors import ConfigError

Place = Literal["path", "query", "header", "body"]
Kind = Literal["text", "number", "bool", "json"]
Evidence = Literal["F", "D", "C", "?"]
"""F: seen in stored answers. D: described in writing. C: inferred from working clients. ?: not known."""
SIGN_IN: Final = "sign-in"
"""The server of a family's sign-in: its operations are steps of signing in, and `call` does not take them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One parameter: our `name` for it, and where it goes under BMW's `key`.

    The key of a body's member may be a path with dots; an empty key is the whole body. Without a value and `default`
    it is left out, unless it `is_required`. `choices` are BMW's words; a value that is one of them in another case
    becomes it.
    """

    name: str
    place: Place
    key: str
    kind: Kind = "text"
    default: str | None = None
    is_required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation. `path` begins with a slash and holds its parameters in braces.

    `changes` says that it is sent once only; `is_signed` that a token goes along; `server` is "api" or another server
    that the family names. `body` is how a body is written, None for none. `regions` has it, or all when it is empty.
    """

    name: str
    group: str
    title: str
    path: str
    evidence: Evidence
    method: Literal["GET", "POST", "DELETE"] = "GET"
    params: tuple[Param, ...] = ()
    note: str = ""
    body: Literal["json", "form"] | None = None
    accept: str = "application/json"
    changes: bool = False
    is_signed: bool = True
    server: str = "api"
    regions: tuple[str, ...] = ()


def find_operation(operations: Mapping[str, Operation], name: str, *, family: str) -> Operation:
    """Return an operation of a family's table; ConfigError, with those that are spelt alike, when there is none."""
    if (operation := operations.get(name)) is not None:
        return operation
    alike = get_close_matches(name, operations) or list(operations)
    raise ConfigError(
        f"{family} has no operation {name[:40]!r}",
        hint=f"It has {', '.join(alike[:8])}{', ...' * (len(alike) > 8)}",  # noqa: PLR2004 - fits a line
    )


def check_is_no_sign_in(operation: Operation) -> None:
    """Raise ConfigError for a step of the sign-in, which has a program of its own to carry it out."""
    if operation.server == SIGN_IN:
        raise ConfigError(f"{operation.name} is a step of the sign-in", hint="It is sent by signing in.")
