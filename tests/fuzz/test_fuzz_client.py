"""A short dose of the MQTT client's fuzzing; `bench/fuzzing/client.py` has the long one."""

import random

import pytest
from bench.fuzzing.client import PACKETS, fuzz, make_stream, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from bimmerhub.mqtt.packets import ProtocolVersion


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False))
def test_parser_gives_items_or_malformed_packet(rng: random.Random) -> None:
    fuzz(rng)


@pytest.mark.parametrize("version", ProtocolVersion)
def test_packets_to_start_from_are_good(version: ProtocolVersion) -> None:
    items, words, _ = parse(PACKETS[version], version)
    assert (len(items), words) == (len(PACKETS[version]), "")


def test_most_streams_have_mistakes() -> None:
    rng = random.Random(1)
    outcomes = [parse([make_stream(rng, ProtocolVersion.V5)], ProtocolVersion.V5)[1] for _ in range(200)]
    assert 50 < sum(map(bool, outcomes)) < 190
