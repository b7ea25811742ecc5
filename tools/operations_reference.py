"""Write docs/reference/operations.md from the tables of operations: python -m tools.operations_reference.

A test fails when the page is stale.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from bimmerhub.bmw.operations.operation import SIGN_IN, Operation, Param
from bimmerhub.cli.calling.line import to_option
from bimmerhub.cli.calling.operation_lists import EVIDENCE
from bimmerhub.hub.calls.operation_tables import FAMILIES, operations_of
from tools.families.endpoint_rows import ENDPOINTS

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "operations.md"

BEGINNING = """\
# Operations

<!-- Written by `python -m tools.operations_reference` from the tables of operations: change those. -->

Every operation of every interface of BMW's that bimmerhub speaks. Each is a line of `bimmerhub call FAMILY OPERATION`,
with its parameters as options ([how to](../how-to/call.md)); the SDKs send the same requests by the same tables.

**Evidence** says how an operation is known: *seen in stored answers*, *described*, *inferred from working clients*, or
*not known* (its path was seen, and nothing of its answer). A parameter without brackets has to be given. Steps of
signing in are listed for programs of your own; `bimmerhub call` does not take them.

**In the SDK** is what sends it there: `app_v2`, `app_v4` are the MyBMW app's SDK with an older `generation`, `china` is
it in China; `car` is a car of the family's SDK.
"""
_COLUMNS = ("operation", "method and path", "parameters", "evidence", "in the SDK", "what to know")


def render() -> str:
    """Return the page."""
    return "\n".join([BEGINNING, *_lines()])


def _lines() -> Iterator[str]:
    for family, what in FAMILIES.items():
        operations = operations_of(family).values()
        calls = {row.operation: f"`{row.call}`" for row in reversed(ENDPOINTS.get(family, ()))}
        yield f"## {family}\n\n{what} Operations: {len(operations)}.\n"
        by_group = sorted(operations, key=lambda operation: _order(family).index(operation.group))
        for group, members in groupby(by_group, key=lambda operation: operation.group):
            yield f"### {family}: {group}\n"
            yield from (_line(_COLUMNS), "|---" * len(_COLUMNS) + "|")
            yield from (_row(operation, calls.get(operation.name, "-")) for operation in members)
            yield ""


def _order(family: str) -> list[str]:
    return list(dict.fromkeys(operation.group for operation in operations_of(family).values()))


def _row(operation: Operation, call: str) -> str:
    params = " ".join(_spell(param) for param in operation.params)
    cells = (
        f"`{operation.name}`",
        f"`{operation.method} {operation.path}`",
        params or "-",
        EVIDENCE[operation.evidence],
        call,
        " ".join(_remarks(operation)) or "-",
    )
    return _line(cell.replace("|", "&#124;") for cell in cells)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _spell(param: Param) -> str:
    option = to_option(param.name)
    must_be_given = param.is_required and param.default is None
    words = f" ({', '.join(f'`{choice}`' for choice in param.choices)})" if param.choices else ""
    return f"`{option}`{words}" if must_be_given else f"[`{option}`]{words}"


def _remarks(operation: Operation) -> Iterator[str]:
    if operation.server == SIGN_IN:
        yield "A step of signing in."
    elif operation.changes:
        yield "Changes something."
    if not operation.is_signed and operation.server != SIGN_IN:
        yield "Without a token."
    if operation.regions:
        yield f"Regions: {', '.join(operation.regions)}."
    if operation.note:
        yield operation.note


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
