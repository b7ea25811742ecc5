"""Packets: any bytes give packets or MalformedPacket, however the network has cut them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.mqtt.encoder import PublishEncoder, encode_puback
from bimmerhub.mqtt.packets import (
    Connect,
    MalformedPacket,
    Packet,
    PingReq,
    ProtocolVersion,
    PubAck,
    Publish,
    Subscribe,
    Subscription,
    UnsupportedProtocol,
    Will,
)
from bimmerhub.mqtt.parser import PacketParser

V311 = ProtocolVersion.V311
CONNECT_BODY = b"\x00\x04MQTT\x04\xc2\x00\x1e\x00\x02id\x00\x04user\x00\x04pass"
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="+#\0"), min_size=1, max_size=40)


def frame(first: int, body: bytes) -> bytes:
    assert len(body) < 128
    return bytes((first, len(body))) + body


CONNECT = frame(0x10, CONNECT_BODY)
SUBSCRIBE = frame(0x82, b"\x00\x01\x00\x03a/+\x01\x00\x01#\x00")


def parse(*chunks: bytes, max_packet_bytes: int = 4096) -> tuple[list[Packet], bool]:
    """Return the packets, and whether the stream was malformed."""
    parser, packets = PacketParser(max_packet_bytes=max_packet_bytes), list[Packet]()
    try:
        for chunk in chunks:
            packets += parser.feed(chunk)
    except MalformedPacket:
        return packets, True
    return packets, False


@given(st.binary(max_size=300))
def test_any_bytes_give_packets_or_malformed_packet(data: bytes) -> None:
    parse(data)


@given(st.lists(st.sampled_from([CONNECT, SUBSCRIBE, b"\xc0\x00", encode_puback(7), b"\x30\x03\x00\x01t"])), st.data())
def test_any_cutting_gives_the_same_packets(packets: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(packets)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    chunks = [stream[a:b] for a, b in pairwise([0, *cuts, len(stream)])]
    assert parse(*chunks) == parse(stream)
    assert len(parse(stream)[0]) == len(packets)


@given(st.binary(max_size=80), st.data())
def test_any_cutting_of_garbage_gives_the_same(stream: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(stream)))
    whole, cut_once = _in_order(stream), _in_order(stream[:cut], stream[cut:])
    assert whole == cut_once


def _in_order(*chunks: bytes) -> tuple[list[Packet], bool]:
    parser, packets = PacketParser(max_packet_bytes=4096), list[Packet]()
    try:
        for chunk in chunks:
            for packet in parser.feed(chunk):
                packets.append(packet)
    except MalformedPacket:
        return packets, True
    return packets, False


@given(TEXT, st.binary(max_size=300), st.integers(1, 65_535))
def test_what_is_encoded_is_parsed_back(topic: str, payload: bytes, packet_id: int) -> None:
    encoder = PublishEncoder(topic, payload)
    packets, is_malformed = parse(encoder.at_most_once(V311), encoder.at_least_once(packet_id, V311))
    assert not is_malformed
    assert packets == [
        Publish(topic=topic, payload=payload),
        Publish(topic=topic, payload=payload, qos=1, packet_id=packet_id),
    ]


def test_connect_is_read_whole() -> None:
    assert parse(CONNECT)[0] == [
        Connect(client_id="id", clean_session=True, keep_alive_s=30, username="user", password=b"pass")
    ]


def test_will_is_read() -> None:
    body = b"\x00\x04MQTT\x04\x2e\x00\x00\x00\x00\x00\x01t\x00\x03bye"
    (packet,), _ = parse(frame(0x10, body))
    assert isinstance(packet, Connect)
    assert packet.will == Will(topic="t", payload=b"bye", qos=1, retain=True)


def test_subscribe_keeps_its_order() -> None:
    wanted = (Subscription(topic_filter="a/+", qos=1), Subscription(topic_filter="#", qos=0))
    assert parse(SUBSCRIBE, b"\xc0\x00", encode_puback(9))[0] == [
        Subscribe(packet_id=1, subscriptions=wanted),
        PingReq(),
        PubAck(packet_id=9),
    ]


@pytest.mark.parametrize(("level", "name"), [(3, b"\x00\x06MQIsdp"), (6, b"\x00\x04MQTT")])
def test_other_versions_are_named(level: int, name: bytes) -> None:
    assert parse(frame(0x10, name + bytes((level,)) + b"anything"))[0] == [UnsupportedProtocol(level=level)]


@pytest.mark.parametrize(
    "malformed",
    [
        frame(0x11, CONNECT_BODY),  # flags of the fixed header
        frame(0x10, CONNECT_BODY + b"x"),  # bytes behind the end
        frame(0x10, CONNECT_BODY[:-1]),  # ends too early
        frame(0x10, b"\x00\x04HTTP\x04\x02\x00\x00\x00\x00"),
        frame(0x10, b"\x00\x04MQTT\x04\x03\x00\x00\x00\x00"),  # reserved flag
        frame(0x10, b"\x00\x04MQTT\x04\x42\x00\x00\x00\x00\x00\x00"),  # password without user
        frame(0x82, b"\x00\x01"),  # no filter
        frame(0x82, b"\x00\x00\x00\x01a\x00"),  # packet id 0
        frame(0x82, b"\x00\x01\x00\x01a\x03"),  # QoS 3
        frame(0x82, b"\x00\x01\x00\x02a+\x00"),  # wildcard inside a level
        frame(0x36, b"\x00\x01t\x00\x01"),  # PUBLISH of QoS 3
        frame(0x30, b"\x00\x02t+"),  # wildcard in a topic
        frame(0x30, b"\x00\x02\xff\xfe"),  # no UTF-8
        b"\x30\xff\xff\xff\xff\x01",  # length of five bytes
        b"\x30\xff\x7f",  # longer than the limit
        b"\xf0\x00",
        b"\x00\x00",
    ],
)
def test_what_the_standard_forbids_is_malformed(malformed: bytes) -> None:
    assert parse(malformed) == ([], True)


def test_parser_stays_malformed() -> None:
    parser = PacketParser()
    for _ in range(2):
        with pytest.raises(MalformedPacket):
            list(parser.feed(b"\x00\x00"))


@pytest.mark.parametrize("topic", ["", "a/+", "#", "a\0b", "x" * 65_536])
def test_impossible_topics_are_not_encoded(topic: str) -> None:
    with pytest.raises(ValueError, match="topic"):
        PublishEncoder(topic, b"")
