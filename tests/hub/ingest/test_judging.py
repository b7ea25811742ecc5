"""What a person says of readings: obeyed at once and for good, told, and taken back."""

import asyncio
from contextlib import aclosing
from functools import partial
from pathlib import Path

import pytest
from tests.hub.conftest import NOW_MS, SOC, VIN, Cloud, judging_of, reading, until

from bimmerhub.domain.events import Event, ReadingStored, SignalChanged
from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import ConfigError, NotFound
from bimmerhub.hub.app import Hub
from bimmerhub.hub.ingest.incoming import Arrival, Origin
from bimmerhub.hub.ingest.ingest import Ingest, Taken
from bimmerhub.hub.ingest.live import LiveVehicles
from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS
from bimmerhub.views.ports.readings import ReadingSpan

NOON_MS = NOW_MS // DAY_MS * DAY_MS + DAY_MS // 2


def span(from_ms: int, until_ms: int | None = None, *, descriptor: str = SOC) -> ReadingSpan:
    last_ms = from_ms if until_ms is None else until_ms
    return ReadingSpan(vin=VIN, descriptors=(Descriptor(descriptor),), from_ms=from_ms, until_ms=last_ms)


async def take(ingest: Ingest, *readings: Reading, origin: Origin = Origin.STREAM) -> Taken:
    arrival = Arrival(place="stream", payload=b"{}", received_at_ms=NOW_MS, readings=readings)
    return await ingest.take([arrival], origin=origin)


async def values(store: SqliteStore) -> list[object]:
    points, _ = await store.range(VIN, [Descriptor(SOC)], from_ms=0, to_ms=2 * NOW_MS, limit=99)
    return [point.value for point in points]


def soc(hub: Hub) -> object:
    return (hub.live.state(VIN) or {})["soc_percent"].value


async def day_of(hub: Hub) -> tuple[bool, bool]:
    """Return whether 41 and 99 are in the roll-up of the day."""
    days = await hub.store.derived.records("days", VIN, from_ms=0, to_ms=2 * NOW_MS)
    body = "".join(day.body for day in days)
    return "41" in body, "99" in body


async def test_a_live_state_forgets_what_is_rejected_and_knows_it_again_once_restored(store: SqliteStore) -> None:
    live, events = LiveVehicles(), list[Event]()
    ingest = Ingest(store, fold=live.fold, tell=events.extend, reload=partial(live.reload, store))
    judging = judging_of(store, ingest)
    await take(ingest, reading(41, at_ms=NOON_MS - MINUTE_MS), reading(99, at_ms=NOON_MS))
    events.clear()
    rejected = await judging.reject(span(NOON_MS), dry_run=False)
    assert [one.value for one in rejected.withdrawn] == [99]
    restored = await judging.restore(span(NOON_MS), dry_run=False)
    assert [one.value for one in restored.returned] == [99]
    told = [event.signal.value for event in events if isinstance(event, SignalChanged)]
    assert told == [41, 99]


async def test_a_repeat_of_what_is_rejected_is_neither_stored_nor_told(store: SqliteStore) -> None:
    live, events = LiveVehicles(), list[Event]()
    ingest = Ingest(store, fold=live.fold, tell=events.extend, reload=partial(live.reload, store))
    false, true = reading(99, at_ms=NOON_MS), reading(41, at_ms=NOON_MS - MINUTE_MS)
    await take(ingest, true, false)
    await judging_of(store, ingest).reject(span(NOON_MS), dry_run=False)
    events.clear()
    for origin in (Origin.STREAM, Origin.REST, Origin.IMPORT):
        taken = await take(ingest, true, false, origin=origin)
        assert (taken.new, taken.repeated, taken.refused) == (0, 2, [])
    told = {event.reading.value for event in events if isinstance(event, ReadingStored)}
    assert (told, await values(store)) == ({41}, [41])
    assert (live.state(VIN) or {})["soc_percent"].value == 41
    assert len(await store.refused(limit=9)) == 1


