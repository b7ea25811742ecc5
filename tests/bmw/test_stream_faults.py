"""Each way in which BMW refuses or ends the stream: its words, its hint, its pause, and that it is got over."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from tests.bmw.test_stream import connected, next_payloads, publish, until

from bimmerhub.bmw.cardata import LinkChanged, StreamEvent
from bimmerhub.bmw.cardata.endpoints import MqttVersion
from bimmerhub.bmw.cardata.streaming import stream_connection
from bimmerhub.domain.account.link import LinkState
from bimmerhub.emulator.faults.switches import FaultSwitch

if TYPE_CHECKING:
    from tests.bmw.conftest import Cloud

WAITING, REFUSED = LinkState.WAITING, LinkState.REFUSED


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What is said of the first and of the fourth refusal, the least pause after the fourth, and the refreshes."""

    fault: str
    first: str
    fourth: str
    hint: str | None
    state: LinkState = WAITING
    pause_s: float = 0
    refreshes: int = 0
    v3: str | None = None


ROWS = [
    Refusal(
        fault="logins-refused",
        first="(135); trying with a new token",
        v3="(5); trying with a new token",
        fourth="again and again (135)",
        hint="another program holds",
        pause_s=10,
        refreshes=2,
    ),
    Refusal(
        fault="bad-credentials",
        first="(134); trying with a new token",
        v3="(4); trying with a new token",
        fourth="(134), though the token is new",
        hint="does not fit the account",
        pause_s=10,
        refreshes=1,
    ),
    Refusal(
        fault="too-many-connects",
        first="too many connects (151)",
        fourth="too many connects (151)",
        hint="passes by itself",
        pause_s=60,
        v3="(5)",  # the emulator's word for it in 3.1.1
    ),
    Refusal(
        fault="broker-unavailable",
        first="out of order (136)",
        fourth="out of order (136)",
        hint="BMW's fault",
        v3="out of order (3)",
    ),
    Refusal(
        fault="client-id-refused", first="client id (133)", fourth="client id (133)", hint=None, v3="client id (2)"
    ),
    Refusal(fault="unspecified-error", first="no reason (128)", fourth="no reason (128)", hint="doctor", v3="(5)"),
    Refusal(
        fault="no-stream-configured",
        first="no stream is configured",
        fourth="no stream is configured",
        hint="Configure data stream",
        state=REFUSED,
        pause_s=1_800,
        refreshes=2,  # by age: two hours go by
    ),
]


def switch_on(cloud: "Cloud", name: str, value: float | None = None, *, times: int | None = None) -> None:
    cloud.emulator.faults.switch_on(FaultSwitch(name=name, value=value, times=times))
    cloud.emulator.clock.nudge()


@asynccontextmanager
async def streaming(cloud: "Cloud", version: MqttVersion = "5") -> AsyncIterator[AsyncGenerator[StreamEvent]]:
    async with aclosing(cloud.stream(version=version).events()) as events:
        yield events


async def failures(events: AsyncGenerator[StreamEvent], count: int) -> list[LinkChanged]:
    """Return the next changes that wait for something."""
    changes: list[LinkChanged] = []
    async for event in events:
        if isinstance(event, LinkChanged) and event.state in (WAITING, REFUSED):
            changes.append(event)
            if len(changes) == count:
                break
    return changes


def pause_s(change: LinkChanged) -> float:
    assert change.next_try_at_ms is not None
    return (change.next_try_at_ms - change.at_ms) / 1000


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.fault)
async def test_refusal_has_its_words_its_pause_and_its_end(signed_in: "Cloud", row: Refusal) -> None:
    switch_on(signed_in, row.fault)
    async with streaming(signed_in) as events:
        waits = await failures(events, 4)
        signed_in.emulator.faults.switch_off(row.fault)
        await until(events, LinkState.CONNECTED)
        assert publish(signed_in) == 1
        await next_payloads(events)
    assert row.first in waits[0].reason
    assert row.fourth in waits[3].reason
    assert (row.hint or "") in (waits[3].hint or "")
    assert (waits[3].hint is None) == (row.hint is None)
    assert {wait.state for wait in waits} == {row.state}
    assert pause_s(waits[3]) >= row.pause_s
    assert [wait.failures for wait in waits] == [1, 2, 3, 4]
    assert len(signed_in.store.saved) == 1 + row.refreshes


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.fault)
async def test_refusal_is_told_by_mqtt_3_too(signed_in: "Cloud", row: Refusal) -> None:
    switch_on(signed_in, row.fault, times=1)
    async with streaming(signed_in, "3.1.1") as events:
        [wait] = await failures(events, 1)
        await until(events, LinkState.CONNECTED)
    assert (row.v3 or row.first) in wait.reason


