"""Every command that a message of the program names is there, with its options."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from typer.main import get_command

import bimmerhub
from bimmerhub.cli import build_app
from bimmerhub.cli.commands import COMMANDS

PACKAGE = Path(bimmerhub.__file__).parent
COMMAND = re.compile(r"\bbimmerhub ((?:[a-z][a-z-]*)(?: (?:--)?[\w./=\[\]…-]+)*)")
OF_EVERY_COMMAND = {"--config", "--data-dir", "--account", "--verbose", "--version"}


def messages() -> Iterator[tuple[str, str]]:
    """Return each text of the sources with where it is; what an f-string fills in is an X."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values]
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", "".join(parts)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node.value


def commands_with_options() -> list[tuple[str, str, list[str]]]:
    """Return each command that is named with options: where, its words, the options."""
    named = [(where, match[1].split()) for where, text in messages() for match in COMMAND.finditer(text)]
    return [
        (where, " ".join(words), [word.split("=")[0] for word in words if word.startswith("--")])
        for where, words in named
        if words[0] in COMMANDS
    ]


@cache
def whole_command() -> Any:
    return get_command(build_app(*COMMANDS))


def options_of(words: list[str]) -> set[str]:
    command = whole_command()
    for word in words:
        below = getattr(command, "commands", {})
        if word not in below:
            break
        command = below[word]
    return {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}


def test_the_options_of_every_command_that_is_named_are_there() -> None:
    named = [entry for entry in commands_with_options() if entry[2]]
    assert len(named) > 10
    wrong = [
        (where, line)
        for where, line, options in named
        if not set(options) <= options_of(line.split()) | OF_EVERY_COMMAND
    ]
    assert wrong == []
