"""The Python on the pages of My Garage and the inventory runs, and every call that they name is there."""

import re
from pathlib import Path

import pytest
from tests.examples.conftest import running_program
from tests.examples.test_snippets import PROJECT, snippets

from bimmerhub.bmw.inventory import Inventory
from bimmerhub.bmw.mygarage import MyGarage, Vehicle
from bimmerhub.emulator.host.info import EmulatorInfo

PAGES = PROJECT / "docs" / "how-to"
INVENTORY, GARAGE = PAGES / "sdk-inventory.md", PAGES / "sdk-mygarage.md"


def run(page: Path, emulator: EmulatorInfo, folder: Path) -> list[str]:
    [program] = snippets(page)
    assert program.count("http://127.0.0.1:8090") == 1
    pointed = program.replace("http://127.0.0.1:8090", emulator.base_url)
    (folder / "program.py").write_text(pointed.replace('"mygarage.json"', repr(str(folder / "mygarage.json"))))
    with running_program(folder / "program.py") as lines:
        return [line.strip() for line in lines]


def test_the_stock_is_searched(emulator: EmulatorInfo, tmp_path: Path) -> None:
    lines = run(INVENTORY, emulator, tmp_path)
    assert any(re.fullmatch(r"\d{4} \w+( xDrive)? \d+ USD \d+ miles", line) for line in lines)
    assert any(line.endswith("at the dealer") for line in lines)


def test_orders_and_warranty_are_told(emulator: EmulatorInfo, tmp_path: Path) -> None:
    lines = run(GARAGE, emulator, tmp_path)
    assert lines[:2] == ["2024 Cape York Green arrived", "warranty until 2027-11-01"]
    assert lines[-1].startswith(("2027 Dune Grey Metallic", "warranty until None"))


@pytest.mark.parametrize("page", [INVENTORY, GARAGE])
def test_every_call_that_a_page_names_is_there(page: Path) -> None:
    owners = {"car": Vehicle, "garage": MyGarage, "inventory": Inventory}
    calls = re.findall(r"\b(car|garage|inventory)\.(\w+)\(", page.read_text("utf-8"))
    assert len(calls) > 10
    assert [f"{owner}.{name}" for owner, name in calls if not hasattr(owners[owner], name)] == []
