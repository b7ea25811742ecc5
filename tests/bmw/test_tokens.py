"""Tokens: renewed in time, by one caller at a time, and never lost."""

import asyncio
import gc
import os
import stat
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bimmerhub.bmw.cardata import Endpoints, TokenFile, Tokens, TokenSet, TokenStore
from bimmerhub.emulator.sign_in.grants import TokenKind
from bimmerhub.errors import BmwUnavailable, ConfigError, SignInRequired, StoreError

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud

Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
TOKENS = TokenSet(
    access_token="secret-access",
    id_token="secret-id",
    refresh_token="secret-refresh",
    gcid="11111111-2222-3333-4444-555555555555",
    scopes=frozenset({"openid"}),
    access_expires_at_ms=1,
    id_expires_at_ms=2,
    refresh_expires_at_ms=3,
)


async def test_nobody_signed_in_needs_a_sign_in(cloud: "Cloud") -> None:
    with pytest.raises(SignInRequired):
        await cloud.tokens().current()


async def test_fresh_tokens_are_not_renewed(signed_in: "Cloud") -> None:
    tokens = signed_in.tokens()
    signed_in.clock.advance(minutes=44)
    assert await tokens.current() == signed_in.store.saved[0]
    assert len(signed_in.store.saved) == 1


async def test_tokens_are_renewed_after_45_minutes_and_saved(signed_in: "Cloud") -> None:
    tokens = signed_in.tokens()
    signed_in.clock.advance(minutes=45.1)
    renewed = await tokens.current()
    assert signed_in.store.saved[1:] == [renewed]
    assert renewed.refresh_token != signed_in.store.saved[0].refresh_token
    assert renewed.access_expires_at_ms == signed_in.clock.now_ms() + 3_600_000


async def test_many_callers_share_one_refresh(signed_in: "Cloud") -> None:
    tokens = signed_in.tokens()
    signed_in.clock.advance(minutes=50)
    async with asyncio.TaskGroup() as callers:
        got = [callers.create_task(tokens.current()) for _ in range(50)]
    assert len(signed_in.store.saved) == 2
    assert {task.result().access_token for task in got} == {signed_in.store.saved[1].access_token}


async def test_many_rejections_of_one_token_share_one_refresh(signed_in: "Cloud") -> None:
    tokens = signed_in.tokens()
    rejected = await tokens.current()
    async with asyncio.TaskGroup() as callers:
        for _ in range(20):
            callers.create_task(tokens.refresh(rejected))
    assert len(signed_in.store.saved) == 2


class LateStore:
    """A TokenStore whose first load answers only when told, with what was there when it was asked."""

    def __init__(self, store: TokenStore) -> None:
        self._store = store
        self._is_first = True
        self.may_answer = asyncio.Event()

    async def load(self) -> TokenSet | None:
        is_first, self._is_first = self._is_first, False
        tokens = await self._store.load()
        if is_first:
            await self.may_answer.wait()
        return tokens

    async def save(self, tokens: TokenSet) -> None:
        await self._store.save(tokens)


async def test_late_load_does_not_bring_back_what_was_rotated_meanwhile(signed_in: "Cloud") -> None:
    store = LateStore(signed_in.store)
    tokens = signed_in.tokens(store=store)
    signed_in.clock.advance(minutes=50)
    async with asyncio.TaskGroup() as callers:
        late, early = (callers.create_task(tokens.current()) for _ in range(2))
        renewed = await early
        store.may_answer.set()
    assert late.result() == renewed


async def test_rotated_token_that_cannot_be_stored_is_used_and_stored_as_soon_as_it_can_be(
    signed_in: "Cloud", serve: Serve
) -> None:
    tokens = signed_in.tokens(endpoints=await signed_in.filling_the_disk(serve))
    signed_in.clock.advance(minutes=50)
    unsaved = await tokens.current()
    assert unsaved == await tokens.current()
    assert signed_in.store.saved[-1].renewing_since_ms is not None
    signed_in.store.refuses = None
    renewed = await tokens.current()
    assert signed_in.store.saved[1:] == [renewed] == [unsaved]
    assert (await tokens.refresh(renewed)).access_token != renewed.access_token


