"""The line of `bimmerhub call`: which family and operation it names, and the parameters as `--name value`."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bimmerhub.cli.context import Options, WrongUsage

if TYPE_CHECKING:
    from bimmerhub.bmw.operation import Operation


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


def to_option(name: str) -> str:
    """Return a parameter's name as it stands on the line."""
    return f"--{name.replace('_', '-')}"


def _read(text: str) -> str:
    """Return a value: the text itself, of `@FILE` what is in the file, of `@-` standard input."""
    if not text.startswith("@"):
        return text
    try:
        return sys.stdin.read() if text == "@-" else Path(text[1:]).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUsage(f"cannot read {text[1:]}: {error}") from error
