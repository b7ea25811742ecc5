"""Our client with brokers that others wrote: Debian's mosquitto, where it is installed, and amqtt (MQTT 3.1.1 only)."""

import asyncio
import contextlib
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from amqtt.broker import Broker as Amqtt

from bimmerhub.mqtt.client import ConnectionEnd, ConnectionEnded, Message, MqttClient, open_client
from bimmerhub.mqtt.packets import ConnAck, Connect, ProtocolVersion, Will

if TYPE_CHECKING:
    from tests.mqtt.conftest import Tls

V311, V5 = ProtocolVersion.V311, ProtocolVersion.V5
MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
CONFIGURATION = """
user root
listener {port} 127.0.0.1
cafile {ca_file}
certfile {ca_file}
keyfile {key_file}
allow_anonymous true
acl_file {acl_file}
max_inflight_messages 10
max_packet_size 20000
max_keepalive 10
persistence false
"""
ACCESS = "user me\ntopic readwrite open/#\n\nuser reader\ntopic read open/#\n"

pytestmark = [
    # amqtt's own ways
    pytest.mark.filterwarnings("ignore::DeprecationWarning:amqtt.*"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:transitions.*"),
]


class Address:
    """Where a broker listens."""

    def __init__(self, port: int, tls: "Tls") -> None:
        self.port, self.tls = port, tls

    @asynccontextmanager
    async def logged_in(self, version: ProtocolVersion, **changes: Any) -> AsyncIterator[MqttClient]:
        values = {"client_id": "ours", "clean_session": True, "keep_alive_s": 5, **changes}
        async with asyncio.timeout(10), await open_client("127.0.0.1", self.port, tls=self.tls.client) as client:
            await client.log_in(Connect(version=version, **values))
            yield client


@pytest.fixture
async def mosquitto(tls: "Tls", tmp_path: Path, unused_tcp_port: int) -> AsyncIterator[Address]:
    if MOSQUITTO is None:
        pytest.skip("mosquitto is not installed")
    access, configuration = tmp_path / "access", tmp_path / "configuration"
    access.write_text(ACCESS)
    access.chmod(0o600)
    files = {"ca_file": tls.ca_file, "key_file": tls.ca_file.with_name("key.pem"), "acl_file": access}
    configuration.write_text(CONFIGURATION.format(port=unused_tcp_port, **files))
    process = await asyncio.create_subprocess_exec(
        MOSQUITTO, "-c", str(configuration), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        await wait_until_open(unused_tcp_port)
        yield Address(unused_tcp_port, tls)
    finally:
        with contextlib.suppress(ProcessLookupError):  # it ends by itself when it does not like its configuration
            process.terminate()
        output, _ = await process.communicate()
        assert process.returncode == 0, output


@pytest.fixture
async def amqtt(tls: "Tls", unused_tcp_port: int) -> AsyncIterator[Address]:
    listener = {
        "type": "tcp",
        "bind": f"127.0.0.1:{unused_tcp_port}",
        "ssl": True,
        "cafile": str(tls.ca_file),
        "certfile": str(tls.ca_file),
        "keyfile": str(tls.ca_file.with_name("key.pem")),
    }
    plugins = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": False}}
    broker = Amqtt({"listeners": {"default": listener}, "plugins": plugins})
    await broker.start()
    try:
        yield Address(unused_tcp_port, tls)
    finally:
        await broker.shutdown()


async def wait_until_open(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            await asyncio.sleep(0.02)


@pytest.fixture(params=["mosquitto 3.1.1", "mosquitto 5", "amqtt 3.1.1"])
def broker(request: pytest.FixtureRequest) -> tuple[Address, ProtocolVersion]:
    name, version = request.param.split()
    return request.getfixturevalue(name), V5 if version == "5" else V311


Served = tuple[Address, ProtocolVersion]


async def take(client: MqttClient, count: int) -> list[Message]:
    messages: list[Message] = []
    while len(messages) < count:
        messages += await client.receive()
    return messages


@pytest.mark.parametrize("qos", [0, 1])
async def test_messages_come_back_in_order(broker: Served, qos: int) -> None:
    address, version = broker
    async with address.logged_in(version, username="me") as client:
        assert await client.subscribe("open/+", qos=qos) == qos
        sent = [Message("open/1", b"%d" % number * 100) for number in range(100)]
        async with asyncio.TaskGroup() as tasks:
            receiving = tasks.create_task(take(client, len(sent)))
            for message in sent:
                await client.publish(message.topic, message.payload, qos=qos)
    assert receiving.result() == sent


async def test_large_message_comes_back_whole(broker: Served) -> None:
    address, version = broker
    async with address.logged_in(version, username="me") as client:
        await client.subscribe("open/large")
        await client.publish("open/large", bytes(15_000), qos=1)
        assert await client.receive() == [Message("open/large", bytes(15_000))]


async def test_retained_message_is_marked(broker: Served) -> None:
    address, version = broker
    async with address.logged_in(version, username="me") as client:
        await client.publish("open/kept", b"hi", qos=1, retain=True)
        await client.subscribe("open/kept", qos=1)
        assert await client.receive() == [Message("open/kept", b"hi", retain=True)]


async def test_unsubscribed_topic_is_silent(broker: Served) -> None:
    address, version = broker
    async with address.logged_in(version, username="me") as client:
        await client.subscribe("open/a")
        await client.subscribe("open/b")
        assert await client.unsubscribe("open/a") == 0
        await client.publish("open/a", b"1", qos=1)
        await client.publish("open/b", b"2", qos=1)
        assert await client.receive() == [Message("open/b", b"2")]


async def test_will_is_published_when_the_client_is_lost(broker: Served) -> None:
    address, version = broker
    will = Will(topic="open/will", payload=b"gone", qos=1, retain=False)
    async with address.logged_in(version, username="me") as witness:
        await witness.subscribe("open/will", qos=1)
        async with address.logged_in(version, username="me", client_id="lost", will=will) as client:
            client.abort()
        assert await witness.receive() == [Message("open/will", b"gone")]


async def test_will_is_not_published_after_a_goodbye(broker: Served) -> None:
    address, version = broker
    will = Will(topic="open/will", payload=b"gone", qos=1, retain=False)
    async with address.logged_in(version, username="me") as witness:
        await witness.subscribe("open/#", qos=1)
        async with address.logged_in(version, username="me", client_id="lost", will=will):
            pass
        await witness.publish("open/after", b"1", qos=1)
        assert await witness.receive() == [Message("open/after", b"1")]


async def test_silent_client_is_kept_alive(broker: Served) -> None:
    address, version = broker
    async with address.logged_in(version, username="me", keep_alive_s=1) as client:
        await asyncio.sleep(2)
        assert await client.subscribe("open/1") == 0


async def test_amqtt_refuses_a_login_with_its_code(amqtt: Address) -> None:
    with pytest.raises(ConnectionEnded) as refused:
        async with amqtt.logged_in(V311):
            pass
    assert (refused.value.how, refused.value.code) == (ConnectionEnd.REFUSED, 5)


async def test_mosquitto_tells_its_limits(mosquitto: Address) -> None:
    async with mosquitto.logged_in(V5, username="me", client_id="", keep_alive_s=60) as client:
        accepted = client.accepted or ConnAck(code=0)
        assert (accepted.receive_maximum, accepted.max_packet_bytes, accepted.server_keep_alive_s) == (10, 20_000, 10)
        assert accepted.assigned_client_id
        async with asyncio.TaskGroup() as tasks:
            publishing = [tasks.create_task(client.publish("open/1", b"hi", qos=1)) for _ in range(50)]
    assert {task.result() for task in publishing} == {16}  # nobody listens


@pytest.mark.parametrize(("version", "code"), [(V311, 0), (V5, 135)])
async def test_mosquitto_refuses_a_message_with_its_code(
    mosquitto: Address, version: ProtocolVersion, code: int
) -> None:
    async with mosquitto.logged_in(version, username="reader") as client:
        assert await client.publish("secret/1", b"hi", qos=1) == code


@pytest.mark.parametrize("version", ProtocolVersion)
async def test_mosquitto_that_gives_a_session_to_another_cuts_without_a_word(
    mosquitto: Address, version: ProtocolVersion
) -> None:
    async with mosquitto.logged_in(version) as first, mosquitto.logged_in(version):
        with pytest.raises(ConnectionEnded) as ended:
            await first.receive()
    assert ended.value.how is ConnectionEnd.CUT
