"""The lists of `bimmerhub call`: the families, and the operations of one."""

from typing import TYPE_CHECKING, Final

import msgspec

from bimmerhub.bmw.operations.operation import SIGN_IN
from bimmerhub.cli.calling.line import to_option
from bimmerhub.cli.printing.output import print_json, print_table, say
from bimmerhub.hub.calls.operation_tables import FAMILIES, operations_of
from bimmerhub.views.fields import Page

if TYPE_CHECKING:
    from bimmerhub.bmw.operations.operation import Operation, Param

EVIDENCE: Final = {
    "F": "seen in stored answers",
    "D": "described",
    "C": "inferred from working clients",
    "?": "not known",
}


class ParameterRow(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of an operation."""

    name: str
    is_required: bool
    kind: str
    default: str | None
    choices: list[str]


class OperationRow(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of a family."""

    family: str
    operation: str
    group: str
    title: str
    method: str
    path: str
    evidence: str
    changes: bool
    note: str
    parameters: list[ParameterRow]


def print_families() -> None:
    """List the families."""
    rows = [(family, str(len(operations_of(family))), what) for family, what in FAMILIES.items()]
    print_table(("family", "operations", "what it is"), rows, numbers=("operations",))
    say("bimmerhub call FAMILY lists its operations.")


def print_operations(family: str, *, json: bool) -> None:
    """List a family's operations; ConfigError when there is no such family."""
    operations = operations_of(family).values()
    if json:
        print_json(Page(items=[_row(family, operation) for operation in operations], next=None))
        return
    print_table(
        ("operation", "group", "what it does", "parameters", "evidence"),
        [
            (
                operation.name,
                operation.group,
                f"{operation.title}{_remark(operation)}",
                " ".join(_spell(param) for param in operation.params),
                EVIDENCE[operation.evidence],
            )
            for operation in operations
        ],
    )
    say(f"bimmerhub call {family} OPERATION, and then its parameters; what is in brackets may be left out.")


def _remark(operation: "Operation") -> str:
    if operation.server == SIGN_IN:
        return " (a step of signing in)"
    return " (changes something)" if operation.changes else ""


def _spell(param: "Param") -> str:
    option = to_option(param.name)
    return option if param.is_required and param.default is None else f"[{option}]"


def _row(family: str, operation: "Operation") -> OperationRow:
    return OperationRow(
        family=family,
        operation=operation.name,
        group=operation.group,
        title=operation.title,
        method=operation.method,
        path=operation.path,
        evidence=EVIDENCE[operation.evidence],
        changes=operation.changes,
        note=operation.note,
        parameters=[
            ParameterRow(
                name=param.name,
                is_required=param.is_required,
                kind=param.kind,
                default=param.default,
                choices=list(param.choices),
            )
            for param in operation.params
        ],
    )
