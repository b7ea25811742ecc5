"""What went in comes out: newest, in pages, in buckets."""

import base64
import json
from typing import Any

import pytest

from bimmerhub.domain.own_places import Counted
from bimmerhub.domain.reading import Source, is_newer
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Batch, Bucket, Point

CAR = Vin("WBA00000000000001")
OTHER_CAR = Vin("WBA00000000000002")
NONE_SUCH = Vin("WBA00000000000009")
SOC = Descriptor("vehicle.drivetrain.batteryManagement.header")
LATITUDE = Descriptor("latitude")
LONGITUDE = Descriptor("longitude")
HOUR_MS = 3_600_000
NOON_MS = 1_800_014_400_000


async def test_vins_are_those_with_readings_in_order(store: Any, make_reading: Any) -> None:
    assert await store.vins() == []
    await store.append(Batch(readings=[make_reading(1, vin=OTHER_CAR), make_reading(1, vin=CAR)]))
    assert await store.vins() == [CAR, OTHER_CAR]


async def test_latest_is_the_newest_of_each_descriptor(store: Any, make_reading: Any) -> None:
    readings = [make_reading(soc, descriptor=SOC, at_ms=1_000 * soc, unit="%") for soc in (61, 60, 59)]
    await store.append(
        Batch(readings=[*readings, make_reading("OPEN", descriptor="door"), make_reading(9, vin=OTHER_CAR)])
    )
    door, soc = await store.latest(CAR)
    assert (door.descriptor, door.value) == ("door", "OPEN")
    assert soc == Point(
        descriptor=SOC, value=61, unit="%", measured_at_ms=61_000, sent_after_ms=3_000, source=Source.STREAM
    )
    assert await store.latest(NONE_SUCH) == []


async def test_latest_of_one_instant_is_what_the_domain_calls_newer(store: Any, make_reading: Any) -> None:
    values = ["a", 5, None, True, "b", False, 4.5]
    readings = [make_reading(value, sent_after_ms=1_000 + index % 2) for index, value in enumerate(values)]
    await store.append(Batch(readings=readings))
    newest = None
    for reading in readings:
        newest = reading if is_newer(reading, newest) else newest
    [point] = await store.latest(CAR)
    assert newest is not None
    assert (point.value, point.sent_after_ms) == (newest.value, newest.sent_after_ms)


async def test_newest_instants_holds_all_values_of_the_newest_second_of_each_series(
    store: Any, make_reading: Any
) -> None:
    readings = [make_reading(soc, descriptor=SOC, at_ms=at_ms) for soc, at_ms in ((7, 1_000), (9, 2_000), (8, 2_000))]
    await store.append(Batch(readings=[*readings, make_reading("OPEN", descriptor="door", at_ms=1_000)]))
    points = await store.newest_instants(CAR)
    assert [(point.descriptor, point.value) for point in points] == [("door", "OPEN"), (SOC, 8), (SOC, 9)]
    assert await store.newest_instants(NONE_SUCH) == []


async def _every_page(store: Any, descriptors: list[Descriptor], *, limit: int) -> list[Point]:
    points: list[Point] = []
    after = None
    while True:
        page, after = await store.range(CAR, descriptors, from_ms=1_000, to_ms=9_000, limit=limit, after=after)
        points += page
        assert len(page) == limit or after is None
        if after is None:
            return points


@pytest.mark.parametrize("limit", [1, 2, 3, 1_000])
async def test_pages_of_any_size_hold_every_point_once_in_order(store: Any, make_reading: Any, limit: int) -> None:
    values = [3, None, "x", True, 2.5, False]
    wanted = [
        (at_ms, key, value) for at_ms in (1_000, 2_000, 8_999) for key in (LATITUDE, LONGITUDE) for value in values
    ]
    outside = [(999, LATITUDE, 1), (9_000, LATITUDE, 1), (2_000, SOC, 1)]
    await store.append(
        Batch(readings=[make_reading(value, descriptor=key, at_ms=at_ms) for at_ms, key, value in wanted + outside])
    )
    points = await _every_page(store, [LONGITUDE, LATITUDE], limit=limit)
    in_order = [2.5, 3, "x", False, True, None]
    assert [(point.measured_at_ms, point.descriptor, point.value) for point in points] == [
        (at_ms, key, value) for at_ms in (1_000, 2_000, 8_999) for key in (LATITUDE, LONGITUDE) for value in in_order
    ]


