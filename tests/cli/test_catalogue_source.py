"""BMW's list by its address: a page that does not come to its end is given up."""

import asyncio
from contextlib import suppress

import pytest

from bimmerhub.cli.arguments import catalogue_source
from bimmerhub.errors import BmwUnavailable


async def test_a_page_that_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_source, "ANSWERED_WITHIN_S", 0.2)
    left = asyncio.Event()

    async def trickle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        with suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)
        writer.close()
        left.set()

    async with await asyncio.start_server(trickle, "127.0.0.1", 0) as server, asyncio.timeout(10):
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(BmwUnavailable, match="does not give the list within"):
            await catalogue_source.load_document(f"http://127.0.0.1:{port}/list")
        await left.wait()
