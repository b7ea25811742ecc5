"""The broker with clients that misbehave: garbage, silence, and reading too slowly. Others never notice."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bimmerhub.mqtt.broker import Broker
from bimmerhub.mqtt.hooks import CloseReason

SECOND_CONNECT = "100d 0004 4d515454 04 02 003c 0001 78"
BLOCK = bytes(65_536)


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        ("0000", CloseReason.MALFORMED),
        ("ff" * 40, CloseReason.MALFORMED),
        ("30ffffff7f", CloseReason.MALFORMED),
        (SECOND_CONNECT, CloseReason.PROTOCOL),
        ("34050001740001", CloseReason.PROTOCOL),
        ("300300 0174", CloseReason.PUBLISH_REFUSED),
    ],
    ids=["reserved", "noise", "too large", "second CONNECT", "QoS 2", "publish"],
)
async def test_client_out_of_line_is_closed_with_the_reason(
    broker: Broker, doorman: Any, dial: Any, *, packet: str, reason: CloseReason
) -> None:
    wire = await dial(broker)
    await wire.log_in()
    await wire.send(packet)
    assert await wire.read_to_end() == b""
    assert await doorman.ended.get() == reason


async def test_anything_before_connect_closes(broker: Broker, dial: Any) -> None:
    wire = await dial(broker)
    await wire.send("c000")
    assert await wire.read_to_end() == b""
    assert broker.figures.closed == {CloseReason.PROTOCOL: 1}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(min_size=1, max_size=100), is_logged_in=st.booleans())
async def test_random_bytes_harm_nobody_else(broker: Broker, dial: Any, noise: bytes, *, is_logged_in: bool) -> None:
    witness, wire = await dial(broker), await dial(broker)
    await witness.log_in()
    assert await witness.subscribe("t") == "9003000700"
    if is_logged_in:
        await wire.log_in()
    await wire.send(noise)
    wire.writer.close()
    assert broker.publish("t", b"!") == 1
    assert await witness.read(6) == "300400017421"
    witness.writer.transport.abort()


async def test_client_without_tls_harms_nobody(broker: Broker, dial: Any) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", broker.port)
    writer.write(bytes.fromhex(SECOND_CONNECT))
    async with asyncio.timeout(5):
        await reader.read()
    writer.close()
    await (await dial(broker)).log_in()


async def test_client_that_never_says_connect_is_closed(serve: Any, doorman: Any, dial: Any) -> None:
    async with serve(doorman, connect_timeout_s=0.2) as broker:
        wire = await dial(broker)
        assert await wire.read_to_end() == b""
        assert broker.figures.closed == {CloseReason.NO_CONNECT: 1}


async def test_silent_client_is_closed_by_its_own_keep_alive(serve: Any, doorman: Any, dial: Any) -> None:
    async with serve(doorman, keep_alive_factor=0.05) as broker:
        wire = await dial(broker)
        await wire.log_in(keep_alive_s=1)
        assert await wire.read_to_end() == b""
        assert await doorman.ended.get() == CloseReason.KEEP_ALIVE


async def test_keep_alive_is_capped_also_for_clients_without_one(serve: Any, doorman: Any, dial: Any) -> None:
    async with serve(doorman, keep_alive_factor=0.05, keep_alive_cap_s=1) as broker:
        for keep_alive_s in (0, 600):
            wire = await dial(broker)
            await wire.log_in(keep_alive_s=keep_alive_s)
            assert await wire.read_to_end() == b""


async def test_client_that_pings_is_kept(serve: Any, doorman: Any, dial: Any) -> None:
    async with serve(doorman, keep_alive_factor=0.2) as broker:
        pinging, silent = await dial(broker), await dial(broker)
        await pinging.log_in(keep_alive_s=1)
        await silent.log_in(keep_alive_s=2)
        while doorman.ended.empty():
            await pinging.send("c000")
            assert await pinging.read(2) == "d000"
        assert broker.figures.sessions == 1


async def test_client_that_does_not_read_is_closed_and_counted(serve: Any, doorman: Any, dial: Any) -> None:
    async with serve(doorman, max_pending_bytes=200_000) as broker:
        wire = await dial(broker)
        await wire.log_in()
        await wire.subscribe("t")
        sent = 0
        while broker.publish("t", BLOCK):
            sent += 1
            assert sent < 1_000, "memory without a limit"
        assert await doorman.ended.get() == CloseReason.TOO_SLOW
        assert broker.figures.closed == {CloseReason.TOO_SLOW: 1}


async def test_slow_client_does_not_take_others_along(serve: Any, doorman: Any, dial: Any) -> None:
    async with serve(doorman, max_pending_bytes=200_000) as broker:
        slow, healthy = await dial(broker), await dial(broker)
        for wire in (slow, healthy):
            await wire.log_in()
            await wire.subscribe("t")
        while broker.publish("t", BLOCK) == 2:
            await healthy.read(len(BLOCK) + 7)
        await healthy.read(len(BLOCK) + 7)
        assert broker.figures.sessions == 1


async def test_client_that_never_acknowledges_is_closed(serve: Any, doorman: Any, dial: Any) -> None:
    async with serve(doorman, max_unacknowledged=10) as broker:
        wire = await dial(broker)
        await wire.log_in()
        assert await wire.subscribe("t", qos=1) == "9003000701"
        assert [broker.publish("t", b"", qos=1) for _ in range(11)] == [1] * 10 + [0]
        assert await doorman.ended.get() == CloseReason.TOO_SLOW


async def test_publisher_that_drains_overruns_nobody(serve: Any, doorman: Any, dial: Any) -> None:
    async with serve(doorman, max_pending_bytes=1_000_000) as broker, asyncio.TaskGroup() as tasks:
        wire = await dial(broker)
        await wire.log_in()
        await wire.subscribe("t")
        reading = tasks.create_task(wire.read(300 * (len(BLOCK) + 7)))
        for _ in range(300):
            assert broker.publish("t", BLOCK) == 1
            await broker.drain()
        assert len(await reading) == 2 * 300 * (len(BLOCK) + 7)


async def test_drain_does_not_wait_for_a_dead_client_for_ever(serve: Any, doorman: Any, dial: Any) -> None:
    async with serve(doorman, stall_timeout_s=0.1) as broker:
        wire = await dial(broker)
        await wire.log_in()
        await wire.subscribe("t", qos=1)
        async with asyncio.timeout(10):
            while broker.publish("t", BLOCK):
                await broker.drain()
        assert await doorman.ended.get() == CloseReason.TOO_SLOW


async def test_connection_that_never_speaks_tls_does_not_hold_up_the_end(serve: Any, doorman: Any) -> None:
    async with serve(doorman, connect_timeout_s=0.5) as broker:
        _, writer = await asyncio.open_connection("127.0.0.1", broker.port)
    assert broker.figures.closed == {}
    writer.close()
    await writer.wait_closed()
