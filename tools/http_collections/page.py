"""docs/reference/collections.md: each request beside its command. A test fails when it is stale."""

from pathlib import Path
from typing import Final

from bimmerhub.bmw.mybmw.operations import CHINA
from bimmerhub.bmw.operations.operation import Operation
from tools.http_collections.description import Collection, load_collections
from tools.http_collections.families import FAMILIES, Family
from tools.http_collections.requests import Call, folders_of

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "collections.md"
_HEAD: Final = """\
# Collections

Every request of the [HTTP collections](../how-to/collections.md), and the command that sends the same. Words in
capitals are yours to fill in. Where there is nothing of the kind, the command says that BMW answered 404.
`python -m tools.http_collections` writes this page.
"""
_SIGN_IN: Final = "Authentication"
_CAR: Final = "{vin}"


def render() -> str:
    """Return the page."""
    return _HEAD + "".join(_collection(collection) for collection in load_collections().values())


def _collection(collection: Collection) -> str:
    rows = [
        f"| {folder.name} / {call.name} | `{command_line(call)}` | {_remark(call)} |\n"
        for folder in folders_of(collection)
        for call in folder.calls
    ]
    return f"\n## {collection.name}\n\n| request | command | what to know |\n|---|---|---|\n{''.join(rows)}"


def command_line(call: Call) -> str:
    """Return the command: of a step of a sign-in, the sign-in."""
    family, _, name = call.wants.operation.partition(".")
    operation = FAMILIES[family].operations[name]
    if operation.group.startswith(_SIGN_IN) and not operation.is_signed:
        region = f" --region {CHINA[0]}" if operation.regions == CHINA else ""
        return f"bimmerhub login --family {family}{region}"
    options = [
        f"--{param.name.replace('_', '-')} {param.name.upper()}"
        for param in operation.params
        if param.name != "vin" and param.is_required and param.default is None
    ]
    car = ["--vin VIN"] if _is_of_a_car(operation, FAMILIES[family]) else []
    return " ".join(("bimmerhub call", family, name, *car, *options))


def _is_of_a_car(operation: Operation, family: Family) -> bool:
    is_signed_for_it = operation.is_signed and any(_CAR in value for value in family.signed.values())
    return is_signed_for_it or any(param.name == "vin" or _CAR in (param.default or "") for param in operation.params)


def _remark(call: Call) -> str:
    """Return what to know of the operation, and of the request where any answer may come."""
    family, _, name = call.wants.operation.partition(".")
    note = FAMILIES[family].operations[name].note
    return " ".join(filter(None, (note, "" if call.wants.status else call.wants.about))) or "-"
