"""Token answers as servers really write them: each is read for what it means, and none of them costs the sign-in."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from tests.bmw.test_stream import publish, until

from bimmerhub.bmw.cardata import Endpoints, SignIn, StreamMessages, TokenFile, TokenSet
from bimmerhub.bmw.cardata.service_scopes import granted_services
from bimmerhub.bmw.gcdm import token_endpoint
from bimmerhub.bmw.tokens import fresh_tokens as tokens_module
from bimmerhub.domain.account.link import LinkState
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.sign_in.grants import TokenKind
from bimmerhub.errors import BmwRefused, BmwUnavailable, SignInRequired

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud

Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
MINUTE_MS = 60_000


async def renewed(cloud: "Cloud", serve: Serve, **changes: object) -> TokenSet:
    """Return the tokens of a renewal whose answer differs so from the emulator's; LEFT_OUT fields are missing."""

    async def answer(request: web.Request) -> web.Response:
        url = cloud.emulator.info.base_url + request.path
        async with cloud.session.post(url, data=await request.post()) as real:
            fields = {**await real.json(), **changes}
        return web.json_response({name: value for name, value in fields.items() if value is not LEFT_OUT})

    changed = cloud.tokens(endpoints=Endpoints(auth_url=await serve(answer)))
    cloud.clock.advance(minutes=50)
    return await changed.current()


LEFT_OUT = object()


@pytest.mark.parametrize("life", [3_600, "3600", 3600.0, "3600.0", 0, -5, "soon", None, True, [], 1e300, LEFT_OUT])
async def test_lifetime_is_read_however_it_is_written(signed_in: "Cloud", serve: Serve, life: object) -> None:
    new = await renewed(signed_in, serve, expires_in=life)
    now_ms = signed_in.clock.now_ms()
    assert new.id_expires_at_ms == now_ms + 60 * MINUTE_MS
    assert new.renew_at_ms == now_ms + 45 * MINUTE_MS


@pytest.mark.parametrize("life", [1, "30", 59.9])
async def test_short_lives_are_renewed_once_a_minute_at_most(signed_in: "Cloud", serve: Serve, life: object) -> None:
    new = await renewed(signed_in, serve, expires_in=life)
    assert new.renew_at_ms == signed_in.clock.now_ms() + MINUTE_MS


@pytest.mark.parametrize("scope", [None, "", LEFT_OUT, 7, {}])
async def test_scope_that_is_not_told_stays(signed_in: "Cloud", serve: Serve, scope: object) -> None:
    assert (await renewed(signed_in, serve, scope=scope)).scopes >= {"cardata:api:read", "cardata:streaming:read"}


async def test_scope_may_be_a_list(signed_in: "Cloud", serve: Serve) -> None:
    assert (await renewed(signed_in, serve, scope=["openid", None, "cardata:api:read"])).scopes == {
        "openid",
        "cardata:api:read",
    }


async def test_ids_may_be_numbers(signed_in: "Cloud", serve: Serve) -> None:
    new = await renewed(signed_in, serve, access_token=12, refresh_token=34)
    assert (new.access_token, new.refresh_token) == ("12", "34")


@pytest.mark.parametrize("gcid", [None, LEFT_OUT, "", "upper"])
async def test_gcid_that_is_not_told_or_in_capitals_is_the_same(signed_in: "Cloud", serve: Serve, gcid: object) -> None:
    own = signed_in.emulator.info.gcid
    assert (await renewed(signed_in, serve, gcid=own.upper() if gcid == "upper" else gcid)).gcid == own


async def test_refresh_token_that_is_left_out_stays_the_old_one(signed_in: "Cloud") -> None:
    signed_in.emulator.faults.switch_on(FaultSwitch(name="refresh-token-left-out"))
    tokens = signed_in.tokens()
    for _ in range(3):
        signed_in.clock.advance(minutes=50)
        newest = await tokens.current()
    assert {saved.refresh_token for saved in signed_in.store.saved} == {newest.refresh_token}
    assert len({saved.access_token for saved in signed_in.store.saved}) == 4


