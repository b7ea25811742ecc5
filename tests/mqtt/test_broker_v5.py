"""The broker with clients of MQTT 5: what it announces, how it refuses, and what it says before it hangs up."""

import asyncio
from typing import Any

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from bimmerhub.mqtt.broker import Broker
from bimmerhub.mqtt.hooks import CloseReason
from bimmerhub.mqtt.packets import ConnectAnswer

V5 = MQTTProtocolVersion.MQTTv5
ANNOUNCED = "2401 2500 2700040000 2900 2a00".replace(" ", "")


def connect_packet(*, client_id: str = "x", flags: int = 2, properties: str = "", will: str = "") -> bytes:
    body = b"\x00\x04MQTT\x05" + bytes((flags,)) + b"\x00\x3c" + sized(properties)
    body += len(client_id).to_bytes(2, "big") + client_id.encode() + bytes.fromhex(will)
    return bytes((0x10, len(body))) + body


def sized(text: str) -> bytes:
    content = bytes.fromhex(text)
    return bytes((len(content),)) + content


@pytest.fixture
def log_in(dial: Any) -> Any:
    async def connect(broker: Broker, **options: Any) -> Any:
        wire = await dial(broker)
        await wire.send(connect_packet(**options))
        length = bytes.fromhex(await wire.read(2))[1]
        assert (await wire.read(length)).startswith("0000")
        return wire

    return connect


async def subscribe(wire: Any, topic_filter: str, *, options: int = 1) -> str:
    body = b"\0\x07\0" + len(topic_filter).to_bytes(2, "big") + topic_filter.encode() + bytes((options,))
    await wire.send(bytes((0x82, len(body))) + body)
    return str(await wire.read(6))


async def test_connack_says_what_there_is_not(broker: Broker, dial: Any) -> None:
    wire = await dial(broker)
    await wire.send(connect_packet())
    assert await wire.read(18) == "2010" + "0000" + "0d" + ANNOUNCED


async def test_nameless_client_is_given_an_id(broker: Broker, dial: Any, paho_client: Any) -> None:
    wire = await dial(broker)
    await wire.send(connect_packet(client_id=""))
    given = bytes.fromhex(await wire.read(2 + 16 + 3 + 37))[-40:]
    assert given[:8] == b"\x12\x00\x25auto-"
    assert await paho_client(protocol=V5).connect(broker.port) == ("connected", False, "Success")


async def test_session_and_keep_alive_that_are_not_kept_are_told(serve: Any, doorman: Any, dial: Any) -> None:
    async with serve(doorman, keep_alive_cap_s=30) as broker:
        wire = await dial(broker)
        await wire.send(connect_packet(properties="11 ffffffff"))
        assert (await wire.read(26)).endswith("1100000000" + "13001e")


async def test_connect_properties_reach_the_hook(broker: Broker, doorman: Any, log_in: Any) -> None:
    await log_in(broker, properties="11 0000000a 21 0014 27 00001000 22 0005 26 0001 61 0001 62")
    connect = doorman.connects[0]
    assert (connect.session_expiry_s, connect.receive_maximum, connect.max_packet_bytes) == (10, 20, 4096)
    assert connect.user_properties == (("a", "b"),)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (ConnectAnswer.UNSPECIFIED, 128),
        (ConnectAnswer.CLIENT_ID_INVALID, 133),
        (ConnectAnswer.BAD_CREDENTIALS, 134),
        (ConnectAnswer.NOT_AUTHORIZED, 135),
        (ConnectAnswer.SERVER_UNAVAILABLE, 136),
        (ConnectAnswer.QUOTA_EXCEEDED, 151),
    ],
)
async def test_refusal_has_the_code_of_version_5(
    broker: Broker, doorman: Any, dial: Any, *, answer: ConnectAnswer, code: int
) -> None:
    doorman.answer = answer
    wire = await dial(broker)
    await wire.send(connect_packet())
    assert await wire.read_to_end() == bytes((0x20, 3, 0, code, 0))


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"properties": "7f"}, 129),  # there is no such property
        ({"properties": "2100"}, 129),  # ends too early
        ({"properties": "21 0014 21 0014"}, 130),
        ({"properties": "21 0000"}, 130),
        ({"properties": "15 0001 61"}, 140),
        ({"flags": 0x16, "will": "00 0001 74 0000"}, 155),
        ({"flags": 0x26, "will": "00 0001 74 0000"}, 154),
    ],
    ids=["unknown", "short", "twice", "zero", "authentication", "will of QoS 2", "retained will"],
)
async def test_connect_that_cannot_be_is_refused(
    broker: Broker, doorman: Any, dial: Any, *, options: Any, code: int
) -> None:
    wire = await dial(broker)
    await wire.send(connect_packet(**options))
    assert await wire.read_to_end() == bytes((0x20, 3, 0, code, 0))
    assert doorman.connects == []


@pytest.mark.parametrize(
    ("packet", "code"),
    [
        ("0000", 129),
        ("f000", 130),
        ("6202 0001", 130),
        ("30ffffff7f", 149),
        ("3006 0001 74 02 7f00", 129),
        ("3007 0001 74 03 230001", 148),
        ("3406 0001 74 0001 00", 155),
        ("3104 0001 74 00", 154),
        ("3004 0001 74 00", 135),
        ("8209 0001 02 0b01 0001 61 00", 161),
        ("8207 0001 00 0001 61 40", 129),
        (connect_packet().hex(), 130),
        ("e007 00 05 11 00000001", 130),
    ],
)
async def test_client_out_of_line_is_told_why(broker: Broker, log_in: Any, *, packet: str, code: int) -> None:
    wire = await log_in(broker)
    await wire.send(packet)
    assert await wire.read_to_end() == bytes((0xE0, 1, code))


