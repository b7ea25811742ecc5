"""Signing in, against an emulator whose clock jumps over the waiting."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, web

from bimmerhub.bmw.cardata import Endpoints, SignIn
from bimmerhub.bmw.cardata.service_scopes import granted_services
from bimmerhub.emulator.settings import EmulatedAccount, Service
from bimmerhub.errors import BmwRefused, BmwUnavailable, ConfigError

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud, HastyClock

CODE = {"user_code": "aB3dE6gH", "device_code": "device", "verification_uri": "https://example.com/link"}
TOKENS = {
    "access_token": "access",
    "refresh_token": "refresh",
    "id_token": "a.e30.b",
    "gcid": "11111111-2222-3333-4444-555555555555",
    "scope": "cardata:api:read cardata:streaming:read",
}
Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]


async def test_approval_gives_tokens_for_rest_and_stream(cloud: "Cloud") -> None:
    sign_in = cloud.new_sign_in()
    code = await sign_in.start()
    cloud.emulator.identity.decide(code.user_code, approve=True)
    tokens = await sign_in.wait()
    assert tokens.gcid == cloud.emulator.info.gcid
    assert {"cardata:api:read", "cardata:streaming:read"} <= tokens.scopes
    assert tokens.id_token
    assert tokens.access_expires_at_ms == cloud.clock.now_ms() + 3_600_000


async def test_code_says_where_to_type_it_and_until_when(cloud: "Cloud") -> None:
    code = await cloud.new_sign_in().start()
    assert code.verification_uri_complete == f"{code.verification_uri}?user_code={code.user_code}"
    assert code.expires_at_ms == cloud.clock.now_ms() + 300_000
    assert code.interval_s == 5


async def test_decline_is_refused_with_a_hint(cloud: "Cloud") -> None:
    sign_in = cloud.new_sign_in()
    cloud.emulator.identity.decide((await sign_in.start()).user_code, approve=False)
    with pytest.raises(BmwRefused) as refused:
        await sign_in.wait()
    assert refused.value.code == "access_denied"
    assert "portal" in (refused.value.hint or "")


async def test_code_that_nobody_types_expires(cloud: "Cloud") -> None:
    sign_in = cloud.new_sign_in()
    await sign_in.start()
    with pytest.raises(BmwRefused) as refused:
        await sign_in.wait()
    assert refused.value.code == "expired_token"
    assert sum(cloud.clock.sleeps_s) == 300


async def test_unknown_client_is_refused_with_a_hint(cloud: "Cloud") -> None:
    with pytest.raises(BmwRefused, match="invalid_request") as refused:
        await cloud.new_sign_in("00000000-0000-0000-0000-000000000000").start()
    assert "client id" in (refused.value.hint or "")


async def test_client_id_may_be_upper_case_and_padded(cloud: "Cloud") -> None:
    code = await cloud.new_sign_in(f" {cloud.emulator.info.client_id.upper()}\n").start()
    assert len(code.user_code) == 8


@pytest.mark.parametrize("service", list(Service))
async def test_one_service_is_enough(make_cloud: Callable[..., Any], service: Service) -> None:
    async with make_cloud(accounts=(EmulatedAccount(services=frozenset({service})),)) as cloud:
        tokens = await cloud.sign_in()
        assert (granted_services(tokens), tokens.gcid) == ((service.value,), cloud.emulator.info.gcid)


async def test_wait_before_start_is_a_mistake(cloud: "Cloud") -> None:
    with pytest.raises(ConfigError):
        await cloud.new_sign_in().wait()


def _answers(*answers: web.Response | dict[str, object]) -> Callable[[web.Request], Awaitable[web.Response]]:
    left = list(answers)

    async def answer(_request: web.Request) -> web.Response:
        given = left.pop(0)
        return web.json_response(given) if isinstance(given, dict) else given

    return answer


def _sign_in(url: str, session: ClientSession, clock: "HastyClock") -> SignIn:
    return SignIn(client_id="some", endpoints=Endpoints(auth_url=url), session=session, clock=clock)


def _refusal(status: int, error: str) -> web.Response:
    return web.json_response({"error": error, "error_description": "words"}, status=status)


async def test_slow_down_makes_every_later_pause_longer(
    serve: Serve, session: ClientSession, make_clock: "Callable[[], HastyClock]"
) -> None:
    pending = _refusal(403, "authorization_pending")
    url = await serve(_answers(dict(CODE), _refusal(400, "slow_down"), pending, dict(TOKENS)))
    sign_in = _sign_in(url, session, clock := make_clock())
    await sign_in.start()
    await sign_in.wait()
    assert clock.sleeps_s == [5, 10, 10]


async def test_missing_fields_of_the_code_are_made_up(
    serve: Serve, session: ClientSession, make_clock: "Callable[[], HastyClock]"
) -> None:
    code = await _sign_in(await serve(_answers(dict(CODE))), session, make_clock()).start()
    assert code.verification_uri_complete == "https://example.com/link?user_code=aB3dE6gH"
    assert code.interval_s == 5


@pytest.mark.parametrize(
    "fault",
    [{"status": 500}, {"status": 502, "text": "<html>bad gateway</html>"}, {"status": 200, "text": "garbage"}],
)
async def test_passing_fault_is_waited_out(
    serve: Serve, session: ClientSession, make_clock: "Callable[[], HastyClock]", fault: dict[str, Any]
) -> None:
    sign_in = _sign_in(await serve(_answers(dict(CODE), web.Response(**fault), dict(TOKENS))), session, make_clock())
    await sign_in.start()
    assert (await sign_in.wait()).access_token == "access"


async def test_lasting_fault_ends_with_the_code(
    serve: Serve, session: ClientSession, make_clock: "Callable[[], HastyClock]"
) -> None:
    url = await serve(_answers(dict(CODE), *[web.Response(status=500) for _ in range(70)]))
    sign_in = _sign_in(url, session, clock := make_clock())
    await sign_in.start()
    with pytest.raises(BmwUnavailable):
        await sign_in.wait()
    assert sum(clock.sleeps_s) == 305


async def test_burnt_code_says_what_happened(
    serve: Serve, session: ClientSession, make_clock: "Callable[[], HastyClock]"
) -> None:
    detail = {"errorcode": "keymanagement.service.invalid_access_token"}
    fault = web.json_response({"fault": {"faultstring": "Invalid Access Token", "detail": detail}}, status=500)
    sign_in = _sign_in(await serve(_answers(dict(CODE), fault)), session, make_clock())
    await sign_in.start()
    with pytest.raises(BmwRefused) as refused:
        await sign_in.wait()
    assert "used up" in (refused.value.hint or "")


async def test_code_verifier_belongs_to_the_challenge(
    serve: Serve, session: ClientSession, make_clock: "Callable[[], HastyClock]"
) -> None:
    forms: list[dict[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        forms.append({name: str(value) for name, value in (await request.post()).items()})
        return web.json_response(CODE if request.path.endswith("code") else TOKENS)

    sign_in = _sign_in(await serve(answer), session, make_clock())
    await sign_in.start()
    await sign_in.wait()
    assert forms[0]["code_challenge_method"] == "S256"
    assert forms[0]["scope"].split() == ["authenticate_user", "openid", "cardata:api:read", "cardata:streaming:read"]
    assert 43 <= len(forms[1]["code_verifier"]) <= 128


async def test_address_that_is_none_is_a_mistake(
    session: ClientSession, make_clock: "Callable[[], HastyClock]"
) -> None:
    with pytest.raises(ConfigError):
        await _sign_in("nowhere", session, make_clock()).start()