@pytest.mark.parametrize("fault", [{"status": 500}, {"text": "<html>"}, {"status": 400, "text": "<html>"}])
async def test_passing_fault_keeps_the_tokens(signed_in: "Cloud", serve: Serve, fault: dict[str, Any]) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(**fault)

    tokens = signed_in.tokens(endpoints=Endpoints(auth_url=await serve(answer)))
    signed_in.clock.advance(minutes=50)
    assert await tokens.current() == signed_in.store.saved[0]
    signed_in.clock.advance(minutes=20)
    with pytest.raises(BmwUnavailable):
        await tokens.current()
    assert (await signed_in.tokens().current()).gcid == signed_in.emulator.info.gcid


async def test_refused_connection_keeps_the_tokens(signed_in: "Cloud", unused_tcp_port: int) -> None:
    tokens = signed_in.tokens(endpoints=Endpoints(auth_url=f"http://127.0.0.1:{unused_tcp_port}"))
    signed_in.clock.advance(minutes=50)
    assert await tokens.current() == signed_in.store.saved[0]


async def test_dead_refresh_token_needs_a_sign_in_after_a_second_try(signed_in: "Cloud") -> None:
    tokens = signed_in.tokens()
    signed_in.emulator.identity.revoke(signed_in.emulator.info.gcid, TokenKind.REFRESH)
    signed_in.clock.advance(minutes=50)
    signed_in.clock.sleeps_s.clear()
    with pytest.raises(SignInRequired, match="invalid_request"):
        await tokens.current()
    assert signed_in.clock.sleeps_s == [5]
    with pytest.raises(SignInRequired):
        await tokens.current()
    assert signed_in.clock.sleeps_s == [5]


async def test_new_sign_in_ends_the_need_for_one(signed_in: "Cloud") -> None:
    tokens = signed_in.tokens()
    signed_in.emulator.identity.revoke(signed_in.emulator.info.gcid, TokenKind.REFRESH)
    signed_in.clock.advance(minutes=50)
    with pytest.raises(SignInRequired):
        await tokens.current()
    assert await signed_in.sign_in() == await tokens.current()


async def test_second_try_of_a_refresh_can_succeed(signed_in: "Cloud", serve: Serve) -> None:
    refusals = [web.json_response({"error": "invalid_grant"}, status=400)]

    async def answer(_request: web.Request) -> web.Response:
        fresh = {"access_token": "a2", "refresh_token": "r2", "id_token": "a.e30.b", "expires_in": 3600}
        return refusals.pop() if refusals else web.json_response(fresh)

    tokens = signed_in.tokens(endpoints=Endpoints(auth_url=await serve(answer)))
    signed_in.clock.advance(minutes=50)
    renewed = await tokens.current()
    assert renewed.access_token == "a2"
    assert (renewed.gcid, renewed.scopes) == (signed_in.store.saved[0].gcid, signed_in.store.saved[0].scopes)


async def test_cancelled_caller_does_not_lose_the_rotated_token(signed_in: "Cloud", serve: Serve) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def answer(_request: web.Request) -> web.Response:
        asked.set()
        await go_on.wait()
        return web.json_response({"access_token": "a2", "refresh_token": "r2", "id_token": "a.e30.b"})

    tokens = signed_in.tokens(endpoints=Endpoints(auth_url=await serve(answer)))
    signed_in.clock.advance(minutes=50)
    async with asyncio.TaskGroup() as callers:
        caller = callers.create_task(tokens.current())
        await asked.wait()
        caller.cancel()
        await asyncio.sleep(0)
        go_on.set()
    assert caller.cancelled()
    assert signed_in.store.saved[-1].refresh_token == "r2"


