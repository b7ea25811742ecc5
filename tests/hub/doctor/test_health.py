"""The hub's opinion of itself says what it could not take."""

import pytest
from tests.hub.conftest import Cloud, ManualClock, until

from bimmerhub.domain.account.link import LinkState
from bimmerhub.hub.doctor.health import OVERRUN_SHOWN_MS, HubHealth
from bimmerhub.hub.ingest.ingest import IngestFigures
from bimmerhub.mqtt import client_protocol


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
        clock = ManualClock((link.overrun_at_ms or 0) + OVERRUN_SHOWN_MS + 1)
        later = HubHealth(IngestFigures(), links=lambda: [link], rebuilding=hub.context.rebuilding, now_ms=clock.now_ms)
        assert (later.health().status, later.health().reasons) == ("ok", [])
