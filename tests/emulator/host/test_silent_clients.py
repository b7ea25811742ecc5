"""Clients that connect and send nothing, or half a request."""

import asyncio
from collections.abc import Callable

import pytest
from tests.hasty_loop import run_hastily

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.settings import EmulatorSettings


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHo"])
def test_client_that_sends_nothing_is_cut(make_settings: Callable[..., EmulatorSettings], sent: bytes) -> None:
    async def work() -> bytes:
        async with Emulator(make_settings()) as emulator:
            port = int(emulator.info.base_url.rpartition(":")[2])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            try:
                async with asyncio.timeout(60):
                    return await reader.read()
            except ConnectionResetError:
                return b""
            finally:
                writer.transport.abort()

    assert run_hastily(work(), factor=20) == b""
