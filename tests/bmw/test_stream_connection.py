"""What a broker can do that the emulator's does not: bytes by hand over TLS, on loopback."""

import asyncio
import datetime as dt
import gc
import ssl
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.streaming import stream_connection
from bimmerhub.bmw.cardata.streaming.stream_connection import ConnectionLost, StreamConnection, open_stream
from bimmerhub.emulator.host.certificates import load_or_make_certificates

if TYPE_CHECKING:
    from tests.bmw.conftest import Connect

ACCEPTED = b"\x20\x02\x00\x00"
SUBACK_REFUSED = b"\x90\x03\x00\x01\x80"
DISCONNECT = b"\xe0\x00"


@asynccontextmanager
async def subscribed(*, host: str, port: int, tls: ssl.SSLContext, **login: Any) -> AsyncIterator[StreamConnection]:
    client = await open_stream(host=host, port=port, tls=tls)
    async with stream_connection.subscribed(client, **login) as connection:
        yield connection


async def lost(login: dict[str, Any]) -> ConnectionLost:
    async with asyncio.timeout(10):
        with pytest.raises(ConnectionLost) as caught:
            async with subscribed(**login):
                pass
    return caught.value


async def test_refused_subscription_is_told_with_its_code(broker: "Connect") -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(ACCEPTED)
        await reader.read(1000)
        writer.write(SUBACK_REFUSED)
        await reader.read(1000)

    error = await lost(await broker(dialogue))
    assert (error.stage, error.code) == ("subscribe", 128)


async def test_connection_that_breaks_before_the_subscription_is_no_refusal(
    broker: "Connect", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_connection, "SUBSCRIBE_WITHIN_S", 0.3)

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(ACCEPTED)

    unasked: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unasked.append(context))
    error = await lost(await broker(dialogue))
    assert (error.stage, error.code) == ("subscribe", None)
    gc.collect()
    assert unasked == []


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5, 6, 128, 151, 255])
async def test_refused_connection_is_told_with_the_code_that_was_sent(broker: "Connect", code: int) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(bytes((0x20, 2, 0, code)))
        await reader.read(1000)

    error = await lost(await broker(dialogue))
    assert (error.stage, error.how, error.code) == ("connect", "told", code)


async def test_connect_that_is_given_up_does_not_live_on(broker: "Connect") -> None:
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


