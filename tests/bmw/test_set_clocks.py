"""A machine whose clock is set while the program runs: pauses and cadence go on as if it were not."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, web
from tests.bmw.test_stream import until
from tests.bmw.test_stream_faults import switch_on

from bimmerhub.bmw.cardata import CarDataStream, Endpoints, Tokens
from bimmerhub.bmw.cardata.streaming.reactions import FIRST_PAUSE_S
from bimmerhub.bmw.clock import SystemClock
from bimmerhub.bmw.http import LONGEST_RETRY_AFTER_S, fetch
from bimmerhub.bmw.tokens import token_set
from bimmerhub.domain.account.link import LinkState

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud

Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]
TWO_HOURS_MS = 2 * 3_600_000
TEN_YEARS_MS = 10 * 366 * 86_400_000


class SetClock(SystemClock):
    """The machine's clock beside an emulated one, set by hand."""

    def __init__(self, now_ms: int) -> None:
        self._ahead_ms = now_ms - super().now_ms()

    def now_ms(self) -> int:
        return super().now_ms() + self._ahead_ms

    def set(self, by_ms: int) -> None:
        self._ahead_ms += by_ms


@pytest.fixture
def machine(signed_in: "Cloud") -> SetClock:
    return SetClock(signed_in.clock.now_ms())


def tokens_of(cloud: "Cloud", clock: SetClock) -> Tokens:
    info = cloud.emulator.info
    return Tokens(
        client_id=info.client_id, store=cloud.store, endpoints=cloud.endpoints, session=cloud.session, clock=clock
    )


async def test_a_clock_set_back_two_hours_does_not_silence_the_stream(signed_in: "Cloud", machine: SetClock) -> None:
    stream = CarDataStream(tokens=tokens_of(signed_in, machine), endpoints=signed_in.endpoints, clock=machine)
    switch_on(signed_in, "broker-unavailable", times=1)
    async with aclosing(stream.events()) as events:
        await until(events, LinkState.WAITING)
        machine.set(-TWO_HOURS_MS)
        async with asyncio.timeout(FIRST_PAUSE_S * 2):
            await until(events, LinkState.CONNECTED)


async def test_tokens_are_renewed_in_time_though_the_clock_was_set_back(signed_in: "Cloud") -> None:
    tokens, clock = signed_in.tokens(), signed_in.clock
    before = await tokens.current()
    elapsed_s = clock.elapsed_s()
    clock.elapsed_s = lambda: elapsed_s + 50 * 60  # type: ignore[method-assign] # 50 minutes went by, and not by the clock
    assert (await tokens.current()).access_token != before.access_token


async def test_tokens_of_a_clock_that_was_ahead_are_renewed_once(signed_in: "Cloud", machine: SetClock) -> None:
    machine.set(TEN_YEARS_MS)
    ahead = await tokens_of(signed_in, machine).refresh(signed_in.store.saved[-1])
    machine.set(-TEN_YEARS_MS)
    tokens = tokens_of(signed_in, machine)
    renewed = await tokens.current()
    assert renewed.access_token != ahead.access_token
    assert await tokens.current() == renewed


async def test_a_start_with_a_clock_ten_years_ahead_costs_no_sign_in(signed_in: "Cloud", machine: SetClock) -> None:
    machine.set(TEN_YEARS_MS)
    renewed = await tokens_of(signed_in, machine).current()
    assert renewed.gcid == signed_in.emulator.info.gcid
    assert renewed.renew_at_ms - machine.now_ms() == pytest.approx(45 * 60_000, abs=60_000)
    assert token_set.REFRESH_TOKEN_S == 14 * 86_400


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("30", 30),
        ("9" * 400, LONGEST_RETRY_AFTER_S),
        ("-5", None),
        ("soon", None),
        ("Sat, 01 Aug 2026 12:01:00 GMT", 60),
        ("Sat, 01 Aug 2026 11:00:00 GMT", 0),
        ("Sat, 01 Aug 9999 12:00:00 GMT", LONGEST_RETRY_AFTER_S),
    ],
)
async def test_wait_that_is_asked_for_is_clamped(
    serve: Serve, session: ClientSession, retry_after: str, seconds: float | None
) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(headers={"Retry-After": retry_after, "Date": "Sat, 01 Aug 2026 12:00:00 GMT"})

    url = await serve(answer)
    assert (await fetch(session, "GET", url, tls=Endpoints().ssl_context())).retry_after_s == seconds


@pytest.mark.parametrize("date", ["", "Sat, 01 Aug 99999 12:00:00 GMT", "9" * 4_000, "Sat, 01 Aug 1900 12:00:00 GMT"])
async def test_odd_date_is_none(serve: Serve, session: ClientSession, date: str) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(headers={"Date": date})

    url = await serve(answer)
    assert (await fetch(session, "GET", url, tls=Endpoints().ssl_context())).server_time_ms is None


@pytest.mark.parametrize(
    "date", ["Sat, 01 Aug 2026 12:00:00 GMT", "Sat, 01 Aug 2026 12:00:00 -0000", "Sat Aug  1 12:00:00 2026"]
)
async def test_date_without_a_zone_is_utc(
    serve: Serve, session: ClientSession, date: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(headers={"Date": date})

    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        url = await serve(answer)
        got = await fetch(session, "GET", url, tls=Endpoints().ssl_context())
    finally:
        monkeypatch.undo()
        time.tzset()
    assert got.server_time_ms == 1_785_585_600_000
