"""docs/reference/collections.md: each request beside its command. A test fails when it is stale."""

from pathlib import Path
from typing import Final

from tools.http_collections.description import Collection, load_collections
from tools.http_collections.families import FAMILIES
from tools.http_collections.requests import Call, folders_of

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "collections.md"
_HEAD: Final = """\
# Collections

Every request of the [HTTP collections](../how-to/collections.md), and the command that sends the same.
`python -m tools.http_collections` writes this page.
"""
_SIGN_IN: Final = "Authentication"


def render() -> str:
    """Return the page."""
    return _HEAD + "".join(_collection(collection) for collection in load_collections().values())


def _collection(collection: Collection) -> str:
    rows = [
        f"| {folder.name} / {call.name} | `{command_line(call)}` |\n"
        for folder in folders_of(collection)
        for call in folder.calls
    ]
    return f"\n## {collection.name}\n\n| request | command |\n|---|---|\n{''.join(rows)}"


def command_line(call: Call) -> str:
    """Return the command: of a step of a sign-in, the sign-in."""
    family, _, name = call.wants.operation.partition(".")
    operation = FAMILIES[family].operations[name]
    if operation.group.startswith(_SIGN_IN) and not operation.is_signed:
        return f"bimmerhub login --family {family}"
    options = [
        f"--{param.name.replace('_', '-')} {param.name.upper()}"
        for param in operation.params
        if param.is_required and param.default is None
    ]
    return " ".join(("bimmerhub call", family, name, *options))
