"""What a client reads: any bytes give messages and packets or MalformedPacket, however the network has cut them."""

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.mqtt.client_parser import ClientParser, Message, TooLarge
from bimmerhub.mqtt.encoder import PublishEncoder, encode_puback
from bimmerhub.mqtt.packets import (
    ConnAck,
    Disconnect,
    MalformedPacket,
    PingResp,
    ProtocolVersion,
    PubAck,
    Publish,
    ReasonCode,
    ServerPacket,
    SubAck,
    UnsubAck,
)
from bimmerhub.mqtt.parser import PacketParser

V311, V5 = ProtocolVersion.V311, ProtocolVersion.V5
VERSIONS = st.sampled_from(ProtocolVersion)
TOPIC = st.text(st.characters(codec="utf-8", exclude_characters="+#\0"), min_size=1, max_size=40)
LOGIN = {V311: "100d00044d5154540402003c000178", V5: "100e00044d5154540502003c00000178"}

Item = Message | ServerPacket | TooLarge


def parse(*chunks: bytes, version: ProtocolVersion, max_packet_bytes: int = 4096) -> tuple[list[Item], bool]:
    """Return what was read, and whether the stream was malformed."""
    parser, items = ClientParser(version=version, max_packet_bytes=max_packet_bytes), list[Item]()
    try:
        for chunk in chunks:
            for item in parser.feed(chunk):
                if isinstance(item, list):
                    assert item
                    items += item
                else:
                    items.append(item)
    except MalformedPacket:
        return items, True
    return items, False


def read(stream: str, version: ProtocolVersion) -> list[Item]:
    items, is_malformed = parse(bytes.fromhex(stream), version=version)
    assert not is_malformed
    return items


@given(st.binary(max_size=300), VERSIONS)
def test_any_bytes_give_items_or_malformed_packet(data: bytes, version: ProtocolVersion) -> None:
    parse(data, version=version)


@given(st.binary(max_size=80), VERSIONS, st.data())
def test_any_cutting_of_garbage_gives_the_same(stream: bytes, version: ProtocolVersion, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(stream)))
    assert parse(stream[:cut], stream[cut:], version=version) == parse(stream, version=version)


@given(st.lists(st.tuples(TOPIC, st.binary(max_size=300), st.integers(0, 2)), max_size=9), VERSIONS, st.data())
def test_what_is_encoded_is_read_back_in_order(
    messages: list[tuple[str, bytes, int]], version: ProtocolVersion, data: st.DataObject
) -> None:
    stream, expected = b"", list[Item]()
    for topic, payload, kind in messages:
        encoder = PublishEncoder(topic, payload, retain=kind == 2)
        stream += encoder.at_least_once(7, version) if kind == 1 else encoder.at_most_once(version)
        as_qos_1 = Publish(topic=topic, payload=payload, qos=1, packet_id=7)
        expected.append(as_qos_1 if kind == 1 else Message(topic, payload, kind == 2))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    chunks = [stream[a:b] for a, b in pairwise([0, *cuts, len(stream)])]
    assert parse(*chunks, version=version) == (expected, False)


@given(st.integers(0x30, 0x3F), st.binary(max_size=60), VERSIONS)
def test_messages_are_read_as_the_server_reads_them(first: int, body: bytes, version: ProtocolVersion) -> None:
    packet = bytes((first, len(body))) + body
    server = PacketParser(max_packet_bytes=4096)
    try:
        [_, theirs] = server.feed(bytes.fromhex(LOGIN[version]) + packet)
    except MalformedPacket:
        theirs = None
    items, is_malformed = parse(packet, version=version)
    if not isinstance(theirs, Publish) or theirs.qos > 1:
        assert is_malformed
        return
    assert items == [theirs if theirs.qos else Message(theirs.topic, theirs.payload, theirs.retain)]


def test_messages_that_come_together_are_one_list() -> None:
    parser = ClientParser(version=V311)
    plain = PublishEncoder("t", b"hi").at_most_once(V311)
    items = list(parser.feed(plain * 3 + b"\xd0\x00" + plain))
    assert items == [[Message("t", b"hi")] * 3, PingResp(), [Message("t", b"hi")]]


@pytest.mark.parametrize("size", [1, 100, 70_000])
def test_large_message_comes_whole_in_pieces_of_any_size(size: int) -> None:
    payload = bytes(300_000 if size > 1 else 30_000)
    stream = PublishEncoder("t", payload).at_most_once(V5)
    chunks = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert parse(*chunks, version=V5, max_packet_bytes=1_000_000) == ([Message("t", payload)], False)


@pytest.mark.parametrize("payload_bytes", [20, 200, 20_000])
def test_packet_above_the_limit_is_refused_by_its_header(payload_bytes: int) -> None:
    header = PublishEncoder("t", bytes(payload_bytes)).at_most_once(V311)[1:5]
    parser = ClientParser(version=V311, max_packet_bytes=payload_bytes)
    with pytest.raises(MalformedPacket) as refused:
        list(parser.feed(b"\x90" + header))
    assert refused.value.code == ReasonCode.PACKET_TOO_LARGE


