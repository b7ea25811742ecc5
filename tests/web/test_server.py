"""The server: binding, stopping."""

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from starlette.responses import PlainTextResponse

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.events import AccountLinkChanged
from bimmerhub.errors import ConfigError
from bimmerhub.web.server import serve

if TYPE_CHECKING:
    from tests.web.conftest import OpenSite

LONG = AccountLinkChanged(
    link=Link(account="a", family=Family.CARDATA, state=LinkState.WAITING, reason="x" * 999, hint=None, since_ms=0)
)
HANG_S = 30
APP = PlainTextResponse("here")


async def test_port_zero_tells_the_bound_port() -> None:
    async with serve(APP, "127.0.0.1", 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        assert (await reader.read()).endswith(b"here")
        writer.close()
        await writer.wait_closed()


async def test_taken_port_is_told_with_a_way_out() -> None:
    async with serve(APP, "127.0.0.1", 0) as port:
        with pytest.raises(ConfigError, match=str(port)) as caught:
            async with serve(APP, "127.0.0.1", port):
                pass
    assert "--port" in (caught.value.hint or "")


@pytest.mark.parametrize(("host", "port"), [("no.such.host.invalid", 0), ("127.0.0.1", 70_000), ("192.0.2.1", 0)])
async def test_impossible_address_is_a_config_error(host: str, port: int) -> None:
    with pytest.raises(ConfigError, match=r"cannot listen|no port"):
        async with serve(APP, host, port):
            pass


async def test_error_of_the_block_comes_out_as_it_was() -> None:
    with pytest.raises(ConfigError, match="mine"):
        async with serve(APP, "127.0.0.1", 0):
            raise ConfigError("mine")


async def test_open_event_streams_do_not_hold_up_the_stop(open_a_site: "OpenSite") -> None:
    async with open_a_site() as site, site.get("/api/v1/events") as answer:
        await answer.content.readuntil(b"\n\n")
        site.events.close()
        assert await answer.content.read() == b""  # the answer has ended before the server stops


@pytest.mark.parametrize("closes_ring", [True, False])
async def test_client_that_does_not_listen_is_cut(open_a_site: "OpenSite", *, closes_ring: bool) -> None:
    with socket.socket() as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        async with open_a_site(closes_ring=closes_ring) as site:
            stuck.connect(("127.0.0.1", int(site.address.rpartition(":")[2])))
            stuck.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            while not site.events.listeners:
                async with site.get("/api/v1/health"):
                    pass
            for _ in range(100):
                site.events.publish([LONG] * 500)
                async with site.get("/api/v1/health"):
                    pass
        stuck.settimeout(HANG_S)
        with suppress(ConnectionError):
            while await asyncio.to_thread(stuck.recv, 1 << 20):
                pass
