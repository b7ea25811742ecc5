"""The line of `bimmerhub call`: which family and operation it names, and the parameters as `--name value`."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.errors import ConfigError
from bimmerhub.files import read_regular_file

if TYPE_CHECKING:
    from bimmerhub.bmw.operations.operation import Operation

CAR: Final = "vin"
"""The parameter that names the car, which the end of a VIN will do for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a line; `values` are the parameters by our names, with underscores."""

    family: str | None
    operation: str | None
    values: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that a line asks for: an operation, or GET of `path`."""

    options: Options
    family: str
    operation: "Operation | None"
    path: str | None
    values: Mapping[str, str] = field(repr=False)
    dry_run: bool
    is_asked: bool

    @property
    def car_is_a_parameter(self) -> bool:
        """Whether the operation has the car among its parameters; else it may be named beside them."""
        return self.operation is not None and any(param.name == CAR for param in self.operation.params)


def parse_words(words: Sequence[str]) -> Words:
    """Return what a line says; WrongUsage for a parameter without a value, or a word too many."""
    names: list[str] = []
    values: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("--"):
            names.append(word)
            continue
        name, is_one_word, value = word.removeprefix("--").partition("=")
        text = value if is_one_word else next(rest, None)
        if text is None:
            raise WrongUsage(f"{word} needs a value", hint=f"{word} VALUE")
        values[name.replace("-", "_")] = _read(text)
    if len(names) > 2:  # noqa: PLR2004 - a family and an operation
        raise WrongUsage(
            f"{names[2][:40]!r} is one word too many", hint="bimmerhub call FAMILY OPERATION, and then its parameters"
        )
    family, operation = (*names, None, None)[:2]
    return Words(family=family, operation=operation, values=values)


@contextmanager
def slips_of_the_line() -> Iterator[None]:
    """Let what the line says wrong end as WrongUsage, whoever finds it."""
    try:
        yield
    except ConfigError as error:
        raise WrongUsage(str(error), hint=error.hint) from error


def check(call: Call) -> None:
    """Raise WrongUsage for what the tables say of a call before anybody is asked, by name, parameter and path.

    Which car is meant is found later.
    """
    from bimmerhub.bmw.operations.operation import check_is_no_sign_in
    from bimmerhub.bmw.operations.operation_requests import check_values
    from bimmerhub.bmw.servers import check_path

    values = {name: value for name, value in call.values.items() if name != CAR}
    if call.operation is None and values:
        raise WrongUsage(
            f"a path has no parameter {to_option(min(values))}", hint="Write its query as part of the path"
        )
    with slips_of_the_line():
        if call.operation is None:
            check_path(call.path or "")
            return
        check_is_no_sign_in(call.operation)
        params = tuple(param for param in call.operation.params if param.name != CAR)
        check_values(replace(call.operation, params=params), values)


def to_option(name: str) -> str:
    """Return a parameter's name as it stands on the line."""
    return f"--{name.replace('_', '-')}"


def _read(text: str) -> str:
    """Return a value: the text itself, of `@FILE` what is in the file, of `@-` standard input."""
    if not text.startswith("@"):
        return text
    try:
        return sys.stdin.read() if text == "@-" else read_regular_file(Path(text[1:])).decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise WrongUsage(f"cannot read {text[1:]}: {reason}") from error
