"""Our client on a real connection: with our broker, and with a server that sends the bytes a test writes."""

import asyncio
import contextlib
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bimmerhub.mqtt import client as client_module
from bimmerhub.mqtt import client_protocol
from bimmerhub.mqtt.client import ConnectionEnd, ConnectionEnded, Message, MqttClient, open_client
from bimmerhub.mqtt.encoder import PublishEncoder, encode_puback
from bimmerhub.mqtt.hooks import CloseReason
from bimmerhub.mqtt.packets import Connect, ConnectAnswer, ProtocolVersion, Publish, Will

if TYPE_CHECKING:
    from tests.mqtt.conftest import Doorman, Serve, Tls

    from bimmerhub.mqtt.broker import Broker

V311, V5 = ProtocolVersion.V311, ProtocolVersion.V5
CONNACK = {V311: "20020000", V5: "2003000000"}
SUBACK = {V311: "9003 0001 00", V5: "9004 0001 00 00"}
PINGREQ, GOODBYE = b"\xc0\x00", b"\xe0\x00"
PLAIN = {V311: b"\x30\x05\x00\x01thi", V5: b"\x30\x06\x00\x01t\x00hi"}

Dialogue = Callable[["Peer"], Awaitable[None]]


def login(version: ProtocolVersion = V5, **changes: Any) -> Connect:
    values = {"client_id": "x", "clean_session": True, "keep_alive_s": 60, "username": "user", "password": b"secret"}
    return Connect(version=version, **{**values, **changes})


