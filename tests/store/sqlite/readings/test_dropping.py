"""Readings older than a person wants them go, are counted, and do not come back; what is made of them stays."""

import random
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from tests.new_stores import open_sqlite

from bimmerhub.domain.folds.day_rollups import DaysFold
from bimmerhub.domain.positions import LATITUDE, LONGITUDE
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.domain.retention import AgeKind
from bimmerhub.hub.ingest.derivation import Derivation
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.derived import StoredRecord
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.times import DAY_MS, HOUR_MS

VIN = Vin("WBY00000000000042")
SOC = Descriptor("vehicle.drivetrain.batteryManagement.header")
ODOMETER = Descriptor("vehicle.vehicle.travelledDistance")
DAYS = 40
START_MS = 20_000 * DAY_MS
LIMIT_MS = START_MS + 30 * DAY_MS + 5 * HOUR_MS
LIMITS = {AgeKind.POSITIONS: LIMIT_MS, AgeKind.READINGS: LIMIT_MS}


def reading(descriptor: str, value: float, at_ms: int) -> Reading:
    return Reading(
        vin=VIN,
        descriptor=Descriptor(descriptor),
        value=value,
        unit="km" if descriptor == ODOMETER else None,
        measured_at_ms=at_ms,
        sent_at_ms=at_ms,
        received_at_ms=at_ms,
        source=Source.STREAM,
    )


def some_weeks() -> list[Reading]:
    rng = random.Random(1)
    readings = [reading("vehicle.seldom", 7, START_MS)]
    for day in range(DAYS):
        for hour in range(6, 18):
            at_ms = START_MS + day * DAY_MS + hour * HOUR_MS + 60_000
            readings += [
                reading(SOC, rng.randrange(20, 100), at_ms),
                reading(ODOMETER, 1_000 + 20 * day + hour, at_ms),
                reading(LATITUDE, 48 + rng.random(), at_ms),
                reading(LONGITUDE, 11 + rng.random(), at_ms),
            ]
    return readings


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with open_sqlite(tmp_path / "store.db") as store:
        await store.append(Batch(readings=some_weeks()))
        await derive(store)
        yield store


async def derive(store: SqliteStore) -> None:
    await Derivation(store.derived, store, [DaysFold()]).catch_up()


async def rebuild(store: SqliteStore) -> None:
    async with aclosing(Derivation(store.derived, store, [DaysFold()]).rebuild(VIN)) as steps:
        async for _ in steps:
            pass


async def days(store: SqliteStore) -> list[StoredRecord]:
    return await store.derived.records("days", VIN, from_ms=0, to_ms=START_MS * 2)


async def count(store: SqliteStore, descriptor: str, *, to_ms: int) -> int:
    points, _ = await store.range(VIN, [Descriptor(descriptor)], from_ms=0, to_ms=to_ms, limit=10_000)
    return len(points)


async def test_preview_says_what_would_go_and_changes_nothing(store: SqliteStore) -> None:
    before = (await store.figures()).readings
    [positions, readings] = sorted(await store.retention.preview(LIMITS), key=lambda item: item.kind)
    assert (positions.kind, positions.readings) == (AgeKind.POSITIONS, 2 * 12 * 30)
    assert (readings.kind, readings.readings, readings.from_ms) == (
        AgeKind.READINGS,
        2 * 12 * 30,
        START_MS + 6 * HOUR_MS + 60_000,
    )
    assert (await store.figures()).readings == before
    assert await store.retention.dropped() == []


async def test_what_is_dropped_is_what_the_preview_said_and_the_newest_stays(store: SqliteStore) -> None:
    preview = await store.retention.preview(LIMITS)
    before = (await store.figures()).readings
    latest = await store.latest(VIN)
    dropped = await store.retention.drop(LIMITS)
    assert sum(item.readings for item in dropped) == before - (await store.figures()).readings
    assert {(item.kind, item.readings) for item in preview} >= {(item.kind, item.readings) for item in dropped[:1]}
    assert await count(store, LATITUDE, to_ms=LIMIT_MS) == 0
    assert await store.latest(VIN) == latest
    assert await store.soundness.find_damage() == []
    assert await store.retention.drop(LIMITS) == []


