"""Requests through a proxy: never local unless the proxy is trusted, and then as the proxy says, which may not lie."""

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from bimmerhub.errors import ConfigError
from bimmerhub.web.access.forwarding import parse_hop
from bimmerhub.web.settings import WebSettings

if TYPE_CHECKING:
    from tests.web.conftest import OpenSite, Site

PASSWORD = "correct horse"
STATE = "/api/v1/vehicles/WBY00000000000042/state"
OPENING = "/api/v1/vehicles/WBY00000000000042/opening"
MARKS = [
    {"x-forwarded-for": "127.0.0.1"},
    {"x-forwarded-for": ""},
    {"forwarded": "for=127.0.0.1"},
    {"x-forwarded-proto": "https"},
    {"x-forwarded-host": "localhost"},
    {"x-real-ip": "::1"},
    {"via": "1.1 proxy"},
    {"cf-connecting-ip": "203.0.113.9"},
    {"x-envoy-external-address": "203.0.113.9"},
    {"cf-ipcountry": "DE"},
    {"tailscale-user-login": "anna@example.com"},
    {"x-amzn-trace-id": "Root=1"},
]


async def status_and_kind(site: "Site", path: str = STATE, **headers: str) -> tuple[int, str]:
    async with site.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()}) as answer:
        return answer.status, (await answer.json()).get("error", {}).get("kind", "")


async def send_raw(site: "Site", request: bytes) -> bytes:
    """Send bytes as they are and return all that comes back until the connection is closed."""
    host, port = site.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    async with asyncio.timeout(5):
        writer.write(request)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    return answer


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: next(iter(mark)))
async def test_what_a_proxy_passed_on_is_not_local(site: "Site", mark: dict[str, str]) -> None:
    async with site.get(STATE, headers=mark) as answer:
        assert (answer.status, (await answer.json())["error"]["kind"]) == (403, "untrusted_proxy")
    async with site.get("/", headers=mark | {"accept": "text/html"}) as answer:
        assert (answer.url.path, answer.status) == ("/login", 200)
        assert "bimmerhub open" in await answer.text()
    assert site.entrance.proxies.newest is not None
    assert list(site.entrance.proxies.newest.headers) == list(mark)


async def test_what_is_remembered_of_a_proxy_is_bounded(site: "Site") -> None:
    async with site.get(STATE, headers={f"x-forwarded-{n}-{'x' * 200}": "1" for n in range(20)}):
        pass
    assert site.entrance.proxies.newest is not None
    assert sum(map(len, site.entrance.proxies.newest.headers)) <= 200


async def test_http_1_0_is_a_proxy_that_says_nothing(site: "Site") -> None:
    host = site.address.removeprefix("http://").encode()
    for version, status in ((b"1.1", b"200"), (b"1.0", b"403")):
        head = b"GET %b HTTP/%b\r\nHost: %b\r\nConnection: close\r\n\r\n" % (STATE.encode(), version, host)
        assert (await send_raw(site, head)).startswith(b"HTTP/1.1 " + status)


async def test_tokens_and_sessions_count_through_any_proxy(site: "Site") -> None:
    site.credentials.tokens = {"r": "read"}
    assert await status_and_kind(site, x_forwarded_for="203.0.113.9", authorization="Bearer r") == (200, "")
    page = await site.come_in()
    assert await status_and_kind(site, x_forwarded_for="203.0.113.9", **page) == (200, "")


async def test_nobody_writes_their_own_address_into_the_audit(site: "Site") -> None:
    async with site.client.put(f"{site.address}{OPENING}", headers={"x-forwarded-for": "203.0.113.9"}) as answer:
        assert answer.status == 403
    assert [entry.from_where for entry in await site.store.audit.audit(limit=9)] == ["127.0.0.1"]