async def test_a_refusal_that_nobody_waits_for_leaves_no_traceback(
    signed_in: "Cloud", serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def answer(_request: web.Request) -> web.Response:
        asked.set()
        await go_on.wait()
        return web.json_response({"error": "invalid_grant"}, status=400)

    tokens = signed_in.tokens(endpoints=Endpoints(auth_url=await serve(answer)))
    signed_in.clock.advance(minutes=50)
    caller = asyncio.create_task(tokens.current())
    await asked.wait()
    caller.cancel()
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.wait({caller})
    assert caller.cancelled()
    with pytest.raises(SignInRequired):
        await tokens.current()
    del caller, tokens
    gc.collect()
    assert [record for record in caplog.records if record.name == "asyncio"] == []


def test_tokens_do_not_show_in_the_repr() -> None:
    assert "secret" not in repr(TOKENS)


async def test_token_file_gives_back_what_it_took(tmp_path: Path) -> None:
    file = TokenFile(tmp_path / "deep" / "tokens.json")
    assert await file.load() is None
    await file.save(TOKENS)
    await file.save(replace(TOKENS, access_token="newer"))
    assert await file.load() == replace(TOKENS, access_token="newer")
    file.close()


async def test_token_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    earlier_umask = os.umask(0)
    try:
        await TokenFile(path).save(TOKENS)
    finally:
        os.umask(earlier_umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_token_file_serves_all_threads_of_its_process(tmp_path: Path) -> None:
    file = TokenFile(tmp_path / "tokens.json")
    async with asyncio.TaskGroup() as readers:
        for _ in range(30):
            readers.create_task(file.load())


async def test_token_file_is_refused_to_a_second_process(tmp_path: Path) -> None:
    file = TokenFile(tmp_path / "tokens.json")
    await file.save(TOKENS)
    assert "in use by another process" in _load_elsewhere(tmp_path)
    file.close()
    assert _load_elsewhere(tmp_path) == "loaded"


def _load_elsewhere(directory: Path) -> str:
    program = (
        "import asyncio, sys\n"
        "from bimmerhub.bmw.cardata import TokenFile\n"
        "from bimmerhub.errors import ConfigError\n"
        "try:\n    asyncio.run(TokenFile(sys.argv[1]).load()); print('loaded')\n"
        "except ConfigError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(directory / "tokens.json")], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


async def test_full_disk_leaves_the_old_tokens(tmp_path: Path) -> None:
    file = TokenFile(tmp_path / "tokens.json")
    await file.save(TOKENS)
    (tmp_path / "tokens.json.new").mkdir()
    with pytest.raises(StoreError):
        await file.save(replace(TOKENS, access_token="newer"))
    assert await file.load() == TOKENS


async def test_file_that_holds_no_tokens_is_told(tmp_path: Path) -> None:
    (tmp_path / "tokens.json").write_text("{}")
    with pytest.raises(StoreError, match="not a token file"):
        await TokenFile(tmp_path / "tokens.json").load()


async def test_second_user_in_one_process_is_refused_too(tmp_path: Path) -> None:
    first = TokenFile(tmp_path / "tokens.json")
    await first.load()
    with pytest.raises(ConfigError):
        await TokenFile(tmp_path / "tokens.json").load()
    first.close()


async def test_tokens_live_on_in_the_file(signed_in: "Cloud", tmp_path: Path) -> None:
    first = TokenFile(tmp_path / "tokens.json")
    await first.save(signed_in.store.saved[0])
    signed_in.clock.advance(minutes=50)
    renewed = await signed_in.tokens(store=first).current()
    first.close()
    second: Tokens = signed_in.tokens(store=TokenFile(tmp_path / "tokens.json"))
    assert await second.current() == renewed


async def test_a_refresh_that_ends_after_the_sign_out_stores_nothing(signed_in: "Cloud", serve: Serve) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def answer(_request: web.Request) -> web.Response:
        asked.set()
        await go_on.wait()
        return web.json_response({"access_token": "a2", "refresh_token": "r2", "id_token": "a.e30.b"})

    tokens = signed_in.tokens(endpoints=Endpoints(auth_url=await serve(answer)))
    signed_in.clock.advance(minutes=50)
    async with asyncio.TaskGroup() as callers:
        caller = callers.create_task(anyhow(tokens.current()))
        await asked.wait()
        stored = list(signed_in.store.saved)
        tokens.retire()
        go_on.set()
    assert isinstance(caller.result(), SignInRequired)
    assert signed_in.store.saved == stored
    with pytest.raises(SignInRequired):
        await tokens.current()


async def anyhow(work: Awaitable[object]) -> object:
    """Return what comes out, or the failure."""
    try:
        return await work
    except SignInRequired as error:
        return error
