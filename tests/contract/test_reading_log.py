"""Whatever way readings come in, the same is stored."""

import asyncio
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.errors import BimmerhubError
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Appended, Batch, Point

CAR = Vin("WBA00000000000001")
MOVING = Descriptor("vehicle.isMoving")
FAR_MS = 2**50

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**63), max_value=2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    st.sampled_from([0, 0.0, -0.0, 1, 1.0, True, False, "", "1", "2024.10"]),
)


async def every_point(store: Any, descriptors: list[str]) -> list[Point]:
    points, after = await store.range(CAR, descriptors, from_ms=-FAR_MS, to_ms=FAR_MS, limit=10_000)
    assert after is None
    return list(points)


async def test_new_and_repeated_readings_are_counted(store: Any, make_reading: Any) -> None:
    first, second = make_reading(1), make_reading(2)
    assert await store.append(Batch(readings=[first, second])) == Appended(new=2, repeated=0)
    assert await store.append(Batch(readings=[second, make_reading(3), second])) == Appended(new=1, repeated=2)


async def test_repetition_keeps_the_smaller_sent_after_and_the_smaller_source(store: Any, make_reading: Any) -> None:
    late = make_reading(7, sent_after_ms=9_000, source=Source.ARCHIVE)
    early = make_reading(7, sent_after_ms=2_000, source=Source.REST)
    for batch in ([late], [early], [late, early]):
        await store.append(Batch(readings=batch))
    [point] = await every_point(store, [MOVING])
    assert (point.sent_after_ms, point.source) == (2_000, Source.REST)


@pytest.mark.parametrize(
    "value", [0, 1, True, False, None, "", "2024.10", "1", 2**63 - 1, -(2**63), 1e308, 0.1, 1e19, "ü\u0000€😀"]
)
async def test_value_comes_back_as_it_was(store: Any, make_reading: Any, value: Value) -> None:
    await store.append(Batch(readings=[make_reading(value)]))
    [point] = await every_point(store, [MOVING])
    assert (point.value, type(point.value)) == (value, type(value))


async def test_whole_floats_and_integers_are_one_value(store: Any, make_reading: Any) -> None:
    appended = await store.append(Batch(readings=[make_reading(value) for value in (-0.0, 0, 1.0, 1, True, "1")]))
    assert appended == Appended(new=4, repeated=2)
    assert [repr(point.value) for point in await every_point(store, [MOVING])] == ["0", "1", "'1'", "True"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**63, -(2**63) - 1])
async def test_value_that_is_not_canonical_refuses_its_batch(store: Any, make_reading: Any, value: Value) -> None:
    with pytest.raises(ValueError, match="stored"):
        await store.append(Batch(readings=[make_reading(5), make_reading(value)]))
    assert await store.append(Batch(readings=[make_reading(5)])) == Appended(new=1, repeated=0)


async def test_unit_is_part_of_the_series(store: Any, make_reading: Any) -> None:
    await store.append(Batch(readings=[make_reading(5, unit=unit) for unit in (None, "km", "mi")]))
    assert [point.unit for point in await store.latest(CAR)] == [None, "km", "mi"]


async def test_empty_batch_changes_nothing(store: Any) -> None:
    assert await store.append(Batch()) == Appended(new=0, repeated=0)
    assert (await store.figures()).readings == 0


async def test_many_appends_at_once_all_arrive(store: Any, make_reading: Any) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(200):
            group.create_task(store.append(Batch(readings=[make_reading(number), make_reading("same")])))
    assert (await store.figures()).readings == 201


async def test_cancelled_append_leaves_a_store_that_works(store: Any, make_reading: Any) -> None:
    batch = Batch(readings=[make_reading(number) for number in range(2_000)])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await store.append(batch)
    await store.append(batch)
    assert (await store.figures()).readings == 2_000


async def test_readings_survive_reopening(open_store: Any, tmp_path: Path, make_reading: Any) -> None:
    for value in (1, 2):
        async with open_store(tmp_path) as store:
            await store.append(Batch(readings=[make_reading(value)]))
    async with open_store(tmp_path) as store:
        assert [point.value for point in await every_point(store, [MOVING])] == [1, 2]


async def test_errors_have_the_root(store: Any) -> None:
    with pytest.raises(BimmerhubError):
        await store.range(CAR, [MOVING], from_ms=0, to_ms=1, limit=1, after="no token")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    deliveries=st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.integers(min_value=0, max_value=5_000_000),
            VALUES,
            st.integers(min_value=0, max_value=3),
            st.sampled_from(Source),
        ),
        min_size=1,
        max_size=60,
    ),
    chance=st.randoms(use_true_random=False),
)
def test_order_repetition_and_batching_do_not_matter(
    open_store: Any, make_reading: Any, deliveries: list[Any], chance: random.Random
) -> None:
    readings = [
        make_reading(value, descriptor=descriptor, at_ms=at_ms, sent_after_ms=sent_after_ms, source=source)
        for descriptor, at_ms, value, sent_after_ms, source in deliveries
    ]
    shuffled = chance.sample(readings * 2, len(readings) * 2)
    once = asyncio.run(_stored(open_store, [readings]))
    assert asyncio.run(_stored(open_store, list(_batches(shuffled, chance)))) == once


def _batches(readings: list[Reading], chance: random.Random) -> Any:
    while readings:
        size = chance.randint(1, len(readings))
        yield readings[:size]
        readings = readings[size:]


async def _stored(open_store: Any, batches: list[list[Reading]]) -> tuple[str, str, int]:
    with tempfile.TemporaryDirectory() as directory:
        async with open_store(Path(directory)) as store:
            appended = [await store.append(Batch(readings=batch)) for batch in batches]
            points = await every_point(store, ["a", "b"])
            assert sum(one.new for one in appended) == len(points) == (await store.figures()).readings
            assert sum(one.repeated for one in appended) == sum(map(len, batches)) - len(points)
            return repr(points), repr(await store.latest(CAR)), len(await store.series(CAR))