async def test_every_refused_client_id_is_followed_by_another(
    signed_in: "Cloud", monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[str] = []

    def noted() -> str:
        used.append(stream_connection.new_identifier())
        return used[-1]

    monkeypatch.setattr("bimmerhub.bmw.cardata.streaming.stream.new_identifier", noted)
    switch_on(signed_in, "client-id-refused")
    async with streaming(signed_in) as events:
        await failures(events, 3)
    assert len(set(used)) == len(used) >= 3


async def test_night_refusals_are_ridden_out_with_a_new_token_now_and_then(signed_in: "Cloud") -> None:
    switch_on(signed_in, "night-refusals")
    signed_in.clock.advance(minutes=15 * 60 + 27)  # 03:27
    async with streaming(signed_in) as events:
        connected_at = await until(events, LinkState.CONNECTED)
    minutes = (connected_at.at_ms // 60_000) % 1_440
    assert 4 * 60 + 39 <= minutes <= 4 * 60 + 45
    assert 4 <= len(signed_in.store.saved) <= 10


async def test_missed_keep_alive_is_told_and_quickly_mended(make_cloud: Callable[..., Any]) -> None:
    async with make_cloud(keeps_alive_rule=True) as cloud:
        await cloud.sign_in()
        async with connected(cloud.stream()) as events:
            cloud.clock.advance(minutes=1)
            link = await until(events, WAITING)
            await until(events, LinkState.CONNECTED)
    assert "no sign of life from this machine (141)" in link.reason
    assert pause_s(link) <= 2


@pytest.mark.parametrize(("fault", "seconds"), [("idle-cut", 75), ("connections-cut", 60)])
@pytest.mark.parametrize("version", ["5", "3.1.1"])
async def test_connection_that_is_cut_comes_back_quickly(
    signed_in: "Cloud", fault: str, seconds: float, version: MqttVersion
) -> None:
    switch_on(signed_in, fault, seconds)
    async with connected(signed_in.stream(version=version)) as events:
        for _ in range(4):
            signed_in.clock.advance(minutes=seconds / 60)
            link = await until(events, WAITING)
            assert link.reason.startswith("the connection was lost")
            assert pause_s(link) <= 2 * 2**link.failures
            await until(events, LinkState.CONNECTED)


@pytest.mark.parametrize(("version", "connects"), [("5", 3), ("3.1.1", 4)])
async def test_rival_is_named_and_left_alone_until_it_is_gone(
    signed_in: "Cloud", version: MqttVersion, connects: int
) -> None:
    switch_on(signed_in, "rival", 2.0)
    async with connected(signed_in.stream(version=version)) as events:
        for _ in range(connects - 1):
            signed_in.clock.advance(minutes=2 / 60)
            await until(events, LinkState.CONNECTED)
        signed_in.clock.advance(minutes=2 / 60)
        link = await until(events, REFUSED)
        await until(events, LinkState.CONNECTED)
        signed_in.clock.advance(minutes=2 / 60)
        again = await until(events, REFUSED)
        signed_in.emulator.faults.switch_off("rival")
        await until(events, LinkState.CONNECTED)
    assert "another program uses this account's stream" in link.reason
    assert "Home Assistant" in (link.hint or "")
    assert "ours was ended" in link.reason
    assert "taken again at once" in again.reason
    assert (pause_s(link), pause_s(again)) == (300, 600)


async def test_rival_that_holds_the_stream_is_suspected(signed_in: "Cloud") -> None:
    switch_on(signed_in, "refuse-new")
    async with connected(signed_in.stream()), streaming(signed_in) as events:
        waits = await failures(events, 3)
    assert "another program holds this account's stream" in (waits[2].hint or "")


async def test_connection_that_stood_for_a_minute_ends_the_row_of_failures(signed_in: "Cloud") -> None:
    switch_on(signed_in, "broker-unavailable", times=5)
    async with streaming(signed_in) as events:
        assert (await until(events, LinkState.CONNECTED)).failures == 5
        signed_in.clock.advance(minutes=1.1)
        await quiet_ticks(events, signed_in)
        switch_on(signed_in, "broker-unavailable", times=1)
        signed_in.emulator.stream.disconnect(signed_in.emulator.info.gcid)
        assert (await until(events, WAITING)).failures == 1


async def quiet_ticks(events: AsyncGenerator[StreamEvent], cloud: "Cloud") -> None:
    """Let the stream look at the clock: a message makes it do so."""
    publish(cloud)
    await next_payloads(events)


async def test_broker_that_never_answers_is_given_up(signed_in: "Cloud", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_connection, "CONNECT_WITHIN_S", 0.3)
    switch_on(signed_in, "mute", times=1)
    async with streaming(signed_in) as events:
        link = await until(events, WAITING)
        assert "does not answer" in link.reason
        await until(events, LinkState.CONNECTED)


async def test_qos_1_is_taken_where_it_is_granted(signed_in: "Cloud") -> None:
    switch_on(signed_in, "qos-1-granted")
    async with connected(signed_in.stream()) as events:
        publish(signed_in)
        assert await next_payloads(events)
