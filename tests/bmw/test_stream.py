"""The stream: typed readings, planned and unplanned reconnects, and words for what a person has to do."""

import asyncio
import gc
import json
import runpy
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from tests.bmw.test_stream_connection import subscribed

from bimmerhub.bmw.cardata import (
    CarData,
    CarDataStream,
    Endpoints,
    LinkChanged,
    StreamEvent,
    StreamMessages,
    TokenFile,
)
from bimmerhub.bmw.cardata.endpoints import MqttVersion
from bimmerhub.bmw.cardata.streaming.stream_connection import ConnectionLost
from bimmerhub.domain.account.link import LinkState
from bimmerhub.domain.reading import Reading
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.emulator.settings import EmulatedAccount, StreamSettings
from bimmerhub.emulator.sign_in.grants import TokenKind
from bimmerhub.errors import ConfigError, SignInRequired
from bimmerhub.mqtt import client_protocol
from bimmerhub.mqtt.client import MqttClient
from bimmerhub.mqtt.hooks import CloseReason

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud, Connect

SOC = "vehicle.drivetrain.batteryManagement.header"


def message(cloud: "Cloud", value: object = 67, *, key: str = SOC, car: int = 0) -> bytes:
    vin = cloud.emulator.info.vehicles[car].vin
    row = {"timestamp": "2026-07-27T11:59:58Z", "value": value, "unit": "percent"}
    envelope = {"vin": vin, "entityId": cloud.emulator.info.gcid, "topic": vin, "timestamp": "2026-07-27T11:59:59.991Z"}
    return json.dumps({**envelope, "data": {key: row}}).encode()


def publish(cloud: "Cloud", payload: bytes | None = None, *, car: int = 0) -> int:
    info = cloud.emulator.info
    return cloud.emulator.stream.publish(info.gcid, info.vehicles[car].vin, payload or message(cloud, car=car))


async def until(events: AsyncIterator[StreamEvent], state: LinkState, *, reason: str = "") -> LinkChanged:
    """Return the next change to `state`."""
    async with asyncio.timeout(10):
        async for event in events:
            if isinstance(event, LinkChanged) and event.state == state and reason in event.reason:
                return event
    raise AssertionError("the stream ended")


async def next_payloads(events: AsyncIterator[StreamEvent]) -> list[bytes]:
    async with asyncio.timeout(10):
        async for event in events:
            if isinstance(event, StreamMessages):
                return [message.payload for message in event.messages]
    raise AssertionError("the stream ended")


@asynccontextmanager
async def connected(stream: CarDataStream) -> AsyncIterator[AsyncGenerator[StreamEvent]]:
    async with aclosing(stream.events()) as events:
        await until(events, LinkState.CONNECTED)
        yield events


async def test_readings_arrive_typed(signed_in: "Cloud") -> None:
    async with signed_in.cardata() as cardata, aclosing(cardata.readings()) as readings:
        async with asyncio.TaskGroup() as tasks:
            first = tasks.create_task(_first(readings))
            await _publish_until(signed_in, first)
        reading = first.result()
    assert (reading.descriptor, reading.value, reading.unit) == (SOC, 67, "%")
    assert reading.measured_at.isoformat() == "2026-07-27T11:59:58+00:00"


async def _first(readings: AsyncGenerator[Reading]) -> Reading:
    return await anext(readings)


async def _publish_until(cloud: "Cloud", done: asyncio.Task[Any]) -> None:
    """Send one message as soon as somebody is subscribed."""
    async with asyncio.timeout(10):
        while not done.done() and not publish(cloud):  # noqa: ASYNC110 - the broker has no event
            await asyncio.sleep(0.01)


async def test_vehicle_hears_its_own_readings_only(signed_in: "Cloud") -> None:
    async with signed_in.cardata() as cardata:
        vehicle = (await cardata.fetch_vehicles())[0]
        async with aclosing(vehicle.readings()) as readings, asyncio.TaskGroup() as tasks:
            first = tasks.create_task(_first(readings))
            async with asyncio.timeout(10):
                while not publish(signed_in, message(signed_in, 1, car=1), car=1):  # noqa: ASYNC110 - the broker has no event
                    await asyncio.sleep(0.01)
            publish(signed_in)
    assert (first.result().vin, first.result().value) == (vehicle.vin, 67)


async def test_second_stream_of_an_account_is_refused_here(signed_in: "Cloud") -> None:
    async with signed_in.cardata() as cardata, aclosing(cardata.readings()) as readings:
        async with asyncio.TaskGroup() as tasks:
            first = tasks.create_task(_first(readings))
            await _publish_until(signed_in, first)
        with pytest.raises(ConfigError):
            await anext(cardata.readings())
    assert first.result().value == 67


