"""The Python on the MyBMW app's page runs, against the emulator, and every call that the page names is there."""

import re
import textwrap
from pathlib import Path

from tests.examples.conftest import running_program
from tests.examples.test_snippets import PROJECT, snippets

from bimmerhub.bmw.mybmw import OPERATIONS, MyBmw, Vehicle
from bimmerhub.emulator.host.info import EmulatorInfo

PAGE = PROJECT / "docs" / "how-to" / "sdk-mybmw.md"
PROGRAM, CHARGING = snippets(PAGE)


def run(source: str, emulator: EmulatorInfo, folder: Path) -> list[str]:
    pointed = source.replace("http://127.0.0.1:8090", emulator.base_url).replace("token of a", folder.name)
    assert pointed.count(emulator.base_url) == pointed.count(emulator.user) == 1
    (folder / "program.py").write_text(pointed.replace('"mybmw.json"', repr(str(folder / "mybmw.json"))))
    with running_program(folder / "program.py") as lines:
        return [line.strip() for line in lines]


def test_the_program_of_the_page_runs(parked: EmulatorInfo, tmp_path: Path) -> None:
    first, *states = run(PROGRAM, parked, tmp_path)
    assert re.fullmatch(r"i5 eDrive40 \d+ km \d+ %", first)
    assert (states[0], states[-1]) == ("sending", "executed")


def test_settings_and_an_operation_without_a_model(parked: EmulatorInfo, tmp_path: Path) -> None:
    old = PROGRAM[PROGRAM.index("        async for") : PROGRAM.index("\n\nasyncio.run")]
    changed = PROGRAM.replace(old, textwrap.indent(CHARGING, " " * 8))
    assert re.match(r"\w+ b'\{", run(changed, parked, tmp_path)[-1])


def test_every_call_that_the_page_names_is_there() -> None:
    owners = {"car": Vehicle, "mybmw": MyBmw}
    page = PAGE.read_text("utf-8")
    calls = re.findall(r"\b(car|mybmw)\.(\w+)\(", page)
    assert len(calls) > 25
    assert [f"{owner}.{name}" for owner, name in calls if not hasattr(owners[owner], name)] == []
    assert set(re.findall(r'\.call\("([\w-]+)"', page)) <= OPERATIONS.keys()