class Peer:
    """The server's end of a connection, by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def read(self) -> bytes:
        with contextlib.suppress(ConnectionError):
            return await self.reader.read(65_536)
        return b""

    def send(self, packet: bytes | str) -> None:
        self.writer.write(bytes.fromhex(packet) if isinstance(packet, str) else packet)

    async def accept(self, version: ProtocolVersion = V5) -> bytes:
        """Take the login and return it."""
        connect = await self.read()
        self.send(CONNACK[version])
        return connect

    async def accept_subscriber(self, version: ProtocolVersion = V5) -> None:
        await self.accept(version)
        await self.read()
        self.send(SUBACK[version])


@asynccontextmanager
async def talking(dialogue: Dialogue) -> AsyncIterator[int]:
    """Have this dialogue with whoever connects in plain text; gives the port. Its errors are raised in the end."""
    async with asyncio.TaskGroup() as tasks:

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await dialogue(Peer(reader, writer))
            finally:
                writer.close()

        def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            tasks.create_task(talk(reader, writer))

        server = await asyncio.start_server(begin, "127.0.0.1", 0)
        try:
            async with asyncio.timeout(10):
                yield server.sockets[0].getsockname()[1]
        finally:
            server.close()


async def dial(port: int) -> MqttClient:
    return await open_client("127.0.0.1", port, tls=None)


@asynccontextmanager
async def subscriber(port: int, version: ProtocolVersion = V5, **changes: Any) -> AsyncIterator[MqttClient]:
    async with await dial(port) as client:
        await client.log_in(login(version, **changes))
        await client.subscribe("t")
        yield client


@asynccontextmanager
async def logged_in(broker: "Broker", tls: "Tls", version: ProtocolVersion = V5) -> AsyncIterator[MqttClient]:
    async with asyncio.timeout(10), await open_client("127.0.0.1", broker.port, tls=tls.client) as client:
        await client.log_in(login(version))
        yield client


async def take(client: MqttClient, count: int) -> list[Message]:
    messages: list[Message] = []
    while len(messages) < count:
        messages += await client.receive()
    return messages


async def end_of(client: MqttClient) -> ConnectionEnded:
    try:
        while True:
            await client.receive()
    except ConnectionEnded as ended:
        return ended


# Messages


@pytest.mark.parametrize("version", ProtocolVersion)
@pytest.mark.parametrize("qos", [0, 1])
async def test_messages_come_in_order(broker: "Broker", tls: "Tls", *, version: ProtocolVersion, qos: int) -> None:
    async with logged_in(broker, tls, version) as client:
        assert await client.subscribe("car/+", qos=qos) == qos
        for number in range(2_000):
            broker.publish("car/1", b"%d" % number, qos=qos)
        messages = await take(client, 2_000)
    assert messages == [Message("car/1", b"%d" % number) for number in range(2_000)]


async def test_messages_that_came_together_are_taken_together() -> None:
    async def dialogue(peer: Peer) -> None:
        await peer.accept_subscriber()
        peer.send(PLAIN[V5] * 3)
        await peer.read()

    async with talking(dialogue) as port, subscriber(port) as client:
        assert await client.receive() == [Message("t", b"hi")] * 3
        assert client.take_waiting() == []


@pytest.mark.parametrize("version", ProtocolVersion)
async def test_message_of_qos_1_is_acknowledged(version: ProtocolVersion) -> None:
    acknowledged = b""

    async def dialogue(peer: Peer) -> None:
        nonlocal acknowledged
        await peer.accept_subscriber(version)
        properties = b"\0" if version is V5 else b""
        for packet_id in (b"\x00\x07", b"\x00\x08"):
            peer.send(bytes((0x33, 7 + len(properties))) + b"\x00\x01t" + packet_id + properties + b"hi")
        acknowledged = await peer.reader.readexactly(8)
        await peer.read()

    async with talking(dialogue) as port, subscriber(port, version) as client:
        assert await take(client, 2) == [Message("t", b"hi", retain=True)] * 2
    assert acknowledged == bytes.fromhex("4002 0007 4002 0008")


async def test_unsubscribed_client_has_all_that_came_before(broker: "Broker", tls: "Tls") -> None:
    async with logged_in(broker, tls) as client:
        await client.subscribe("t")
        broker.publish("t", b"one")
        assert await client.unsubscribe("t") == 0
        assert broker.publish("t", b"two") == 0
        assert client.take_waiting() == [Message("t", b"one")]
        assert await client.unsubscribe("t") == 17  # there was none


# Codes


@pytest.mark.parametrize("version", ProtocolVersion)
@pytest.mark.parametrize("code", [1, 4, 5, 77, 128, 135, 151, 255])
async def test_refused_login_has_the_code_that_was_sent(version: ProtocolVersion, code: int) -> None:
    async def dialogue(peer: Peer) -> None:
        await peer.read()
        peer.send(f"2002 00{code:02x}" if version is V311 else f"200a 00{code:02x} 07 1f 0004 62757379")
        await peer.read()

    async with talking(dialogue) as port, await dial(port) as client:
        with pytest.raises(ConnectionEnded) as refused:
            await client.log_in(login(version))
        assert not client.is_open
    error = refused.value
    assert (error.how, error.code, error.words) == (ConnectionEnd.REFUSED, code, "" if version is V311 else "busy")


@pytest.mark.parametrize("version", ProtocolVersion)
async def test_subscription_has_the_code_that_was_sent(version: ProtocolVersion) -> None:
    codes = [0, 1, 128, 135, 151, 255]

    async def dialogue(peer: Peer) -> None:
        await peer.accept(version)
        for code in codes:
            packet_id = (await peer.read())[2:4]
            peer.send(b"\x90\x03" + packet_id + bytes((code,)) if version is V311 else _suback(packet_id, code))
        await peer.read()

    async with talking(dialogue) as port, await dial(port) as client:
        await client.log_in(login(version))
        assert [await client.subscribe("t", qos=1) for _ in codes] == codes


def _suback(packet_id: bytes, code: int) -> bytes:
    return b"\x90\x04" + packet_id + bytes((0, code))


@pytest.mark.parametrize("version", ProtocolVersion)
async def test_goodbye_has_the_code_that_was_sent_after_what_came_before(version: ProtocolVersion) -> None:
    async def dialogue(peer: Peer) -> None:
        await peer.accept_subscriber(version)
        peer.send(PLAIN[version] + bytes.fromhex("e009 8e 07 1f 0004 62757379"))
        await peer.read()

    async with talking(dialogue) as port, subscriber(port, version) as client:
        assert await client.receive() == [Message("t", b"hi")]
        ended = await end_of(client)
    assert (ended.how, ended.code, ended.words) == (ConnectionEnd.GOODBYE, 142, "busy")
    assert str(ended) == "goodbye (142): busy"


async def test_cut_connection_wakes_everybody_who_waits() -> None:
    async def dialogue(peer: Peer) -> None:
        await peer.accept_subscriber()
        await peer.read()

    async with talking(dialogue) as port, subscriber(port) as client, asyncio.TaskGroup() as tasks:
        receiving = tasks.create_task(end_of(client))
        await asyncio.sleep(0)
        with pytest.raises(ConnectionEnded) as ended:
            await client.publish("t", b"hi", qos=1)
        assert ended.value.how is ConnectionEnd.CUT
    assert receiving.result().how is ConnectionEnd.CUT
    with pytest.raises(ConnectionEnded):
        await client.publish("t", b"hi")


@pytest.mark.parametrize(
    ("garbage", "goodbye"),
    [("0000", b"\xe0\x01\x81"), ("3406 0001 74 0001 00", b"\xe0\x01\x9b"), ("f000", b"\xe0\x01\x82")],
)
async def test_server_that_sends_nonsense_is_told_and_left(garbage: str, goodbye: bytes) -> None:
    heard = b""

    async def dialogue(peer: Peer) -> None:
        nonlocal heard
        await peer.accept_subscriber()
        peer.send(garbage)
        heard = await peer.reader.read()

    async with talking(dialogue) as port, subscriber(port) as client:
        ended = await end_of(client)
    assert (ended.how, heard) == (ConnectionEnd.GARBLED, goodbye)


async def test_message_above_the_limit_is_skipped_acknowledged_and_counted() -> None:
    heard = b""

    async def dialogue(peer: Peer) -> None:
        nonlocal heard
        await peer.accept_subscriber()
        peer.writer.write(PublishEncoder("firmware", bytes(2_000_000)).at_least_once(7, V5) + PLAIN[V5])
        heard = await peer.reader.readexactly(4)

    async with talking(dialogue) as port, subscriber(port) as client:
        assert await client.receive() == [Message("t", b"hi")]
        assert client.skipped == 1
        assert client.last_skipped is not None
        assert client.last_skipped.topic == "firmware"
        await end_of(client)
    assert heard == encode_puback(7)


async def test_wrong_answer_is_nonsense_too() -> None:
    async def dialogue(peer: Peer) -> None:
        await peer.accept()
        await peer.read()
        peer.send("4002 0001")
        await peer.reader.read()

    async with talking(dialogue) as port, await dial(port) as client:
        await client.log_in(login())
        with pytest.raises(ConnectionEnded, match="a PubAck where a SubAck was due"):
            await client.subscribe("t")


# Publishing


@pytest.mark.parametrize("version", ProtocolVersion)
async def test_messages_are_published(serve: "Serve", doorman: "Doorman", tls: "Tls", version: ProtocolVersion) -> None:
    doorman.takes_messages = True
    async with serve(doorman) as broker, logged_in(broker, tls, version) as client:
        assert await client.publish("a", b"0") == 0
        assert await client.publish("b", b"1", qos=1) == 0
    assert [(message.topic, message.payload, message.qos) for message in doorman.messages] == [
        ("a", b"0", 0),
        ("b", b"1", 1),
    ]


async def test_message_can_be_retained(serve: "Serve", doorman: "Doorman", tls: "Tls") -> None:
    doorman.takes_messages = True
    async with serve(doorman) as broker, logged_in(broker, tls, V311) as client:
        await client.publish("a", b"0", qos=1, retain=True)
    assert doorman.messages == [Publish(topic="a", payload=b"0", qos=1, retain=True, packet_id=1)]


async def test_refused_message_has_the_code_that_was_sent(broker: "Broker", tls: "Tls") -> None:
    async with logged_in(broker, tls) as client:
        assert await client.publish("a", b"0", qos=1) == 135
        assert (await end_of(client)).code == 135


async def test_will_and_login_reach_the_server(broker: "Broker", doorman: "Doorman", tls: "Tls") -> None:
    will = Will(topic="gone", payload=b"bye", qos=1, retain=False)
    async with await open_client("127.0.0.1", broker.port, tls=tls.client) as client:
        await client.log_in(login(will=will))
    assert doorman.connects == [login(will=will)]


async def test_no_more_messages_are_on_their_way_than_the_server_takes() -> None:
    waiting: list[bytes] = []

    async def dialogue(peer: Peer) -> None:
        await peer.read()
        peer.send("2006 0000 03 21 0002")
        while (data := await peer.read()) not in (b"", GOODBYE):
            packets = [data[at : at + 10] for at in range(0, len(data), 10) if data[at] == 0x32]
            waiting.extend(packet[5:7] for packet in packets)
            assert len(waiting) <= 2
            await asyncio.sleep(0.01)
            while waiting:
                peer.send(b"\x40\x02" + waiting.pop(0))

    async with talking(dialogue) as port, await dial(port) as client:
        assert (await client.log_in(login())).receive_maximum == 2
        async with asyncio.TaskGroup() as tasks:
            publishing = [tasks.create_task(client.publish("t", b"hi", qos=1)) for _ in range(10)]
    assert [task.result() for task in publishing] == [0] * 10


async def test_limits_of_the_server_are_kept() -> None:
    heard = b""

    async def dialogue(peer: Peer) -> None:
        nonlocal heard
        await peer.read()
        peer.send("200a 0000 07 24 00 27 00000014")
        heard = await peer.reader.readuntil(GOODBYE)

    async with talking(dialogue) as port, await dial(port) as client:
        accepted = await client.log_in(login())
        assert (accepted.maximum_qos, accepted.max_packet_bytes) == (0, 20)
        with pytest.raises(ValueError, match="takes 20"):
            await client.publish("t", bytes(20))
        assert await client.publish("t", b"hi", qos=1) == 0
    assert heard == PLAIN[V5] + GOODBYE


async def test_qos_2_is_refused_here(broker: "Broker", tls: "Tls") -> None:
    async with logged_in(broker, tls) as client:
        with pytest.raises(ValueError, match="QoS 2"):
            await client.publish("t", b"", qos=2)
        with pytest.raises(ValueError, match="QoS 2"):
            await client.subscribe("t", qos=2)
        assert await client.subscribe("t", qos=1) == 1


async def test_publisher_waits_for_a_server_that_does_not_read() -> None:
    go_on = asyncio.Event()
    received = 0

    async def dialogue(peer: Peer) -> None:
        nonlocal received
        await peer.accept()
        await go_on.wait()
        while data := await peer.read():
            received += len(data)
            if data.endswith(GOODBYE):
                return

    async with talking(dialogue) as port, await dial(port) as client:
        await client.log_in(login())
        async with asyncio.TaskGroup() as tasks:
            publishing = [tasks.create_task(client.publish("t", bytes(100_000))) for _ in range(300)]
            await asyncio.sleep(0.3)
            assert not all(task.done() for task in publishing)
            go_on.set()
    assert received > 300 * 100_000


# Signs of life


@pytest.mark.parametrize(("own_s", "given"), [(1, "2003000000"), (60, "2006 0000 03 13 0001")])
async def test_client_gives_signs_of_life_as_often_as_it_must(own_s: int, given: str) -> None:
    pings: list[float] = []

    async def dialogue(peer: Peer) -> None:
        await peer.read()
        peer.send(given)
        began = time.monotonic()
        while (data := await peer.read()) == PINGREQ:
            pings.append(time.monotonic() - began)
            peer.send("d000")
        assert data == GOODBYE

    async with talking(dialogue) as port, await dial(port) as client:
        await client.log_in(login(keep_alive_s=own_s))
        await asyncio.sleep(1.2)
        assert client.is_open
    assert len(pings) == 2
    assert pings[0] == pytest.approx(0.5, abs=0.3)


async def test_server_that_gives_no_sign_of_life_is_left() -> None:
    async def dialogue(peer: Peer) -> None:
        await peer.accept_subscriber()
        assert await peer.read() == PINGREQ
        assert await peer.reader.read() == b""

    async with talking(dialogue) as port, subscriber(port, keep_alive_s=1) as client:
        assert (await end_of(client)).how is ConnectionEnd.SILENT


async def test_client_without_keep_alive_says_nothing(broker: "Broker", tls: "Tls") -> None:
    async with await open_client("127.0.0.1", broker.port, tls=tls.client) as client:
        await client.log_in(login(keep_alive_s=0))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.receive()
        assert client.is_open


# Pace


@pytest.mark.parametrize("is_tls", [True, False])
async def test_reading_stops_until_the_messages_are_taken(
    tls: "Tls", monkeypatch: pytest.MonkeyPatch, *, is_tls: bool
) -> None:
    monkeypatch.setattr(client_protocol, "WAITING_MESSAGES", 1_000)
    packet, sent = b"\x30\x84\x08\x00\x01t" + bytes(1_025), 0
    stalled = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        peer = Peer(reader, writer)
        await peer.accept_subscriber(V311)
        for _ in range(400):
            peer.send(packet * 100)
            sent += 100
            try:
                async with asyncio.timeout(0.3):
                    await writer.drain()
            except TimeoutError:
                stalled.set()
                await writer.drain()
        await peer.read()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls.server if is_tls else None)
    port = server.sockets[0].getsockname()[1]
    async with (
        server,
        asyncio.timeout(30),
        await open_client("127.0.0.1", port, tls=tls.client if is_tls else None) as client,
    ):
        await client.log_in(login(V311))
        await client.subscribe("t")
        await stalled.wait()
        assert sent < 40_000
        first = client.take_waiting()
        assert 1_000 <= len(first) < 3_000
        assert len(first) + len(await take(client, 40_000 - len(first))) == 40_000
        assert client.is_open


async def test_pause_of_reading_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_protocol, "WAITING_MESSAGES", 1)

    async def dialogue(peer: Peer) -> None:
        await peer.accept_subscriber()
        peer.send(PLAIN[V5])
        assert await peer.read() == PINGREQ
        assert await peer.read() == PINGREQ
        assert await peer.read() == PINGREQ
        peer.send("e001 97")
        await peer.read()

    async with talking(dialogue) as port, subscriber(port, keep_alive_s=1) as client:
        await asyncio.sleep(1.7)
        assert await client.receive() == [Message("t", b"hi")]
        ended = await end_of(client)
    assert (ended.how, ended.code, ended.was_behind) == (ConnectionEnd.GOODBYE, 151, True)


# The end, and being cancelled


async def test_closing_says_goodbye_and_waits_for_the_server(broker: "Broker", doorman: "Doorman", tls: "Tls") -> None:
    async with logged_in(broker, tls) as client:
        pass
    assert doorman.ended.get_nowait() is CloseReason.CLIENT
    assert (await end_of(client)).how is ConnectionEnd.CLOSED


@pytest.mark.parametrize("is_tls", [True, False])
async def test_closing_does_not_wait_for_ever(tls: "Tls", monkeypatch: pytest.MonkeyPatch, *, is_tls: bool) -> None:
    monkeypatch.setattr(client_module, "CLOSE_WITHIN_S", 0.2)
    release = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer)
        await peer.accept()
        await release.wait()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls.server if is_tls else None)
    async with server:
        client = await open_client("127.0.0.1", server.sockets[0].getsockname()[1], tls=tls.client if is_tls else None)
        await client.log_in(login())
        async with asyncio.timeout(1):
            await client.close()
        release.set()


async def _never_shakes_hands(peer: Peer, asked: asyncio.Event) -> None:
    await peer.read()
    asked.set()
    assert await peer.read() == b""


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_cancelled_connect_leaves_nothing(tls: "Tls", loop: str) -> None:
    """Neither a socket, which the server would see, nor a thread."""

    async def work() -> None:
        asked = asyncio.Event()
        threads = threading.active_count()
        async with talking(lambda peer: _never_shakes_hands(peer, asked)) as port, asyncio.TaskGroup() as tasks:
            connecting = tasks.create_task(open_client("127.0.0.1", port, tls=tls.client))
            await asked.wait()
            assert threading.active_count() == threads
            connecting.cancel()
        assert connecting.cancelled()

    factory = pytest.importorskip("uvloop").new_event_loop if loop == "uvloop" else None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(work())


def count_open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a listener takes more connections than its backlog")
async def test_connect_that_nobody_takes_can_be_cancelled() -> None:
    with contextlib.ExitStack() as sockets:
        listener = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = sockets.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(listener.getsockname())
        before = count_open_files()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await dial(listener.getsockname()[1])
        assert count_open_files() == before


@pytest.mark.parametrize("step", ["log_in", "subscribe", "unsubscribe", "publish", "receive"])
async def test_every_step_can_be_cancelled(step: str) -> None:
    asked = asyncio.Event()

    async def dialogue(peer: Peer) -> None:
        if step != "log_in":
            await peer.accept()
        if step != "receive":
            await peer.read()
        asked.set()
        assert await peer.read() in (GOODBYE, b"")

    async def take_step(client: MqttClient) -> None:
        match step:
            case "subscribe":
                await client.subscribe("t")
            case "unsubscribe":
                await client.unsubscribe("t")
            case "publish":
                await client.publish("t", b"", qos=1)
            case "receive":
                await client.receive()

    async def work(port: int) -> None:
        async with await dial(port) as client:
            await client.log_in(login())
            await take_step(client)

    async with talking(dialogue) as port, asyncio.TaskGroup() as tasks:
        working = tasks.create_task(work(port))
        await asked.wait()
        await asyncio.sleep(0.01)  # until the client waits
        working.cancel()
        async with asyncio.timeout(1):
            await asyncio.wait({working})
    assert working.cancelled()


async def test_connection_outlives_a_cancelled_step(broker: "Broker", tls: "Tls") -> None:
    async with logged_in(broker, tls) as client:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await client.subscribe("nothing")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await client.receive()
        assert await client.subscribe("t", qos=1) == 1
        broker.publish("t", b"hi", qos=1)
        assert await client.receive() == [Message("t", b"hi")]


@pytest.mark.parametrize("answer", [ConnectAnswer.NOT_AUTHORIZED, ConnectAnswer.QUOTA_EXCEEDED])
async def test_refusals_leave_no_session_behind(
    serve: "Serve", doorman: "Doorman", tls: "Tls", answer: ConnectAnswer
) -> None:
    doorman.answer = answer
    async with serve(doorman) as broker:
        async with await open_client("127.0.0.1", broker.port, tls=tls.client) as client:
            with pytest.raises(ConnectionEnded):
                await client.log_in(login())
        assert broker.figures.sessions == 0


async def test_address_that_refuses_is_an_os_error(unused_tcp_port: int) -> None:
    with pytest.raises(OSError, match=r"111|refused|Connect"):
        await dial(unused_tcp_port)


@pytest.mark.parametrize("version", ProtocolVersion)
def test_client_works_on_uvloop(doorman: "Doorman", serve: "Serve", tls: "Tls", version: ProtocolVersion) -> None:
    uvloop = pytest.importorskip("uvloop")

    async def work() -> list[Message]:
        async with serve(doorman) as broker, logged_in(broker, tls, version) as client:
            await client.subscribe("t", qos=1)
            for number in range(500):
                broker.publish("t", b"%d" % number, qos=number % 2)
            return await take(client, 500)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert len(runner.run(work())) == 500
