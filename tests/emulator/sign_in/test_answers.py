"""Each row of what BMW's token endpoint answers, and each way a device code goes wrong: status, word, description."""

from typing import TYPE_CHECKING

import pytest

from bimmerhub.emulator.faults.switches import FaultSwitch

if TYPE_CHECKING:
    from tests.emulator.conftest import Answer, Program

DAY_MS = 86_400_000
BURNT = {
    "fault": {
        "faultstring": "Invalid Access Token",
        "detail": {"errorcode": "keymanagement.service.invalid_access_token"},
    }
}
DEAD = "The provided access grant is invalid, expired, or revoked."
MALFORMED = (
    "The request is missing a required parameter, includes an unsupported parameter value (other than grant type), "
    "repeats a parameter, includes multiple credentials, utilizes more than one mechanism for authenticating the "
    "client, or is otherwise malformed."
)
ALL_SCOPES = "authenticate_user openid cardata:api:read cardata:streaming:read"


def row(answer: "Answer") -> tuple[int, str, str]:
    return answer.status, answer.body["error"], answer.body["error_description"]


def spoil(program: "Program", name: str, *, times: int | None = None) -> None:
    program.emulator.faults.switch_on(FaultSwitch(name=name, times=times))


async def approved_code(program: "Program") -> str:
    code = (await program.ask_code()).body
    await program.control("sign-in", user_code=code["user_code"])
    return str(code["device_code"])


async def polled_again(program: "Program", device_code: str) -> "Answer":
    program.emulator.clock.jump(by_ms=5_000)
    return await program.poll(device_code)


async def test_not_done_yet(program: "Program") -> None:
    code = (await program.ask_code()).body
    expected = (403, "authorization_pending", "The user has not yet completed authorization")
    assert row(await program.poll(code["device_code"])) == expected


async def test_asked_too_soon(program: "Program") -> None:
    code = (await program.ask_code()).body
    await program.poll(code["device_code"])
    expected = (400, "slow_down", "The polling interval has not elapsed since the last request")
    assert row(await program.poll(code["device_code"])) == expected


async def test_declined(program: "Program") -> None:
    code = (await program.ask_code()).body
    await program.control("sign-in", user_code=code["user_code"], approve=False)
    assert row(await program.poll(code["device_code"])) == (403, "access_denied", "The user has declined authorization")


async def test_denied_though_approved_and_tokens_for_who_asks_on(program: "Program") -> None:
    spoil(program, "denied-though-approved", times=1)
    code = await approved_code(program)
    assert row(await program.poll(code)) == (403, "access_denied", "The user has declined authorization")
    assert (await polled_again(program, code)).status == 200


async def test_timed_out(program: "Program") -> None:
    code = (await program.ask_code()).body
    program.emulator.clock.jump(by_ms=300_000)
    assert row(await program.poll(code["device_code"])) == (401, "expired_token", "The code is expired")


@pytest.mark.parametrize("client_id", ["99999999-bbbb-cccc-dddd-eeeeeeeeeeee", "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE"])
async def test_unknown_client_and_upper_case_copy(program: "Program", client_id: str) -> None:
    expected = (401, "invalid_client", "Client authentication failed (e.g., unknown client).")
    assert row(await program.poll("code", client_id=client_id)) == expected
    assert (await program.ask_code(client_id=client_id)).refusal == (400, "invalid_request")


async def test_account_pending(program: "Program") -> None:
    spoil(program, "account-pending")
    assert row(await program.poll("code")) == (401, "invalid_client", "The account is pending activation.")


async def test_parameter_missing(program: "Program") -> None:
    expected = (400, "invalid_request", "Missing parameter, 'client_id'")
    assert row(await program.poll("code", client_id=None)) == expected


async def test_code_used_already(program: "Program") -> None:
    code = await approved_code(program)
    assert (await program.poll(code)).status == 200
    assert row(await program.poll(code)) == (400, "invalid_grant", DEAD)


async def test_wrong_verifier(program: "Program") -> None:
    code = await approved_code(program)
    assert row(await program.poll(code, code_verifier="w" * 43)) == (400, "invalid_grant", DEAD)


