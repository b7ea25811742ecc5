"""Connections that are not used, or used too slowly: they end, and nobody is kept out by them."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from tests.hasty_loop import run_hastily
from tests.web.conftest import OpenSite, open_site

from bimmerhub.web.connection_book import RESERVED_FOR_LOOPBACK, ConnectionBook, ConnectionLimits, source_of
from bimmerhub.web.server import serve

ASK = b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
LOGIN = b"POST /login HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nContent-Length: 100\r\n\r\n"


class Client:
    """One TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def answer(self) -> str:
        """Return all that comes until the server closes."""
        async with asyncio.timeout(200):
            try:
                return (await self.reader.read()).decode()
            except ConnectionResetError:
                return ""


@asynccontextmanager
async def connected(port: int, *, send: bytes = b"") -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(send)
    try:
        yield Client(reader, writer)
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


@pytest.mark.parametrize(
    ("sent", "answer"),
    [(b"", ""), (b"GET / HTTP/1.1\r\nHost: loc", "408"), (ASK + b"GET / HT", "200"), (LOGIN, "")],
    ids=["nothing", "half a head", "half of the second head", "no body"],
)
def test_client_that_does_not_go_on_is_cut(tmp_path: Path, sent: bytes, answer: str) -> None:
    async def work() -> str:
        async with open_site(tmp_path) as site, connected(port_of(site.address), send=sent) as client:
            return await client.answer()

    assert run_hastily(work(), factor=20)[9:12] == answer


def test_body_that_goes_on_after_its_refusal_is_cut(tmp_path: Path) -> None:
    async def send_for_ever(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.5)

    async def work() -> None:
        async with open_site(tmp_path) as site, connected(port_of(site.address)) as client, asyncio.timeout(60):
            client.writer.write(b"POST /api/v1/imports HTTP/1.1\r\nHost: evil\r\nContent-Length: 99999999\r\n\r\n")
            with pytest.raises(ConnectionError):
                await send_for_ever(client.writer)

    run_hastily(work(), factor=20)


def test_client_that_does_not_take_its_answer_is_cut() -> None:
    async def long_answer(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(2_000):
            await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})

    async def work() -> int:
        with socket.socket() as stuck:
            stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            async with serve(long_answer, "127.0.0.1", 0) as port:
                stuck.connect(("127.0.0.1", port))
                stuck.sendall(ASK)
                await asyncio.sleep(45)
                stuck.settimeout(5)
                size = 0
                try:
                    while data := stuck.recv(1 << 20):
                        size += len(data)
                except ConnectionResetError:
                    pass
                return size

    assert run_hastily(work(), factor=20) < 10_000_000


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 10_000 + b"\r\n", 431),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ],
)
async def test_head_that_is_too_long_or_none_is_told(open_a_site: OpenSite, head: bytes, status: int) -> None:
    async with open_a_site() as site, connected(port_of(site.address), send=head) as client:
        answer = await client.answer()
    assert answer[9:12] == str(status)
    assert json.loads(answer.partition("\r\n\r\n")[2])["error"]["message"]


async def test_newcomer_takes_the_place_of_who_waited_longest() -> None:
    limits = ConnectionLimits(most=20)
    async with serve(PlainTextResponse("here"), "127.0.0.1", 0, limits=limits) as port, AsyncExitStack() as clients:
        idle = [await clients.enter_async_context(connected(port)) for _ in range(51)]
        async with connected(port, send=ASK) as owner:
            assert await owner.reader.readuntil(b"here")
        assert await idle[0].answer() == ""


def test_crowd_is_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        async with serve(PlainTextResponse("here"), "127.0.0.1", 0, limits=ConnectionLimits(most=5)) as port:
            for _ in range(3):
                async with AsyncExitStack() as clients:
                    for _ in range(8):
                        await clients.enter_async_context(connected(port))
                    await asyncio.sleep(5)

    run_hastily(work(), factor=20)
    [told] = [record.getMessage() for record in caplog.records if record.name == "bimmerhub.web.server"]
    assert told.endswith("that waited were closed for others, 0 refused")


async def test_when_all_are_busy_the_newcomer_is_told_when_to_come_again() -> None:
    begun, go_on = asyncio.Queue[None](), asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        begun.put_nowait(None)
        await go_on.wait()
        await PlainTextResponse(Request(scope).url.path)(scope, receive, send)

    limits = ConnectionLimits(most=3)
    async with serve(slow, "127.0.0.1", 0, limits=limits) as port, AsyncExitStack() as clients:
        busy = list[Client]()
        for _ in range(3 + RESERVED_FOR_LOOPBACK):
            busy.append(await clients.enter_async_context(connected(port, send=ASK)))
            await begun.get()
        async with connected(port) as refused:
            answer = await refused.answer()
        go_on.set()
        for client in busy:
            assert await client.reader.readuntil(b"/api/v1/health")
    assert answer.startswith("HTTP/1.1 503 ")
    assert "retry-after: 5" in answer
    assert "as many connections as it may have" in answer


def test_one_source_pushes_out_its_own_and_this_machine_keeps_some_places() -> None:
    book = ConnectionBook[int](ConnectionLimits(most=10, most_of_one_source=4))
    assert [book.enter(number, "192.0.2.1") for number in range(5)][3:] == [(True, None), (True, 0)]
    for number in (1, 2, 3, 4):
        book.work(number)
    assert book.enter(5, "192.0.2.1") == (False, None)
    for number in range(10, 16):
        assert book.enter(number, f"198.51.100.{number}") == (True, None)
        book.work(number)
    assert book.enter(20, "203.0.113.1") == (False, None)
    assert book.enter(21, "loopback") == (True, None)
    book.leave(21)
    book.leave(10)
    assert book.enter(22, "203.0.113.1") == (True, None)
    assert (len(book), book.pushed_out, book.refused) == (10, 1, 2)
    assert (book.take_crowd(), book.take_crowd()) == ((1, 2), None)


def test_networks_of_ipv6_are_one_source_and_loopback_is_one() -> None:
    assert source_of("2001:db8::1") == source_of("2001:db8::ffff:1") != source_of("2001:db8:0:1::1")
    assert {source_of(host) for host in ("127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1")} == {"loopback"}
    assert source_of("::ffff:192.0.2.1") == source_of("192.0.2.1") == "192.0.2.1"
    assert source_of("fe80::1%eth0") == source_of("fe80::2%eth0")
