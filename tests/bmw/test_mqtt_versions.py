"""MQTT 5 first, 3.1.1 where a broker does not take it; and the words for codes that the emulator never says."""

import asyncio
import random
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.bmw.test_stream import until

from bimmerhub.bmw.cardata import CarDataStream, LinkChanged, StreamMessages
from bimmerhub.bmw.cardata.endpoints import MqttVersion
from bimmerhub.bmw.cardata.streaming.reactions import Losses
from bimmerhub.bmw.cardata.streaming.stream_connection import ConnectionLost
from bimmerhub.domain.account.link import LinkState
from bimmerhub.mqtt import client_protocol

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud, Connect, Dialogue


def takes_3_only(*, says_so: bool, levels: list[int]) -> "Dialogue":
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        packet = await reader.read(2000)
        level = packet[packet.index(b"MQTT") + 4]
        levels.append(level)
        if level == 4:
            writer.write(b"\x20\x02\x00\x00")
            await reader.read(1000)
            writer.write(b"\x90\x03\x00\x01\x00")
            await reader.read(1000)
        elif says_so:
            writer.write(b"\x20\x03\x00\x84\x00")
            await reader.read(1000)

    return dialogue


async def stream_of(
    cloud: "Cloud", broker: "Connect", dialogue: "Dialogue", *, version: MqttVersion = "5"
) -> CarDataStream:
    port = (await broker(dialogue))["port"]
    endpoints = replace(cloud.endpoints, stream_port=port, mqtt_version=version)
    return CarDataStream(tokens=cloud.tokens(), endpoints=endpoints, clock=cloud.clock)


@pytest.mark.parametrize("says_so", [True, False])
async def test_broker_that_refuses_mqtt_5_is_asked_for_3_at_once(
    signed_in: "Cloud", broker: "Connect", *, says_so: bool
) -> None:
    levels: list[int] = []
    stream = await stream_of(signed_in, broker, takes_3_only(says_so=says_so, levels=levels))
    signed_in.clock.sleeps_s.clear()
    async with aclosing(stream.events()) as events:
        link = await until(events, LinkState.CONNECTED)
    assert (levels, link.failures, signed_in.clock.sleeps_s) == ([5, 4], 0, [])


async def test_mqtt_5_is_tried_again_some_hours_after_it_seemed_to_be_refused(
    signed_in: "Cloud", broker: "Connect"
) -> None:
    levels: list[int] = []
    stream = await stream_of(signed_in, broker, takes_3_only(says_so=False, levels=levels))
    async with aclosing(stream.events()) as events:
        await until(events, LinkState.CONNECTED)
        signed_in.clock.advance(minutes=50)  # the next connection, with newer tokens
        await until(events, LinkState.CONNECTED)
        assert levels == [5, 4, 4]
        signed_in.clock.advance(minutes=6 * 60)
        await until(events, LinkState.CONNECTED)
    assert levels[:5] == [5, 4, 4, 5, 4]