async def test_connect_that_is_given_up_while_bmw_says_nothing_closes_at_once(broker: "Connect") -> None:
    asked, ended = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def dialogue(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        asked.set()
        ended.set_result(await reader.read(1000))

    login = await broker(dialogue)
    async with asyncio.TaskGroup() as tasks:
        connecting = tasks.create_task(lost(login))
        await asked.wait()
        connecting.cancel()
    async with asyncio.timeout(5):
        assert await ended == b""


SUBACK_GRANTED = b"\x90\x03\x00\x01\x00"
CONNACK_5, SUBACK_5 = b"\x20\x03\x00\x00\x00", b"\x90\x04\x00\x01\x00\x00"
REASON = b"\x1f\x00\x04busy"
"""MQTT 5's property for a reason in words."""


async def end_of(login: dict[str, Any]) -> ConnectionLost:
    """Return how a connection that came about ended."""
    async with asyncio.timeout(10):
        async with subscribed(**login) as connection:
            with pytest.raises(ConnectionLost) as caught:
                await drain(connection)
    return caught.value


async def drain(connection: StreamConnection) -> None:
    async for _ in connection.bursts():
        pass


async def test_refusal_of_mqtt_5_comes_with_code_and_words(broker: "Connect") -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(bytes((0x20, 3 + len(REASON), 0, 151, len(REASON))) + REASON)
        await reader.read(1000)

    error = await lost({**await broker(dialogue), "version": "5"})
    assert (error.stage, error.how, error.code, str(error)) == ("connect", "told", 151, "busy")


@pytest.mark.parametrize("code", [135, 139, 141, 142, 151])
async def test_goodbye_of_mqtt_5_comes_with_code_and_words(broker: "Connect", code: int) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(CONNACK_5)
        await reader.read(1000)
        writer.write(SUBACK_5 + bytes((0xE0, 2 + len(REASON), code, len(REASON))) + REASON)
        await reader.read(1000)

    error = await end_of({**await broker(dialogue), "version": "5"})
    assert (error.stage, error.how, error.code, str(error)) == ("connected", "told", code, "busy")


async def test_goodbye_where_suback_was_due_is_noticed_at_once(broker: "Connect") -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(CONNACK_5)
        await reader.read(1000)
        writer.write(bytes((0xE0, 1, 135)))
        await reader.read(1000)

    async with asyncio.timeout(2):
        error = await lost({**await broker(dialogue), "version": "5"})
    assert (error.stage, error.how, error.code) == ("connect", "told", 135)


@pytest.mark.parametrize("version", ["5", "3.1.1"])
async def test_end_where_connack_was_due_is_noticed_at_once(broker: "Connect", version: str) -> None:
    async def dialogue(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)

    async with asyncio.timeout(2):
        error = await lost({**await broker(dialogue), "version": version})
    assert (error.stage, error.how, error.code) == ("connect", "cut", None)


PLAIN = b"\x00\x03g/V"
PUBLISHED = {
    "plain": b"\x30" + bytes((len(PLAIN) + 3,)) + PLAIN + b"\x00hi",
    "with properties": b"\x30" + bytes((len(PLAIN) + 8,)) + PLAIN + b"\x05\x02\x00\x00\x00\x09hi",
    "of QoS 1": b"\x32" + bytes((len(PLAIN) + 5,)) + PLAIN + b"\x00\x07\x00hi",
}


@pytest.mark.parametrize("kind", PUBLISHED)
async def test_message_of_mqtt_5_is_read_however_it_comes(broker: "Connect", kind: str) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(CONNACK_5)
        await reader.read(1000)
        writer.write(SUBACK_5 + PUBLISHED[kind])
        await reader.read(1000)

    async with asyncio.timeout(5), subscribed(**{**await broker(dialogue), "version": "5"}) as connection:
        async with aclosing(connection.bursts()) as bursts:
            burst = await anext(bursts)
        assert [(message.topic, message.payload) for message in burst] == [("g/V", b"hi")]


async def test_session_is_asked_for_as_a_new_one_that_nothing_outlives(broker: "Connect") -> None:
    asked = asyncio.get_running_loop().create_future()

    async def dialogue(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        asked.set_result(await reader.read(1000))

    await lost({**await broker(dialogue), "version": "5"})
    head = asked.result()[2:]
    assert head[:7] == b"\x00\x04MQTT\x05"
    assert head[7] & 0b10
    assert head[8:10] == bytes((0, 30))
    assert head[11:16] == b"\x11\x00\x00\x00\x00"


def test_silent_connection_lets_its_holder_look_at_the_clock_for_ever_on_uvloop(
    keys_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The timers of uvloop fire up to a millisecond before their time."""
    uvloop = pytest.importorskip("uvloop")
    monkeypatch.setattr(stream_connection, "TICK_S", 0.002)
    certificates = load_or_make_certificates(keys_dir, now=dt.datetime.now(dt.UTC))

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(ACCEPTED)
        await reader.read(1000)
        writer.write(b"\x90\x03\x00\x01\x00")
        await reader.read(1000)
        writer.close()

    async def listen() -> int:
        tls = Endpoints(ca_file=certificates.ca_file).ssl_context()
        server = await asyncio.start_server(dialogue, "127.0.0.1", 0, ssl=certificates.server_context())
        port = server.sockets[0].getsockname()[1]
        async with (
            server,
            asyncio.timeout(10),
            subscribed(
                host="127.0.0.1", port=port, tls=tls, username="gcid", password="token", topic="gcid/+", version="3.1.1"
            ) as connection,
            aclosing(connection.bursts()) as bursts,
        ):
            return sum([not await anext(bursts) for _ in range(200)])

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(listen()) == 200


@pytest.mark.parametrize("is_answered", [True, False])
async def test_what_is_on_its_way_while_leaving_is_not_lost(
    broker: "Connect", monkeypatch: pytest.MonkeyPatch, *, is_answered: bool
) -> None:
    monkeypatch.setattr(stream_connection, "LEAVE_WITHIN_S", 0.3)

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
    assert [(message.topic, message.payload) for message in left_with] == [("gcid/V", b"hi!")]


async def test_a_name_that_is_not_known_is_told_from_a_server_that_refuses(unused_tcp_port: int) -> None:
    tls = Endpoints().ssl_context()
    for host, how in (("no such name", "away"), ("127.0.0.1", "unreachable")):
        with pytest.raises(ConnectionLost) as caught:
            await open_stream(host=host, port=unused_tcp_port, tls=tls)
        assert caught.value.how == how
