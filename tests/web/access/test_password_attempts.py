"""Wrong passwords: limited by source, bounded in memory and work, and never a way to lock the owner out."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from bimmerhub.errors import RateLimited
from bimmerhub.web.access.password_attempts import MOST_SOURCES, MOST_WAITING, PasswordAttempts

if TYPE_CHECKING:
    from tests.web.conftest import OpenSite, Site

PASSWORD = "correct horse"


def wrong() -> bool:
    return False


def right() -> bool:
    return True


async def outcome(attempts: PasswordAttempts, address: str, is_right: Callable[[], bool] = wrong) -> bool | None:
    """Return what came of an attempt, None when it was not let try."""
    try:
        return await attempts.attempt(address, is_right)
    except RateLimited:
        return None


async def test_who_guesses_keeps_nobody_else_out() -> None:
    attempts = PasswordAttempts(elapsed_ms=lambda: 0)
    assert [await outcome(attempts, "203.0.113.9") for _ in range(7)] == [False] * 5 + [None] * 2
    assert await outcome(attempts, "203.0.113.9", right) is None
    assert await outcome(attempts, "203.0.113.8", right) is True


async def test_a_network_of_ipv6_is_one_source() -> None:
    attempts = PasswordAttempts(elapsed_ms=lambda: 0)
    for number in range(5):
        assert await outcome(attempts, f"2001:db8:1:2::{number:x}") is False
    assert await outcome(attempts, "2001:db8:1:2:ffff::1") is None
    assert await outcome(attempts, "2001:db8:1:3::1") is False


async def test_all_of_this_machine_is_one_source() -> None:
    attempts = PasswordAttempts(elapsed_ms=lambda: 0)
    for number in range(5):
        assert await outcome(attempts, f"127.0.0.{number + 1}") is False
    assert await outcome(attempts, "::1") is None
    assert await outcome(attempts, "::ffff:203.0.113.9") is False


async def test_one_is_forgiven_every_twelve_seconds() -> None:
    elapsed_ms = 0
    attempts = PasswordAttempts(elapsed_ms=lambda: elapsed_ms)
    for _ in range(5):
        await outcome(attempts, "a")
    for later_ms, expected in ((11_999, None), (12_000, False), (12_001, None), (24_000, False), (10**9, False)):
        elapsed_ms = later_ms
        assert await outcome(attempts, "a") is expected, later_ms


async def test_a_clock_that_is_put_back_makes_nobody_wait_for_it() -> None:
    elapsed_ms = 10**12
    attempts = PasswordAttempts(elapsed_ms=lambda: elapsed_ms)
    for _ in range(5):
        await outcome(attempts, "a")
    for put_back_to_ms in (10**12 - 1, 10**11, 0):
        elapsed_ms = put_back_to_ms
        assert await outcome(attempts, "a") is None
        elapsed_ms += 12_000
        assert await outcome(attempts, "a") is False


async def test_memory_is_bounded_and_the_newest_are_remembered() -> None:
    attempts = PasswordAttempts(elapsed_ms=lambda: 0)
    for number in range(MOST_SOURCES + 10):
        await outcome(attempts, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert attempts.sources == MOST_SOURCES


async def test_a_flood_has_one_check_at_a_time_and_the_loop_goes_on() -> None:
    attempts = PasswordAttempts(elapsed_ms=lambda: 0)
    running, most = 0, 0
    lock = threading.Lock()

    def slow() -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.002)  # on a thread
        with lock:
            running -= 1
        return False

    floods = [outcome(attempts, f"10.0.{number % 200}.1", slow) for number in range(600)]
    results = await asyncio.gather(*floods)
    assert most == 1
    assert results.count(False) == MOST_WAITING + 1
    assert await outcome(attempts, "10.0.250.1", right) is True


async def test_the_owner_comes_in_while_somebody_guesses(site: "Site") -> None:
    site.credentials.password = PASSWORD
    own = {"sec-fetch-site": "same-origin"}
    page = await site.come_in()
    for _ in range(8):
        async with site.post("/login", data={"password": "guess"}, headers=own) as answer:
            pass
    assert answer.status == 429
    async with site.get("/api/v1/access", headers=page) as answer:
        assert (await answer.json())["may_change"]
    assert (await site.come_in()).keys() == page.keys()


async def test_sources_are_those_that_a_trusted_proxy_names(open_a_site: "OpenSite") -> None:
    async with open_a_site(trusted_proxies=("127.0.0.1",)) as site:
        site.credentials.password = PASSWORD

        async def log_in(address: str, password: str) -> int:
            headers = {"sec-fetch-site": "same-origin", "x-forwarded-for": address}
            form = {"password": password}
            async with site.post("/login", data=form, headers=headers, allow_redirects=False) as answer:
                return answer.status

        assert [await log_in("203.0.113.9", "guess") for _ in range(6)] == [401] * 5 + [429]
        assert await log_in("203.0.113.8", PASSWORD) == 303


async def test_who_was_wrong_less_often_goes_first() -> None:
    attempts = PasswordAttempts(elapsed_ms=lambda: 0)
    for number in range(MOST_WAITING + 1):
        await outcome(attempts, f"10.0.{number}.1")
    order: list[str] = []

    def note(name: str) -> Callable[[], bool]:
        def check() -> bool:
            order.append(name)
            return name == "owner"

        return check

    async with asyncio.TaskGroup() as tasks:
        guesses = [
            tasks.create_task(outcome(attempts, f"10.0.{number}.1", note(f"{number}")))
            for number in range(MOST_WAITING + 1)
        ]
        await asyncio.sleep(0)
        owner = tasks.create_task(outcome(attempts, "203.0.113.8", note("owner")))
    assert owner.result() is True
    assert order.index("owner") == 1
    assert [guess.result() for guess in guesses].count(None) == 1


async def test_who_was_right_before_goes_before_strangers_who_were_not_wrong_yet() -> None:
    attempts = PasswordAttempts(elapsed_ms=lambda: 0)
    assert await outcome(attempts, "203.0.113.8", right) is True
    order: list[str] = []

    def note(name: str) -> Callable[[], bool]:
        def check() -> bool:
            order.append(name)
            return name == "owner"

        return check

    async with asyncio.TaskGroup() as tasks:
        for number in range(MOST_WAITING + 1):
            tasks.create_task(outcome(attempts, f"10.0.{number}.1", note(f"{number}")))
        await asyncio.sleep(0)
        owner = tasks.create_task(outcome(attempts, "203.0.113.8", note("owner")))
    assert owner.result() is True
    assert order.index("owner") == 1


async def test_a_turn_that_nobody_waits_for_any_more_is_given_to_the_next() -> None:
    attempts = PasswordAttempts(elapsed_ms=lambda: 0)
    going_on = threading.Event()
    first = asyncio.ensure_future(outcome(attempts, "10.0.0.1", lambda: going_on.wait(5)))
    await asyncio.sleep(0)
    gone = asyncio.ensure_future(outcome(attempts, "10.0.0.2", right))
    last = asyncio.ensure_future(outcome(attempts, "10.0.0.3", right))
    await asyncio.sleep(0)
    gone.cancel()
    going_on.set()
    assert await first is True
    assert await last is True
    assert await outcome(attempts, "10.0.0.2", right) is True