async def test_tokens_of_another_account_are_refused_and_the_old_ones_kept(signed_in: "Cloud", serve: Serve) -> None:
    stranger = "99999999-2222-3333-4444-555555555555"
    kept = await renewed(signed_in, serve, gcid=stranger)
    assert signed_in.store.saved == [kept]

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({"access_token": "a", "refresh_token": "r", "gcid": stranger})

    tokens = signed_in.tokens(endpoints=Endpoints(auth_url=await serve(answer)))
    signed_in.clock.advance(minutes=20)
    with pytest.raises(BmwUnavailable, match="another account"):
        await tokens.current()


@pytest.mark.parametrize("life", ["300", 300.0, 0, None, "soon"])
async def test_code_is_read_however_it_is_written(signed_in: "Cloud", serve: Serve, life: object) -> None:
    code = {"user_code": 12345678, "device_code": 9, "verification_uri": "https://example.com/link", "interval": "7"}

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=json.dumps({**code, "expires_in": life}), content_type="application/json")

    url = await serve(answer)
    sign_in = signed_in.new_sign_in()
    sign_in._endpoints = Endpoints(auth_url=url)
    shown = await sign_in.start()
    assert (shown.user_code, shown.interval_s) == ("12345678", 7)
    assert shown.expires_at_ms == signed_in.clock.now_ms() + 300_000


async def test_lost_answer_is_told_as_what_it_is(signed_in: "Cloud", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_endpoint, "TOKENS_WITHIN_S", 0.3)
    signed_in.emulator.faults.switch_on(FaultSwitch(name="token-answer-late", times=1))
    signed_in.clock.advance(minutes=50)
    tokens = signed_in.tokens()
    assert (await tokens.current()).access_token == signed_in.store.saved[0].access_token, "what is still good is used"
    lost_ms = signed_in.clock.now_ms()
    assert signed_in.store.saved[-1].answer_lost_at_ms == lost_ms
    signed_in.clock.advance(minutes=15)
    with pytest.raises(SignInRequired, match=r"answer to the renewal of 2026-07-27T12:50:05\.000Z was lost") as caught:
        await signed_in.tokens().current()  # as after a restart
    assert "elsewhere" not in str(caught.value)


async def test_lost_answer_with_dead_tokens_is_not_yet_the_end(
    signed_in: "Cloud", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_endpoint, "TOKENS_WITHIN_S", 0.3)
    signed_in.emulator.faults.switch_on(FaultSwitch(name="token-answer-late", times=1))
    signed_in.clock.advance(minutes=70)
    with pytest.raises(BmwUnavailable, match="renewal of the sign-in was lost: no answer"):
        await signed_in.tokens().current()


async def test_answer_that_is_lost_while_the_disk_is_full_makes_no_old_token_new(
    signed_in: "Cloud", serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_endpoint, "TOKENS_WITHIN_S", 0.3)
    signed_in.emulator.faults.switch_on(FaultSwitch(name="token-answer-late", times=1))
    signed_in.clock.advance(minutes=50)
    tokens = signed_in.tokens(endpoints=await signed_in.filling_the_disk(serve))
    await tokens.current()
    signed_in.store.refuses = None
    with pytest.raises(SignInRequired, match="was lost on the way"):
        await tokens.current()


@pytest.mark.parametrize("status", [502, 504])
async def test_gateway_that_got_no_answer_may_have_spent_the_token(
    signed_in: "Cloud", serve: Serve, status: int
) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text="<html>bad gateway</html>", content_type="text/html")

    signed_in.clock.advance(minutes=50)
    await signed_in.tokens(endpoints=Endpoints(auth_url=await serve(answer))).current()
    assert signed_in.store.saved[-1].answer_lost_at_ms == signed_in.clock.now_ms()