async def test_a_trusted_proxy_says_who_asks(open_a_site: "OpenSite") -> None:
    async with open_a_site(trusted_proxies=("127.0.0.1", "10.0.0.0/8")) as site:
        for chain, status in (
            ("127.0.0.1", 200),
            ("203.0.113.9", 403),
            ("127.0.0.1, 203.0.113.9", 403),  # the first was there already: anybody can write it
            ("203.0.113.9, 10.1.2.3", 403),
            ("10.1.2.3", 403),
            ("unknown", 403),
            ("", 403),
        ):
            assert (await status_and_kind(site, x_forwarded_for=chain))[0] == status, chain
            if chain:
                assert (await status_and_kind(site, forwarded=f'for="{chain}"'))[0] == status or "," in chain, chain
        assert (await status_and_kind(site))[0] == 403  # it has to say it
        async with site.client.put(f"{site.address}{OPENING}", headers={"x-forwarded-for": "203.0.113.9"}):
            pass
        assert [entry.from_where for entry in await site.store.audit.audit(limit=9)] == ["203.0.113.9"]


LAN = ("127.0.0.1", "192.168.0.0/16", "::1")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"x-forwarded-for": "127.0.0.1"}, 200),
        ({"x-forwarded-for": "127.0.0.1, 127.0.0.1", "via": "1.1 x", "x-forwarded-proto": "http"}, 200),
        ({"x-forwarded-for": "::1", "x-real-ip": "::ffff:127.0.0.1"}, 200),
        ({"x-forwarded-for": "127.0.0.1, 192.168.1.50"}, 403),
        ({"x-forwarded-for": "192.168.1.50, 127.0.0.1"}, 403),
        ({"x-forwarded-for": "127.0.0.1, ::ffff:192.168.1.50"}, 403),
        ({"x-forwarded-for": "203.0.113.9, 127.0.0.1"}, 403),
        ({"x-forwarded-for": "127.0.0.1, "}, 403),
        ({"x-forwarded-for": "127.0.0.1", "x-real-ip": "192.168.1.50"}, 403),
        ({"x-forwarded-for": "127.0.0.1", "cf-connecting-ip": "203.0.113.9"}, 403),
        ({"x-forwarded-for": "127.0.0.1", "cf-ray": "1"}, 403),
        ({"x-real-ip": "127.0.0.1"}, 403),
        ({"forwarded": "for=127.0.0.1, for=192.168.1.50"}, 403),
        ({"forwarded": 'for="[::1]";proto=http, for=127.0.0.1'}, 200),
        ({"forwarded": "for=127.0.0.1, proto=http"}, 403),
        ({"forwarded": "for=127.0.0.1;for=192.168.1.50"}, 403),
        ({"forwarded": 'for="127.0.0.1, 192.168.1.50"'}, 403),
    ],
    ids=str,
)
async def test_nobody_in_a_trusted_network_is_this_machine(
    open_a_site: "OpenSite", headers: dict[str, str], status: int
) -> None:
    async with open_a_site(trusted_proxies=LAN) as site, site.get(STATE, headers=headers) as answer:
        assert answer.status == status


async def test_nobody_in_a_trusted_network_chooses_an_address(open_a_site: "OpenSite") -> None:
    async with open_a_site(trusted_proxies=LAN) as site:
        headers = {"x-forwarded-for": "192.168.7.7, 192.168.1.50"}
        async with site.client.put(f"{site.address}{OPENING}", headers=headers):
            pass
        assert [entry.from_where for entry in await site.store.audit.audit(limit=9)] == ["192.168.1.50"]


async def test_a_proxy_that_contradicts_itself_is_refused(open_a_site: "OpenSite") -> None:
    async with open_a_site(trusted_proxies=("127.0.0.1",)) as site:
        for standard, expected in (("for=127.0.0.1", (400, "contradicting_proxies")), ("for=203.0.113.9", (403, ""))):
            status, kind = await status_and_kind(site, x_forwarded_for="203.0.113.9", forwarded=standard)
            assert (status, kind if expected[1] else "") == expected


