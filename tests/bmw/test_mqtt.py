"""What a broker can do that the emulator's does not: bytes by hand over TLS, on loopback."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bimmerhub.bmw import mqtt
from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.mqtt import ConnectionLost, subscribed
from bimmerhub.emulator.certificates import load_or_make_certificates

Dialogue = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Connect = Callable[[Dialogue], Awaitable[dict[str, Any]]]

ACCEPTED = b"\x20\x02\x00\x00"
SUBACK_REFUSED = b"\x90\x03\x00\x01\x80"
SUBACK_GRANTED = b"\x90\x03\x00\x01\x00"
DISCONNECT = b"\xe0\x00"


@pytest.fixture
async def broker(keys_dir: Path) -> AsyncIterator[Connect]:
    """Serve one dialogue, and return what `subscribed` needs to have it."""
    certificates = load_or_make_certificates(keys_dir, now=dt.datetime.now(dt.UTC))
    servers: list[asyncio.Server] = []

    async def start(dialogue: Dialogue) -> dict[str, Any]:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await dialogue(reader, writer)
            finally:
                writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=certificates.server_context())
        servers.append(server)
        return {
            "host": "127.0.0.1",
            "port": server.sockets[0].getsockname()[1],
            "tls": Endpoints(ca_file=certificates.ca_file).ssl_context(),
            "username": "gcid",
            "password": "token",
            "topic": "gcid/+",
        }

    yield start
    for server in servers:
        server.close()


async def lost(login: dict[str, Any]) -> ConnectionLost:
    async with asyncio.timeout(10):
        with pytest.raises(ConnectionLost) as caught:
            async with subscribed(**login):
                pass
    return caught.value


async def test_refused_subscription_is_told_with_its_code(broker: Connect) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(ACCEPTED)
        await reader.read(1000)
        writer.write(SUBACK_REFUSED)
        await reader.read(1000)

    error = await lost(await broker(dialogue))
    assert (error.stage, error.code) == ("subscribe", 128)


async def test_connection_that_breaks_before_the_subscription_is_no_refusal(
    broker: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "SUBSCRIBE_WITHIN_S", 0.3)

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(ACCEPTED)

    error = await lost(await broker(dialogue))
    assert (error.stage, error.code) == ("subscribe", None)


@pytest.mark.parametrize(("code", "told"), [(3, 136), (4, 134), (5, 135), (151, 128)])
async def test_refused_connection_is_told_with_the_code_of_mqtt_5(broker: Connect, code: int, told: int) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(bytes((0x20, 2, 0, code)))
        await reader.read(1000)

    error = await lost(await broker(dialogue))
    assert (error.stage, error.code) == ("connect", told)


async def test_connect_that_is_given_up_does_not_live_on(broker: Connect) -> None:
    asked, answering, ended = asyncio.Event(), asyncio.Event(), asyncio.get_running_loop().create_future()

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        asked.set()
        await answering.wait()
        writer.write(ACCEPTED)
        ended.set_result(await reader.read(1000))

    login = await broker(dialogue)
    async with asyncio.TaskGroup() as tasks:
        connecting = tasks.create_task(lost(login))
        await asked.wait()
        connecting.cancel()
    answering.set()
    async with asyncio.timeout(5):
        assert await ended in (DISCONNECT, b"")


@pytest.mark.parametrize("is_answered", [True, False])
async def test_what_is_on_its_way_while_leaving_is_not_lost(
    broker: Connect, monkeypatch: pytest.MonkeyPatch, *, is_answered: bool
) -> None:
    monkeypatch.setattr(mqtt, "LEAVE_WITHIN_S", 0.3)

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(ACCEPTED)
        await reader.read(1000)
        writer.write(SUBACK_GRANTED)
        unsubscribe = await reader.read(1000)
        writer.write(b"\x30\x0b\x00\x06gcid/Vhi!")
        if is_answered:
            writer.write(b"\xb0\x02" + unsubscribe[2:4])
        await reader.read(1000)

    async with asyncio.timeout(10), subscribed(**await broker(dialogue)) as connection:
        left_with = await connection.leave()
    assert [(each.topic, each.payload) for each in left_with] == [("gcid/V", b"hi!")]