async def test_program_that_was_killed_during_a_renewal_says_so_later(
    signed_in: "Cloud", serve: Serve, tmp_path: Path
) -> None:
    renewed = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        url = signed_in.emulator.info.base_url + request.path
        async with signed_in.session.post(url, data=await request.post()) as real:
            assert real.status == 200
        renewed.set()
        await asyncio.Event().wait()
        raise AssertionError

    file = TokenFile(tmp_path / "tokens.json")
    await file.save(signed_in.store.saved[0])
    file.close()
    program = Path(__file__).with_name("renewing_process.py")
    words = (str(program), str(file.path), await serve(answer), signed_in.emulator.info.client_id)
    process = await asyncio.create_subprocess_exec(sys.executable, *words)
    async with asyncio.timeout(30):
        await renewed.wait()
        process.kill()
        await process.wait()
    signed_in.clock.advance(minutes=50)
    with pytest.raises(SignInRequired, match="before it had stored BMW's answer to the renewal of") as caught:
        await signed_in.tokens(store=file).current()
    file.close()
    assert ("elsewhere" not in str(caught.value), caught.value.hint) == (
        True,
        "Sign in again: bimmerhub login. Nothing is wrong with this set-up.",
    )


@pytest.mark.parametrize("fault", ["sign-in-500", "account-pending", "token-answer-lost", None])
async def test_answer_of_any_kind_ends_the_note_of_a_renewal(signed_in: "Cloud", fault: str | None) -> None:
    if fault is not None:
        signed_in.emulator.faults.switch_on(FaultSwitch(name=fault))
    signed_in.clock.advance(minutes=50)
    with suppress(SignInRequired):
        await signed_in.tokens().current()
    assert signed_in.store.saved[-1].renewing_since_ms is None


def test_a_renewal_is_waited_for_a_minute_and_a_stop_waits_ten_seconds() -> None:
    assert (token_endpoint.TOKENS_WITHIN_S, tokens_module.FINISH_REFRESH_WITHIN_S) == (60, 10)


async def test_stream_is_used_to_the_end_of_its_token_when_bmw_renews_no_more(signed_in: "Cloud") -> None:
    async with aclosing(signed_in.stream().events()) as events:
        await until(events, LinkState.CONNECTED)
        signed_in.emulator.identity.revoke(signed_in.emulator.info.gcid, TokenKind.REFRESH)
        signed_in.clock.advance(minutes=50)
        link = await until(events, LinkState.CONNECTED)
        assert link.reason.startswith("connected, but only until 2026-07-27T13:00:05.000Z")
        assert "login" in (link.hint or "")
        assert "ended the session" in (link.token_warning or "")
        assert publish(signed_in) == 1
        assert await payload_of(events)
        signed_in.clock.advance(minutes=9.8)
        publish(signed_in)
        assert await payload_of(events), "it is good to its last minute"
        signed_in.clock.advance(minutes=1)
        with pytest.raises(SignInRequired):
            await until(events, LinkState.CONNECTED)


async def payload_of(events: AsyncIterator[Any]) -> bytes:
    async for event in events:
        if isinstance(event, StreamMessages):
            return event.messages[0].payload
    raise AssertionError


async def test_sign_in_whose_scope_is_not_told_has_what_was_asked_for(signed_in: "Cloud", serve: Serve) -> None:
    tokens = await signed_in_by(signed_in, serve, scope=None)
    assert granted_services(tokens) == ("api", "stream")


async def test_sign_in_that_cannot_be_renewed_is_refused(signed_in: "Cloud", serve: Serve) -> None:
    with pytest.raises(BmwRefused, match="cannot be renewed"):
        await signed_in_by(signed_in, serve, refresh_token=LEFT_OUT)


async def signed_in_by(cloud: "Cloud", serve: Serve, **changes: object) -> TokenSet:
    """Return the tokens of a sign-in whose answer differs so from the emulator's."""

    async def answer(request: web.Request) -> web.Response:
        url = cloud.emulator.info.base_url + request.path
        async with cloud.session.post(url, data=await request.post()) as real:
            fields = await real.json()
        if "access_token" in fields:
            fields |= changes
        return web.json_response({name: value for name, value in fields.items() if value is not LEFT_OUT})

    endpoints = Endpoints(auth_url=await serve(answer))
    sign_in = SignIn(
        client_id=cloud.emulator.info.client_id, endpoints=endpoints, session=cloud.session, clock=cloud.clock
    )
    code = await sign_in.start()
    assert cloud.emulator.identity.decide(code.user_code, approve=True)
    return await sign_in.wait()
