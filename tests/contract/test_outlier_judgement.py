"""Positions and charge levels are judged with their neighbours: order, repetition and pieces make no difference."""

import asyncio
import random
import tempfile
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimmerhub.domain.plausibility.outliers import CHARGE_LEVELS, OUTLIERS, Mark
from bimmerhub.domain.positions import LATITUDE
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.overlays import REJECTED, RELEASED, Overlay
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch
from bimmerhub.times import HOUR_MS

CAR = Vin("WBA00000000000001")
START_MS = 1_800_000_000_000 // HOUR_MS * HOUR_MS
LEVEL = CHARGE_LEVELS[0]
RULE = OUTLIERS[LEVEL]
ALL: dict[str, Any] = {"from_ms": 0, "to_ms": 2 * START_MS, "limit": 1_000}

MARKS = st.lists(
    st.tuples(
        st.integers(0, 60).map(lambda minute: START_MS + minute * 60_000),
        st.one_of(st.sampled_from([60, 61.5, 62]), st.sampled_from([60, 61, 62, 0, 12, 100])),
    ),
    max_size=70,
)


def batch(make_reading: Any, marks: Sequence[tuple[int, float]], descriptor: Descriptor = LEVEL) -> Batch:
    judged = []
    for at_ms, value in marks:
        reading = make_reading(value, at_ms=at_ms, descriptor=descriptor, unit="%", vin=CAR)
        judged.append(
            Refused(
                received_at_ms=reading.received_at_ms,
                reason="",
                payload=b"as it came",
                origin="stream",
                descriptor=descriptor,
                reading=reading,
            )
        )
    return Batch(judged=judged)


async def believed(store: Any, descriptor: Descriptor = LEVEL) -> list[Mark]:
    points, _ = await store.range(CAR, [descriptor], **ALL)
    return [(point.measured_at_ms, point.value) for point in points]


async def apart(store: Any) -> list[Mark]:
    return sorted((one.reading.measured_at_ms, one.reading.value) for one in await store.refused(limit=10_000))


@settings(max_examples=150, deadline=None)
@given(marks=MARKS, chance=st.randoms(use_true_random=False))
def test_any_order_and_any_pieces_give_what_the_rule_says_of_all(
    open_store: Any, make_reading: Any, marks: list[Mark], chance: random.Random
) -> None:
    given_marks = [*marks, *marks[:5]]
    if chance.random() < 0.7:
        chance.shuffle(given_marks)
    else:
        given_marks.sort()
    cuts = sorted(chance.choices(range(len(given_marks) + 1), k=chance.choice([0, 3, 10, 60])))
    pieces = [given_marks[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(given_marks)], strict=True)]
    asyncio.run(_check(open_store, make_reading, pieces, marks))


async def _check(open_store: Any, make_reading: Any, pieces: list[list[Mark]], marks: list[Mark]) -> None:
    truth = RULE.judge(marks)
    with tempfile.TemporaryDirectory() as directory:
        async with open_store(Path(directory)) as store:
            for piece in pieces:
                appended = await store.append(batch(make_reading, piece))
                assert appended.new + appended.repeated + len(appended.set_apart) == len(piece)
            assert await believed(store) == sorted(truth)
            assert await apart(store) == sorted(set(marks) - truth)
            assert (await store.figures()).readings == len(truth)
            buckets = await store.downsample(CAR, LEVEL, from_ms=START_MS, to_ms=START_MS + 2 * HOUR_MS, buckets=2)
            assert sum(bucket.count for bucket in buckets) == len(truth)


async def test_a_spike_is_found_out_in_every_order(open_store: Any, make_reading: Any, tmp_path: Path) -> None:
    marks = [(START_MS + minute * 60_000, level) for minute, level in enumerate((64, 64, 0, 63, 63))]
    for number, order in enumerate(permutations(marks)):
        if number % 5:
            continue
        (tmp_path / str(number)).mkdir()
        async with open_store(tmp_path / str(number)) as store:
            for mark in order:
                await store.append(batch(make_reading, [mark]))
            assert await believed(store) == [*marks[:2], *marks[3:]]
            assert await apart(store) == [marks[2]]


