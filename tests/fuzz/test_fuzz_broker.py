"""A short dose of the broker's fuzzing; `bench/fuzzing/broker.py` has the long one."""

import asyncio
import gc
import random

import pytest
from bench.fuzzing.broker import NEW, OLD, fuzz, fuzz_broker, fuzz_live, make_stream, open_broker
from hypothesis import given, settings
from hypothesis import strategies as st

from bimmerhub.mqtt.packets import MalformedPacket
from bimmerhub.mqtt.parser import PacketParser
from bimmerhub.mqtt.session import Session


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False))
def test_parser_gives_packets_or_malformed_packet(rng: random.Random) -> None:
    fuzz(rng)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["100d00044d5154540402003c000178", "100e00044d5154540502003c00000178"]), st.binary(max_size=200))
def test_any_bytes_behind_a_good_login_are_read_or_refused(connect: str, noise: bytes) -> None:
    parser = PacketParser(max_packet_bytes=150)
    assert len(list(parser.feed(bytes.fromhex(connect)))) == 1
    try:
        list(parser.feed(noise))
    except MalformedPacket:
        return


@pytest.mark.parametrize("packets", [OLD, NEW], ids=["3.1.1", "5"])
def test_packets_to_start_from_are_good(packets: tuple[bytes, ...]) -> None:
    parser = PacketParser()
    assert len(list(parser.feed(b"".join(packets)))) == len(packets)


async def test_broker_serves_others_and_keeps_nothing() -> None:
    rng = random.Random(1)
    async with open_broker() as broker:
        for _ in range(60):
            await fuzz_broker(rng, broker.port)
    async with asyncio.timeout(10):  # the loop lets go of a connection some turns after it was closed
        while sum(isinstance(thing, Session) for thing in gc.get_objects()):
            await asyncio.sleep(0)
            gc.collect()
    assert broker.figures.sessions == 0


def test_broker_of_one_round_ends_empty() -> None:
    fuzz_live(random.Random(2))


def test_streams_are_of_both_versions() -> None:
    rng = random.Random(3)
    levels = {make_stream(rng)[8:9] for _ in range(50)}
    assert {b"\x04", b"\x05"} <= levels
