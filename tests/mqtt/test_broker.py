"""The broker with clients that behave, over real TLS: an independent library, mosquitto's own client, and bytes."""

import asyncio
import shutil
from typing import Any

import pytest
import uvloop
from paho.mqtt.enums import MQTTProtocolVersion

from bimmerhub.errors import ConfigError
from bimmerhub.mqtt.broker import Broker
from bimmerhub.mqtt.hooks import BrokerSettings, CloseReason
from bimmerhub.mqtt.packets import ConnectAnswer


async def test_subscriber_gets_what_is_published(broker: Broker, paho_client: Any) -> None:
    client = paho_client()
    assert await client.connect(broker.port) == ("connected", False, "Success")
    assert await client.subscribe("car/+") == ("subscribed", 0)
    assert broker.publish("car/one", b"hello") == 1
    assert await client.event() == ("car/one", b"hello", 0)


@pytest.mark.parametrize(("asked", "granted", "published", "received"), [(0, 0, 1, 0), (1, 1, 1, 1), (2, 1, 0, 0)])
async def test_qos_is_the_lower_one_and_at_most_1(
    broker: Broker, paho_client: Any, *, asked: int, granted: int, published: int, received: int
) -> None:
    client = paho_client()
    await client.connect(broker.port)
    assert await client.subscribe("t", qos=asked) == ("subscribed", granted)
    broker.publish("t", b"", qos=published)
    assert await client.event() == ("t", b"", received)


async def test_many_messages_arrive_in_order_and_are_acknowledged(serve: Any, doorman: Any, paho_client: Any) -> None:
    async with serve(doorman, max_unacknowledged=100) as broker:
        client = paho_client()
        await client.connect(broker.port)
        await client.subscribe("#", qos=1)
        for number in range(1_000):
            broker.publish("t", b"%d" % number, qos=1)
            if number % 20 == 0:
                await broker.drain()
        assert [int((await client.event())[1]) for _ in range(1_000)] == list(range(1_000))


async def test_message_of_a_megabyte_arrives_whole(broker: Broker, paho_client: Any) -> None:
    client, payload = paho_client(), bytes(range(256)) * 4_096
    await client.connect(broker.port)
    await client.subscribe("t")
    broker.publish("t", payload)
    assert (await client.event())[1] == payload


async def test_nothing_is_kept_for_who_comes_later(broker: Broker, paho_client: Any) -> None:
    client = paho_client()
    await client.connect(broker.port)
    assert broker.publish("t", b"early") == 0
    await client.subscribe("t")
    broker.publish("t", b"late")
    assert (await client.event())[1] == b"late"


async def test_unsubscribed_client_gets_nothing_more(broker: Broker, paho_client: Any) -> None:
    client = paho_client()
    await client.connect(broker.port)
    await client.subscribe("t")
    client.client.unsubscribe("t")
    assert await client.event() == ("unsubscribed",)
    assert broker.publish("t", b"") == 0


async def test_refused_filter_does_not_end_the_session(broker: Broker, paho_client: Any) -> None:
    client = paho_client()
    await client.connect(broker.port)
    assert await client.subscribe("secret/plan") == ("subscribed", 0x80)
    assert await client.subscribe("public") == ("subscribed", 0)


async def test_filters_beyond_the_limit_are_refused(serve: Any, doorman: Any, dial: Any) -> None:
    async with serve(doorman, max_subscriptions=1) as broker:
        wire = await dial(broker)
        await wire.log_in()
        assert [await wire.subscribe(name) for name in ("a", "b", "a")] == ["9003000700", "9003000780", "9003000700"]


@pytest.mark.parametrize(("answer", "code"), [(ConnectAnswer.BAD_CREDENTIALS, 4), (ConnectAnswer.QUOTA_EXCEEDED, 5)])
async def test_refused_login_is_answered_and_closed(
    broker: Broker, doorman: Any, dial: Any, *, answer: ConnectAnswer, code: int
) -> None:
    doorman.answer = answer
    wire = await dial(broker)
    await wire.send("100c 0004 4d515454 04 02 003c 0000")
    assert await wire.read_to_end() == bytes((0x20, 2, 0, code))
    assert (broker.figures.sessions, broker.figures.closed) == (0, {CloseReason.REFUSED: 1})


async def test_other_versions_of_mqtt_are_told_so(broker: Broker, dial: Any, paho_client: Any) -> None:
    wire = await dial(broker)
    await wire.send("100f 0004 4d515454 06 02 003c 00 0002 7878")
    assert await wire.read_to_end() == b"\x20\x03\x00\x84\x00"
    answer = await paho_client(protocol=MQTTProtocolVersion.MQTTv31).connect(broker.port)
    assert answer == ("connected", False, "Unsupported protocol version")


