"""Odometer readings are judged with their neighbours: any order and any pieces give what the rule says of all."""

import asyncio
import random
import tempfile
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimmerhub.domain.plausibility.odometer import ODOMETERS, Mark, judge
from bimmerhub.domain.reading import Reading
from bimmerhub.ids import Vin
from bimmerhub.store.ports.overlays import REJECTED, RELEASED, Overlay
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch
from bimmerhub.times import HOUR_MS

CAR = Vin("WBA00000000000001")
START_MS = 1_800_000_000_000 // HOUR_MS * HOUR_MS
ALL: dict[str, Any] = {"from_ms": 0, "to_ms": 2 * START_MS, "limit": 1_000}

TRUE = [(START_MS + step * HOUR_MS, 50_000.0 + 20 * step) for step in range(60)]
MILES = [(START_MS + step * HOUR_MS, round((50_000 + 20 * step) / 1.609344, 3)) for step in range(8, 60)]
MARKS = st.lists(
    st.one_of(
        st.sampled_from(TRUE[:9]),
        st.sampled_from(MILES),
        st.sampled_from(TRUE),
        st.tuples(
            st.sampled_from([at_ms + 1_000 for at_ms, _ in TRUE]), st.sampled_from([20.0, 31_000.0, 50_400.5, 81_000.0])
        ),
        st.tuples(
            st.integers(0, 5).map(lambda step: START_MS + 7_000 * step), st.sampled_from([50_000, 50_001.5, 49_999])
        ),
    ),
    max_size=60,
)


def item(reading: Reading) -> Refused:
    return Refused(
        received_at_ms=reading.received_at_ms,
        reason="",
        payload=b"as it came",
        origin="stream",
        descriptor=reading.descriptor,
        reading=reading,
    )


def batch(make_reading: Any, marks: Any) -> Batch:
    readings = [make_reading(km, at_ms=at_ms, descriptor=ODOMETERS[0], unit="km", vin=CAR) for at_ms, km in marks]
    return Batch(judged=[item(reading) for reading in readings])


async def believed(store: Any) -> list[Mark]:
    points, _ = await store.range(CAR, [ODOMETERS[0]], **ALL)
    return [(point.measured_at_ms, point.value) for point in points]


async def apart(store: Any) -> list[Mark]:
    items = await store.refused(limit=10_000)
    return sorted((one.reading.measured_at_ms, one.reading.value) for one in items)


@settings(max_examples=80, deadline=None)
@given(marks=MARKS, chance=st.randoms(use_true_random=False))
def test_any_order_and_any_pieces_give_what_the_rule_says_of_all(
    open_store: Any, make_reading: Any, marks: list[Mark], chance: random.Random
) -> None:
    given_marks = chance.sample([*marks, *marks[:5]], len(marks) + len(marks[:5]))
    cuts = sorted(chance.choices(range(len(given_marks) + 1), k=chance.choice([0, 3, 10, 30])))
    pieces = [given_marks[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(given_marks)], strict=True)]
    asyncio.run(_check(open_store, make_reading, pieces, marks))