async def test_trying_shows_what_would_change_and_changes_nothing(store: SqliteStore) -> None:
    ingest = Ingest(store)
    judging = judging_of(store, ingest)
    await take(ingest, reading(41, at_ms=NOON_MS), reading(42, at_ms=NOON_MS + MINUTE_MS))
    tried = await judging.reject(span(NOON_MS, NOON_MS + HOUR_MS), dry_run=True)
    assert [one.value for one in tried.withdrawn] == [41, 42]
    assert (await values(store), await store.overlays.overlays(VIN)) == ([41, 42], [])
    await judging.reject(span(NOON_MS, NOON_MS + HOUR_MS), dry_run=False)
    tried = await judging.restore(span(NOON_MS), dry_run=True)
    assert [one.value for one in tried.returned] == [41, 42]
    assert await values(store) == []


async def test_what_cannot_be_judged_says_what_to_do(store: SqliteStore) -> None:
    ingest = Ingest(store)
    judging = judging_of(store, ingest)
    await take(ingest, reading(41, at_ms=NOON_MS))
    with pytest.raises(NotFound) as nothing:
        await judging.reject(span(NOON_MS + 2_000), dry_run=False)
    assert "The nearest reading is of 2026" in (nothing.value.hint or "")
    with pytest.raises(NotFound, match="nothing was rejected or released"):
        await judging.restore(span(NOON_MS), dry_run=False)
    for judge in (judging.reject, judging.restore):
        with pytest.raises(ConfigError, match="until is before"):
            await judge(span(NOON_MS, NOON_MS - 1), dry_run=False)


async def test_a_release_is_taken_back_by_the_same_word(store: SqliteStore) -> None:
    ingest = Ingest(store)
    judging = judging_of(store, ingest)
    await take(ingest, reading(250, at_ms=NOON_MS))
    [item] = await store.refused(limit=9)
    await judging.release(item.id or 0)
    assert (await values(store), await store.refused(limit=9)) == ([250], [])
    assert (await take(ingest, reading(250, at_ms=NOON_MS))).refused == []
    await judging.restore(span(NOON_MS), dry_run=False)
    [again] = await store.refused(limit=9)
    assert (await values(store), again.reason) == ([], item.reason)


async def test_one_reading_of_a_rejected_stretch_can_be_released(store: SqliteStore) -> None:
    ingest = Ingest(store)
    judging = judging_of(store, ingest)
    await take(ingest, *(reading(40 + step, at_ms=NOON_MS + step * MINUTE_MS) for step in range(3)))
    await judging.reject(span(NOON_MS, NOON_MS + HOUR_MS), dry_run=False)
    wanted = next(item for item in await store.refused(limit=9) if item.reading and item.reading.value == 41)
    await judging.release(wanted.id or 0)
    assert await values(store) == [41]
    await judging.restore(span(NOON_MS + MINUTE_MS), dry_run=False)
    assert await values(store) == [40, 41, 42]


async def test_daily_rollups_follow_over_a_restart_and_a_rebuild(cloud: Cloud) -> None:
    readings = [reading(41, at_ms=NOON_MS), reading(99, at_ms=NOON_MS + HOUR_MS)]
    async with cloud.hub(goes_live=False) as hub:
        await hub.store.append(Batch(readings=readings))
        await hub.live.reload(hub.store, VIN)
        await hub.context.judging.reject(span(NOON_MS + HOUR_MS), dry_run=False)
        assert soc(hub) == 41
    async with cloud.hub(goes_live=False) as hub:
        assert soc(hub) == 41
        async with aclosing(hub.context.rebuilding.rebuild(VIN)) as reports:
            assert [report async for report in reports][-1].done
        assert await day_of(hub) == (True, False)
        await hub.context.judging.restore(span(NOON_MS + HOUR_MS), dry_run=False)
        await until(lambda: soc(hub) == 99)
    async with cloud.hub(goes_live=False) as hub:
        await until(lambda: hub.context.health.health().rebuilding is None)
        async with aclosing(hub.context.rebuilding.rebuild(VIN)) as reports:
            assert [report async for report in reports][-1].done
        assert await day_of(hub) == (True, True)