async def test_malformed_messages_do_not_end_the_readings(signed_in: "Cloud") -> None:
    async with signed_in.cardata() as cardata, aclosing(cardata.readings()) as readings:
        async with asyncio.TaskGroup() as tasks:
            first = tasks.create_task(_first(readings))
            async with asyncio.timeout(10):
                while not publish(signed_in, b"\xff{["):  # noqa: ASYNC110 - the broker has no event
                    await asyncio.sleep(0.01)
            publish(signed_in)
        assert first.result().value == 67


async def test_messages_come_as_sent_and_in_order(signed_in: "Cloud") -> None:
    async with connected(signed_in.stream()) as events:
        sent = [message(signed_in, number) for number in range(500)]
        for payload in sent:
            publish(signed_in, payload)
        got: list[bytes] = []
        while len(got) < len(sent):
            got += await next_payloads(events)
    assert got == sent


async def test_stream_reconnects_with_a_fresh_token_before_the_old_one_dies(signed_in: "Cloud") -> None:
    async with connected(signed_in.stream()) as events:
        signed_in.clock.advance(minutes=46)
        await until(events, LinkState.CONNECTED)
        publish(signed_in)
        assert await next_payloads(events) == [message(signed_in)]
        signed_in.clock.advance(minutes=20)
        assert signed_in.emulator.stream.session_count == 1
    assert len(signed_in.store.saved) == 2


@pytest.mark.parametrize("second_session", ["evict-old", "refuse-new"])
async def test_hand_over_is_clean_whatever_bmw_does_to_a_second_connection(
    make_cloud: Callable[..., Any], second_session: Literal["evict-old", "refuse-new"]
) -> None:
    async with make_cloud(stream=StreamSettings(second_session=second_session)) as cloud:
        await cloud.sign_in()
        async with connected(cloud.stream()) as events:
            for _ in range(2):
                cloud.clock.advance(minutes=46)
                both = [await anext(events), await anext(events)]
                states = [event.state for event in both if isinstance(event, LinkChanged)]
                assert states == [LinkState.CONNECTING, LinkState.CONNECTED]
    assert len(cloud.store.saved) == 3
    assert cloud.emulator.stream.figures.closed[CloseReason.CLIENT] >= 2


async def test_busy_stream_is_left_in_a_pause_or_after_five_minutes(signed_in: "Cloud") -> None:
    async with connected(signed_in.stream()) as events:
        signed_in.clock.advance(minutes=46)
        for _ in range(40):
            publish(signed_in)
            await next_payloads(events)
            await asyncio.sleep(0.02)
        assert len(signed_in.store.saved) == 2
        signed_in.clock.advance(minutes=6)
        publish(signed_in)
        three = [await anext(events) for _ in range(3)]
    assert [type(event) for event in three] == [StreamMessages, LinkChanged, LinkChanged]


async def test_connection_is_not_left_while_the_next_one_cannot_be_had(
    signed_in: "Cloud", broker: "Connect", monkeypatch: pytest.MonkeyPatch
) -> None:
    is_fresh = asyncio.Event()

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(2000)
        writer.write(b"\x20\x03\x00\x00\x00")
        await reader.read(1000)
        writer.write(b"\x90\x04\x00\x01\x00\x00")
        await is_fresh.wait()
        writer.write(b"\x30\x06\x00\x01t\x00hi")
        await reader.read(1000)

    tried = 0

    async def unreachable(**_: Any) -> MqttClient:
        nonlocal tried
        tried += 1
        is_fresh.set()
        raise ConnectionLost("no route", stage="connect", how="unreachable")

    endpoints = replace(signed_in.endpoints, stream_port=(await broker(dialogue))["port"])
    stream = CarDataStream(tokens=signed_in.tokens(), endpoints=endpoints, clock=signed_in.clock)
    async with connected(stream) as events:
        monkeypatch.setattr("bimmerhub.bmw.cardata.streaming.stream.open_stream", unreachable)
        signed_in.clock.advance(minutes=46)
        async with asyncio.timeout(10):
            assert isinstance(await anext(events), StreamMessages)
    assert (tried, len(signed_in.store.saved)) == (1, 2)


async def test_token_that_died_meanwhile_is_replaced_without_a_person(signed_in: "Cloud") -> None:
    async with connected(signed_in.stream()) as events:
        signed_in.clock.advance(minutes=120)
        await until(events, LinkState.CONNECTED)
        assert publish(signed_in) == 1
    assert len(signed_in.store.saved) == 2


async def test_bad_credentials_are_answered_with_a_refresh(signed_in: "Cloud") -> None:
    signed_in.emulator.identity.revoke(signed_in.emulator.info.gcid, TokenKind.ID)
    async with aclosing(signed_in.stream().events()) as events:
        waiting = await until(events, LinkState.WAITING)
        assert "new token" in waiting.reason
        await until(events, LinkState.CONNECTED)
    assert len(signed_in.store.saved) == 2