async def _check(open_store: Any, make_reading: Any, pieces: list[list[Mark]], marks: list[Mark]) -> None:
    truth = judge(marks)
    with tempfile.TemporaryDirectory() as directory:
        async with open_store(Path(directory)) as store:
            for piece in pieces:
                appended = await store.append(batch(make_reading, piece))
                assert appended.new + appended.repeated + len(appended.set_apart) == len(piece)
            assert await believed(store) == sorted(truth)
            assert await apart(store) == sorted(set(marks) - truth)
            assert (await store.figures()).readings == len(truth)
            buckets = await store.downsample(
                CAR, ODOMETERS[0], from_ms=START_MS, to_ms=START_MS + 60 * HOUR_MS, buckets=60
            )
            assert sum(bucket.count for bucket in buckets) == len(truth)
            for bucket in buckets:
                kms = [km for at_ms, km in truth if at_ms // HOUR_MS == bucket.start_at_ms // HOUR_MS]
                assert (bucket.min, bucket.max) == (min(kms), max(kms))


async def test_one_false_reading_of_four_is_found_out_in_every_order(
    open_store: Any, make_reading: Any, tmp_path: Path
) -> None:
    marks = [(START_MS + hour * HOUR_MS, km) for hour, km in enumerate((57_958, 93_272, 57_990, 58_010))]
    for number, order in enumerate(permutations(marks)):
        (tmp_path / str(number)).mkdir()
        async with open_store(tmp_path / str(number)) as store:
            for mark in order:
                await store.append(batch(make_reading, [mark]))
            assert await believed(store) == [marks[0], *marks[2:]]
            assert await apart(store) == [marks[1]]


async def test_an_odometer_that_has_no_value_for_a_while_does_not_hide_its_neighbours(
    store: Any, make_reading: Any
) -> None:
    await store.append(batch(make_reading, TRUE[:10]))
    await store.append(batch(make_reading, [(START_MS + 1, 20.0)]))
    silent_ms = [TRUE[9][0] + HOUR_MS * hour for hour in range(1, 30)]
    await store.append(
        Batch(
            readings=[
                make_reading(None, at_ms=at_ms, descriptor=ODOMETERS[0], unit="km", vin=CAR) for at_ms in silent_ms
            ]
        )
    )
    false = (silent_ms[-1] + 1, 31_000.0)
    await store.append(batch(make_reading, [false]))
    assert false in await apart(store)


async def test_a_fall_by_just_the_rounding_is_believed_in_every_order(
    open_store: Any, make_reading: Any, tmp_path: Path
) -> None:
    marks = [(START_MS, 2.4), (START_MS + 1, 4.4), (START_MS + HOUR_MS, 5)]
    for number, order in enumerate(permutations(marks)):
        (tmp_path / str(number)).mkdir()
        async with open_store(tmp_path / str(number)) as store:
            for mark in order:
                await store.append(batch(make_reading, [mark]))
            assert await believed(store) == marks


async def test_a_reading_that_changes_sides_marks_its_time(store: Any, make_reading: Any) -> None:
    false, true, later = (START_MS, 93_272), (START_MS + HOUR_MS, 57_958), (START_MS + 2 * HOUR_MS, 57_960)
    first = await store.append(batch(make_reading, [false]))
    assert (first.new, first.changed) == (1, set())
    await store.append(batch(make_reading, [true]))
    await store.derived.outdated_folds({"days": 1})
    [name] = await store.derived.outdated_folds({"days": 1})
    seen = [mark.id for mark in (await store.derived.outdated(name)).marks]
    appended = await store.append(batch(make_reading, [later]))
    assert (appended.new, appended.repeated, appended.changed) == (1, 0, {CAR})
    await store.derived.outdated_folds({"days": 1})
    [mark] = [mark for mark in (await store.derived.outdated(name)).marks if mark.id not in seen]
    assert (mark.from_ms, mark.to_ms) == (false[0], later[0])


async def test_what_is_set_apart_keeps_its_message_and_is_never_pruned(store: Any, make_reading: Any) -> None:
    await store.append(batch(make_reading, [*TRUE[:5], (START_MS + 1, 20.0)]))
    others = [Refused(received_at_ms=1, reason="r", payload=b"%d" % number, origin="o") for number in range(10_001)]
    await store.append(Batch(refused=others))
    kept = await store.refused(limit=20_000)
    assert len(kept) == 1 + 10_000
    [refused] = [one for one in kept if one.reading is not None]
    assert (refused.payload, refused.origin) == (b"as it came", "stream")
    assert refused.reason == "the odometer falls from 50000 to 20 km"
    again = await store.append(batch(make_reading, [(START_MS + 1, 20.0)]))
    assert (again.new, again.repeated, again.set_apart) == (0, 1, ())


async def test_what_is_set_apart_says_why(store: Any, make_reading: Any) -> None:
    miles = (TRUE[8][0] + 1, round(TRUE[8][1] * 1.609_344))
    await store.append(batch(make_reading, [TRUE[0], miles]))
    assert await believed(store) == [TRUE[0]]
    late = (TRUE[20][0] - 1, TRUE[40][1] + 500)
    await store.append(batch(make_reading, [*TRUE[1:20], *TRUE[20:30], late]))
    reasons = {one.reading.value: one.reason for one in await store.refused(limit=9) if one.reading is not None}
    assert reasons == {
        miles[1]: f"the odometer jumps from 50000 to {miles[1]} km, as between kilometres and miles",
        late[1]: f"the odometer jumps from {TRUE[19][1]:.9g} to {late[1]:.9g} km",
    }


async def test_what_is_expelled_later_says_why(store: Any, make_reading: Any) -> None:
    await store.append(batch(make_reading, [(START_MS - 1, 93_272)]))
    await store.append(batch(make_reading, TRUE[:3]))
    [expelled] = await store.refused(limit=9)
    assert expelled.reason == "the odometer says 93272 km, and 50000 km later"


@pytest.mark.parametrize("sent_after_ms", [(1_000, 9_000), (9_000, 1_000)])
async def test_what_came_twice_at_once_is_set_apart_as_sent_first(
    store: Any, make_reading: Any, sent_after_ms: tuple[int, int]
) -> None:
    await store.append(batch(make_reading, TRUE[:5]))
    false = {"at_ms": START_MS + 1, "descriptor": ODOMETERS[0], "unit": "km", "vin": CAR}
    twice = [make_reading(20.0, sent_after_ms=after_ms, **false) for after_ms in sent_after_ms]
    await store.append(Batch(judged=[item(reading) for reading in twice]))
    [set_apart] = await store.refused(limit=9)
    assert set_apart.reading.sent_after_ms == 1_000


async def test_what_comes_again_with_what_disproves_it_is_set_apart_as_sent_first(
    store: Any, make_reading: Any
) -> None:
    false = {"at_ms": START_MS - 1_000, "descriptor": ODOMETERS[0], "unit": "km", "vin": CAR}
    await store.append(Batch(judged=[item(make_reading(93_272.0, sent_after_ms=9_000, **false))]))
    again = item(make_reading(93_272.0, sent_after_ms=1_000, **false))
    await store.append(Batch(judged=[again, *batch(make_reading, TRUE[:3]).judged]))
    [set_apart] = await store.refused(limit=9)
    assert (set_apart.reading.value, set_apart.reading.sent_after_ms) == (93_272, 1_000)


def overlay(kind: str, mark: Mark) -> Overlay:
    body = f'{{"descriptor": "{ODOMETERS[0]}", "unit": "km", "value": {mark[1]}}}'
    return Overlay(vin=CAR, kind=kind, at_ms=mark[0], body=body, made_by="owner", made_at_ms=1)


async def test_what_a_person_releases_or_rejects_is_obeyed_ever_after(store: Any, make_reading: Any) -> None:
    new_cluster = (START_MS + 10 * HOUR_MS, 20.0)
    await store.append(batch(make_reading, [*TRUE[:10], new_cluster]))
    [set_apart] = await store.refused(limit=9)
    given = batch(make_reading, [new_cluster])
    await store.append(Batch(judged=given.judged, released=[set_apart.id], overlays=[overlay(RELEASED, new_cluster)]))
    assert await believed(store) == [*TRUE[:10], new_cluster]
    going_on = (START_MS + 11 * HOUR_MS, 25.0)
    await store.append(batch(make_reading, [TRUE[11], going_on]))
    assert await believed(store) == [*TRUE[:10], new_cluster, going_on]
    await store.append(Batch(judged=batch(make_reading, [going_on]).judged, overlays=[overlay(REJECTED, going_on)]))
    assert going_on not in await believed(store)
    assert [one.kind for one in await store.overlays.overlays(CAR)] == [RELEASED, REJECTED]


async def test_what_is_stored_is_judged_anew_and_changes_sides_in_one_commit(store: Any, make_reading: Any) -> None:
    false = (START_MS + 5 * HOUR_MS + 1, 93_272)
    await store.append(batch(make_reading, TRUE[:10]))
    once_believed = [item.reading for item in batch(make_reading, [false]).judged if item.reading is not None]
    await store.append(Batch(readings=once_believed))  # as an earlier rule would have it
    assert await store.judgements.outdated() == []
    await store.judgements.forget(CAR)
    [series] = await store.judgements.outdated()
    assert (series.subject, series.descriptor, series.unit) == (CAR, ODOMETERS[0], "km")
    await store.derived.outdated_folds({"days": 1})
    [name] = await store.derived.outdated_folds({"days": 1})
    seen = [mark.id for mark in (await store.derived.outdated(name)).marks]
    judged = await store.judgements.judge(series)
    assert (judged.readings, judged.has_changed) == (11, True)
    assert (await believed(store), await apart(store)) == (TRUE[:10], [false])
    figures = await store.figures()
    assert (figures.readings, figures.refused) == (10, 1)
    await store.derived.outdated_folds({"days": 1})
    [mark] = [mark for mark in (await store.derived.outdated(name)).marks if mark.id not in seen]
    assert (mark.from_ms, mark.to_ms) == (false[0], false[0])
    assert await store.judgements.outdated() == []


async def test_judging_anew_what_was_judged_changes_nothing(store: Any, make_reading: Any) -> None:
    await store.append(batch(make_reading, [*TRUE[:5], (START_MS + 1, 20.0)]))
    before = (await believed(store), await apart(store))
    await store.judgements.forget(None)
    [series] = await store.judgements.outdated()
    assert not (await store.judgements.judge(series)).has_changed
    assert (await believed(store), await apart(store)) == before
    figures = await store.figures()
    assert (figures.readings, figures.refused) == (5, 1)


@settings(max_examples=40, deadline=None)
@given(
    late=st.integers(0, 12), count=st.integers(10, 40), back=st.integers(0, 6), chance=st.randoms(use_true_random=False)
)
def test_miles_are_set_apart_in_any_order_and_any_pieces(
    open_store: Any, make_reading: Any, *, late: int, count: int, back: int, chance: random.Random
) -> None:
    kilometres = [*TRUE[: 3 + late % 5], *TRUE[60 - back :]]
    marks = [*kilometres, *MILES[late : late + count], *((at_ms + 1_000, 31_000.0) for at_ms, _ in TRUE[: late % 3])]
    chance.shuffle(marks)
    cuts = sorted(chance.choices(range(len(marks) + 1), k=chance.choice([3, 10, 40])))
    pieces = [marks[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(marks)], strict=True)]
    asyncio.run(_check(open_store, make_reading, pieces, marks))
