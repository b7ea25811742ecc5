"""BMW's stream as other programs meet it: paho-mqtt and mosquitto_sub, over TLS."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import aiomqtt
import pytest

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.settings import EmulatedAccount, EmulatorSettings, Service, StreamSettings
from bimmerhub.ids import Gcid, Vin
from bimmerhub.mqtt.hooks import CloseReason

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

MOSQUITTO_SUB = shutil.which("mosquitto_sub")
VIN = Vin("WBA00000000000001")
OTHER = Gcid("99999999-2222-3333-4444-555555555555")
HOUR_MS = 3_600_000


@pytest.fixture
async def signed_in(program: "Program") -> "Program":
    await program.sign_in()
    return program


@pytest.fixture
def program_with(
    make_settings: Callable[..., EmulatorSettings], program_of: "Callable[[Emulator], Program]"
) -> Callable[..., Any]:
    @asynccontextmanager
    async def start(**changes: Any) -> "AsyncIterator[Program]":
        async with Emulator(make_settings(**changes)) as emulator:
            program = program_of(emulator)
            await program.sign_in()
            yield program

    return start


def client(program: "Program", **changes: Any) -> aiomqtt.Client:
    info = program.emulator.info
    login = {"username": info.gcid, "password": program.tokens["id_token"], **changes}
    tls = ssl.create_default_context(cafile=info.ca_file)
    version = aiomqtt.ProtocolVersion.V311
    return aiomqtt.Client(info.mqtt_host, info.mqtt_port, tls_context=tls, protocol=version, timeout=5, **login)


def own(program: "Program", rest: str) -> str:
    return f"{program.emulator.info.gcid}/{rest}"


def reasons(program: "Program") -> dict[CloseReason, int]:
    return dict(program.emulator.stream.figures.closed)


def publish(program: "Program", payload: bytes = b"hi") -> int:
    return program.emulator.stream.publish(program.emulator.info.gcid, VIN, payload)


async def refused_code(attempt: aiomqtt.Client) -> int:
    with pytest.raises(aiomqtt.MqttCodeError) as refused:
        async with attempt:
            pass
    code = refused.value.rc
    return code if isinstance(code, int) else code.value  # type: ignore[union-attr]  # None would fail the test as well


@pytest.mark.parametrize("rest", ["+", "#", VIN])
async def test_subscriber_hears_its_cars(signed_in: "Program", rest: str) -> None:
    async with client(signed_in) as subscriber:
        await subscriber.subscribe(own(signed_in, rest))
        assert publish(signed_in) == 1
        message = await anext(aiter(subscriber.messages))
    assert (message.topic.value, message.payload) == (own(signed_in, VIN), b"hi")


@pytest.mark.parametrize("topic", ["#", "+/+", f"{OTHER}/+", VIN, "{own}", "{own}/+/x"])
async def test_foreign_topics_are_refused(signed_in: "Program", topic: str) -> None:
    with suppress(aiomqtt.MqttError):  # the connection ends with most of them
        async with client(signed_in) as subscriber:
            granted = await subscriber.subscribe(topic.format(own=signed_in.emulator.info.gcid))
    assert [code if isinstance(code, int) else code.value for code in granted] == [128]


async def test_subscribing_to_another_account_ends_the_connection(signed_in: "Program") -> None:
    with suppress(aiomqtt.MqttError):
        async with client(signed_in) as subscriber:
            await subscriber.subscribe(f"{OTHER}/+")
            with pytest.raises(aiomqtt.MqttError):
                await anext(aiter(subscriber.messages))
    assert reasons(signed_in) == {CloseReason.SERVER: 1}


async def test_account_with_nothing_but_a_motorcycle_has_no_stream(program_with: Callable[..., Any]) -> None:
    async with program_with(accounts=(EmulatedAccount(models=("motorcycle",)),)) as program:
        async with client(program) as subscriber:
            granted = await subscriber.subscribe(own(program, "+"))
        assert [code if isinstance(code, int) else code.value for code in granted] == [128]


@pytest.mark.parametrize("login", [{"password": "a.b.c"}, {"password": ""}, {"username": OTHER}])
async def test_wrong_login_is_code_4(signed_in: "Program", login: dict[str, str]) -> None:
    assert await refused_code(client(signed_in, **login)) == 134  # 3.1.1's 4 in the library's words


async def test_expired_token_is_code_4(signed_in: "Program") -> None:
    signed_in.emulator.clock.jump(by_ms=HOUR_MS)
    assert await refused_code(client(signed_in)) == 134


async def test_older_tls_is_refused(signed_in: "Program", program_with: Callable[..., Any]) -> None:
    old = ssl.create_default_context(cafile=signed_in.emulator.info.ca_file)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection(signed_in.emulator.info.mqtt_host, signed_in.emulator.info.mqtt_port, ssl=old)
    async with program_with(accepts_tls_1_2=True) as program:
        old.load_verify_locations(program.emulator.info.ca_file)
        port = program.emulator.info.mqtt_port
        _, writer = await asyncio.open_connection(program.emulator.info.mqtt_host, port, ssl=old)
        writer.close()


async def test_sign_in_without_the_stream_is_code_5(program_with: Callable[..., Any]) -> None:
    async with program_with(accounts=(EmulatedAccount(services=frozenset({Service.API})),)) as program:
        assert await refused_code(client(program)) == 135


async def test_session_is_cut_when_its_token_dies(signed_in: "Program") -> None:
    async with client(signed_in) as subscriber:
        await subscriber.subscribe(own(signed_in, "+"))
        signed_in.emulator.clock.jump(by_ms=HOUR_MS)
        with pytest.raises(aiomqtt.MqttError):
            await anext(aiter(subscriber.messages))
        assert publish(signed_in) == 0
        assert reasons(signed_in) == {CloseReason.EXPIRED: 1}


async def test_second_session_evicts_the_first(signed_in: "Program") -> None:
    first = client(signed_in)
    await first.__aenter__()
    async with client(signed_in) as second:
        await second.subscribe(own(signed_in, "+"))
        with pytest.raises(aiomqtt.MqttError):
            await anext(aiter(first.messages))
        assert publish(signed_in) == 1
        assert reasons(signed_in) == {CloseReason.EVICTED: 1}
    await first.__aexit__(None, None, None)


async def test_second_session_can_be_refused_instead(program_with: Callable[..., Any]) -> None:
    async with program_with(stream=StreamSettings(second_session="refuse-new")) as program, client(program) as first:
        assert await refused_code(client(program)) == 135
        await first.subscribe(own(program, "+"))
        assert publish(program) == 1


async def test_too_many_connects_of_a_minute_are_refused(program_with: Callable[..., Any]) -> None:
    async with program_with(stream=StreamSettings(connects_per_minute=2)) as program:
        for _ in range(2):
            async with client(program):
                pass
        assert await refused_code(client(program)) == 135
        program.emulator.clock.jump(by_ms=60_000)
        async with client(program):
            pass


async def test_nothing_is_retained(signed_in: "Program") -> None:
    assert publish(signed_in, b"early") == 0
    async with client(signed_in) as subscriber:
        await subscriber.subscribe(own(signed_in, "+"))
        publish(signed_in, b"late")
        assert (await anext(aiter(subscriber.messages))).payload == b"late"


async def test_clients_may_not_speak(signed_in: "Program") -> None:
    async with client(signed_in) as speaker:
        await speaker.publish(own(signed_in, VIN), b"I am a car")
        with pytest.raises(aiomqtt.MqttError):
            await anext(aiter(speaker.messages))
    assert reasons(signed_in) == {CloseReason.PUBLISH_REFUSED: 1}


async def test_cars_are_heard_while_time_goes_by(signed_in: "Program") -> None:
    emulator = signed_in.emulator
    async with client(signed_in) as subscriber:
        await subscriber.subscribe(own(signed_in, "+"))
        vin = emulator.info.vehicles[0].vin
        await emulator.lives[emulator.info.gcid].command(vin, "unlock", {})
        emulator.clock.jump(by_ms=10_000)
        message = await anext(aiter(subscriber.messages))
    assert message.topic.value == own(signed_in, vin)


@pytest.mark.skipif(MOSQUITTO_SUB is None, reason="mosquitto_sub is not installed")
@pytest.mark.parametrize("version", ["tlsv1.2", "tlsv1.3"])
async def test_mosquitto_sub_hears_the_stream(signed_in: "Program", version: str) -> None:
    info = signed_in.emulator.info
    where = ["-h", info.mqtt_host, "-p", str(info.mqtt_port), "--cafile", info.ca_file, "--tls-version", version]
    who = ["-u", info.gcid, "-P", signed_in.tokens["id_token"], "-t", f"{info.gcid}/+", "-C", "1", "-q", "1", "-v"]
    process = await asyncio.create_subprocess_exec(MOSQUITTO_SUB or "", *where, *who, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(10):
        while not publish(signed_in):  # noqa: ASYNC110 - another process subscribes
            await asyncio.sleep(0.02)
        out, _ = await process.communicate()
    assert out.decode() == f"{own(signed_in, VIN)} hi\n"


async def test_figures_count_what_is_delivered(signed_in: "Program") -> None:
    async with client(signed_in) as subscriber:
        await subscriber.subscribe(own(signed_in, "+"))
        publish(signed_in)
        assert signed_in.emulator.stream.figures.delivered == 1
        assert signed_in.emulator.stream.session_count == 1
