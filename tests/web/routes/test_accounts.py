"""Accounts, signing in and out, quota."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from bimmerhub.errors import (
    BimmerhubError,
    BmwRefused,
    BmwUnavailable,
    ConfigError,
    QuotaSpent,
    RateLimited,
    SignInRequired,
    StoreError,
)
from bimmerhub.views.problems import Problem, to_error

if TYPE_CHECKING:
    from tests.web.conftest import Site

FAILURES: list[tuple[BimmerhubError, int]] = [
    (ConfigError("no client id"), 422),
    (SignInRequired("again"), 409),
    (BmwRefused("no", code="CU-104"), 409),
    (BmwUnavailable("no answer"), 502),
    (StoreError("disk full"), 503),
    (RateLimited("slow down", retry_after_s=1.2), 429),
    (QuotaSpent("spent", resets_at=datetime(2026, 1, 1, tzinfo=UTC)), 429),
]
OWNER = {"authorization": "Bearer local"}


async def test_code_of_a_sign_in_is_for_who_may_change_something(site: "Site") -> None:
    await site.accounts.start_sign_in("home", "c")
    site.credentials.tokens = {"r": "read", "w": "write"}
    for headers, code in (({}, ""), ({"authorization": "Bearer r"}, ""), ({"authorization": "Bearer w"}, "ABCD-EFGH")):
        async with site.get("/api/v1/accounts/home/sign-in", headers=headers) as answer:
            state = await answer.json()
        assert (state["status"], state["user_code"]) == ("pending", code)
        assert ("ABCD" in str(state)) is bool(code)


async def test_sign_in_is_started_watched_and_undone(site: "Site") -> None:
    path = "/api/v1/accounts/home/sign-in"
    async with site.post(path, json={"client_id": "c"}, headers=OWNER) as answer:
        started = await answer.json()
    async with site.get(path, headers=OWNER) as answer:
        assert await answer.json() == started
    assert started["status"] == "pending"
    assert started["expires_at"] == "2026-02-02T02:45:00.000Z"
    async with site.client.delete(f"{site.address}/api/v1/accounts/home/tokens", headers=OWNER) as answer:
        assert await answer.json() == {"account": "home", "signed_in": False}


async def test_sign_in_that_failed_says_why_with_all_that_the_error_holds(site: "Site") -> None:
    state = await site.accounts.start_sign_in("home", "c")
    error = BmwUnavailable("no answer", status=503, hint="Try again later.")
    site.accounts.sign_in = replace(state, status="failed", error=error)
    async with site.get("/api/v1/accounts/home/sign-in") as answer:
        failed = await answer.json()
    assert (failed["status"], failed["message"], failed["hint"]) == ("failed", "no answer", "Try again later.")
    returned = to_error(msgspec.convert({"error": failed["error"]}, Problem))
    assert (type(returned), vars(returned)) == (BmwUnavailable, vars(error))


async def test_sign_in_needs_no_body(site: "Site") -> None:
    async with site.post("/api/v1/accounts/home/sign-in", headers=OWNER) as answer:
        assert answer.status == 200


async def test_accounts_carry_their_link_and_quota_what_is_left(site: "Site") -> None:
    await site.accounts.start_sign_in("home", "c")
    async with site.get("/api/v1/accounts") as answer:
        (account,) = (await answer.json())["items"]
    async with site.get("/api/v1/quota") as answer:
        (quota,) = (await answer.json())["items"]
    assert account["link"]["state"] == "connected"
    assert (account["link"]["failures"], account["link"]["next_try_at"]) == (0, None)
    assert account["link"]["refresh_expires_at"] == "2026-02-03T02:40:00.000Z"
    assert "expires" in account["link"]["token_warning"]
    assert (quota["remaining"], quota["reserve"], quota["planned"]) == (47, 10, 1)
    assert [(call["what"], call["calls"], call["reason"]) for call in quota["plan"]] == [("values", 1, "every 6 h")]


async def test_what_is_not_there_is_404(site: "Site") -> None:
    async with site.get("/api/v1/accounts/nobody/sign-in") as answer:
        assert answer.status == 404
    async with site.client.delete(f"{site.address}/api/v1/accounts/nobody/tokens", headers=OWNER) as answer:
        assert answer.status == 404


async def test_failures_have_their_status_and_words(site: "Site") -> None:
    for failure, status in FAILURES:
        site.accounts.failure = failure
        async with site.post("/api/v1/accounts/home/sign-in", headers=OWNER) as answer:
            error = (await answer.json())["error"]
        assert answer.status == status
        assert error["message"] == str(failure)
        returned = to_error(msgspec.convert({"error": error}, Problem))
        assert (type(returned), vars(returned)) == (type(failure), {"hint": failure.hint, **vars(failure)})
        assert error["hint"] == failure.hint


async def test_a_wait_is_cut_short_by_a_person(site: "Site") -> None:
    await site.accounts.start_sign_in("home", "c")
    async with site.post("/api/v1/accounts/home/retry", headers=OWNER) as answer:
        assert (answer.status, (await answer.json())["account"]) == (200, "home")
    async with site.post("/api/v1/accounts/nobody/retry", headers=OWNER) as answer:
        assert answer.status == 404
    async with site.post("/api/v1/accounts/home/retry", headers={"sec-fetch-site": "cross-site"}) as answer:
        assert answer.status == 403
    assert site.accounts.retried == ["home"]