async def test_roll_ups_of_positions_go_and_those_of_other_readings_stay(store: SqliteStore) -> None:
    async def buckets(descriptor: str) -> int:
        found = await store.downsample(VIN, Descriptor(descriptor), from_ms=START_MS, to_ms=LIMIT_MS, buckets=30)
        return sum(bucket.count for bucket in found)

    was = await buckets(SOC)
    await store.retention.drop(LIMITS)
    assert await buckets(LATITUDE) == 0
    assert await buckets(SOC) == was > 0


async def test_days_stay_as_they_were_after_a_rebuild_and_late_readings(store: SqliteStore) -> None:
    before = await days(store)
    assert len(before) == DAYS
    await store.retention.drop(LIMITS)
    await rebuild(store)
    assert await days(store) == before
    late = await store.append(Batch(readings=[reading(SOC, 1, START_MS + DAY_MS), reading(LATITUDE, 1, START_MS)]))
    await derive(store)
    assert (late.new, late.repeated, len(late.dropped)) == (0, 0, 2)
    assert await days(store) == before
    assert {(item.kind, item.late) for item in await store.retention.dropped()} == {
        (AgeKind.POSITIONS, 1),
        (AgeKind.READINGS, 1),
    }


async def test_a_reading_within_the_limit_that_comes_late_is_stored_and_derived(store: SqliteStore) -> None:
    await store.retention.drop(LIMITS)
    at_ms = START_MS + 35 * DAY_MS + 7 * HOUR_MS
    appended = await store.append(Batch(readings=[reading(SOC, 1, at_ms)]))
    await derive(store)
    assert appended.new == 1
    [day] = [record for record in await days(store) if record.start_at_ms == START_MS + 35 * DAY_MS]
    assert '"soc_min_percent":1.0' in day.body


async def test_what_is_not_derived_yet_is_left_until_it_is(store: SqliteStore) -> None:
    await store.append(Batch(readings=[reading(SOC, 1, START_MS + DAY_MS)]))
    assert {item.kind for item in await store.retention.drop(LIMITS)} == {AgeKind.POSITIONS}
    await derive(store)
    assert {item.kind for item in await store.retention.drop(LIMITS)} == {AgeKind.READINGS}


async def test_what_was_set_apart_goes_too(store: SqliteStore) -> None:
    jump = [reading(ODOMETER, 900_000, START_MS + 3 * DAY_MS), reading(ODOMETER, 900_000, START_MS + 38 * DAY_MS)]
    items = [
        Refused(received_at_ms=1, reason="", payload=b"", origin="stream", descriptor=ODOMETER, reading=one)
        for one in jump
    ]
    assert len((await store.append(Batch(judged=items))).set_apart) == 2
    await derive(store)
    await store.retention.drop(LIMITS)
    apart = [item.reading and item.reading.measured_at_ms for item in await store.refused(limit=10)]
    assert apart == [jump[1].measured_at_ms]
    assert sum(item.apart for item in await store.retention.dropped()) == 1


async def test_a_damaged_database_keeps_what_outlived_its_readings(store: SqliteStore, tmp_path: Path) -> None:
    await store.retention.drop(LIMITS)
    before = await days(store)
    bucket = await store.downsample(VIN, SOC, from_ms=START_MS, to_ms=LIMIT_MS, buckets=5)
    damage_header(tmp_path / "store.db")
    await store.soundness.exchange_if_damaged("made for the test")
    await derive(store)
    assert await days(store) == before
    assert await store.downsample(VIN, SOC, from_ms=START_MS, to_ms=LIMIT_MS, buckets=5) == bucket
    assert [damage.salvage.lost for damage in await store.soundness.damages()] == [()]
    assert await store.soundness.find_damage() == []


def damage_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(bytes(16))
