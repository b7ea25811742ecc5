"""Answers with tokens in odd forms, and answers that are lost: each by its fault."""

from typing import TYPE_CHECKING, Any

import pytest

from bimmerhub.emulator.faults.switches import FaultSwitch

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

SCOPES = "authenticate_user openid cardata:api:read cardata:streaming:read"


async def refreshed(program: "Program", name: str, value: float | None = None) -> dict[str, Any]:
    """Return what a refresh answers while a fault is on."""
    await program.sign_in()
    program.emulator.faults.switch_on(FaultSwitch(name=name, value=value))
    answer = await program.refresh()
    assert answer.status == 200
    body: dict[str, Any] = answer.body
    return body


@pytest.mark.parametrize(
    ("name", "value", "member", "expected"),
    [
        ("expires-in-text", None, "expires_in", "3600"),
        ("expires-in-float", None, "expires_in", 3599.5),
        ("expires-in-is", None, "expires_in", 0),
        ("expires-in-is", -1, "expires_in", -1),
        ("scope-null", None, "scope", None),
        ("scope-list", None, "scope", SCOPES.split()),
        ("gcid-null", None, "gcid", None),
        ("another-gcid", None, "gcid", "99999999-8888-7777-6666-555555555555"),
    ],
)
async def test_one_member_of_the_answer_is_odd(
    program: "Program", *, name: str, value: float | None, member: str, expected: object
) -> None:
    usual = await program.sign_in()
    odd = await refreshed(program, name, value)
    assert (type(odd[member]), odd[member]) == (type(expected), expected)
    assert odd.keys() == usual.keys()


async def test_tokens_that_are_numbers_work(program: "Program") -> None:
    program.tokens = await refreshed(program, "numeric-tokens")
    assert {type(program.tokens[name]) for name in ("access_token", "refresh_token")} == {int}
    assert (await program.call("GET", "/vehicles/mappings")).status == 200
    assert (await program.refresh(str(program.tokens["refresh_token"]))).status == 200


async def test_lost_answer_has_spent_the_refresh_token(program: "Program") -> None:
    await program.sign_in()
    program.emulator.faults.switch_on(FaultSwitch(name="token-answer-lost", times=1))
    url = program.emulator.info.base_url + "/gcdm/oauth/token"
    form = {
        "client_id": program.client_id,
        "grant_type": "refresh_token",
        "refresh_token": program.tokens["refresh_token"],
    }
    async with program.session.post(url, data=form) as lost:
        assert (lost.status, lost.content_type) == (502, "text/html")
    assert (await program.refresh()).refusal == (400, "invalid_request")