async def test_a_trusted_proxy_says_the_scheme(open_a_site: "OpenSite") -> None:
    async with open_a_site(trusted_proxies=("127.0.0.1",), allowed_hosts=["car.example"]) as site:
        site.credentials.password = PASSWORD
        headers = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https", "host": "car.example"}
        for origin, status in (("http://car.example", 403), ("https://car.example", 303)):
            sent = headers | {"origin": origin}
            form = {"password": PASSWORD}
            async with site.post("/login", data=form, headers=sent, allow_redirects=False) as answer:
                assert answer.status == status
        assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("hop", "address"),
    [
        ("1.2.3.4", "1.2.3.4"),
        (" 1.2.3.4:567 ", "1.2.3.4"),
        ('"[2001:db8::1]:80"', "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("fe80::1%\x1b[2J", "fe80::1"),
        ("_hidden", "None"),
        ("[", "None"),
        ("1.2.3", "None"),
    ],
)
def test_hops_are_read_in_every_form(hop: str, address: str) -> None:
    assert str(parse_hop(hop)) == address


@pytest.mark.parametrize("text", ["", "proxy", "10.0.0.1/8", "10.0.0.0/99"])
def test_a_proxy_that_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="trusted_proxies"):
        WebSettings(trusted_proxies=(text,))


SMUGGLED = {
    "both lengths": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 4\r\nContent-Length: 0\r\n\r\nabcd",
    "list of lengths": b"Content-Length: 4, 0\r\n\r\nabcd",
    "signed length": b"Content-Length: +4\r\n\r\nabcd",
    "odd encoding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "encoding twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "blank before colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "folded": b"X-A: b\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "odd chunk": b"Transfer-Encoding: chunked\r\n\r\n0x4\r\nabcd\r\n0\r\n\r\n",
    "line feed alone": b"X-A: b\nContent-Length: 0\r\n\r\n",
    "header behind a line feed": b"X-A: b\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two hosts": b"Host: evil.example\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("shape", SMUGGLED)
async def test_requests_with_two_ends_are_refused_and_nothing_after_them_is_read(site: "Site", shape: str) -> None:
    host = site.address.removeprefix("http://").encode()
    hidden = b"GET /api/v1/vehicles HTTP/1.1\r\nHost: %b\r\nConnection: close\r\n\r\n" % host
    head = b"POST /api/v1/rebuild HTTP/1.1\r\nHost: %b\r\nAuthorization: Bearer local\r\n" % host
    answer = await send_raw(site, head + SMUGGLED[shape] + hidden)
    refused = (b"HTTP/1.1 400", b"HTTP/1.1 421")
    assert answer.startswith(refused) or refused[0] in answer, answer
    assert b"WBY00000000000042" not in answer


async def test_a_line_feed_alone_is_refused_in_each_of_several_requests(site: "Site") -> None:
    host = site.address.removeprefix("http://").encode()
    good = b"GET /api/v1/health HTTP/1.1\r\nHost: %b\r\n\r\n" % host
    posted = b"POST /login HTTP/1.1\r\nHost: %b\r\nContent-Length: 3\r\n\r\na\nb" % host
    forged = b"GET %b HTTP/1.1\r\nHost: %b\r\nX: a\nConnection: close\r\n\r\n" % (STATE.encode(), host)
    answer = await send_raw(site, good + posted + good + forged)
    statuses = re.findall(rb"HTTP/1.1 (\d+)", answer)
    assert statuses == [b"200", b"403", b"200", b"400"]


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET http://evil.example/api/v1/access HTTP/1.1", b"404"),
        (b"GET http://127.0.0.1/api/v1/access/tokens HTTP/1.1", b"404"),
        (b"CONNECT evil.example:443 HTTP/1.1", b"403"),
        (b"OPTIONS * HTTP/1.1", b"404"),
        (b"GET //evil.example/api/v1/access HTTP/1.1", b"404"),
    ],
)
async def test_no_form_of_a_target_leads_elsewhere(site: "Site", request_line: bytes, status: bytes) -> None:
    head = b"%b\r\nHost: localhost\r\nConnection: close\r\n\r\n" % request_line
    assert (await send_raw(site, head)).startswith(b"HTTP/1.1 " + status)


async def test_nothing_is_upgraded(site: "Site") -> None:
    for word in (
        b"websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGVzdA==",
        b"h2c\r\nHTTP2-Settings: AA",
    ):
        head = b"GET /api/v1/access HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: %b\r\n\r\n"
        assert (await send_raw(site, head % word)).startswith(b"HTTP/1.1 200")
