"""Who may reach the hub, and under which name."""

from typing import TYPE_CHECKING

import aiohttp
import pytest

from bimmerhub.web.access.host_gate import HEADERS
from bimmerhub.web.server import is_loopback

if TYPE_CHECKING:
    from tests.web.conftest import OpenSite, Site

PASSWORD = "correct horse"
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}
STATE = "/api/v1/vehicles/WBY00000000000042/state"
SIGN_IN = "/api/v1/accounts/home/sign-in"


OWN_HOSTS = [
    "localhost",
    "LOCALHOST.:8080",
    "hub.localhost",
    "127.0.0.1:1",
    "[::1]:8080",
    "[::ffff:127.0.0.1]",
    "garage.example:8080",
    "GARAGE.example",
]
FOREIGN_HOSTS = [
    "evil.example",
    "garage.example.evil.example",
    "localhost.evil.example",
    "localhost@evil.example",
    "evil.example\\.localhost",
    'evil.example".localhost',
    "evil.example<.localhost",
    "evil.example'.localhost",
    "192.168.1.7",
    "localhost:port",
    "[::1",
    "",
]


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def log_in(site: "Site", password: str = PASSWORD) -> int:
    form = {"password": password}
    async with site.post("/login", data=form, headers=SAME_ORIGIN, allow_redirects=False) as answer:
        return answer.status


async def page_headers(site: "Site") -> dict[str, str]:
    """Log in and return the headers with which the page then sends changes."""
    form = {"password": PASSWORD}
    async with site.post("/login", data=form, headers=SAME_ORIGIN, allow_redirects=False) as answer:
        assert answer.status == 303
        return SAME_ORIGIN | {"x-bimmerhub-page": answer.headers["location"].removeprefix("/#page=")}


async def test_host_header_must_name_this_hub(open_a_site: "OpenSite") -> None:
    async with open_a_site(allowed_hosts=["garage.example"]) as site:
        for host in OWN_HOSTS:
            async with site.get("/api/v1/health", headers={"Host": host}) as answer:
                assert answer.status == 200, host
        for host in FOREIGN_HOSTS:
            async with site.get("/api/v1/health", headers={"Host": host}) as answer:
                assert answer.status == 421, host
                assert "allowed_hosts" in (await answer.json())["error"]["hint"]


