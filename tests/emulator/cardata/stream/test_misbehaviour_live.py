"""Faults of the messages as a subscriber meets them, through the real broker, and the record of what it got."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiomqtt

from bimmerhub.emulator.app import Emulator
from bimmerhub.emulator.cardata.stream.delivered import Delivered
from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatorSettings

if TYPE_CHECKING:
    from tests.emulator.conftest import Program

MINUTE_MS = 60_000


@asynccontextmanager
async def subscribed(program: "Program") -> AsyncIterator[aiomqtt.Client]:
    info = program.emulator.info
    await program.sign_in()
    async with aiomqtt.Client(
        info.mqtt_host,
        info.mqtt_port,
        username=info.gcid,
        password=program.tokens["id_token"],
        tls_context=ssl.create_default_context(cafile=info.ca_file),
    ) as client:
        await client.subscribe(f"{info.gcid}/+")
        yield client


async def drive(program: "Program", minutes: int = 5) -> None:
    path = f"vehicles/{program.emulator.info.vehicles[0].vin}"
    await program.control(f"{path}/commands", name="drive", arguments={"minutes": 30})
    await program.control("clock", jump_ms=minutes * MINUTE_MS)


async def take(client: aiomqtt.Client, count: int) -> list[bytes]:
    async with asyncio.timeout(10):
        messages = aiter(client.messages)
        return [bytes((await anext(messages)).payload) for _ in range(count)]


def descriptors(payloads: list[bytes]) -> set[str]:
    return {descriptor for payload in payloads for descriptor in json.loads(payload)["data"]}


async def test_subscriber_gets_what_the_record_says(
    make_settings: Callable[..., EmulatorSettings], program_of: "Callable[[Emulator], Program]", tmp_path: Path
) -> None:
    record, delivered = tmp_path / "delivered.ndjson", list[Delivered]()
    settings = make_settings(delivered_file=record, faults=(FaultSwitch(name="malformed", value=0.3),))
    async with Emulator(settings, on_delivered=delivered.append) as emulator:
        async with subscribed(program_of(emulator)) as client:
            await drive(program_of(emulator))
            got = await take(client, len(delivered))
        await drive(program_of(emulator))
    assert got == [message.payload for message in delivered]
    lines: list[dict[str, Any]] = [json.loads(line) for line in record.read_bytes().splitlines()]
    assert len(lines) == len(got) > 20
    assert lines[0]["topic"] == f"{delivered[0].gcid}/{delivered[0].vin}"
    assert lines[0]["payload"] == json.loads(got[0])


async def test_fault_switched_on_while_running_acts_at_once(program: "Program") -> None:
    async with subscribed(program) as client:
        program.emulator.faults.switch_on(FaultSwitch(name="several-keys"))
        await drive(program)
        [first] = await take(client, 1)
    assert len(json.loads(first)["data"]) > 1


async def test_late_message_comes_when_its_time_has_come(program: "Program") -> None:
    program.emulator.faults.switch_on(FaultSwitch(name="late", value=1.0, times=1))
    async with subscribed(program) as client:
        await drive(program)
        await program.control("clock", jump_ms=80 * MINUTE_MS)
        delivered = program.emulator.stream.figures.delivered
        payloads = await take(client, delivered)
    boarding = [payload for payload in payloads if b':{"timestamp":"2026-07-27T12:00:00Z"' in payload]
    assert sum(_age_ms(payload) > MINUTE_MS for payload in boarding) == 1
    assert keys.LATITUDE in descriptors(payloads)


def _age_ms(payload: bytes) -> int:
    message = json.loads(payload)
    [row] = message["data"].values()
    sent, measured = (datetime.fromisoformat(text) for text in (message["timestamp"], row["timestamp"]))
    return round((sent - measured).total_seconds() * 1000)


async def test_message_of_a_foreign_topic_reaches_a_subscriber_of_its_own_topics(program: "Program") -> None:
    async with subscribed(program) as client:
        program.emulator.faults.switch_on(FaultSwitch(name="foreign-topic", value=1.0))
        await drive(program)
        async with asyncio.timeout(10):
            messages = aiter(client.messages)
            topics = {str((await anext(messages)).topic) for _ in range(6)}
    own = f"{program.emulator.info.gcid}/{program.emulator.info.vehicles[0].vin}"
    assert own in topics
    assert len(topics) == 2
