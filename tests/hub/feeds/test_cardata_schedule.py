"""The planned calls as a hub makes them: catching up, waiting for the reset, no call twice after a crash."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.hub.conftest import ACCOUNT, Cloud, QuickClock, until, until_settled

from bimmerhub.domain.documents import ANSWERED
from bimmerhub.emulator.faults.switches import FaultSwitch
from bimmerhub.hub.app import Hub
from bimmerhub.hub.feeds.cardata.cardata_containers import rest_only_descriptors
from bimmerhub.hub.feeds.settings import RestSettings
from bimmerhub.store.ports.quota import QuotaCall
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS

DAILY = RestSettings(refresh_h=24, reserve=0)


async def calls(hub: Hub, operation: str | None = None) -> list[QuotaCall]:
    """Return the calls that were made, of one kind or all."""
    accounts = await hub.store.accounts.accounts()
    made = await hub.store.quota.calls_since(accounts[0].owner, 0) if accounts else []
    return [call for call in made if operation in (None, call.operation)]


async def until_called(hub: Hub, operation: str, times: int) -> None:
    async with asyncio.timeout(15):
        while len(await calls(hub, operation)) < times:  # noqa: ASYNC110 - the ledger has no event
            await asyncio.sleep(0.01)


async def until_failed(hub: Hub, kind: str, times: int) -> None:
    """Return once it is noted that a call failed so many times in a row."""
    async with asyncio.timeout(15):
        while True:
            notes = await hub.store.settings.load_settings("rest.call.")
            pauses = await hub.store.settings.load_settings("rest.hold.")
            calls_noted = [json.loads(note) for key, note in notes.items() if key.endswith(f".{kind}")]
            paused_at_ms = max((json.loads(pause)["at_ms"] for pause in pauses.values()), default=0)
            failures = [note["failures"] for note in calls_noted if note["asked_at_ms"] <= paused_at_ms]
            if failures == [times]:  # a call is noted as failed before it is made, the pause after its answer
                return
            await asyncio.sleep(0.01)


async def until_connected(hub: Hub) -> None:
    await until(lambda: [link.state for link in hub.connections.links()] == ["connected"])


@asynccontextmanager
async def settled(cloud: Cloud, clock: QuickClock, rest: RestSettings = DAILY) -> AsyncIterator[Hub]:
    async with cloud.connected(rest=rest, clock=clock) as hub:
        await until_settled(hub)
        yield hub


async def test_values_are_caught_up_with_after_an_outage_of_five_minutes_and_not_after_a_short_one(
    cloud: Cloud,
) -> None:
    clock, cars = QuickClock(), len(cloud.emulator.info.vehicles)
    async with settled(cloud, clock) as hub:
        before = len(await calls(hub, "telematicData"))
        for away_ms, caught_up in ((MINUTE_MS, 0), (6 * MINUTE_MS, cars)):
            clock.ahead_ms += 2 * HOUR_MS
            cloud.emulator.faults.switch_on(FaultSwitch(name="broker-unavailable"))
            cloud.emulator.stream.disconnect(cloud.emulator.info.gcid)
            await until(lambda: hub.connections.links()[0].state != "connected")
            clock.ahead_ms += away_ms
            cloud.emulator.faults.switch_off("broker-unavailable")
            await until_connected(hub)
            await until_called(hub, "telematicData", before + caught_up)
            await until_settled(hub)
            assert len(await calls(hub, "telematicData")) == before + caught_up


async def test_a_start_catches_up_with_what_came_while_the_hub_was_away(cloud: Cloud) -> None:
    clock, cars = QuickClock(), len(cloud.emulator.info.vehicles)
    async with settled(cloud, clock) as hub:
        before = len(await calls(hub, "telematicData"))
    clock.ahead_ms += 3 * HOUR_MS
    async with cloud.hub(rest=DAILY, clock=clock) as hub:
        await until_called(hub, "telematicData", before + cars)
        quota = await until_settled(hub)
        assert quota.planned is not None
        assert len(await calls(hub, "telematicData")) == before + cars
    async with cloud.hub(rest=DAILY, clock=clock) as hub:
        await until_connected(hub)
        await until_settled(hub)
        assert len(await calls(hub, "telematicData")) == before + cars


async def test_what_never_streams_comes_once_a_day_in_a_container_of_its_own(cloud: Cloud) -> None:
    async with settled(cloud, QuickClock()) as hub:
        [account] = await hub.store.accounts.accounts()
        lists = {container.descriptors for container in await hub.store.containers.containers(account.id)}
        assert rest_only_descriptors() in lists
        assert len(rest_only_descriptors()) == 41


async def test_answers_that_are_documents_come_by_themselves_and_of_charging_for_cars_with_a_plug(
    cloud: Cloud,
) -> None:
    async with settled(cloud, QuickClock()) as hub:
        electric = {car.vin for car in cloud.emulator.info.vehicles if car.drivetrain in ("BEV", "PHEV")}
        for vin in (car.vin for car in cloud.emulator.info.vehicles):
            answered = {row.natural_key for row in await hub.store.documents.documents(vin, ANSWERED)}
            assert {"basic-data", "tyres", "image"} <= answered
            assert ({"charging-history", "charging-settings"} <= answered) == (vin in electric)
        assert len(await calls(hub, "tyre diagnosis")) == len(cloud.emulator.info.vehicles)


async def test_a_day_whose_calls_are_spent_goes_on_after_the_reset(cloud: Cloud) -> None:
    clock = QuickClock()
    rest = RestSettings(refresh_h=6, reserve=50 - 4)
    async with cloud.hub(rest=rest, clock=clock) as hub:
        await cloud.sign_in(hub)
        await until_called(hub, "basicData", 3)
        await until_settled(hub)
        assert len(await calls(hub)) == 4
        clock.ahead_ms += DAY_MS
        await until_called(hub, "telematicData", 2)
        await until_settled(hub)
        assert len(await calls(hub)) == 8


async def test_a_call_that_fails_again_and_again_is_not_repeated_at_each_start(cloud: Cloud) -> None:
    clock = QuickClock()
    cloud.emulator.faults.switch_on(FaultSwitch(name="rest-500"))
    for _ in range(3):
        async with cloud.hub(rest=DAILY, clock=clock) as hub:
            if not hub.connections.links():
                await cloud.sign_in(hub)
            await until_connected(hub)
            await until_called(hub, "mappings", 1)
    async with cloud.hub(rest=DAILY, clock=clock) as hub:
        clock.ahead_ms += 20 * MINUTE_MS
        await until_called(hub, "mappings", 2)
        assert len(await calls(hub)) == 2


async def test_a_person_who_retries_ends_the_pauses(cloud: Cloud) -> None:
    clock = QuickClock()
    cloud.emulator.faults.switch_on(FaultSwitch(name="rest-500"))
    async with cloud.hub(rest=DAILY, clock=clock) as hub:
        await cloud.sign_in(hub)
        await until_failed(hub, "mappings", 1)
        clock.ahead_ms += 16 * MINUTE_MS
        await until_failed(hub, "mappings", 2)
        cloud.emulator.faults.switch_off("rest-500")
        clock.ahead_ms += 16 * MINUTE_MS  # of the 30 that it waits after the second failure
        await hub.connections.retry(ACCOUNT)
        await until_called(hub, "mappings", 3)


async def test_a_person_who_retries_means_now_but_not_twice_within_the_minute(cloud: Cloud) -> None:
    clock = QuickClock()
    cloud.emulator.faults.switch_on(FaultSwitch(name="rest-500"))
    async with cloud.hub(rest=DAILY, clock=clock) as hub:
        await cloud.sign_in(hub)
        await until_failed(hub, "mappings", 1)
        await hub.connections.retry(ACCOUNT)
        clock.ahead_ms += 30_000
        await asyncio.sleep(0.1)
        assert len(await calls(hub)) == 1
        clock.ahead_ms += 31_000
        await until_called(hub, "mappings", 2)


async def test_a_bug_in_a_call_spends_no_calls_in_a_loop(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    clock = QuickClock()
    async with cloud.hub(rest=DAILY, clock=clock) as hub:
        monkeypatch.setattr(hub.store.vehicles, "save_mappings", fail)
        await cloud.sign_in(hub)
        await until_called(hub, "mappings", 1)
        for minutes in (1, 5):
            clock.ahead_ms += minutes * MINUTE_MS
            await asyncio.sleep(0.3)
        assert len(await calls(hub)) == 1
        monkeypatch.undo()
        clock.ahead_ms += HOUR_MS
        await until(hub.live.vehicles)


async def test_notes_from_the_future_do_not_stop_the_calls(cloud: Cloud) -> None:
    clock = QuickClock()
    clock.ahead_ms = 3_650 * DAY_MS
    async with settled(cloud, clock) as hub:
        before = len(await calls(hub, "telematicData"))
    clock.ahead_ms = 0
    async with cloud.hub(rest=DAILY, clock=clock) as hub:
        await until_called(hub, "telematicData", 2 * before)


async def test_damaged_notes_are_no_trouble(cloud: Cloud) -> None:
    async with settled(cloud, QuickClock()) as hub:
        before = len(await calls(hub, "telematicData"))
        [account] = await hub.store.accounts.accounts()
    async with cloud.hub(goes_live=False) as hub:
        for key in await hub.store.settings.load_settings(f"rest.call.{account.owner}."):
            await hub.store.settings.save_setting(key, '{"asked_at_ms": "?"}')
        await hub.store.settings.save_setting(f"rest.call.{account.owner}.of-a-later-version", "{}")
    async with cloud.hub(rest=DAILY) as hub:
        await until_settled(hub)
        assert len(await calls(hub, "telematicData")) == before  # what was answered is known by the answers too
