"""The page about the emulator lists every fault as the emulator itself does."""

from pathlib import Path

from bimmerhub.emulator.fault_table import FAULTS
from bimmerhub.emulator.faults.fault import Fault

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "emulator.md"
HEAD = ["| area | fault | value | what happens | seen |", "|---|---|---|---|---|"]


def row(fault: Fault) -> str:
    value = "" if fault.value is None else f"{fault.value:g}"
    return f"| {fault.area} | `{fault.name}` | {value} | {fault.summary} | {fault.seen} |"


def test_page_has_the_table_of_faults() -> None:
    table = "\n".join([*HEAD, *map(row, FAULTS.values())])
    assert table in PAGE.read_text("utf-8"), f"docs/reference/emulator.md should have this table:\n{table}"
