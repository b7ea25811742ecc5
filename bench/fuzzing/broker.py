"""One round of random input for the MQTT broker: packets or MalformedPacket, and nobody else notices.

`fuzz` is for the parser alone, `fuzz_broker` for a broker that listens on loopback in plain text and hands published
messages on (`open_broker` is one), `fuzz_live` for one of its own. AssertionError when something is wrong.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Final

from bimmerhub.mqtt.broker import Broker
from bimmerhub.mqtt.hooks import BrokerHooks, BrokerSettings, Peer
from bimmerhub.mqtt.packets import Connect, ConnectAnswer, MalformedPacket, Packet, Publish, ReasonCode, Subscription
from bimmerhub.mqtt.parser import PacketParser

LIMIT_BYTES: Final = 512
MOST_CHANGES: Final = 5
DEADLINE_S: Final = 5
ATTACKERS: Final = 4


def packet(text: str) -> bytes:
    """Return a packet of which the first byte and the body are given in hex."""
    first, *body = bytes.fromhex(text)
    return bytes((first, len(body), *body))


OLD: Final = tuple(
    packet(text)
    for text in (
        "10 0004 4d515454 04 02 003c 0001 78",
        "10 0004 4d515454 04 c6 003c 0001 78 0001 77 0002 6279 0001 75 0003 616263",
        "82 0001 0003 612f2b 01",
        "82 0002 0001 23 00 0003 612f62 02",
        "a2 0003 0003 612f2b",
        "30 0003 612f62 6869",
        "32 0003 612f62 0009 6869",
        "40 0001",
        "c0",
        "e0",
    )
)
NEW: Final = tuple(
    packet(text)
    for text in (
        "10 0004 4d515454 05 02 003c 00 0001 78",
        "10 0004 4d515454 05 02 003c 17 11 0000000a 21 0014 27 00001000 26 0001 61 0001 62 22 0005 0001 78",
        "10 0004 4d515454 05 c6 003c 00 0001 78 05 18 00000001 0001 77 0000 0001 75 0001 70",
        "10 0004 4d515454 05 02 003c 06 15 0003 626d77 0001 78",
        "82 0001 00 0003 612f2b 01",
        "82 0002 02 0b01 0003 612f2b 2d",
        "82 0003 00 0009 24736861 72652f61 62 00",
        "a2 0004 00 0003 612f2b",
        "30 0003 612f62 00 6869",
        "32 0003 612f62 0009 14 0101 02 00000005 03 0001 74 08 0001 72 09 0002 6464 6869",
        "40 0001 00 00",
        "40 0001 87",
        "c0",
        "e0",
        "e0 00 05 11 0000000a",
    )
)


def fuzz(rng: random.Random) -> None:
    """Feed the parser with one stream, whole and in pieces: both times the same packets and the same refusal."""
    stream = make_stream(rng) if rng.random() < 0.8 else rng.randbytes(rng.randrange(200))
    cuts = sorted(rng.randrange(len(stream) + 1) for _ in range(rng.randrange(6)))
    whole = _parse([stream])
    if _parse([stream[a:b] for a, b in pairwise([0, *cuts, len(stream)])]) != whole:
        raise AssertionError(f"cut at {cuts}, this is read in another way: {stream.hex()}")


def make_stream(rng: random.Random) -> bytes:
    """Return what a client of one version sends, most of the time with mistakes."""
    packets = rng.choice([OLD, NEW])
    connect = rng.choice([packet for packet in packets if packet[0] == 0x10])
    chosen = [connect] if rng.random() < 0.9 else []
    chosen += rng.choices(packets[1:], k=rng.randrange(8))
    stream = bytearray(b"".join(chosen))
    if rng.random() < 0.8:
        for _ in range(rng.randrange(MOST_CHANGES + 1)):
            change(rng, stream, (*OLD, *NEW))
    return bytes(stream)


def change(rng: random.Random, stream: bytearray, packets: Sequence[bytes]) -> None:
    """Make one mistake in a stream, or append one of `packets`."""
    # Mistakes of the first packet end a session early, so most of them come later.
    place = rng.randrange(len(stream) + 1) if rng.random() < 0.3 else min(len(stream), 14 + rng.randrange(80))
    length = rng.randrange(1, 9)
    match rng.randrange(5):
        case 0:
            stream[place:place] = rng.randbytes(length)
        case 1:
            del stream[place : place + length]
        case 2:
            stream[place:place] = stream[place : place + length]
        case 3:
            stream[place : place + 1] = rng.choice([b"\0", b"\x7f", b"\x80", b"\xff", rng.randbytes(1)])
        case _:
            stream += rng.choice(packets)


def _parse(chunks: Sequence[bytes]) -> tuple[list[Packet], str, ReasonCode | None]:
    parser, packets = PacketParser(max_packet_bytes=LIMIT_BYTES), list[Packet]()
    for chunk in chunks:
        try:
            for packet in parser.feed(chunk):
                packets.append(packet)
        except MalformedPacket as error:
            return packets, str(error), error.code
    return packets, "", None


class Relay(BrokerHooks):
    """Everybody may come, listen and speak."""

    broker: Broker

    def authenticate(self, session: Peer, connect: Connect) -> ConnectAnswer | None:  # noqa: ARG002 - the hook's signature
        return ConnectAnswer.NOT_AUTHORIZED if connect.username == "stranger" else ConnectAnswer.ACCEPTED

    def authorize(self, session: Peer, subscription: Subscription) -> int:  # noqa: ARG002 - the hook's signature
        return 1

    def accept_publish(self, session: Peer, message: Publish) -> bool:  # noqa: ARG002 - the hook's signature
        self.broker.publish(message.topic, message.payload, qos=message.qos)
        return True


@contextlib.asynccontextmanager
async def open_broker() -> AsyncIterator[Broker]:
    """Serve a broker that hands on what clients publish, in plain text on a free port of loopback."""
    hooks = Relay()
    hooks.broker = Broker(hooks=hooks, settings=BrokerSettings(max_packet_bytes=LIMIT_BYTES, max_unacknowledged=64))
    async with hooks.broker.serve("127.0.0.1", 0, ssl_context=None):
        yield hooks.broker


async def fuzz_broker(rng: random.Random, port: int) -> None:
    """Let a few clients send nonsense, while another one wants to be served as ever."""
    try:
        async with asyncio.timeout(DEADLINE_S), _connection(port) as (reader, writer):
            writer.write(OLD[0] + b"\x82\x0c\0\1\0\7witness\0")
            if await reader.readexactly(9) != b"\x20\x02\0\0\x90\x03\0\1\0":
                raise AssertionError("a client like any other could not log in and subscribe")
            async with asyncio.TaskGroup() as tasks:
                for _ in range(ATTACKERS):
                    tasks.create_task(_attack(rng, port))
                tasks.create_task(_expect_service(reader, writer, rng.randbytes(8)))
            await _expect_service(reader, writer, rng.randbytes(8))
    except (TimeoutError, OSError, EOFError) as error:
        raise AssertionError("another client was no longer served") from error


def fuzz_live(rng: random.Random) -> None:
    """Do one round with a broker of its own, which nobody is left with in the end."""

    async def work() -> None:
        async with open_broker() as broker:
            await fuzz_broker(rng, broker.port)
        if broker.figures.sessions:
            raise AssertionError(f"{broker.figures.sessions} sessions outlived the broker")

    asyncio.run(work())


async def _attack(rng: random.Random, port: int) -> None:
    stream = make_stream(rng)
    async with _connection(port) as (reader, writer):
        with contextlib.suppress(ConnectionError):
            for a, b in pairwise([0, rng.randrange(len(stream) + 1), len(stream)]):
                writer.write(stream[a:b])
                await writer.drain()
                await asyncio.sleep(0)
            writer.write_eof()
            await reader.read()


async def _expect_service(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: bytes) -> None:
    packet = b"\x30" + bytes((9 + len(token),)) + b"\0\7witness" + token
    writer.write(packet + b"\xc0\0")
    if sorted(await reader.readexactly(len(packet) + 2)) != sorted(packet + b"\xd0\0"):
        raise AssertionError("another client did not get its own message and the answer to its ping")


@contextlib.asynccontextmanager
async def _connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