async def test_refused_token_is_not_tried_again_when_it_could_not_be_replaced_at_once(signed_in: "Cloud") -> None:
    signed_in.emulator.identity.revoke(signed_in.emulator.info.gcid, TokenKind.ID)
    signed_in.emulator.faults.switch_on(FaultSwitch(name="sign-in-500", times=1))
    reasons: list[str] = []
    async with asyncio.timeout(10), aclosing(signed_in.stream().events()) as events:
        async for event in events:
            if isinstance(event, LinkChanged) and event.state is LinkState.CONNECTED:
                break
            if isinstance(event, LinkChanged) and event.state is LinkState.WAITING:
                reasons.append(event.reason)
    refused, unavailable = reasons
    assert "trying with a new token" in refused
    assert "answered 500" in unavailable


async def test_ended_session_asks_for_a_sign_in(signed_in: "Cloud") -> None:
    gcid = signed_in.emulator.info.gcid
    signed_in.emulator.identity.revoke(gcid, TokenKind.ID)
    signed_in.emulator.identity.revoke(gcid, TokenKind.REFRESH)
    async with aclosing(signed_in.stream().events()) as events:
        with pytest.raises(SignInRequired):
            await until(events, LinkState.CONNECTED)


async def test_signed_out_is_told_before_the_end(cloud: "Cloud") -> None:
    async with aclosing(cloud.stream().events()) as events:
        link = await until(events, LinkState.SIGNED_OUT)
        assert "bimmerhub login" in (link.hint or "")
        with pytest.raises(SignInRequired):
            await anext(events)


async def test_stream_that_is_not_configured_is_told_with_the_portals_steps(make_cloud: Callable[..., Any]) -> None:
    async with make_cloud(stream=StreamSettings(has_stream=False)) as cloud:
        await cloud.sign_in()
        async with aclosing(cloud.stream().events()) as events:
            refused = await until(events, LinkState.REFUSED)
        assert "Configure data stream" in (refused.hint or "")


@pytest.mark.parametrize("version", ["5", "3.1.1"])
async def test_rival_is_told_after_several_evictions(signed_in: "Cloud", version: MqttVersion) -> None:
    tokens = await signed_in.sign_in()
    login: dict[str, Any] = {"username": tokens.gcid, "password": tokens.id_token, "topic": f"{tokens.gcid}/+"}
    states: list[LinkChanged] = []
    async with aclosing(signed_in.stream(version=version).events()) as events, asyncio.timeout(20):
        async for event in events:
            if isinstance(event, LinkChanged):
                states.append(event)
                if event.state == LinkState.REFUSED:
                    break
                if event.state == LinkState.CONNECTED:
                    async with subscribed(**_address(signed_in), **login):
                        pass
    assert "another program" in states[-1].reason
    assert "Home Assistant" in (states[-1].hint or "")
    assert [event.state for event in states].count(LinkState.CONNECTED) == (3 if version == "5" else 4)


def _address(cloud: "Cloud") -> dict[str, Any]:
    endpoints = cloud.endpoints
    return {"host": endpoints.stream_host, "port": endpoints.stream_port, "tls": endpoints.ssl_context()}


async def test_lost_connections_wait_longer_each_time_until_data_comes(
    signed_in: "Cloud", unused_tcp_port: int
) -> None:
    endpoints = replace(signed_in.endpoints, stream_port=unused_tcp_port)
    stream = CarDataStream(tokens=signed_in.tokens(), endpoints=endpoints, clock=signed_in.clock)
    signed_in.clock.sleeps_s.clear()
    async with aclosing(stream.events()) as events:
        for _ in range(12):
            waiting = await until(events, LinkState.WAITING)
    pauses_s = signed_in.clock.sleeps_s
    assert all(pause <= 2 * 2**number for number, pause in enumerate(pauses_s[:9]))
    assert all(300 <= pause <= 330 for pause in pauses_s[9:])
    assert (len(pauses_s), waiting.failures) == (11, 12)
    assert "12 attempts in a row failed" in waiting.reason
    assert waiting.next_try_at_ms is not None
    assert waiting.next_try_at_ms >= waiting.at_ms + 300_000


async def test_restarted_broker_is_found_again(
    make_cloud: Callable[..., Any], tmp_path: Path, unused_tcp_port: int
) -> None:
    async with make_cloud(data_dir=tmp_path) as first:
        await first.sign_in()
    async with make_cloud(data_dir=tmp_path, mqtt_port=unused_tcp_port) as second:
        events = second.stream(second.tokens(store=first.store)).events()
        await until(events, LinkState.CONNECTED)
        second.clock.is_free.clear()
        payload = message(second)
    await until(events, LinkState.WAITING)
    async with make_cloud(data_dir=tmp_path, mqtt_port=unused_tcp_port) as third, aclosing(events):
        second.clock.is_free.set()
        await until(events, LinkState.CONNECTED)
        assert publish(third, payload) == 1
        assert await next_payloads(events) == [payload]


