"""Completion of `bimmerhub call` in a shell: families, operations, parameters, and the words that one can be."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer
from typing_extensions import override

from bimmerhub.cli.calling.line import parse_words, to_option
from bimmerhub.cli.printing.usage_line import PlainCommand
from bimmerhub.errors import ConfigError

if TYPE_CHECKING:
    from bimmerhub.bmw.operations.operation import Operation

Suggestion = tuple[str, str]
"""A word, and what it is."""


class CallCommand(PlainCommand):
    """A command that completes what begins with dashes by the operation as well."""

    @override
    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        own = super().shell_complete(ctx, "--")
        suggestion = type(own[0])
        return [
            *(item for item in own if item.value.startswith(incomplete)),
            *(suggestion(word, help=what) for word, what in _parameters(ctx.params.get("words") or (), incomplete)),
        ]


def complete_words(ctx: typer.Context, incomplete: str) -> list[Suggestion]:
    """Return the words that may stand where the line ends: a family, an operation, or a value of a parameter."""
    from bimmerhub.hub.calls.operation_tables import FAMILIES, operations_of

    words: Sequence[str] = ctx.params.get("words") or ()
    if words and words[-1].startswith("--") and "=" not in words[-1]:
        return _values(words, incomplete)
    named = parse_words(words)
    if named.family is None:
        return [(family, what) for family, what in FAMILIES.items() if family.startswith(incomplete)]
    if named.operation is not None:
        return []
    try:
        operations = operations_of(named.family).values()
    except ConfigError:
        return []
    return [(operation.name, operation.title) for operation in operations if operation.name.startswith(incomplete)]


def _parameters(words: Sequence[str], incomplete: str) -> list[Suggestion]:
    operation = _find(words)
    params = () if operation is None else operation.params
    options = ((to_option(param.name), "needed" if param.is_required else "") for param in params)
    return [(option, what) for option, what in options if option.startswith(incomplete) and option not in words]


def _values(words: Sequence[str], incomplete: str) -> list[Suggestion]:
    """Return what the parameter that the line ends with can be."""
    operation = _find(words[:-1])
    params = () if operation is None else operation.params
    choices = next((param.choices for param in params if to_option(param.name) == words[-1]), ())
    return [(choice, "") for choice in choices if choice.lower().startswith(incomplete.lower())]


def _find(words: Sequence[str]) -> "Operation | None":
    """Return the operation that a line names, None when it names none."""
    from bimmerhub.hub.calls.operation_tables import operation_of

    try:
        named = parse_words(words)
        return None if named.family is None or named.operation is None else operation_of(named.family, named.operation)
    except ConfigError:
        return None
