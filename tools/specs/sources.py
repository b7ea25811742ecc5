"""What only people know of an interface: a file `source/NAME.yaml`, read and checked. Each makes `openapi/NAME.json`.

Paths, parameters and titles are not in it: they come from the table of operations. Schemas: see `notation`.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from bimmerhub.bmw.operations.operation import Evidence

FOLDER: Final = Path(__file__).with_name("source")
_WORDS: Final = {"title", "description"}
Content = str | dict[str, str | None] | None
"""What an answer holds: the name of a JSON's schema, or schemas by media type (None there: bytes), or nothing."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One reason to refuse. `do` None takes what the SDK's table says of `code`, which is its name unless given.

    `message` is what BMW writes beside the code. `holds` is like an answer's; without it, the family's `refusal_holds`.
    `example` is its body, where the family's `refusal_example` is not right; `headers` are schemas.
    """

    status: int
    when: str
    do: str | None = None
    code: str | None = None
    message: str = ""
    evidence: Evidence = "F"
    holds: Content | msgspec.UnsetType = msgspec.UNSET
    example: dict[str, Any] | None = None
    headers: dict[str, Any] = {}


class Described(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said of one operation: what each status of a success holds, and the names of its own refusals.

    `headers` are schemas of those of a success, which `may_be_empty`: its body is left out at times. `security` is the
    scheme of an operation that wants no token. `parameters` are schemas by BMW's key; `body` is the schema of a body
    that the table does not spell out. `values` are parameters, by our name, that the example's call gives. Without
    `has_example` no answer is shown: the emulator's is invented. `new_each_time` are like the source's, of this
    operation only.
    """

    answers: dict[int, Content]
    headers: dict[str, Any] = {}
    may_be_empty: bool = False
    security: str = ""
    description: str = ""
    refusals: list[str] = []
    parameters: dict[str, Any] = {}
    body: str | None = None
    values: dict[str, Any] = {}
    has_example: bool = True
    new_each_time: dict[str, str] = {}


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file. `servers` are those of the family whose operations are described; without any, all of them.

    `hosts` are the addresses of a server that the family's table has none for. `headers` are schemas of what every
    request has but those of the sign-in's own server; one whose name ends with a question mark may be left out.
    `refused_everywhere` are the refusals of every operation that wants a token. `refusal_example` is the body of one,
    with {code}, {message} and {status}. `new_each_time` are the members of answers that no two answers share, with what
    examples show in their place. `borrowed` are names of schemas by the file that has them.
    """

    family: str
    title: str
    version: str
    summary: str
    description: str
    tags: dict[str, str]
    servers: list[str] = []
    hosts: dict[str, list[str]] = {}
    security: dict[str, dict[str, Any]] = {}
    quota: dict[str, Any] = {}
    headers: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    operations: dict[str, Described]
    refusal_holds: Content = None
    refusal_example: dict[str, Any] = {}
    refusals: dict[str, Refusal] = {}
    refused_everywhere: list[str] = []
    new_each_time: dict[str, str | int] = {}
    borrowed: dict[str, list[str]] = {}
    schemas: dict[str, Any]

    def refusals_of(self, operation: str, *, is_signed: bool) -> Mapping[str, Refusal]:
        """Return the refusals of an operation by name; KeyError for one that is not in the file."""
        usual = self.refused_everywhere if is_signed else []
        return {name: self.refusals[name] for name in (*usual, *self.operations[operation].refusals)}

    def has_shape(self, content: Content) -> bool:
        """Tell whether anybody knows what an answer holds: a schema of words alone takes any JSON."""
        return not isinstance(content, str) or bool(self.schemas[content].keys() - _WORDS)


@cache
def load_sources() -> Mapping[str, Source]:
    """Return all files by name; msgspec.ValidationError, which names file and place, for what is no description."""
    sources = {file.stem: _load(file) for file in sorted(FOLDER.glob("*.yaml"))}
    return {name: _with_borrowed(source, sources) for name, source in sources.items()}


def _with_borrowed(source: Source, sources: Mapping[str, Source]) -> Source:
    borrowed = {name: sources[owner].schemas[name] for owner, names in source.borrowed.items() for name in names}
    return msgspec.structs.replace(source, schemas={**borrowed, **source.schemas})


def _load(file: Path) -> Source:
    try:
        return msgspec.yaml.decode(file.read_bytes(), type=Source)
    except msgspec.DecodeError as error:
        raise msgspec.ValidationError(f"{file.name}: {error}") from error
