"""BMW's public catalogue of keys: found by path, without a sign-in."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cardata.catalogue import catalogue_rows, official_keys, streamable_keys
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

Fetch = Callable[[str], Awaitable[int]]
PATH = "/en-gb/utilities/bmw/api/cd/catalogue/file"


async def fetch(program: "Program", path: str = PATH) -> tuple[int, str]:
    async with program.session.get(program.emulator.info.base_url + path) as response:
        return response.status, await response.text()


@pytest.fixture
def fetch_of(
    make_settings: Callable[..., EmulatorSettings], program_of: "Callable[[Emulator], Program]"
) -> "Callable[[str], AbstractAsyncContextManager[Fetch]]":
    """An emulator with one car of a model, and what answers a path there: its status."""

    @asynccontextmanager
    async def start(model: str) -> AsyncIterator[Fetch]:
        async with Emulator(make_settings(accounts=(EmulatedAccount(models=(model,)),))) as emulator:
            program = program_of(emulator)

            async def fetch_path(path: str) -> int:
                return (await fetch(program, path))[0]

            yield fetch_path

    return start


def rows(page: str) -> dict[str, list[str]]:
    cells = [re.findall("<td>(.*?)</td>", line) for line in page.splitlines() if line.startswith("<tr><td>")]
    return {key.replace("\u200b", ""): rest for key, *rest in cells}


def test_table_has_the_keys_of_the_month_and_the_two_new_charging_states() -> None:
    assert (len(official_keys()), len(streamable_keys())) == (294, 245)
    [status] = [row for row in catalogue_rows() if row.key.endswith("electricEngine.charging.status")]
    assert {"CHARGINGINTERRUPTED", "CHARGINGDISRUPTED"} <= set(status.values.split(", "))


async def test_anybody_can_read_the_catalogue(program: "Program") -> None:
    status, page = await fetch(program)
    assert status == 200
    assert rows(page).keys() == official_keys()
    assert "vehicle.\u200bvehicle.\u200btravelledDistance" in page


@pytest.mark.parametrize(("model", "brand", "other"), [("bev", "bmw", "mini"), ("ice", "mini", "bmw")])
async def test_path_of_another_brand_is_not_there(
    fetch_of: "Callable[[str], AbstractAsyncContextManager[Fetch]]", model: str, brand: str, other: str
) -> None:
    async with fetch_of(model) as fetch_path:
        assert await fetch_path(PATH.replace("bmw", brand)) == 200
        assert await fetch_path(PATH.replace("bmw", other)) == 404
        assert await fetch_path(f"/utilities/{brand}/api/cd/other") == 404


async def test_catalogue_changes_by_a_fault(program: "Program") -> None:
    before = rows((await fetch(program))[1])
    program.emulator.faults.switch_on(FaultSwitch(name="catalogue-changed"))
    after = rows((await fetch(program))[1])
    assert (len(after.keys() - before.keys()), len(before.keys() - after.keys())) == (1, 1)
    assert [key for key in before.keys() & after.keys() if before[key] != after[key]] == [
        "vehicle.vehicle.travelledDistance"
    ]
