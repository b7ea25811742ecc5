"""The hub behind a proxy that is a program of its own: what the how-to says, and what strangers try."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.events import AccountLinkChanged

if TYPE_CHECKING:
    from tests.web.conftest import OpenSite, Site

PROXY = Path(__file__).with_name("reverse_proxy.py")
PASSWORD = "correct horse"
NAME = "car.example.org"
STATE = "/api/v1/vehicles/WBY00000000000042/state"
SIGN_IN = "/api/v1/accounts/home/sign-in"
STRANGER = "203.0.113.9"
LINK = AccountLinkChanged(
    link=Link(account="home", family=Family.CARDATA, state=LinkState.WAITING, reason="cut", hint=None, since_ms=0)
)


@asynccontextmanager
async def proxy(site: "Site", mode: str, *, client: str = STRANGER) -> AsyncIterator[str]:
    """Run a proxy before the site and give its address."""
    words = (str(PROXY), site.address.rpartition(":")[2], mode, client)
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20):
            port = int(await process.stdout.readline())
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        await process.wait()


def browser(address: str) -> aiohttp.ClientSession:
    """Return what asks for the hub by its name, through the proxy."""
    headers = {"host": NAME, "origin": f"https://{NAME}", "sec-fetch-site": "same-origin"}
    return aiohttp.ClientSession(address, headers=headers, cookie_jar=aiohttp.DummyCookieJar())


async def test_as_documented_a_person_logs_in_changes_and_follows(open_a_site: "OpenSite") -> None:
    async with (
        open_a_site(allowed_hosts=[NAME], trusted_proxies=("127.0.0.1",)) as site,
        proxy(site, "documented") as address,
        browser(address) as client,
    ):
        site.credentials.password = PASSWORD
        async with client.get(STATE) as answer:
            assert answer.status == 401
        form = {"password": PASSWORD}
        async with client.post("/login", data=form, allow_redirects=False) as answer:
            cookie = answer.headers["set-cookie"]
            proof = answer.headers["location"].removeprefix("/#page=")
        assert "secure" in cookie.lower()
        page = {"cookie": cookie.partition(";")[0], "x-bimmerhub-page": proof}
        async with client.post(SIGN_IN, headers=page) as answer:
            assert answer.status == 200
        async with client.get("/api/v1/events", headers=page) as stream:
            await stream.content.readuntil(b"\n\n")
            site.events.publish([LINK])
            assert b"event: link" in await stream.content.readuntil(b"\n\n")
            site.entrance.shut()
            assert await stream.content.read() == b""
        entries = await site.store.audit.audit(limit=9)
        assert {entry.from_where for entry in entries} == {STRANGER}


async def test_as_documented_nobody_writes_where_they_come_from(open_a_site: "OpenSite") -> None:
    async with (
        open_a_site(allowed_hosts=[NAME], trusted_proxies=("127.0.0.1",)) as site,
        proxy(site, "documented") as address,
        browser(address) as client,
    ):
        for claim in ({"x-forwarded-for": "127.0.0.1"}, {"forwarded": "for=127.0.0.1"}):
            async with client.get(STATE, headers=claim) as answer:
                assert answer.status == 403, claim
        async with client.get(STATE, headers={"host": "evil.example"}) as answer:
            assert answer.status == 421


async def test_a_proxy_that_the_hub_was_not_told_of_makes_nobody_local(open_a_site: "OpenSite") -> None:
    async with open_a_site(allowed_hosts=[NAME]) as site:
        for mode in ("documented", "default"):
            async with proxy(site, mode, client="127.0.0.1") as address, browser(address) as client:
                async with client.get(STATE) as answer:
                    assert (answer.status, (await answer.json())["error"]["kind"]) == (403, "untrusted_proxy"), mode
                async with client.post(SIGN_IN) as answer:
                    assert answer.status == 403


async def test_a_silent_proxy_lets_strangers_read_without_a_password_and_never_write(site: "Site") -> None:
    async with proxy(site, "silent") as address, browser(address) as client:
        async with client.get(STATE) as answer:
            assert answer.status == 200  # nothing tells it from a program here: the how-to says so
        async with client.post(SIGN_IN) as answer:
            assert answer.status == 403
        site.credentials.password = PASSWORD
        async with client.get(STATE) as answer:
            assert answer.status == 401
