"""The hub's opinion of itself says what it could not take."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from tests.hub.conftest import NOW_MS, Cloud, ManualClock, until

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.hub.app import Hub
from bimmerhub.hub.doctor.health import OVERRUN_SHOWN_S, HubHealth
from bimmerhub.hub.doctor.link_watch import Cut, LinkWatch
from bimmerhub.hub.ingest.ingest import IngestFigures
from bimmerhub.mqtt import client_protocol
from bimmerhub.times import HOUR_MS, MINUTE_MS

SPACE_BYTES = 10**12


def health_of(
    hub: Hub,
    watch: LinkWatch | None = None,
    *,
    links: Sequence[Link] = (),
    troubles: Mapping[str, str] | None = None,
    free_bytes: int | None = SPACE_BYTES,
    backup_troubles: Sequence[str] = (),
) -> HubHealth:
    """Return the health of a hub in other circumstances."""
    return HubHealth(
        IngestFigures(),
        links=lambda: links,
        watch=watch or LinkWatch(elapsed_s=ManualClock().elapsed_s),
        token_troubles=lambda: troubles or {},
        free_bytes=lambda: free_bytes,
        backup_troubles=lambda: backup_troubles,
        rebuilding=hub.context.rebuilding,
    )


async def test_a_hub_that_was_overrun_is_degraded_and_says_so_for_an_hour(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_protocol, "WAITING_MESSAGES", 20)
    async with cloud.connected() as hub:
        health = hub.context.health
        assert (health.health().status, health.health().reasons) == ("ok", [])
        for value in range(500):
            cloud.publish(value % 100, at_ms=1_785_155_878_000 + value * 1_000)
        await cloud.emulator.stream.drain()
        cloud.emulator.stream.disconnect(cloud.emulator.info.gcid)
        await until(lambda: hub.connections.links()[0].overruns)
        [reason] = health.health().reasons
        assert health.health().status == "degraded"
        assert "did not keep up with the stream, and BMW ended the connection once" in reason
        await until(lambda: hub.connections.links()[0].state is LinkState.CONNECTED)
        async with cloud.session.get(f"{hub.address}/api/v1/health") as answer:
            body = await answer.json()
        assert (body["status"], body["reasons"], body["links"][0]["overruns"]) == ("degraded", [reason], 1)
        link = hub.connections.links()[0]
        clock = ManualClock()
        watch = LinkWatch(elapsed_s=clock.elapsed_s)
        watch.note(link)
        later = health_of(hub, watch, links=[link])
        assert later.health().reasons == [reason]
        clock.advance(round(OVERRUN_SHOWN_S * 1000) + 1)
        assert (later.health().status, later.health().reasons) == ("ok", [])


LINK = Link(
    account="home", family=Family.CARDATA, state=LinkState.CONNECTED, reason="connected", hint=None, since_ms=NOW_MS
)


def test_a_link_that_tries_again_and_again_is_lost_since_its_first_try(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = ManualClock()
    watch = LinkWatch(elapsed_s=clock.elapsed_s)
    states = [LinkState.CONNECTED, LinkState.CONNECTING, LinkState.WAITING, LinkState.WAITING, LinkState.CONNECTING]
    for minute, state in enumerate(states):
        link = replace(LINK, state=state, reason=f"reason {minute}", since_ms=NOW_MS + minute * MINUTE_MS)
        watch.note(link)
        clock.advance(MINUTE_MS)
    assert watch.lost_s(link) == 4 * 60
    lines = [record.getMessage() for record in caplog.records]
    assert lines == [
        "home: connected (reason 0)",
        "home: connecting (reason 1)",
        "home: waiting (reason 2)",
        "home: connecting (reason 4)",
    ]
    watch.note(LINK)
    assert watch.lost_s(LINK) is None
    assert watch.cuts("home", since_ms=NOW_MS) == [Cut(at_ms=NOW_MS + MINUTE_MS, reason="reason 1")]
    assert watch.cuts("home", since_ms=NOW_MS + HOUR_MS) == []


async def test_a_hub_is_degraded_once_a_link_is_without_a_connection_for_a_quarter_of_an_hour(cloud: Cloud) -> None:
    async with cloud.hub(goes_live=False) as hub:
        link = replace(LINK, state=LinkState.WAITING, reason="no network")
        clock = ManualClock()
        watch = LinkWatch(elapsed_s=clock.elapsed_s)
        watch.note(link)
        clock.advance(14 * MINUTE_MS)
        assert health_of(hub, watch, links=[link]).health().status == "ok"
        clock.advance(2 * MINUTE_MS)
        health = health_of(hub, watch, links=[link]).health()
        assert (health.status, list(health.reasons)) == ("degraded", ["home: no connection for 16 min (no network)"])


async def test_a_clock_that_is_set_makes_no_outage_and_hides_none(cloud: Cloud) -> None:
    clock = ManualClock()
    watch = LinkWatch(elapsed_s=clock.elapsed_s)
    async with cloud.hub(goes_live=False) as hub:
        for wrong_ms in (-HOUR_MS, HOUR_MS):
            link = replace(LINK, state=LinkState.WAITING, reason="no network", since_ms=NOW_MS + wrong_ms)
            watch.note(LINK)
            watch.note(link)
            assert health_of(hub, watch, links=[link]).health().status == "ok"
            clock.advance(16 * MINUTE_MS)
            [reason] = health_of(hub, watch, links=[link]).health().reasons
            assert reason == "home: no connection for 16 min (no network)"


async def test_a_disk_that_is_nearly_full_is_said(cloud: Cloud) -> None:
    async with cloud.hub(goes_live=False) as hub:
        assert health_of(hub, free_bytes=None).health().status == "ok"
        [reason] = health_of(hub, free_bytes=12_345_678).health().reasons
        assert reason == "the disk is nearly full: 12 MB are free for the database"
        assert not any("disk" in words for words in hub.context.health.health().reasons)


async def test_tokens_that_cannot_be_stored_are_said(cloud: Cloud) -> None:
    async with cloud.hub(goes_live=False) as hub:
        [reason] = health_of(hub, troubles={"home": "its renewed tokens cannot be stored"}).health().reasons
        assert reason == "home: its renewed tokens cannot be stored"