async def test_race_at_the_approval_uses_the_code_up(program: "Program") -> None:
    spoil(program, "grant-race", times=1)
    code = await approved_code(program)
    for answer in (await program.poll(code), await polled_again(program, code)):
        assert row(answer) == (400, "invalid_grant", DEAD)


async def test_gateway_fault_burns_the_code(program: "Program") -> None:
    spoil(program, "burnt-code", times=1)
    code = (await program.ask_code()).body
    assert (await program.poll(code["device_code"])).refusal == (403, "authorization_pending")
    await program.control("sign-in", user_code=code["user_code"])
    answer = await polled_again(program, code["device_code"])
    assert (answer.status, answer.body) == (500, BURNT)
    assert (await polled_again(program, code["device_code"])).refusal == (403, "access_denied")
    assert (await program.poll(await approved_code(program))).status == 200


async def test_refresh_token_used_already(program: "Program") -> None:
    first = await program.sign_in()
    await program.refresh()
    assert row(await program.refresh(first["refresh_token"])) == (400, "invalid_request", MALFORMED)


async def test_refresh_token_dead(program: "Program") -> None:
    await program.sign_in()
    program.emulator.clock.jump(by_ms=14 * DAY_MS)
    assert row(await program.refresh()) == (400, "invalid_request", MALFORMED)
    assert row(await program.refresh("made-up")) == (400, "invalid_request", MALFORMED)


async def test_refresh_token_dead_in_other_words(program: "Program") -> None:
    spoil(program, "dead-refresh-as-grant")
    await program.sign_in()
    program.emulator.clock.jump(by_ms=14 * DAY_MS)
    assert row(await program.refresh()) == (400, "invalid_grant", DEAD)
    assert (await program.refresh("made-up")).refusal == (400, "invalid_grant")


@pytest.mark.parametrize("scope", ["cardata:everything", f"{ALL_SCOPES} cardata:everything"])
async def test_scope_that_does_not_exist_is_refused(program: "Program", scope: str) -> None:
    assert (await program.ask_code(scope=scope)).refusal == (400, "invalid_request")


@pytest.mark.parametrize(("name", "expected"), [("sign-in-500", (500, "")), ("sign-in-not-json", (502, "text/html"))])
@pytest.mark.parametrize("path", ["device/code", "token"])
async def test_gateway_answers_for_the_sign_in(
    program: "Program", path: str, name: str, expected: tuple[int, str]
) -> None:
    spoil(program, name)
    url = f"{program.emulator.info.base_url}/gcdm/oauth/{path}"
    async with program.session.post(url, data={"client_id": program.client_id}) as response:
        body = await response.text()
    assert (response.status, response.headers.get("Content-Type", "").split(";")[0]) == expected
    assert bool(body) == bool(expected[1])


async def test_device_code_refused_without_reason(program: "Program") -> None:
    spoil(program, "device-code-refused", times=1)
    assert (await program.ask_code()).refusal == (400, "invalid_request")
    assert (await program.ask_code()).status == 200


async def test_device_code_answer_may_lack_link_and_interval(program: "Program") -> None:
    spoil(program, "no-complete-link")
    spoil(program, "no-interval")
    expected = {"user_code", "device_code", "verification_uri", "expires_in"}
    assert set((await program.ask_code()).body) == expected


@pytest.mark.parametrize(
    ("name", "scope"),
    [("api-scope-withheld", "cardata:api:read"), ("stream-scope-withheld", "cardata:streaming:read")],
)
async def test_withheld_scope_is_not_in_the_tokens(program: "Program", name: str, scope: str) -> None:
    spoil(program, name)
    assert scope not in (await program.sign_in())["scope"].split()
    program.emulator.faults.switch_off(name)
    assert scope not in (await program.refresh()).body["scope"].split()
    program.emulator.clock.jump(by_ms=5_000)
    assert scope in (await program.sign_in())["scope"].split()


async def test_refusals_carry_a_correlation_id(program: "Program") -> None:
    first, second = await program.poll("code"), await program.poll("code")
    assert first.body["correlation-id"] != second.body["correlation-id"]
