"""A collection's description as it stands in its TOML file: folders, requests, and what is checked of the answers."""

from pathlib import Path
from typing import Final, Literal

import msgspec

FOLDER: Final = Path(__file__).parents[2] / "src" / "bimmerhub" / "specs" / "collections"
SOURCES: Final = FOLDER / "source"


class Variable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value that the person sets, or that one answer carries to the next request."""

    name: str
    value: str = ""
    about: str = ""
    is_secret: bool = False


class Take(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A variable that an answer sets: from `json` (a path with dots, * for the first member), `header` or `value`.

    `parameter` takes one parameter of an address; `joined` joins a list; `without_end` cuts off the end of a text.
    `if_empty` leaves a variable alone that has a value.
    """

    variable: str
    json: str | None = None
    header: str | None = None
    value: str | None = None
    parameter: str | None = None
    joined: str | None = None
    without_end: str | None = None
    if_empty: bool = False


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request: an operation of a family, `family.name`.

    `values` are values by the names of the operation's parameters, in which {{name}} stands for a variable. `omit`
    names parameters that are switched off. A request is skipped while a variable of `needs` is empty. The answer must
    have `status` (0: any), `content`, `members` (paths with dots), and in its header `location` that text.
    """

    operation: str
    name: str = ""
    about: str = ""
    url: str | None = None
    values: dict[str, str] = {}
    omit: tuple[str, ...] = ()
    basic: tuple[str, str] | None = None
    is_signed: bool | None = None
    is_command: bool | None = None
    is_new_sign_in: bool = False
    needs: tuple[str, ...] = ()
    status: int = 200
    content: Literal["json", "image", "any"] = "json"
    members: tuple[str, ...] = ()
    location: str | None = None
    takes: tuple[Take, ...] = ()


class Folder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A folder: its requests, then the operations of `groups` (`family.group`) that no folder names."""

    name: str
    about: str = ""
    requests: tuple[Request, ...] = ()
    groups: tuple[str, ...] = ()


class Collection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One collection."""

    name: str
    about: str
    variables: tuple[Variable, ...] = ()
    folders: tuple[Folder, ...] = ()


def load_collections() -> dict[str, Collection]:
    """Return the collections by the names of their files, in the order of those."""
    return {
        file.stem.partition("-")[2]: msgspec.toml.decode(file.read_bytes(), type=Collection)
        for file in sorted(SOURCES.glob("*.toml"))
    }
