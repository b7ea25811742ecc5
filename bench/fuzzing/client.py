"""One round of random input for the MQTT client's parser: messages and packets, or MalformedPacket, and nothing else.

AssertionError when something is wrong.
"""

import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from bench.fuzzing.broker import LIMIT_BYTES, MOST_CHANGES, change, packet

from bimmerhub.mqtt.client_parser import ClientParser, Message, TooLarge
from bimmerhub.mqtt.packets import MalformedPacket, ProtocolVersion, ReasonCode, ServerPacket

_PLAIN: Final = ("30 0003 672f56 6869", "30 0003 672f56", "30 0004 672f5777 7b7d", "31 0003 672f56 6869")
_BOTH: Final = ("40 0001", "d0", "20 00 00", "20 00 97", "e0", "e0 87")
PACKETS: Final = {
    ProtocolVersion.V311: tuple(
        packet(text)
        for text in (*_PLAIN, *_BOTH, "20 01 05", "32 0003 672f56 0009 6869", "90 0001 01", "90 0002 00 80", "b0 0003")
    ),
    ProtocolVersion.V5: tuple(
        packet(text)
        for text in (
            *("30 0003 672f56 00 6869", "30 0003 672f56 00", "31 0004 672f5777 00 7b7d"),
            *_BOTH,
            "20 00 00 00",
            "20 00 00 1c 13 000a 21 0014 22 000a 24 01 25 00 27 00001000 28 01 29 00 2a 00 12 0001 78",
            "20 00 97 07 1f 0004 62757379",
            "30 0003 672f56 05 02 00000009 6869",
            "32 0003 672f56 0009 00 6869",
            "40 0001 10 00",
            "90 0001 00 01",
            "90 0002 07 1f 0004 62757379 87 00",
            "b0 0003 00 11",
            "e0 8e 07 1f 0004 62757379",
        )
    ),
}


def fuzz(rng: random.Random) -> None:
    """Feed the parser with one stream, whole and in pieces: both times the same items and the same refusal."""
    version = rng.choice(list(ProtocolVersion))
    stream = make_stream(rng, version) if rng.random() < 0.8 else rng.randbytes(rng.randrange(200))
    cuts = sorted(rng.randrange(len(stream) + 1) for _ in range(rng.randrange(6)))
    whole = parse([stream], version)
    if parse([stream[a:b] for a, b in pairwise([0, *cuts, len(stream)])], version) != whole:
        raise AssertionError(f"cut at {cuts}, this is read in another way by {version!r}: {stream.hex()}")


def make_stream(rng: random.Random, version: ProtocolVersion) -> bytes:
    """Return what a server sends, most of the time with mistakes."""
    packets = PACKETS[version]
    stream = bytearray(b"".join(rng.choices(packets, k=rng.randrange(12))))
    if rng.random() < 0.8:
        for _ in range(rng.randrange(MOST_CHANGES + 1)):
            change(rng, stream, packets)
    return bytes(stream)


def parse(
    chunks: Sequence[bytes], version: ProtocolVersion
) -> tuple[list[Message | ServerPacket | TooLarge], str, ReasonCode | None]:
    """Return what was read, and why the rest was not."""
    parser, items = (
        ClientParser(version=version, max_packet_bytes=LIMIT_BYTES),
        list[Message | ServerPacket | TooLarge](),
    )
    for chunk in chunks:
        try:
            for item in parser.feed(chunk):
                if isinstance(item, list):
                    items += item
                else:
                    items.append(item)
        except MalformedPacket as error:
            return items, str(error), error.code
    return items, "", None