async def test_what_was_judged_before_the_hub_died_is_derived_at_the_next_start(cloud: Cloud) -> None:
    readings = [reading(41, at_ms=NOON_MS), reading(99, at_ms=NOON_MS + HOUR_MS)]
    async with cloud.hub(goes_live=False) as hub:
        await hub.store.append(Batch(readings=readings))
        async with aclosing(hub.context.rebuilding.rebuild(VIN)) as reports:
            assert [report async for report in reports][-1].done
    async with SqliteStore.open(cloud.settings().database) as store:  # derives nothing
        await judging_of(store, Ingest(store)).reject(span(NOON_MS + HOUR_MS), dry_run=False)
    async with cloud.hub(goes_live=False) as hub:
        assert soc(hub) == 41
        async with asyncio.timeout(10):
            while await day_of(hub) != (True, False):  # noqa: ASYNC110 - deriving tells nobody
                await asyncio.sleep(0.01)


async def test_a_rebuild_loses_nothing_that_was_rejected(store: SqliteStore) -> None:
    ingest = Ingest(store)
    judging = judging_of(store, ingest)
    kms = [reading(50_000 + hour, at_ms=NOON_MS + hour * HOUR_MS, descriptor=ODOMETERS[0]) for hour in range(4)]
    await take(ingest, *kms)
    await judging.reject(span(NOON_MS, NOON_MS + HOUR_MS, descriptor=ODOMETERS[0]), dry_run=False)
    await store.judgements.forget(None)
    for series in await store.judgements.outdated():
        await store.judgements.judge(series)
    assert [item.reading.value for item in await store.refused(limit=9) if item.reading] == [50_001, 50_000]
    await judging.restore(span(NOON_MS, descriptor=ODOMETERS[0]), dry_run=False)
    assert (await store.figures()).readings == 4


@pytest.mark.parametrize(
    ("descriptor", "said", "released"),
    [
        (SOC, (60, 60, 0, 61, 61), 0),
        (ODOMETERS[0], (50_000, 50_001, 50_002, 93_000, 50_003), 93_000),
        (SOC, (60, 60, 60, 60, 130), 130),
    ],
    ids=["judged with its neighbours", "of an odometer", "refused by itself"],
)
async def test_a_rebuild_loses_nothing_that_was_released(
    store: SqliteStore, descriptor: Descriptor, said: tuple[int, ...], released: int
) -> None:
    async def stored() -> list[object]:
        points, _ = await store.range(VIN, [descriptor], from_ms=0, to_ms=2 * NOW_MS, limit=99)
        return [point.value for point in points]

    ingest = Ingest(store)
    for minute, value in enumerate(said):
        await take(ingest, reading(value, at_ms=NOON_MS + minute * MINUTE_MS, descriptor=descriptor))
    [apart] = await store.refused(limit=9)
    assert apart.reading is not None
    assert apart.reading.value == released
    assert await judging_of(store, ingest).release(apart.id or 0)
    before = await stored()
    assert released in before
    await store.judgements.forget(None)
    for series in await store.judgements.outdated():
        await store.judgements.judge(series)
    assert await stored() == before


async def test_a_backup_holds_what_was_rejected_and_that_it_was(store: SqliteStore, tmp_path: Path) -> None:
    ingest = Ingest(store)
    await take(ingest, reading(41, at_ms=NOON_MS))
    await judging_of(store, ingest).reject(span(NOON_MS), dry_run=False)
    await store.backup(tmp_path / "copy")
    async with SqliteStore.open(tmp_path / "copy") as copy:
        assert await values(copy) == []
        await judging_of(copy, Ingest(copy)).restore(span(NOON_MS), dry_run=False)
        assert await values(copy) == [41]


async def test_coverage_says_how_many_were_rejected_and_judges_as_before(cloud: Cloud) -> None:
    async with cloud.hub(goes_live=False) as hub:
        now_ms = hub.context.now_ms() // 1_000 * 1_000
        await hub.store.append(Batch(readings=[reading(41, at_ms=now_ms - minute * MINUTE_MS) for minute in (1, 2, 3)]))
        await hub.live.reload(hub.store, VIN)
        [before] = [row for row in await hub.context.coverage.coverage(VIN) if row.descriptor == SOC]
        await hub.context.judging.reject(span(now_ms - 2 * MINUTE_MS, now_ms), dry_run=False)
        [after] = [row for row in await hub.context.coverage.coverage(VIN) if row.descriptor == SOC]
    assert (before.rejected, after.rejected) == (0, 2)
    assert (after.verdict, after.last_streamed_ms) == (before.verdict, before.last_streamed_ms)