async def test_what_is_not_taken_in_time_waits_at_bmw_and_is_not_lost(
    signed_in: "Cloud", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_protocol, "WAITING_MESSAGES", 50)
    async with connected(signed_in.stream()) as events:
        sent = [message(signed_in, number) for number in range(5_000)]
        for payload in sent:
            publish(signed_in, payload)
        await asyncio.sleep(0.1)  # nobody takes them; the client's half of the socket has no event that tells of it
        got: list[bytes] = []
        while len(got) < len(sent):
            got += await next_payloads(events)
    assert got == sent


async def test_broker_of_a_foreign_ca_is_not_trusted(signed_in: "Cloud") -> None:
    endpoints = replace(signed_in.endpoints, ca_file=None)
    tokens = signed_in.tokens()
    stream = CarDataStream(tokens=tokens, endpoints=endpoints, clock=signed_in.clock)
    async with aclosing(stream.events()) as events:
        link = await until(events, LinkState.WAITING, reason="a certificate that is not trusted")
    assert "bmw.ca_file" in (link.hint or "")
    gc.collect()


@pytest.mark.parametrize("says_hello", [True, False])
async def test_stream_that_waits_for_a_silent_address_can_be_closed_at_once(
    signed_in: "Cloud", *, says_hello: bool
) -> None:
    asked, ended = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(2000)
        if says_hello:
            writer.write(b"\x16\x03\x03\x40\x00")  # the head of a TLS record that never comes
        asked.set()
        ended.set_result(await reader.read())
        writer.close()

    server = await asyncio.start_server(stay_silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    endpoints = replace(signed_in.endpoints, stream_port=port)
    stream = CarDataStream(tokens=signed_in.tokens(), endpoints=endpoints, clock=signed_in.clock)
    async with server, asyncio.TaskGroup() as tasks:
        connecting = tasks.create_task(until(stream.events(), LinkState.CONNECTED))
        await asked.wait()
        connecting.cancel()
        async with asyncio.timeout(1):
            await asyncio.wait({connecting})
            assert await ended == b""


async def test_closing_the_events_ends_the_session(signed_in: "Cloud") -> None:
    async with connected(signed_in.stream()):
        assert signed_in.emulator.stream.session_count == 1
    async with asyncio.timeout(5):
        while signed_in.emulator.stream.session_count:  # noqa: ASYNC110 - the broker has no event
            await asyncio.sleep(0.01)


async def test_streams_of_two_accounts_do_not_meet(make_cloud: Callable[..., Any]) -> None:
    other = EmulatedAccount(
        user="bert@example.com",
        gcid="99999999-2222-3333-4444-555555555555",  # type: ignore[arg-type]  # a GCID is text
        client_id="bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee",
        models=("bev",),
    )
    async with make_cloud(accounts=(EmulatedAccount(), other)) as cloud:
        await cloud.sign_in()
        async with connected(cloud.stream()) as events:
            assert cloud.emulator.stream.publish(other.gcid, cloud.emulator.info.vehicles[0].vin, b"{}") == 0
            publish(cloud)
            assert await next_payloads(events) == [message(cloud)]


async def test_five_lines_give_the_first_live_value(
    signed_in: "Cloud", tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tokens.json"
    file = TokenFile(path)
    await file.save(signed_in.store.saved[0])
    file.close()
    cloud, endpoints = signed_in, signed_in.endpoints

    class CarDataOfTheEmulator(CarData):
        def __init__(self, *, client_id: str, tokens: TokenFile) -> None:
            super().__init__(client_id=client_id, tokens=tokens, endpoints=endpoints, clock=cloud.clock)

    monkeypatch.setattr("bimmerhub.bmw.cardata.CarData", CarDataOfTheEmulator)
    example = runpy.run_path(str(Path(__file__).parents[1] / "typing" / "public_api.py"))["first_live_value"]
    async with asyncio.timeout(10):
        printing = asyncio.ensure_future(example(cloud.emulator.info.client_id, path))
        out = ""
        while SOC not in out:
            publish(cloud)
            await asyncio.sleep(0.01)
            out += capsys.readouterr().out
        printing.cancel()
        await asyncio.wait({printing})
    assert f"{SOC} 67 % 2026-07-27 11:59:58+00:00" in out


def test_default_addresses_are_bmws() -> None:
    endpoints = Endpoints()
    assert endpoints.auth_url == "https://customer.bmwgroup.com"
    assert endpoints.api_url == "https://api-cardata.bmwgroup.com"
    assert (endpoints.stream_host, endpoints.stream_port) == ("customer.streaming-cardata.bmwgroup.com", 9000)