@given(st.sampled_from([20, 200, 20_000]), st.integers(0, 1), VERSIONS, st.data())
def test_message_above_the_limit_is_named_and_skipped(
    payload_bytes: int, qos: int, version: ProtocolVersion, data: st.DataObject
) -> None:
    encoder = PublishEncoder("bmw/firmware", bytes(payload_bytes))
    large = encoder.at_least_once(7, version) if qos else encoder.at_most_once(version)
    small = PublishEncoder("bmw/x", b"hi").at_most_once(version)
    stream = small + large + small
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    chunks = [stream[a:b] for a, b in pairwise([0, *cuts, len(stream)])]
    message = Message("bmw/x", b"hi")
    too_large = TooLarge("bmw/firmware", len(large), 7 if qos else None)
    assert parse(*chunks, version=version, max_packet_bytes=len(large) - 1) == ([message, too_large, message], False)


def test_message_above_the_limit_is_not_held() -> None:
    parser = ClientParser(version=V311, max_packet_bytes=1_000)
    large = PublishEncoder("t", bytes(900_000)).at_most_once(V311)
    chunks = [large[at : at + 70_000] for at in range(0, len(large), 70_000)]
    tracemalloc.start()
    try:
        assert [item for chunk in chunks for item in parser.feed(chunk)] == [TooLarge("t", len(large))]
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()
    assert list(parser.feed(b"\xd0\x00")) == [PingResp()]


@pytest.mark.parametrize("version", ProtocolVersion)
@pytest.mark.parametrize("code", [0, 1, 5, 6, 128, 151, 255])
def test_code_of_connack_is_the_one_that_was_sent(version: ProtocolVersion, code: int) -> None:
    assert read(f"2002 00{code:02x}", version) == [ConnAck(code=code)]


def test_connack_of_version_5_has_its_limits() -> None:
    properties = "13 000a 21 0014 24 00 25 00 27 00001000 12 0001 78 1f 0002 6869 26 0001 61 0001 62"
    length = len(bytes.fromhex(properties))
    assert read(f"20{length + 3:02x} 01 00 {length:02x} {properties}", V5) == [
        ConnAck(
            code=0,
            session_present=True,
            words="hi",
            assigned_client_id="x",
            server_keep_alive_s=10,
            receive_maximum=20,
            maximum_qos=0,
            max_packet_bytes=4096,
            retain_available=False,
        )
    ]


def test_answers_have_the_codes_that_were_sent() -> None:
    assert read("9004 0007 0180", V311) == [SubAck(packet_id=7, codes=(1, 128))]
    assert read("9006 0007 00 0187 97", V5) == [SubAck(packet_id=7, codes=(1, 135, 151))]
    assert read("b002 0007", V311) == [UnsubAck(packet_id=7)]
    assert read("b004 0007 00 11", V5) == [UnsubAck(packet_id=7, codes=(17,))]
    assert read("4003 0007 97", V5) == [PubAck(packet_id=7, code=151)]
    assert parse(encode_puback(9), version=V311) == ([PubAck(packet_id=9)], False)


@pytest.mark.parametrize("version", ProtocolVersion)
def test_goodbye_has_its_code_and_words(version: ProtocolVersion) -> None:
    stream = "e000 e001 87 e009 97 07 1f 0004 62757379"
    assert read(stream, version) == [Disconnect(), Disconnect(code=135), Disconnect(code=151, words="busy")]


@pytest.mark.parametrize(
    "malformed",
    [
        "3400 ",  # QoS 2
        "3406 0001 74 0001 00",
        "3601 00",  # QoS 3
        "3804 0002 7478",  # DUP with QoS 0
        "3002 0000",  # no topic
        "3004 0002 742b",  # a wildcard in a topic
        "3004 0002 fffe",  # no UTF-8
        "3003 0005 74",  # a topic that is longer than its packet
        "3205 0001 74 0000",  # packet id 0
        "2001 00",
        "2002 0200",  # flags of CONNACK
        "2003 0000 05",
        "9002 0001",  # no code
        "9003 0000 00",
        "d001 00",
        "d100",  # flags of the fixed header
        "5002 0001",  # PUBREC
        "f000",  # AUTH
        "0000",
        "30ffffffff01",
        "485454502f312e31",  # HTTP/1.1
    ],
)
@pytest.mark.parametrize("version", ProtocolVersion)
def test_what_the_standard_forbids_is_malformed(malformed: str, version: ProtocolVersion) -> None:
    assert parse(bytes.fromhex(malformed), version=version) == ([], True)


def test_property_where_none_can_be_is_malformed() -> None:
    assert parse(bytes.fromhex("3008 0001 74 03 23 0001 68"), version=V5) == ([], True)  # an alias nobody offered


def test_parser_stays_malformed_after_the_last_good_packet() -> None:
    parser, items = ClientParser(version=V311), list[object]()
    for _ in range(2):
        with pytest.raises(MalformedPacket):
            items.extend(parser.feed(b"\xd0\x00\x00\x00"))
    assert items == [PingResp()]