async def test_what_fits_the_newest_true_ones_can_still_clear_one_that_is_set_apart(
    store: Any, make_reading: Any
) -> None:
    minutes = [(0, 60), (1, 60), (2, 60), (3, 60), (4, 60), (5, 80), (6, 60), (20, 60)]
    marks = [(START_MS + minute * 60_000, level) for minute, level in minutes]
    await store.append(batch(make_reading, marks[:7]))
    assert await apart(store) == [marks[5]]
    await store.append(batch(make_reading, marks[7:]))  # so late that a car can have been at 80 % and back
    assert (await believed(store), await apart(store)) == (marks, [])


async def test_the_vehicle_of_a_reading_that_changes_sides_is_told_and_its_stretch_is_dirty(
    store: Any, make_reading: Any
) -> None:
    marks = [(START_MS + minute * 60_000, level) for minute, level in enumerate((64, 64, 0, 63))]
    for mark in marks[:3]:
        assert (await store.append(batch(make_reading, [mark]))).changed == frozenset()
    appended = await store.append(batch(make_reading, [marks[3]]))
    assert (appended.changed, appended.new) == (frozenset({CAR}), 1)
    [item] = await store.refused(limit=9)
    assert item.reason == "the charge level jumps by 63 % and back, faster than it can change"


async def test_a_person_may_release_one_or_reject_one(store: Any, make_reading: Any) -> None:
    marks = [(START_MS + minute * 60_000, level) for minute, level in enumerate((64, 64, 0, 63, 63))]

    def overlay(kind: str, mark: Mark) -> Overlay:
        body = f'{{"descriptor": "{LEVEL}", "unit": "%", "value": {mark[1]}}}'
        return Overlay(vin=CAR, kind=kind, at_ms=mark[0], body=body, made_by="owner", made_at_ms=1)

    await store.append(batch(make_reading, marks))
    [item] = await store.refused(limit=9)
    again = batch(make_reading, [marks[2]]).judged
    await store.append(Batch(judged=again, released=[item.id], overlays=[overlay(RELEASED, marks[2])]))
    assert (await believed(store), await apart(store)) == (marks, [])
    again = batch(make_reading, [marks[1]]).judged
    await store.append(Batch(judged=again, overlays=[overlay(REJECTED, marks[1])]))
    assert (await believed(store), await apart(store)) == ([marks[0], *marks[2:]], [marks[1]])
    later = (START_MS + 10 * 60_000, 63)
    await store.append(batch(make_reading, [later, marks[1]]))
    assert (await believed(store), await apart(store)) == ([marks[0], *marks[2:], later], [marks[1]])


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
async def test_where_a_car_has_no_position_it_is_no_jump(store: Any, make_reading: Any, order: tuple[int, ...]) -> None:
    """0 is not given to be judged, and does not count as a neighbour either."""
    marks = [(START_MS + minute * 60_000, degrees) for minute, degrees in enumerate((50.1, 50.101, 50.102))]
    zeros = [make_reading(0, at_ms=at_ms + 1_000, descriptor=LATITUDE, unit="%", vin=CAR) for at_ms, _ in marks * 3]
    await store.append(Batch(readings=zeros))
    for place in order:
        await store.append(batch(make_reading, [marks[place]], LATITUDE))
    assert [mark for mark in await believed(store, LATITUDE) if mark[1]] == marks


async def test_what_is_stored_is_judged_anew(store: Any, make_reading: Any) -> None:
    marks = [(START_MS + minute * 60_000, level) for minute, level in enumerate((64, 64, 0, 63, 63))]
    await store.append(Batch(readings=[one.reading for one in batch(make_reading, marks).judged if one.reading]))
    [series] = await store.judgements.outdated()
    anew = await store.judgements.judge(series)
    assert (anew.readings, anew.has_changed) == (5, True)
    assert (await apart(store), await store.judgements.outdated()) == ([marks[2]], [])
