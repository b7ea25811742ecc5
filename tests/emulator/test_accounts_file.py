"""A file of several owners: one service only, a service provider's client for all, a delegate."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from tests.emulator.conftest import Program

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.owners.accounts_file import load_accounts
from bimmerhub.errors import ConfigError

if TYPE_CHECKING:
    from bimmerhub.emulator.settings import EmulatorSettings

PROVIDER = "cccccccc-bbbb-cccc-dddd-eeeeeeeeeeee"
FILE = f"""
[[account]]
user = "anna@example.com"
password = "secret"
cars = ["bev", "ice"]

[[account]]
user = "ben@example.com"
gcid = "22222222-2222-3333-4444-555555555555"
services = ["stream"]
cars = ["phev"]
secondary = ["bev"]

[[account]]
user = "clerk@example.com"
delegate_of = ["anna@example.com"]

[[provider]]
client_id = "{PROVIDER}"
"""


@pytest.fixture
async def emulator(make_settings: "Callable[..., EmulatorSettings]", tmp_path: Path) -> AsyncIterator[Emulator]:
    file = tmp_path / "accounts.toml"
    file.write_text(FILE)
    accounts, providers = load_accounts(file)
    async with Emulator(make_settings(accounts=accounts, providers=providers)) as running:
        yield running


@pytest.fixture
def program(emulator: Emulator, session: aiohttp.ClientSession) -> Program:
    return Program(emulator, session)


async def sign_in_with(program: Program, client_id: str, account: str | None = None) -> dict[str, Any]:
    code = (await program.ask_code(client_id=client_id)).body
    await program.control("sign-in", user_code=code["user_code"], account=account)
    program.tokens = (await program.poll(code["device_code"], client_id=client_id)).body
    return program.tokens


async def accounts_of(program: Program) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await program.send("GET", "/_emulator/accounts")).body["items"]
    return items


async def approve_by_hand(program: Program, user_code: str, *, user: str, password: str) -> str:
    """Go through the three pages as a person; return the last one's text."""
    base_url = program.emulator.info.base_url
    form = {"user_code": user_code, "user": user, "password": password}
    async with program.session.post(f"{base_url}/oneid/sign-in", data=form) as answer:
        text = await answer.text()
    if 'name="ticket" value="' not in text:
        return text
    ticket = text.partition('name="ticket" value="')[2].partition('"')[0]
    form = {"ticket": ticket, "decision": "approve"}
    async with program.session.post(f"{base_url}/oneid/decide", data=form) as answer:
        return await answer.text()


async def test_accounts_are_those_of_the_file(program: Program) -> None:
    anna, ben, clerk = await accounts_of(program)
    assert [car["mapping"] for car in anna["vehicles"]] == ["PRIMARY", "PRIMARY"]
    assert [car["mapping"] for car in ben["vehicles"]] == ["PRIMARY", "SECONDARY"]
    assert (ben["gcid"], ben["services"]) == ("22222222-2222-3333-4444-555555555555", ["stream"])
    assert clerk["vehicles"] == []
    assert anna["client_id"] == (await accounts_of(program))[0]["client_id"]


async def test_client_with_one_service_gets_its_scope_only(program: Program) -> None:
    _, ben, _ = await accounts_of(program)
    tokens = await sign_in_with(program, ben["client_id"])
    assert tokens["scope"] == "authenticate_user openid cardata:streaming:read"
    assert (await program.call("GET", "/vehicles/mappings")).cardata_refusal == (403, "CU-103")


async def test_service_providers_client_is_for_every_owner(program: Program) -> None:
    anna, ben, _ = await accounts_of(program)
    of_anna = await sign_in_with(program, PROVIDER, anna["user"])
    of_ben = await sign_in_with(program, PROVIDER, ben["gcid"])
    assert (of_anna["gcid"], of_ben["gcid"]) == (anna["gcid"], ben["gcid"])
    program.tokens = of_anna
    answer = await program.call("GET", "/vehicles/mappings")
    assert {car["vin"] for car in answer.body} == {car["vin"] for car in anna["vehicles"]}


async def test_delegate_approves_for_the_owner(program: Program) -> None:
    anna, _, _ = await accounts_of(program)
    code = (await program.ask_code(client_id=anna["client_id"])).body
    text = await approve_by_hand(program, code["user_code"], user="clerk@example.com", password="emulator")
    assert "has access now" in text
    tokens = (await program.poll(code["device_code"], client_id=anna["client_id"])).body
    assert tokens["gcid"] == anna["gcid"]


async def test_stranger_does_not_approve_for_an_owner(program: Program) -> None:
    anna, ben, _ = await accounts_of(program)
    code = (await program.ask_code(client_id=anna["client_id"])).body
    text = await approve_by_hand(program, code["user_code"], user="ben@example.com", password="emulator")
    assert "another account" in text
    refused = await program.control("sign-in", user_code=code["user_code"], account=ben["user"])
    assert (refused.status, refused.body["error"]) == (409, "the client belongs to another account")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "account"),
        ("account = []", "there is no account"),
        ('[[account]]\nuser = "a"\ncars = ["tank"]', "no car 'tank'"),
        ('[[account]]\nuser = "a"\ncars = ["bev"]\n[[account]]\nuser = "b"\ncars = ["bev"]', "secondary"),
        ('[[account]]\nuser = "a"\n[[account]]\nuser = "A"', "comes twice"),
        ('[[account]]\nuser = "a"\nsecondary = ["bev"]', "no secondary car 'bev'"),
        ('[[account]]\nuser = "a"\ndelegate_of = ["b"]', "no owner 'b'"),
        ('[[account]]\nuser = "a"\nservices = ["push"]', "push"),
        ('[[account]]\nuser = "a"\ncolour = "red"', "colour"),
        ('[[account]]\nuser = "a"\nregion = "mars"', "mars"),
        ("[[account", "end of an array"),
    ],
)
def test_wrong_file_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "accounts.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as raised:
        load_accounts(file)
    assert words in str(raised.value)


def test_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        load_accounts(tmp_path / "nothing.toml")


def test_file_in_the_docs_is_right(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "emulator.md").read_text("utf-8")
    file = tmp_path / "accounts.toml"
    file.write_text("[[account]]" + page.partition("```toml\n[[account]]")[2].partition("```")[0])
    accounts, providers = load_accounts(file)
    assert (len(accounts), len(providers)) == (3, 1)