@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_pages_hold_every_unit_of_a_descriptor(store: Any, make_reading: Any, limit: int) -> None:
    readings = [make_reading(v, descriptor=SOC, at_ms=2_000, unit=unit) for v in (1, 2) for unit in ("mi", None, "km")]
    await store.append(Batch(readings=readings))
    points = await _every_page(store, [SOC], limit=limit)
    assert [(point.unit, point.value) for point in points] == [
        (None, 1), (None, 2), ("km", 1), ("km", 2), ("mi", 1), ("mi", 2),
    ]  # fmt: skip


async def test_range_of_nothing_is_empty(store: Any, make_reading: Any) -> None:
    await store.append(Batch(readings=[make_reading(1, descriptor=SOC)]))
    assert await store.range(CAR, [], from_ms=0, to_ms=2**50, limit=5) == ([], None)
    assert await store.range(CAR, [LATITUDE], from_ms=0, to_ms=2**50, limit=5) == ([], None)
    assert await store.range(NONE_SUCH, [SOC], from_ms=0, to_ms=2**50, limit=5) == ([], None)


BEYOND_64_BITS = base64.b64encode(json.dumps([5, SOC, "%", 2**63]).encode()).decode()


@pytest.mark.parametrize(
    "token", [BEYOND_64_BITS, "", "x", "WzFd", "bnVsbA", "W05hTiwiYSIsIiIsMV0", "é", "W10", "WzEsMiwzLDRd"]
)
async def test_text_that_is_no_page_token_is_refused(store: Any, token: str) -> None:
    with pytest.raises(ConfigError, match="no page token"):
        await store.range(CAR, [SOC], from_ms=0, to_ms=1, limit=1, after=token)


async def test_buckets_below_an_hour_come_from_the_points(store: Any, make_reading: Any) -> None:
    samples = [(0, 10), (59_999, 30), (60_000, None), (60_000, 5), (119_999, "x"), (240_000, 9)]
    readings = [make_reading(value, descriptor=SOC, at_ms=NOON_MS + after_ms) for after_ms, value in samples]
    await store.append(Batch(readings=readings))
    assert await store.downsample(CAR, SOC, from_ms=NOON_MS, to_ms=NOON_MS + 240_000, buckets=4) == [
        Bucket(start_at_ms=NOON_MS, min=10, max=30, mean=20, first=10, last=30, count=2),
        Bucket(start_at_ms=NOON_MS + 60_000, min=5, max=5, mean=5, first=5, last="x", count=3),
    ]


async def test_buckets_of_hours_have_edges_on_the_hour(store: Any, make_reading: Any) -> None:
    samples = [(0, 10), (HOUR_MS - 1, 20), (HOUR_MS, 0.5), (3 * HOUR_MS, True), (4 * HOUR_MS, 99)]
    readings = [make_reading(value, descriptor=SOC, at_ms=NOON_MS + after_ms) for after_ms, value in samples]
    await store.append(Batch(readings=readings))
    buckets = await store.downsample(
        CAR, SOC, from_ms=NOON_MS + 60_000, to_ms=NOON_MS + 4 * HOUR_MS - 60_000, buckets=2
    )
    assert buckets == [
        Bucket(start_at_ms=NOON_MS, min=0.5, max=20, mean=10.1666666667, first=10, last=0.5, count=3),
        Bucket(start_at_ms=NOON_MS + 2 * HOUR_MS, min=None, max=None, mean=None, first=True, last=True, count=1),
    ]


@pytest.mark.parametrize("buckets", [1, 7, 100, 1_000])
async def test_buckets_hold_every_reading_once(store: Any, make_reading: Any, buckets: int) -> None:
    readings = [make_reading(n % 7, descriptor=SOC, at_ms=NOON_MS + n * 977_777) for n in range(500)]
    await store.append(Batch(readings=readings))
    downsampled = await store.downsample(CAR, SOC, from_ms=NOON_MS, to_ms=NOON_MS + 500 * 977_777, buckets=buckets)
    assert sum(bucket.count for bucket in downsampled) == 500
    assert len(downsampled) <= buckets
    assert [bucket.start_at_ms for bucket in downsampled] == sorted({bucket.start_at_ms for bucket in downsampled})


async def test_buckets_of_a_descriptor_with_two_units_are_of_the_newest_unit(store: Any, make_reading: Any) -> None:
    old = make_reading(100, descriptor=SOC, at_ms=NOON_MS, unit="mi")
    new = make_reading(160, descriptor=SOC, at_ms=NOON_MS + 1, unit="km")
    await store.append(Batch(readings=[old, new]))
    [bucket] = await store.downsample(CAR, SOC, from_ms=NOON_MS, to_ms=NOON_MS + 10, buckets=1)
    assert (bucket.mean, bucket.count) == (160, 1)


