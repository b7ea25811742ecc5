"""A broker on loopback over TLS, and two clients: paho, and one that sends the bytes a test writes."""

import asyncio
import contextlib
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from bimmerhub.mqtt.broker import Broker
from bimmerhub.mqtt.hooks import BrokerHooks, BrokerSettings, CloseReason, Peer
from bimmerhub.mqtt.packets import Connect, ConnectAnswer, Publish, Subscription


@dataclass(frozen=True)
class Tls:
    """Both ends of TLS by one throwaway CA."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    ca_file: Path


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    directory = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "throwaway")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    ca_file, key_file = directory / "ca.pem", directory / "key.pem"
    ca_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(ca_file, key_file)
    return Tls(server=server, client=ssl.create_default_context(cafile=ca_file), ca_file=ca_file)


@dataclass
class Doorman(BrokerHooks):
    """Hooks that say what a test wants them to say, and remember what they were told."""

    answer: ConnectAnswer | None = ConnectAnswer.ACCEPTED
    grants: int = 1
    takes_messages: bool = False
    connects: list[Connect] = field(default_factory=list)
    messages: list[Publish] = field(default_factory=list)
    asked: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    ended: asyncio.Queue[CloseReason] = field(default_factory=asyncio.Queue)

    def authenticate(self, session: Peer, connect: Connect) -> ConnectAnswer | None:
        self.connects.append(connect)
        return ConnectAnswer.NOT_AUTHORIZED if session.username == "stranger" else self.answer

    def authorize(self, session: Peer, subscription: Subscription) -> int:
        self.asked.put_nowait(subscription.topic_filter)
        return self.grants if session.is_open and not subscription.topic_filter.startswith("secret") else 0x87

    def accept_publish(self, session: Peer, message: Publish) -> bool:
        self.messages.append(message)
        return session.is_open and self.takes_messages

    def session_ended(self, session: Peer, reason: CloseReason) -> None:
        assert not session.is_open
        self.ended.put_nowait(reason)


CONNECT = bytes.fromhex("10 0d 0004 4d515454 04 02 003c 0001 78")


@dataclass
class Wire:
    """A client that is nothing but bytes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, packet: bytes | str) -> None:
        self.writer.write(bytes.fromhex(packet) if isinstance(packet, str) else packet)
        await self.writer.drain()

    async def read(self, count: int) -> str:
        async with asyncio.timeout(5):
            return (await self.reader.readexactly(count)).hex()

    async def read_to_end(self) -> bytes:
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionError):
                return await self.reader.read()
            return b""

    async def log_in(self, *, keep_alive_s: int = 60) -> None:
        await self.send(CONNECT[:10] + keep_alive_s.to_bytes(2, "big") + CONNECT[12:])
        assert await self.read(4) == "20020000"

    async def subscribe(self, topic_filter: str, *, qos: int = 0) -> str:
        body = b"\0\x07" + len(topic_filter).to_bytes(2, "big") + topic_filter.encode() + bytes((qos,))
        await self.send(bytes((0x82, len(body))) + body)
        return await self.read(5)


class PahoClient:
    """paho-mqtt with its callbacks turned into one queue of events."""

    def __init__(
        self, tls: Tls, *, username: str = "user", protocol: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv311
    ) -> None:
        loop = asyncio.get_running_loop()
        events: asyncio.Queue[tuple[Any, ...]] = asyncio.Queue()
        self._events = events

        def tell(*event: Any) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(events.put_nowait, event)

        self.client = paho.Client(CallbackAPIVersion.VERSION2, protocol=protocol, reconnect_on_failure=False)
        self.client.tls_set_context(tls.client)
        self.client.username_pw_set(username, "password")
        self.client.on_connect = lambda _c, _u, flags, code, _p: tell("connected", flags.session_present, str(code))
        self.client.on_subscribe = lambda _c, _u, _m, codes, _p: tell("subscribed", *(code.value for code in codes))
        self.client.on_unsubscribe = lambda *_: tell("unsubscribed")
        self.client.on_publish = lambda *_: tell("published")
        self.client.on_disconnect = lambda *_: tell("disconnected")
        self.client.on_message = lambda _c, _u, message: tell(message.topic, message.payload, message.qos)

    async def connect(self, port: int) -> tuple[Any, ...]:
        await asyncio.to_thread(self.client.connect, "127.0.0.1", port)
        self.client.loop_start()
        return await self.event()

    async def subscribe(self, topic_filter: str, *, qos: int = 0) -> tuple[Any, ...]:
        self.client.subscribe(topic_filter, qos)
        return await self.event()

    async def event(self) -> tuple[Any, ...]:
        async with asyncio.timeout(5):
            return await self._events.get()

    async def stop(self) -> None:
        await asyncio.to_thread(self.client.disconnect)
        await asyncio.to_thread(self.client.loop_stop)


Serve = Callable[..., AbstractAsyncContextManager[Broker]]


@pytest.fixture
def serve(tls: Tls) -> Serve:
    """Run a broker with these settings as long as the block runs."""

    @contextlib.asynccontextmanager
    async def serving(hooks: BrokerHooks, **settings: Any) -> AsyncIterator[Broker]:
        broker = Broker(hooks=hooks, settings=BrokerSettings(**settings))
        async with broker.serve("127.0.0.1", 0, ssl_context=tls.server):
            yield broker

    return serving


@pytest.fixture
def doorman() -> Doorman:
    return Doorman()


@pytest.fixture
async def broker(serve: Serve, doorman: Doorman) -> AsyncIterator[Broker]:
    async with serve(doorman) as serving:
        yield serving


@pytest.fixture
async def dial(tls: Tls) -> AsyncIterator[Callable[[Broker], Any]]:
    """Open a connection that sends what the test writes."""
    writers: list[asyncio.StreamWriter] = []

    async def connect(broker: Broker) -> Wire:
        reader, writer = await asyncio.open_connection("127.0.0.1", broker.port, ssl=tls.client)
        writers.append(writer)
        return Wire(reader, writer)

    yield connect
    for writer in writers:
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


@pytest.fixture
def paho_factory(tls: Tls) -> Callable[..., PahoClient]:
    """Make a paho client that the test stops itself."""
    return lambda **options: PahoClient(tls, **options)


@pytest.fixture
async def paho_client(paho_factory: Callable[..., PahoClient]) -> AsyncIterator[Callable[..., PahoClient]]:
    """Make paho clients that end with the test."""
    made: list[PahoClient] = []

    def make(**options: Any) -> PahoClient:
        made.append(paho_factory(**options))
        return made[-1]

    yield make
    for client in made:
        await client.stop()
