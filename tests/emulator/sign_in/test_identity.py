"""Sign-in and tokens: each row of what BMW answers."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings, Service

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
BMW_CLAIMS = {  # BMW swagger's example
    *("iss", "sub", "aud", "azp", "exp", "iat", "auth_time", "acr", "at_hash", "c_hash", "s_hash", "realm"),
    *("tokenName", "tokenType", "auditTrackingId", "org.forgerock.openidconnect.ops"),
}


async def test_device_code_says_where_to_go(program: "Program") -> None:
    answer = await program.ask_code()
    assert answer.status == 200
    assert (answer.body["interval"], answer.body["expires_in"]) == (5, 300)
    assert len(answer.body["user_code"]) == 8
    link = f"{program.emulator.info.base_url}/oneid/link"
    assert answer.body["verification_uri"] == link
    assert answer.body["verification_uri_complete"] == f"{link}?user_code={answer.body['user_code']}"


async def test_device_code_needs_no_response_type(program: "Program") -> None:
    assert (await program.ask_code(response_type=None)).status == 200


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": None},
        {"client_id": "99999999-bbbb-cccc-dddd-eeeeeeeeeeee"},
        {"client_id": "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE"},
        {"response_type": "code"},
        {"code_challenge": None},
        {"code_challenge": "short"},
        {"code_challenge_method": "plain"},
    ],
)
async def test_wrong_device_request_is_invalid(program: "Program", change: dict[str, str | None]) -> None:
    assert (await program.ask_code(**change)).refusal == (400, "invalid_request")


async def test_repeated_parameter_and_json_body_are_invalid(program: "Program") -> None:
    repeated = await program.send("POST", "/gcdm/oauth/token", data=[("client_id", "a"), ("client_id", "b")])
    json_body = await program.send("POST", "/gcdm/oauth/token", json={"client_id": program.client_id})
    assert repeated.refusal == json_body.refusal == (400, "invalid_request")


async def test_approved_code_gives_tokens_once(program: "Program") -> None:
    code = (await program.ask_code()).body
    assert (await program.poll(code["device_code"])).refusal == (403, "authorization_pending")
    await program.control("sign-in", user_code=code["user_code"])
    program.emulator.clock.jump(by_ms=5_000)
    tokens = await program.poll(code["device_code"])
    assert tokens.status == 200
    assert (tokens.body["token_type"], tokens.body["expires_in"]) == ("Bearer", 3_600)
    assert tokens.body["gcid"] == program.emulator.info.gcid
    assert (await program.poll(code["device_code"])).refusal == (400, "invalid_grant")


async def test_asking_too_often_is_slowed_down(program: "Program") -> None:
    code = (await program.ask_code()).body["device_code"]
    await program.poll(code)
    program.emulator.clock.jump(by_ms=4_999)
    assert (await program.poll(code)).refusal == (400, "slow_down")
    program.emulator.clock.jump(by_ms=5_000)
    assert (await program.poll(code)).refusal == (403, "authorization_pending")


async def test_declined_code_is_denied(program: "Program") -> None:
    code = (await program.ask_code()).body
    await program.control("sign-in", user_code=code["user_code"], approve=False)
    assert (await program.poll(code["device_code"])).refusal == (403, "access_denied")


async def test_code_times_out_and_is_then_forgotten(program: "Program") -> None:
    code = (await program.ask_code()).body
    program.emulator.clock.jump(by_ms=300_000)
    assert (await program.poll(code["device_code"])).refusal == (401, "expired_token")
    assert (await program.control("sign-in", user_code=code["user_code"])).status == 404
    program.emulator.clock.jump(by_ms=DAY_MS)
    assert (await program.poll(code["device_code"])).refusal == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"client_id": "99999999-bbbb-cccc-dddd-eeeeeeeeeeee"}, (401, "invalid_client")),
        ({"client_id": None}, (400, "invalid_request")),
        ({"grant_type": None}, (400, "invalid_request")),
        ({"grant_type": "password"}, (400, "invalid_request")),
        ({"device_code": None}, (400, "invalid_request")),
        ({"code_verifier": None}, (400, "invalid_request")),
        ({"code_verifier": "too short"}, (400, "invalid_request")),
        ({"code_verifier": "w" * 43}, (400, "invalid_grant")),
        ({"device_code": "made.up.code"}, (400, "invalid_grant")),
    ],
)
async def test_wrong_token_request_is_refused(
    program: "Program", change: dict[str, Any], refusal: tuple[int, str]
) -> None:
    code = (await program.ask_code()).body
    await program.control("sign-in", user_code=code["user_code"])
    assert (await program.poll(**{"device_code": code["device_code"], **change})).refusal == refusal


async def test_refreshing_rotates_and_reuse_ends_the_session(program: "Program") -> None:
    first = await program.sign_in()
    second = (await program.refresh()).body
    assert second["refresh_token"] != first["refresh_token"]
    assert (await program.refresh(first["refresh_token"])).refusal == (400, "invalid_request")
    assert (await program.refresh(second["refresh_token"])).refusal == (400, "invalid_request")
    program.tokens = second
    assert (await program.call("GET", "/vehicles/mappings")).cardata_refusal == (401, "CU-101")


async def test_refresh_token_lives_for_a_fortnight_after_its_last_use(program: "Program") -> None:
    await program.sign_in()
    program.emulator.clock.jump(by_ms=13 * DAY_MS)
    program.tokens = (await program.refresh()).body
    program.emulator.clock.jump(by_ms=14 * DAY_MS - 1)
    program.tokens = (await program.refresh()).body
    program.emulator.clock.jump(by_ms=14 * DAY_MS)
    assert (await program.refresh()).refusal == (400, "invalid_request")


async def test_refresh_without_token_or_by_another_client_is_refused(program: "Program") -> None:
    await program.sign_in()
    assert (await program.refresh(refresh_token=None, grant_type="refresh_token")).status == 200
    assert (await program.refresh("made-up")).refusal == (400, "invalid_request")
    form = {"client_id": program.client_id, "grant_type": "refresh_token"}
    missing = await program.send("POST", "/gcdm/oauth/token", data=form)
    assert missing.refusal == (400, "invalid_request")


async def test_id_token_says_whose_it_is(program: "Program") -> None:
    tokens = await program.sign_in()
    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert jwt.get_unverified_header(tokens["id_token"])["alg"] == "RS256"
    assert claims["gcid"] == claims["sub"] == program.emulator.info.gcid
    assert claims["aud"] == claims["azp"] == program.client_id
    assert claims["exp"] * 1000 == program.emulator.clock.now_ms() + HOUR_MS


async def test_published_key_verifies_id_tokens(
    make_settings: Callable[..., EmulatorSettings], program_of: "Callable[[Emulator], Program]"
) -> None:
    async with Emulator(make_settings(now_ms=None)) as emulator:  # PyJWT goes by the machine's clock
        program = program_of(emulator)
        token = (await program.sign_in())["id_token"]
        discovery = (await program.send("GET", "/am/oauth2/.well-known/openid-configuration")).body
        key = await asyncio.to_thread(jwt.PyJWKClient(discovery["jwks_uri"]).get_signing_key_from_jwt, token)
        client_id = program.client_id
    methods = discovery["id_token_signing_alg_values_supported"]
    claims = jwt.decode(token, key, algorithms=methods, audience=client_id, issuer=discovery["issuer"])
    assert set(claims) == {*BMW_CLAIMS, "gcid", "dynamic_scopes"}
    assert claims["dynamic_scopes"] == f"read:streaming/*/{claims['gcid']}.*"


async def test_only_the_emulators_own_id_tokens_are_believed(program: "Program") -> None:
    tokens = await program.sign_in()
    access = program.emulator.identity.verify_id_token(tokens["id_token"])
    assert access is not None
    assert access.gcid == program.emulator.info.gcid
    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    forged = jwt.encode(claims, "a secret of somebody else's, long enough", algorithm="HS256")
    assert program.emulator.identity.verify_id_token(forged) is None
    assert program.emulator.identity.verify_id_token("no token") is None


async def test_scope_left_out_lacks_the_api(program: "Program") -> None:
    tokens = await program.sign_in(scope=None)
    assert tokens["scope"] == "authenticate_user openid cardata:streaming:read"
    assert (await program.call("GET", "/vehicles/mappings")).cardata_refusal == (403, "CU-103")


async def test_without_openid_there_is_no_id_token(program: "Program") -> None:
    tokens = await program.sign_in(scope="authenticate_user cardata:api:read")
    assert "id_token" not in tokens


async def test_scope_of_a_service_not_subscribed_is_not_granted(
    make_settings: Callable[..., EmulatorSettings], program_of: "Callable[[Emulator], Program]"
) -> None:
    accounts = (EmulatedAccount(services=frozenset({Service.API})),)
    async with Emulator(make_settings(accounts=accounts)) as emulator:
        tokens = await program_of(emulator).sign_in()
    assert tokens["scope"] == "authenticate_user openid cardata:api:read"


async def test_client_without_services_gets_no_code(
    make_settings: Callable[..., EmulatorSettings], program_of: "Callable[[Emulator], Program]"
) -> None:
    async with Emulator(make_settings(accounts=(EmulatedAccount(services=frozenset()),))) as emulator:
        answer = await program_of(emulator).ask_code()
    assert answer.refusal == (400, "invalid_request")


async def test_scope_of_a_service_not_subscribed_can_be_refused(
    make_settings: Callable[..., EmulatorSettings], program_of: "Callable[[Emulator], Program]"
) -> None:
    accounts = (EmulatedAccount(services=frozenset({Service.API})),)
    faults = (FaultSwitch(name="unsubscribed-scope-refused"),)
    async with Emulator(make_settings(accounts=accounts, faults=faults)) as emulator:
        program = program_of(emulator)
        assert (await program.ask_code()).refusal == (400, "invalid_request")
        assert (await program.ask_code(scope="openid cardata:api:read")).status == 200