async def test_open_hub_may_be_read_by_everybody_here_and_changed_by_nobody(site: "Site") -> None:
    async with site.get(STATE) as answer:
        assert answer.status == 200
    for headers in (SAME_ORIGIN, {"origin": site.address}, SAME_ORIGIN | {"x-bimmerhub-page": "guessed"}):
        async with site.post(SIGN_IN, headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]["kind"]) == (403, "key_needed"), headers
    for headers, status in [
        ({}, 403),
        ({"sec-fetch-site": "cross-site", "origin": site.address}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        (bearer("unknown"), 401),
        (bearer("local"), 200),
    ]:
        async with site.post(SIGN_IN, headers=headers) as answer:
            assert answer.status == status, headers


async def test_protected_hub_shows_strangers_only_that_it_lives(site: "Site") -> None:
    await site.accounts.start_sign_in("home", "c")
    site.credentials.password = PASSWORD
    for path in (STATE, "/api/v1/accounts", "/api/v1/events", "/metrics", "/api/openapi.json", "/static/app.js", "/x"):
        async with site.get(path) as answer:
            assert answer.status == 401, path
            assert answer.headers["www-authenticate"] == "Bearer"
            assert "bimmerhub tokens" in (await answer.json())["error"]["hint"]
    async with site.get("/api/v1/health") as answer:
        health = await answer.json()
    assert health["status"] == "ok"
    assert {name: value for name, value in health.items() if value} == {"status": "ok"}


async def test_token_reads_and_with_write_scope_changes(site: "Site") -> None:
    site.credentials.tokens = {"r": "read", "w": "write"}
    for token, reading, writing in [("r", 200, 403), ("w", 200, 200), ("x", 401, 401), ("", 401, 401)]:
        async with site.get(STATE, headers=bearer(token)) as answer:
            assert answer.status == reading, token
        async with site.post(SIGN_IN, headers=bearer(token) | SAME_ORIGIN) as answer:
            assert answer.status == writing, token
    async with site.get("/api/v1/health", headers=bearer("r")) as answer:
        assert (await answer.json())["links"]


async def test_password_opens_a_session(site: "Site") -> None:
    site.credentials.password = PASSWORD
    async with site.get("/", headers={"accept": "text/html"}, allow_redirects=False) as answer:
        assert answer.headers["location"] == "/login"
    page = await page_headers(site)
    async with site.get("/") as answer:
        assert "Log out" in await answer.text()
    proof = {"x-bimmerhub-page": page["x-bimmerhub-page"]}
    for headers in ({}, SAME_ORIGIN, proof, proof | {"sec-fetch-site": "same-site"}):
        async with site.post(SIGN_IN, headers=headers) as answer:
            assert answer.status == 403, headers
    async with site.post(SIGN_IN, headers=page) as answer:
        assert answer.status == 200
    async with site.post("/logout", headers=SAME_ORIGIN, allow_redirects=False) as answer:
        assert answer.status == 303
    async with site.get(STATE) as answer:
        assert answer.status == 401


async def test_password_that_is_changed_while_it_is_looked_at_opens_nothing(site: "Site") -> None:
    site.credentials.password = PASSWORD
    site.credentials.while_checking = site.entrance.shut
    assert await log_in(site) == 401
    site.credentials.while_checking = None
    assert await log_in(site) == 303


async def test_session_cookie_is_for_this_site_only_and_ends(site: "Site") -> None:
    site.credentials.password = PASSWORD
    form = {"password": PASSWORD}
    async with site.post("/login", data=form, headers=SAME_ORIGIN, allow_redirects=False) as answer:
        cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    site.clock[0] += 30 * 86_400_000
    async with site.get(STATE) as answer:
        assert answer.status == 401


async def test_wrong_passwords_are_limited_and_tokens_are_not(site: "Site") -> None:
    site.credentials.password, site.credentials.tokens = PASSWORD, {"r": "read"}
    assert [await log_in(site, "wrong") for _ in range(6)] == [401] * 5 + [429]
    assert await log_in(site) == 429
    assert site.credentials.asked == 5
    async with site.get(STATE, headers=bearer("r")) as answer:
        assert answer.status == 200
    site.clock[0] += 12_000
    assert await log_in(site) == 303


async def test_login_form_says_what_was_wrong(site: "Site") -> None:
    site.credentials.password = PASSWORD
    async with site.post("/login", data={"password": "nope"}, headers=SAME_ORIGIN) as answer:
        assert "That is not the password." in await answer.text()
    async with site.post("/login", data=b"x" * 9_000, headers=SAME_ORIGIN) as answer:
        assert answer.status == 401
    async with site.post("/login", data={"password": PASSWORD}) as answer:
        assert answer.status == 403


async def test_hub_without_password_has_no_login(site: "Site") -> None:
    async with site.get("/login", allow_redirects=False) as answer:
        assert answer.headers["location"] == "/"


async def test_every_answer_carries_the_security_headers(site: "Site") -> None:
    for path in ("/", "/static/app.js", STATE, "/nothing", "/api/v1/vehicles/x"):
        async with site.get(path) as answer:
            assert HEADERS.items() <= {name.lower(): value for name, value in answer.headers.items()}.items()
    assert "'unsafe" not in HEADERS["content-security-policy"]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.0.0.2", True),
        ("127.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("0", False),
        ("", False),
        ("::", False),
        ("::ffff:0.0.0.0", False),
        ("::ffff:192.0.2.1", False),
        ("192.0.2.1", False),
        ("hub.invalid", False),
        ("a" * 300, False),
    ],
)
def test_loopback_is_told_from_the_rest(host: str, *, expected: bool) -> None:
    assert is_loopback(host) is expected


async def test_cookie_is_replaced_once_a_day_and_the_old_one_ends_soon(site: "Site") -> None:
    site.credentials.password = PASSWORD
    page = await page_headers(site)
    cookies = []
    for later_ms in (0, 86_400_000, 0):
        site.clock[0] += later_ms
        async with site.get("/") as answer:
            cookies.append((answer.request_info.headers["cookie"], "set-cookie" in answer.headers))
    assert [is_set for _, is_set in cookies] == [False, True, False]
    assert cookies[0][0] == cookies[1][0] != cookies[2][0]
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as other_tab:
        for waited_ms, status in ((0, 200), (60_000, 401)):
            site.clock[0] += waited_ms
            async with other_tab.get(site.address + STATE, headers={"cookie": cookies[0][0]}) as answer:
                assert answer.status == status
    async with site.post(SIGN_IN, headers=page) as answer:
        assert answer.status == 200