async def test_session_that_should_be_kept_starts_empty_each_time(broker: Broker, doorman: Any, dial: Any) -> None:
    for _ in range(2):
        wire = await dial(broker)
        await wire.send("100d 0004 4d515454 04 00 003c 0001 78")
        assert await wire.read(4) == "20020000"
        await wire.send("e000")
        assert await wire.read_to_end() == b""
        assert await doorman.ended.get() == CloseReason.CLIENT


async def test_kept_session_without_a_client_id_is_refused(broker: Broker, dial: Any) -> None:
    wire = await dial(broker)
    await wire.send("100c 0004 4d515454 04 00 003c 0000")
    assert await wire.read_to_end() == b"\x20\x02\x00\x02"


async def test_will_is_read_and_nobody_gets_it(broker: Broker, doorman: Any, dial: Any, paho_client: Any) -> None:
    client, wire = paho_client(), await dial(broker)
    await client.connect(broker.port)
    await client.subscribe("#")
    await wire.send("1013 0004 4d515454 04 06 003c 0001 78 0001 77 0001 21")
    await wire.read(4)
    wire.writer.transport.abort()
    assert await doorman.ended.get() == CloseReason.LOST
    broker.publish("after", b"")
    assert (doorman.connects[-1].will.topic, await client.event()) == ("w", ("after", b"", 0))


async def test_client_that_publishes_is_closed_by_default(broker: Broker, doorman: Any, paho_client: Any) -> None:
    client = paho_client()
    await client.connect(broker.port)
    client.client.publish("t", b"", qos=1)
    assert await client.event() == ("disconnected",)
    assert await doorman.ended.get() == CloseReason.PUBLISH_REFUSED


async def test_allowed_message_is_acknowledged_and_given_to_the_hook(
    broker: Broker, doorman: Any, paho_client: Any
) -> None:
    doorman.takes_messages = True
    client = paho_client()
    await client.connect(broker.port)
    client.client.publish("t", b"order", qos=1)
    assert await client.event() == ("published",)
    assert doorman.messages[0].payload == b"order"


async def test_ping_is_answered(broker: Broker, dial: Any) -> None:
    wire = await dial(broker)
    await wire.log_in()
    await wire.send("c000")
    assert await wire.read(2) == "d000"


async def test_stopping_closes_every_client(serve: Any, doorman: Any, paho_client: Any, dial: Any) -> None:
    async with serve(doorman) as broker:
        client, silent = paho_client(), await dial(broker)
        await client.connect(broker.port)
    assert await client.event() == ("disconnected",)
    assert await silent.read_to_end() == b""
    assert await doorman.ended.get() == CloseReason.SHUTDOWN
    assert broker.figures.closed == {CloseReason.SHUTDOWN: 2}
    with pytest.raises(RuntimeError, match="does not listen"):
        assert broker.port


async def test_taken_port_is_a_clear_error(broker: Broker, doorman: Any, tls: Any) -> None:
    second = Broker(hooks=doorman)
    with pytest.raises(ConfigError, match=f"127.0.0.1:{broker.port}"):
        async with second.serve("127.0.0.1", broker.port, ssl_context=tls.server):
            pass


def test_more_unacknowledged_messages_than_identifiers_cannot_be_set() -> None:
    with pytest.raises(ConfigError):
        BrokerSettings(max_unacknowledged=65_536)


@pytest.mark.skipif(shutil.which("mosquitto_sub") is None, reason="mosquitto's clients are not installed")
async def test_mosquitto_sub_receives(broker: Broker, doorman: Any, tls: Any) -> None:
    options = f"-V 311 -h 127.0.0.1 -p {broker.port} --cafile {tls.ca_file} -u user -P password -q 1 -C 2 -F %t:%q:%p"
    process = await asyncio.create_subprocess_exec(
        "mosquitto_sub", *options.split(), "-t", "car/+", stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(10):
        assert await doorman.asked.get() == "car/+"
        broker.publish("car/one", b"first", qos=1)
        broker.publish("car/two", b"second", qos=0)
        printed, _ = await process.communicate()
    assert printed.split() == [b"car/one:1:first", b"car/two:0:second"]


def test_runs_on_uvloop(doorman: Any, tls: Any, paho_factory: Any) -> None:
    async def run() -> list[bytes]:
        broker, client = Broker(hooks=doorman), paho_factory()
        async with broker.serve("127.0.0.1", 0, ssl_context=tls.server):
            await client.connect(broker.port)
            await client.subscribe("t")
            for number in range(500):
                broker.publish("t", b"%d" % number)
            received = [(await client.event())[1] for _ in range(500)]
            await client.stop()
        return received

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(run()) == [b"%d" % number for number in range(500)]
