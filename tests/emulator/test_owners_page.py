"""The page of owners and cars, as a person with a browser uses it."""

import re
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import pytest
from tests.emulator.test_owners import ANNA, BEN

from bimmerhub.emulator.app import Emulator

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

    from bimmerhub.emulator.settings import EmulatorSettings

PATH = "/_emulator/owners"


@pytest.fixture
async def emulator(make_settings: "Callable[..., EmulatorSettings]") -> AsyncIterator[Emulator]:
    async with Emulator(make_settings(accounts=(ANNA, BEN))) as running:
        yield running


async def show(program: "Program") -> str:
    async with program.session.get(program.emulator.info.base_url + PATH) as answer:
        assert answer.status == 200
        return await answer.text()


async def press(program: "Program", action: str, *, account: str = "", **changes: str) -> str:
    """Press a button of the first car, and return the page that comes."""
    [word, *_] = re.findall(r'name="word" value="([^"]+)"', await show(program))
    form = {"word": word, "vin": program.emulator.garage.cars[0].vin, "home": ANNA.gcid}
    form |= {"action": action, "account": account, **changes}
    async with program.session.post(program.emulator.info.base_url + PATH, data=form) as answer:
        return await answer.text()


def owners(text: str) -> list[tuple[str, str]]:
    """Return who has the first car, and how."""
    return re.findall(r"<dt>(\w+)</dt><dd>(\S+)", text.partition("</section>")[0])


async def test_page_shows_who_has_which_car(program: "Program") -> None:
    assert owners(await show(program)) == [("PRIMARY", ANNA.user), ("SECONDARY", BEN.user)]


async def test_car_is_mapped_unmapped_and_sold(program: "Program") -> None:
    assert owners(await press(program, "unmap", account=BEN.user)) == [("PRIMARY", ANNA.user)]
    both = [("SECONDARY", ANNA.user), ("PRIMARY", BEN.user)]
    assert owners(await press(program, "map-primary", account=BEN.user)) == both
    assert owners(await press(program, "sell", account=ANNA.user)) == [("PRIMARY", ANNA.user)]
    assert "No account has this car." in await press(program, "sell")


async def test_sim_and_contract_expire(program: "Program") -> None:
    for what, again in (("expire_sim", "Renew the SIM"), ("expire_contract", "Renew the contract")):
        assert again in await press(program, what)
    connection = program.emulator.garage.truth(program.emulator.garage.cars[0].vin).connection
    assert (connection.has_sim, connection.has_contract) == (False, False)


@pytest.mark.parametrize(
    ("action", "changes", "words"),
    [
        ("unmap", {"account": "nobody@example.com"}, "no such account"),
        ("map-primary", {"account": ANNA.user}, "has this car as PRIMARY already"),
        ("steal", {}, "does not know that button"),
        ("renew_contract", {}, "the contract runs"),
        ("sell", {"word": "guessed"}, "not from this page"),
        ("sell", {"vin": "WBA99999999999999"}, "no vehicle"),
    ],
)
async def test_what_cannot_be_is_said_on_the_page(
    program: "Program", action: str, changes: dict[str, str], words: str
) -> None:
    text = await press(program, action, **changes)
    assert words in text
    assert owners(text) == [("PRIMARY", ANNA.user), ("SECONDARY", BEN.user)]


async def test_page_is_for_this_machine_only(program: "Program") -> None:
    url = program.emulator.info.base_url + PATH
    async with program.session.get(url, headers={"Host": "evil.example"}) as answer:
        text = await answer.text()
    assert (answer.status, "for this machine only" in text, ANNA.user in text) == (400, True, False)
    async with program.session.post(url, headers={"Host": "evil.example"}, data={"action": "sell"}) as answer:
        assert (answer.status, ANNA.user in await answer.text()) == (400, False)


@pytest.mark.parametrize(("host", "is_shown"), [("localhost", True), ("customer.bmwgroup.com", False)])
async def test_front_page_links_it_where_it_is(program: "Program", host: str, *, is_shown: bool) -> None:
    async with program.session.get(program.emulator.info.base_url + "/", headers={"Host": host}) as answer:
        assert (PATH in await answer.text()) == is_shown