async def test_buckets_of_nothing_are_none(store: Any, make_reading: Any) -> None:
    await store.append(Batch(readings=[make_reading(1, descriptor=SOC, at_ms=NOON_MS)]))
    assert await store.downsample(CAR, LATITUDE, from_ms=0, to_ms=2**50, buckets=5) == []
    assert await store.downsample(CAR, SOC, from_ms=NOON_MS, to_ms=NOON_MS, buckets=5) == []
    with pytest.raises(ConfigError):
        await store.downsample(CAR, SOC, from_ms=0, to_ms=1, buckets=0)


async def test_mean_of_huge_numbers_stays_finite(store: Any, make_reading: Any) -> None:
    await store.append(Batch(readings=[make_reading(v, descriptor=SOC, at_ms=NOON_MS) for v in (1.7e308, 1.6e308)]))
    for width_ms in (60_000, 2 * HOUR_MS):
        [bucket] = await store.downsample(CAR, SOC, from_ms=NOON_MS, to_ms=NOON_MS + width_ms, buckets=1)
        assert bucket.mean <= 1.8e308


async def test_series_tell_what_is_stored(store: Any, make_reading: Any) -> None:
    readings = [make_reading(n, descriptor=SOC, at_ms=NOON_MS + n * HOUR_MS, unit="%") for n in range(5)]
    await store.append(Batch(readings=[*readings, make_reading("x", descriptor="a", at_ms=7)]))
    first, second = await store.series(CAR)
    assert (first.descriptor, first.unit, first.count) == ("a", None, 1)
    assert (second.descriptor, second.unit, second.count) == (SOC, "%", 5)
    assert (second.first_measured_at_ms, second.last_measured_at_ms) == (NOON_MS, NOON_MS + 4 * HOUR_MS)


async def test_nearest_number_is_the_last_before_else_the_first_after_and_zero_does_not_count(
    store: Any, make_reading: Any
) -> None:
    told = [(1_000, 5), (2_000, 0), (3_000, None), (4_000, "7"), (5_000, 9.5)]
    readings = [make_reading(value, descriptor=SOC, at_ms=at_ms, unit="km") for at_ms, value in told]
    await store.append(Batch(readings=[*readings, make_reading(3, descriptor=SOC, at_ms=4_000, unit="?")]))
    found = [await store.nearest_number(CAR, SOC, "km", at_ms=at_ms) for at_ms in (1, 1_000, 4_500, 5_000)]
    assert [(point.measured_at_ms, point.value) for point in found] == [
        (1_000, 5),
        (1_000, 5),
        (1_000, 5),
        (5_000, 9.5),
    ]
    assert (await store.nearest_number(CAR, SOC, "?", at_ms=1)).value == 3
    assert await store.nearest_number(CAR, SOC, None, at_ms=1) is None


async def test_a_counter_is_told_by_its_last_before_and_its_first_after(store: Any, make_reading: Any) -> None:
    told = [(1_000, 5), (2_000, 6), (3_000, 8.5), (4_000, None), (6_000, 7), (6_000, 7.5), (7_000, 10)]
    readings = [make_reading(value, descriptor=SOC, at_ms=at_ms, unit="kWh") for at_ms, value in told]
    await store.append(Batch(readings=readings))

    async def counted(from_ms: int, to_ms: int, within_ms: int = 1_000) -> Counted | None:
        answer: Counted | None = await store.counted(CAR, SOC, from_ms=from_ms, to_ms=to_ms, within_ms=within_ms)
        return answer

    assert await counted(2_500, 3_000) == Counted(before=6, after=8.5, has_fallen=False)
    assert await counted(2_500, 5_500) == Counted(before=6, after=7, has_fallen=True)
    assert await counted(6_000, 6_500) == Counted(before=7.5, after=10, has_fallen=False)
    assert await counted(4_500, 5_500) is None, "1.5 s before is too long ago"
    assert await counted(6_500, 7_001) is None
    assert await counted(0, 5_500) is None


async def test_buckets_of_a_unit_are_those_of_its_series(store: Any, make_reading: Any) -> None:
    await store.append(
        Batch(readings=[make_reading(1, unit="km", at_ms=1_000), make_reading(2, unit="?", at_ms=2_000)])
    )
    descriptor = make_reading(1).descriptor
    for unit, expected in (("km", 1), ("?", 2), (None, 2)):
        [bucket] = await store.downsample(CAR, descriptor, from_ms=0, to_ms=9_000, buckets=1, unit=unit)
        assert bucket.last == expected