async def test_broker_that_closes_at_once_is_tried_by_both_versions_in_turn(
    signed_in: "Cloud", broker: "Connect"
) -> None:
    levels: list[int] = []

    async def dialogue(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        packet = await reader.read(2000)
        levels.append(packet[packet.index(b"MQTT") + 4])

    async with aclosing((await stream_of(signed_in, broker, dialogue)).events()) as events:
        for failures in (1, 2):
            link = await until(events, LinkState.WAITING)
            assert link.failures == failures
    assert levels == [5, 4, 5, 4]
    assert "before it answers the login" in link.reason


async def test_setting_keeps_to_mqtt_3(signed_in: "Cloud", broker: "Connect") -> None:
    levels: list[int] = []
    dialogue = takes_3_only(says_so=True, levels=levels)
    async with aclosing((await stream_of(signed_in, broker, dialogue, version="3.1.1")).events()) as events:
        await until(events, LinkState.CONNECTED)
    assert levels == [4]


@pytest.mark.parametrize("code", [1, 132])
async def test_broker_that_answers_mqtt_5_in_the_form_of_3_is_asked_for_3(
    signed_in: "Cloud", broker: "Connect", code: int
) -> None:
    levels: list[int] = []

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        packet = await reader.read(2000)
        levels.append(packet[packet.index(b"MQTT") + 4])
        writer.write(bytes((0x20, 2, 0, code if levels[-1] == 5 else 0)))
        await reader.read(1000)
        writer.write(b"\x90\x03\x00\x01\x00")
        await reader.read(1000)

    async with aclosing((await stream_of(signed_in, broker, dialogue)).events()) as events:
        await until(events, LinkState.CONNECTED)
    assert levels == [5, 4]


@pytest.mark.parametrize(
    ("code", "words", "least_pause_s"),
    [(151, "too many connects (151)", 60), (200, "refuses the connection (200: no reason", 0)],
)
async def test_code_that_mqtt_3_does_not_know_is_told_as_bmw_sent_it(
    signed_in: "Cloud", broker: "Connect", *, code: int, words: str, least_pause_s: float
) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(2000)
        writer.write(bytes((0x20, 2, 0, code)))
        await reader.read(1000)

    async with aclosing((await stream_of(signed_in, broker, dialogue, version="3.1.1")).events()) as events:
        link = await until(events, LinkState.WAITING)
    assert words in link.reason
    assert (link.next_try_at_ms or 0) - link.at_ms >= least_pause_s * 1000


async def test_server_that_does_not_speak_mqtt_is_told(signed_in: "Cloud", broker: "Connect") -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(2000)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with aclosing((await stream_of(signed_in, broker, dialogue)).events()) as events:
        link = await until(events, LinkState.WAITING)
    assert "is not MQTT" in link.reason
    assert "bmw.stream_host" in (link.hint or "")


@pytest.mark.parametrize("goodbye", [b"\xe0\x01\x97", b""])
async def test_end_after_this_side_fell_behind_is_put_down_to_its_pace(
    signed_in: "Cloud", broker: "Connect", monkeypatch: pytest.MonkeyPatch, goodbye: bytes
) -> None:
    monkeypatch.setattr(client_protocol, "WAITING_MESSAGES", 50)

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(2000)
        writer.write(b"\x20\x03\x00\x00\x00")
        await reader.read(1000)
        writer.write(b"\x90\x04\x00\x01\x00\x00" + b"\x30\x06\x00\x01t\x00hi" * 500 + goodbye)

    async with aclosing((await stream_of(signed_in, broker, dialogue)).events()) as events:
        got = 0
        async with asyncio.timeout(10):
            while not isinstance(event := await anext(events), LinkChanged) or event.state is not LinkState.WAITING:
                got += len(event.messages) if isinstance(event, StreamMessages) else 0
    assert got == 500
    assert "this machine did not keep up" in event.reason
    assert event.overruns == 1
    assert ("(151)" in event.reason) == bool(goodbye)


@pytest.mark.parametrize(
    ("code", "words", "least_pause_s"),
    [
        (132, "neither MQTT 5 nor MQTT 3.1.1", 1_800),
        (137, "overloaded", 10),
        (139, "shut down or restarted", 2),
        (142, "another program has taken", 0),
        (152, "on purpose", 10),
        (160, "time was up", 0),
        (149, "149: too large", 0),
    ],
)
def test_every_code_has_its_words(code: int, words: str, least_pause_s: float) -> None:
    lost = ConnectionLost("too large", stage="connected", code=code)
    reaction = Losses(random.Random(1)).react(lost, at_s=0)
    assert words in reaction.reason
    assert least_pause_s <= reaction.pause_s <= least_pause_s + 2


def test_program_that_takes_the_stream_three_times_in_half_an_hour_is_a_rival() -> None:
    losses = Losses(random.Random(1))
    taken = ConnectionLost("", stage="connected", code=142)
    for at_s in (0, 700):
        assert losses.react(taken, at_s=at_s).state is LinkState.WAITING
        losses.stood(650)
    rival = losses.react(taken, at_s=1_400)
    assert (rival.state, "ours was ended 3 times within 23 min" in rival.reason) == (LinkState.REFUSED, True)
    losses.forgive()
    assert losses.react(taken, at_s=1_500).state is LinkState.WAITING


def test_connections_that_are_taken_once_an_hour_are_no_fight() -> None:
    losses = Losses(random.Random(1))
    dismissed = ConnectionLost("", stage="connected", code=135)
    for hour in range(10):
        assert losses.react(dismissed, at_s=hour * 3_600).state is LinkState.WAITING


def test_rests_before_a_rival_grow_until_the_stream_has_stood_for_half_an_hour() -> None:
    losses = Losses(random.Random(1))
    taken = ConnectionLost("", stage="connected", code=142)
    reactions = [losses.react(taken, at_s=number) for number in range(9)]
    assert [reaction.pause_s for reaction in reactions[2:]] == [300, 600, 1_200, 2_400, 3_600, 3_600, 3_600]
    losses.stood(300)
    reactions = [losses.react(taken, at_s=20_000 + number) for number in range(3)]
    assert (reactions[0].state, reactions[2].pause_s) == (LinkState.WAITING, 3_600), "it was gone for five minutes only"
    losses.stood(1_800)
    reactions = [losses.react(taken, at_s=30_000 + number) for number in range(3)]
    assert reactions[2].pause_s == 300


def test_attempts_that_never_reach_bmw_make_no_pause_longer() -> None:
    losses = Losses(random.Random(1))
    away = ConnectionLost("no route", stage="connect", how="away")
    reactions = [losses.react(away, at_s=number) for number in range(500)]
    assert max(reaction.pause_s for reaction in reactions) <= 30
    assert "rest" not in reactions[-1].reason
    down = losses.react(ConnectionLost("", stage="connect", code=136), at_s=600)
    assert down.pause_s <= 2 + 10, "BMW is asked as if for the first time"
    assert losses.unavailable("no name", is_away=True).pause_s <= 30
