"""The Python on i Remote's page runs, against the emulator, and every call that the page names is there."""

import re
import textwrap
from pathlib import Path

from tests.examples.conftest import running_program
from tests.examples.test_snippets import PROJECT, snippets

from bimmerhub.bmw.iremote import IRemote, Vehicle
from bimmerhub.emulator.host.info import EmulatorInfo

PAGE = PROJECT / "docs" / "how-to" / "sdk-iremote.md"
PROGRAM, PROFILE = snippets(PAGE)


def run(source: str, emulator: EmulatorInfo, folder: Path) -> list[str]:
    pointed = source.replace("http://127.0.0.1:8090", emulator.base_url)
    assert (
        pointed.count(emulator.base_url) == pointed.count(emulator.user) == pointed.count(emulator.password + '"') == 1
    )
    (folder / "program.py").write_text(pointed.replace('"iremote.json"', repr(str(folder / "iremote.json"))))
    with running_program(folder / "program.py") as lines:
        return [line.strip() for line in lines]


def test_the_program_of_the_page_runs(parked: EmulatorInfo, tmp_path: Path) -> None:
    first, *states = run(PROGRAM, parked, tmp_path)
    assert re.fullmatch(r"i5 eDrive40 \d+ % \d+ km", first)
    assert (states[0], states[-1]) == ("sending", "executed")


def test_a_profile_is_changed(parked: EmulatorInfo, tmp_path: Path) -> None:
    old = PROGRAM[PROGRAM.index("        async for") : PROGRAM.index("\n\nasyncio.run")]
    assert run(PROGRAM.replace(old, textwrap.indent(PROFILE, " " * 8)), parked, tmp_path)[-1] == "executed"


def test_every_call_that_the_page_names_is_there() -> None:
    owners = {"car": Vehicle, "iremote": IRemote}
    calls = re.findall(r"\b(car|iremote)\.(\w+)\(", PAGE.read_text("utf-8"))
    assert len(calls) > 20
    assert [f"{owner}.{name}" for owner, name in calls if not hasattr(owners[owner], name)] == []
