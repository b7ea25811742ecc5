"""docs/reference/operations.md is what the tables of operations say."""

from tools.operations_reference import PAGE, render

from bimmerhub.bmw.operations.operation import SIGN_IN
from bimmerhub.hub.calls.operation_tables import FAMILIES, operations_of


def test_page_is_written_anew() -> None:
    assert PAGE.read_text("utf-8") == render(), "run: python -m tools.operations_reference"


def test_every_operation_is_a_line_of_the_page() -> None:
    rows = [line for line in render().splitlines() if line.startswith("| `")]
    assert len(rows) == sum(len(operations_of(family)) for family in FAMILIES)


def test_words_of_the_tables_are_whole() -> None:
    for family in FAMILIES:
        for name, row in operations_of(family).items():
            assert (row.name, row.path[:1]) == (name, "/")
            placed = {param.key for param in row.params if param.place == "path"}
            assert all(f"{{{key}}}" in row.path for key in placed)
            assert row.path.count("{") == len(placed)
            assert row.changes or row.server == SIGN_IN or row.method != "DELETE"
