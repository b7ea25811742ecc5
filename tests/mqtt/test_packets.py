"""Packets: any bytes give packets or MalformedPacket, however the network has cut them."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.mqtt.encoder import (
    GOODBYE,
    PINGREQ,
    PublishEncoder,
    encode_connect,
    encode_disconnect,
    encode_puback,
    encode_subscribe,
    encode_unsubscribe,
)
from bimmerhub.mqtt.packets import (
    Connect,
    Disconnect,
    MalformedPacket,
    Packet,
    PingReq,
    ProtocolVersion,
    PubAck,
    Publish,
    ReasonCode,
    Subscribe,
    Subscription,
    Unsubscribe,
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


ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
WILLS = st.builds(Will, topic=TEXT, payload=st.binary(max_size=20), qos=st.integers(0, 1), retain=st.booleans())
CONNECTS = st.builds(
    Connect,
    version=st.sampled_from(ProtocolVersion),
    client_id=ANY_TEXT,
    clean_session=st.booleans(),
    keep_alive_s=st.integers(0, 65_535),
    username=ANY_TEXT,
    password=st.none() | st.binary(max_size=20),
    will=st.none() | WILLS,
)


@given(CONNECTS)
def test_connect_that_a_client_encodes_is_parsed_back(connect: Connect) -> None:
    parser = PacketParser()
    assert list(parser.feed(encode_connect(connect))) == [connect]


def test_limits_of_version_5_are_parsed_back() -> None:
    connect = Connect(
        version=ProtocolVersion.V5,
        client_id="",
        clean_session=True,
        keep_alive_s=30,
        session_expiry_s=5,
        receive_maximum=9,
        max_packet_bytes=4096,
    )
    assert list(PacketParser().feed(encode_connect(connect))) == [connect]


@pytest.mark.parametrize("version", ProtocolVersion)
def test_what_a_client_says_is_parsed_back(version: ProtocolVersion) -> None:
    wishes = [Subscription(topic_filter="a/+", qos=1), Subscription(topic_filter="#", qos=0)]
    parser = PacketParser()
    list(parser.feed(encode_connect(Connect(version=version, client_id="x", clean_session=True, keep_alive_s=0))))
    stream = encode_subscribe(7, wishes, version=version) + encode_unsubscribe(8, ["a/+"], version=version)
    assert list(parser.feed(stream + PINGREQ + GOODBYE)) == [
        Subscribe(packet_id=7, subscriptions=tuple(wishes)),
        Unsubscribe(packet_id=8, topic_filters=("a/+",)),
        PingReq(),
        Disconnect(),
    ]
    if version is ProtocolVersion.V5:
        reason = encode_disconnect(ReasonCode.MALFORMED_PACKET)
        assert list(parser.feed(reason)) == [Disconnect(code=129)]


@pytest.mark.parametrize("topic_filter", ["", "a+", "a/#/b", "a\0b", "x" * 65_536])
def test_impossible_filters_are_not_encoded(topic_filter: str) -> None:
    with pytest.raises(ValueError, match=r"topic filter|bytes"):
        encode_subscribe(1, [Subscription(topic_filter=topic_filter, qos=0)], version=V311)
    with pytest.raises(ValueError, match=r"topic filter|bytes"):
        encode_unsubscribe(1, [topic_filter], version=V311)


@pytest.mark.parametrize(
    "changes",
    [{"client_id": "a\0"}, {"username": "x" * 65_536}, {"will": Will(topic="a/+", payload=b"", qos=0, retain=False)}],
)
def test_impossible_logins_are_not_encoded(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"topic|text"):
        encode_connect(Connect(**{"client_id": "x", "clean_session": True, "keep_alive_s": 0, **changes}))