async def test_refused_publish_of_qos_1_is_answered_first(broker: Broker, log_in: Any) -> None:
    wire = await log_in(broker)
    await wire.send("3206 0001 74 0009 00")
    assert await wire.read_to_end() == bytes.fromhex("4003 0009 87 e00187")


@pytest.mark.parametrize("good_bye", ["e000", "e001 04", "e009 00 07 1f0004 74657374"])
async def test_good_bye_is_not_answered(broker: Broker, doorman: Any, log_in: Any, good_bye: str) -> None:
    wire = await log_in(broker)
    await wire.send(good_bye)
    assert await wire.read_to_end() == b""
    assert await doorman.ended.get() == CloseReason.CLIENT


async def test_subscriptions_are_answered_one_by_one(broker: Broker, log_in: Any) -> None:
    wire = await log_in(broker)
    codes = [await subscribe(wire, name, options=2) for name in ("car/+", "secret/plan", "$share/group/t", "/" * 64)]
    assert [code[-2:] for code in codes] == ["01", "87", "9e", "8f"]
    await wire.send("a20f 0009 00 0005 6361722f2b 0003 612f62")
    assert await wire.read(7) == "b005" + "0009" + "00" + "0011"


async def test_messages_come_with_empty_properties(broker: Broker, log_in: Any) -> None:
    wire = await log_in(broker)
    await subscribe(wire, "t")
    broker.publish("t", b"!", qos=0)
    broker.publish("t", b"!", qos=1)
    assert await wire.read(7 + 9) == "3005000174" + "0021" + "3207000174" + "0001" + "0021"


async def test_receive_maximum_holds_messages_back(broker: Broker, log_in: Any) -> None:
    wire = await log_in(broker, properties="21 0002")
    await subscribe(wire, "t")
    assert [broker.publish("t", b"%d" % number, qos=1) for number in range(4)] == [1] * 4
    assert (await wire.read(18))[-2:] == b"1".hex()
    broker.publish("t", b"5", qos=0)  # does not wait behind them
    assert await wire.read(7) == "3005000174" + "0035"
    await wire.send("4004 0001 00 00")
    assert (await wire.read(9)) == "3207000174" + "0003" + "0032"


async def test_message_that_is_too_large_for_a_client_is_left_out(broker: Broker, log_in: Any) -> None:
    wire = await log_in(broker, properties="27 00000010")
    await subscribe(wire, "t")
    assert [broker.publish("t", bytes(size), qos=qos) for size in (10, 11) for qos in (0, 1)] == [1, 0, 0, 0]
    assert await wire.read(16) == "300e00017400" + "00" * 10


async def test_held_back_messages_have_the_limit_of_slow_clients(serve: Any, doorman: Any, log_in: Any) -> None:
    async with serve(doorman, max_unacknowledged=5) as broker:
        wire = await log_in(broker, properties="21 0001")
        await subscribe(wire, "t")
        assert [broker.publish("t", b"", qos=1) for _ in range(6)] == [1] * 5 + [0]
        assert await doorman.ended.get() == CloseReason.TOO_SLOW


async def test_silence_is_told(serve: Any, doorman: Any, log_in: Any) -> None:
    async with serve(doorman, keep_alive_factor=0.002) as broker:
        wire = await log_in(broker)
        assert await wire.read_to_end() == b"\xe0\x01\x8d"


async def test_shutdown_is_told(serve: Any, doorman: Any, log_in: Any) -> None:
    async with serve(doorman) as broker:
        wire = await log_in(broker)
    assert await wire.read_to_end() == b"\xe0\x01\x8b"


async def test_unanswered_login_stays_without_an_answer(serve: Any, doorman: Any, dial: Any) -> None:
    doorman.answer = None
    async with serve(doorman, connect_timeout_s=0.05) as broker:
        silent, wire = await dial(broker), await dial(broker)
        await wire.send(connect_packet() + b"\xc0\x00")
        assert await silent.read_to_end() == b""  # the time for CONNECT is over, for who did not send it
        assert not wire.reader.at_eof()
    assert await wire.read_to_end() == b""


async def test_both_versions_share_a_topic(broker: Broker, dial: Any, log_in: Any) -> None:
    new, old = await log_in(broker), await dial(broker)
    await old.log_in()
    await asyncio.gather(subscribe(new, "t"), old.subscribe("t", qos=1))
    assert broker.publish("t", b"!", qos=1) == 2
    assert await new.read(9) == "3207000174" + "0001" + "0021"
    assert await old.read(8) == "3206000174" + "0001" + "21"


async def test_many_messages_reach_paho_in_order(serve: Any, doorman: Any, paho_client: Any) -> None:
    async with serve(doorman, max_unacknowledged=100) as broker:
        client = paho_client(protocol=V5)
        await client.connect(broker.port)
        assert await client.subscribe("#", qos=1) == ("subscribed", 1)
        for number in range(500):
            broker.publish("t", b"%d" % number, qos=1)
            if number % 20 == 0:
                await broker.drain()
        assert [int((await client.event())[1]) for _ in range(500)] == list(range(500))
