"""BMW's stream with clients that share no code with paho: gmqtt and mosquitto_sub, in MQTT 3.1.1 and 5."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

import gmqtt
import pytest
from gmqtt.mqtt.handler import MQTTConnectError

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatorSettings
from bimmerhub.ids import Vin

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

MOSQUITTO_SUB = shutil.which("mosquitto_sub")
OLD, NEW = 4, 5
BOTH = pytest.mark.parametrize("version", [OLD, NEW], ids=["3.1.1", "5"])
VIN = Vin("WBA00000000000001")


@pytest.fixture
async def emulator(make_settings: Callable[..., EmulatorSettings]) -> AsyncIterator[Emulator]:
    """As strict as BMW, keep-alive included."""
    async with Emulator(make_settings(keeps_alive_rule=True)) as running:
        yield running


@pytest.fixture
async def account(program: "Program") -> "Program":
    await program.sign_in()
    return program


class Gmqtt:
    """gmqtt with its callbacks turned into one queue of events."""

    def __init__(self, program: "Program", version: int, **properties: int) -> None:
        self._info = program.emulator.info
        self._version = version
        self._events: asyncio.Queue[tuple[Any, ...]] = asyncio.Queue()
        tell = self._events.put_nowait
        self.client = gmqtt.Client("phone", **properties)
        self.client.set_config({"reconnect_retries": 0})
        self.client.set_auth_credentials(self._info.gcid, program.tokens["id_token"])
        self.client.on_connect = lambda _client, _flags, code, properties: tell(("connected", code, properties))
        self.client.on_subscribe = lambda _client, _mid, codes, _properties: tell(("subscribed", *codes))
        self.client.on_disconnect = lambda _client, packet, *_: tell(("disconnected", packet))
        self.client.on_message = self._take

    def _take(self, _client: Any, topic: str, payload: bytes, qos: int, _properties: Any) -> int:
        self._events.put_nowait((topic, payload, qos))
        return 0

    async def connect(self, keep_alive_s: int = 60) -> Any:
        tls = ssl.create_default_context(cafile=self._info.ca_file)
        await self.client.connect(
            self._info.mqtt_host, self._info.mqtt_port, ssl=tls, version=self._version, keepalive=keep_alive_s
        )

    async def listen(self, qos: int = 1, *, keep_alive_s: int = 60) -> tuple[Any, ...]:
        await self.connect(keep_alive_s)
        assert (await self.event())[:2] == ("connected", 0)
        self.client.subscribe(f"{self._info.gcid}/+", qos=qos)
        return await self.event()

    async def event(self) -> tuple[Any, ...]:
        async with asyncio.timeout(5):
            return await self._events.get()


Make = Callable[..., Gmqtt]


@pytest.fixture
async def gmqtt_of(account: "Program") -> AsyncIterator[Make]:
    made: list[Gmqtt] = []

    def make(version: int, **properties: int) -> Gmqtt:
        made.append(Gmqtt(account, version, **properties))
        return made[-1]

    yield make
    for subscriber in made:
        if subscriber.client.is_connected:
            await subscriber.client.disconnect()


def publish(program: "Program", payload: bytes = b"hi") -> int:
    return program.emulator.stream.publish(program.emulator.info.gcid, VIN, payload)


def switch(program: "Program", name: str, **options: Any) -> None:
    program.emulator.faults.switch_on(FaultSwitch(name=name, **options))
    program.emulator.clock.nudge()


@BOTH
@pytest.mark.parametrize(("asked", "once_granted", "qos"), [(0, False, 0), (1, False, 0), (1, True, 1)])
async def test_gmqtt_hears_the_stream(
    account: "Program", gmqtt_of: Make, *, version: int, asked: int, once_granted: bool, qos: int
) -> None:
    if once_granted:
        switch(account, "qos-1-granted")
    client = gmqtt_of(version)
    assert await client.listen(asked) == ("subscribed", qos)
    assert publish(account) == 1
    assert await client.event() == (f"{account.emulator.info.gcid}/{VIN}", b"hi", qos)


async def test_gmqtt_is_told_what_the_broker_has_not(gmqtt_of: Make) -> None:
    client = gmqtt_of(NEW, session_expiry_interval=60)
    await client.connect()
    _, _, properties = await client.event()
    assert (properties["retain_available"], properties["shared_subscription_available"]) == ([0], [0])
    assert (properties["max_qos"], client.client.session_expiry_interval) == ([1], 0)


async def test_gmqtt_takes_no_more_than_it_wants_at_a_time(account: "Program", gmqtt_of: Make) -> None:
    switch(account, "qos-1-granted")
    client = gmqtt_of(NEW, receive_maximum=2)
    await client.listen()
    assert sum(publish(account, b"%d" % number) for number in range(200)) == 200
    assert [int((await client.event())[1]) for _ in range(200)] == list(range(200))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("bad-credentials", 4, 134),
        ("logins-refused", 5, 135),
        ("too-many-connects", 5, 151),
        ("client-id-refused", 2, 133),
    ],
)
async def test_gmqtt_sees_why_a_login_is_refused(
    account: "Program", gmqtt_of: Make, *, name: str, old: int, new: int
) -> None:
    switch(account, name)
    for version, code in ((OLD, old), (NEW, new)):
        client = gmqtt_of(version)
        with pytest.raises(MQTTConnectError) as refusal:
            await client.connect()
        client.client.stop_reconnect()
        assert refusal.value._code == code


@BOTH
async def test_gmqtt_sees_that_no_stream_is_configured(account: "Program", gmqtt_of: Make, version: int) -> None:
    switch(account, "no-stream-configured")
    assert await gmqtt_of(version).listen() == ("subscribed", 128)


@pytest.mark.parametrize(
    ("name", "elapsed_ms", "packet"),
    [("rival", 2_000, b"\x87"), ("keep-alive-rule", 75_000, b"\x8d"), (None, 3_600_000, b"\x87")],
)
async def test_gmqtt_sees_why_it_is_disconnected(
    account: "Program", gmqtt_of: Make, *, name: str | None, elapsed_ms: int, packet: bytes
) -> None:
    client = gmqtt_of(NEW)
    await client.listen(keep_alive_s=60 if name else 2 * 3_600)
    if name is not None:
        switch(account, name)
    account.emulator.clock.jump(by_ms=elapsed_ms)
    assert await client.event() == ("disconnected", packet)


async def mosquitto_sub(program: "Program", version: int, *options: str) -> asyncio.subprocess.Process:
    info = program.emulator.info
    where = ["-h", info.mqtt_host, "-p", str(info.mqtt_port), "--cafile", info.ca_file, "-V", f"mqttv{version}"]
    who = ["-u", info.gcid, "-P", program.tokens["id_token"], "-t", f"{info.gcid}/+"]
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(MOSQUITTO_SUB or "", *where, *who, *options, stdout=pipe, stderr=pipe)


@pytest.mark.skipif(MOSQUITTO_SUB is None, reason="mosquitto_sub is not installed")
@pytest.mark.parametrize("version", [311, 5])
@pytest.mark.parametrize("asked", ["0", "1"])
async def test_mosquitto_sub_hears_the_stream(account: "Program", *, version: int, asked: str) -> None:
    process = await mosquitto_sub(account, version, "-q", asked, "-C", "1", "-F", "%q:%p")
    async with asyncio.timeout(10):
        while not publish(account):  # noqa: ASYNC110 - another process subscribes
            await asyncio.sleep(0.02)
        out, _ = await process.communicate()
    assert out.decode() == "0:hi\n"


@pytest.mark.skipif(MOSQUITTO_SUB is None, reason="mosquitto_sub is not installed")
@pytest.mark.parametrize(
    ("version", "name", "code"),
    [
        (311, "logins-refused", 5),
        (311, "bad-credentials", 4),
        (5, "logins-refused", 135),
        (5, "too-many-connects", 151),
    ],
)
async def test_mosquitto_sub_ends_with_the_refusals_code(
    account: "Program", *, version: int, name: str, code: int
) -> None:
    switch(account, name)
    process = await mosquitto_sub(account, version)
    async with asyncio.timeout(10):
        assert await process.wait() == code
