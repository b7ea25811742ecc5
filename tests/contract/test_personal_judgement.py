"""What a person rejects and releases: the store holds what the judgements in force say of all that ever came."""

import asyncio
import random
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimmerhub.domain.plausibility.odometer import ODOMETERS, judge
from bimmerhub.domain.plausibility.outliers import CHARGE_LEVELS, OUTLIERS
from bimmerhub.domain.reading import Reading, Value, value_rank
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.overlays import REJECTED, RELEASED, Overlay, ReadingBody
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch
from bimmerhub.times import HOUR_MS

CAR = Vin("WBA00000000000001")
SOC = Descriptor("test.percent")
"""No rule judges it with its neighbours."""

LEVEL = CHARGE_LEVELS[0]
START_MS = 1_800_000_000_000 // HOUR_MS * HOUR_MS
STEP_MS = HOUR_MS // 4
ALL: dict[str, Any] = {"from_ms": 0, "to_ms": 2 * START_MS, "limit": 1_000}
IMPOSSIBLE = 250

Row = tuple[Descriptor, int, Value]  # what a reading is


def is_refused(row: Row) -> bool:
    """Tell whether a reading is refused by itself, before the store sees it."""
    return row[0] == SOC and row[2] == IMPOSSIBLE


@dataclass
class Person:
    """What came, and what a person said of it: the same as the store, worked out from all of it at once."""

    came: set[Row] = field(default_factory=set)
    overlays: list[Overlay] = field(default_factory=list)

    def word(self, row: Row) -> str | None:
        for overlay in reversed(self.overlays):
            body = overlay.reading_body()
            is_about = body.descriptor == row[0] and overlay.at_ms <= row[1] <= (body.until_ms or overlay.at_ms)
            is_its_value = body.value is msgspec.UNSET or value_rank(body.value) == value_rank(row[2])
            if overlay.undone_at_ms is None and is_about and is_its_value:
                return overlay.kind
        return None

    def points(self) -> set[Row]:
        open_rows = {row for row in self.came if self.word(row) != REJECTED}
        believed = {row for row in open_rows if row[0] == SOC and (not is_refused(row) or self.word(row) == RELEASED)}
        for key, rule in (ODOMETERS[0], judge), (LEVEL, OUTLIERS[LEVEL].judge):
            own = {row for row in open_rows if row[0] == key}
            released = [(row[1], row[2]) for row in own if self.word(row) == RELEASED]
            truth = rule({(row[1], row[2]) for row in own}, released=released)  # type: ignore[arg-type,misc]
            believed |= {(key, *mark) for mark in truth}
        return believed


def item(reading: Reading, *, reason: str = "") -> Refused:
    return Refused(
        received_at_ms=reading.received_at_ms,
        reason=reason,
        payload=b"as it came",
        origin="stream",
        descriptor=reading.descriptor,
        reading=reading,
    )


def arrival(make_reading: Any, rows: Iterable[Row]) -> Batch:
    def make(row: Row) -> Reading:
        unit = "km" if row[0] in ODOMETERS else "%"
        return make_reading(row[2], at_ms=row[1], descriptor=row[0], unit=unit, vin=CAR)  # type: ignore[no-any-return]

    rows = list(rows)
    return Batch(
        readings=[make(row) for row in rows if row[0] == SOC and not is_refused(row)],
        judged=[item(make(row)) for row in rows if row[0] != SOC],
        refused=[item(make(row), reason="too much") for row in rows if is_refused(row)],
    )


def rejection(descriptor: Descriptor, from_ms: int, until_ms: int) -> Overlay:
    body = ReadingBody(descriptor=descriptor, until_ms=until_ms)
    return overlay(REJECTED, from_ms, body)


def release(row: Row) -> Overlay:
    refused = "too much" if is_refused(row) else None
    unit = "km" if row[0] in ODOMETERS else "%"
    return overlay(RELEASED, row[1], ReadingBody(descriptor=row[0], unit=unit, value=row[2], refused=refused))


def overlay(kind: str, at_ms: int, body: ReadingBody) -> Overlay:
    text = msgspec.json.encode(body).decode()
    return Overlay(vin=CAR, kind=kind, at_ms=at_ms, body=text, made_by="owner", made_at_ms=START_MS)


async def points(store: Any) -> set[Row]:
    stored, _ = await store.range(CAR, [SOC, LEVEL, *ODOMETERS], **ALL)
    return {(point.descriptor, point.measured_at_ms, point.value) for point in stored}


async def apart(store: Any, *, for_good: bool = False) -> list[Row]:
    items = await store.refused(limit=10_000)
    readings = [one.reading for one in items if one.rule is not None or not for_good]
    return [(reading.descriptor, reading.measured_at_ms, reading.value) for reading in readings]


async def reasons(store: Any) -> list[str]:
    return [one.reason for one in await store.refused(limit=10_000)]


async def undo(store: Any, number: int = -1) -> None:
    said = (await store.overlays.overlays(CAR))[number]
    await store.append(Batch(overlays=[replace(said, undone_at_ms=START_MS)]))


class Story:
    """Arrivals, rejections, releases and their undoing, in any order, told to the store and to a `Person`."""

    def __init__(self, store: Any, make_reading: Any, chance: random.Random) -> None:
        self.store = store
        self.person = Person()
        self._make_reading = make_reading
        self._chance = chance

    async def step(self, rows: Sequence[Row]) -> None:
        act = self._chance.choice([self._arrive, self._arrive, self._reject, self._release, self._undo])
        await act(rows)

    async def _arrive(self, rows: Sequence[Row]) -> None:
        some = self._chance.choices(rows, k=self._chance.randint(1, 8))
        appended = await self.store.append(arrival(self._make_reading, some))
        self.person.came.update(some)
        new_refused = sum(is_refused(row) and self.person.word(row) != RELEASED for row in some)
        assert appended.new + appended.repeated + len(appended.set_apart) + new_refused == len(some)

    async def _reject(self, rows: Sequence[Row]) -> None:
        key, begin_ms, _ = self._chance.choice(rows)
        said = rejection(key, begin_ms, begin_ms + self._chance.choice([0, STEP_MS, HOUR_MS, 9 * HOUR_MS]))
        await self._say(said)

    async def _release(self, _: Sequence[Row]) -> None:
        items = [one for one in await self.store.refused(limit=1_000) if one.reading is not None]
        if items:
            one = self._chance.choice(items)
            row = (one.reading.descriptor, one.reading.measured_at_ms, one.reading.value)
            kind = {"readings": [one.reading]} if row[0] == SOC else {"judged": [item(one.reading)]}
            said = release(row)
            if one.rule is not None:
                said = replace(said, body=said.body.replace(',"refused":"too much"', ""))
            await self.store.append(Batch(overlays=[said], released=[one.id], **kind))
            self.person.overlays.append(said)

    async def _undo(self, _: Sequence[Row]) -> None:
        if self.person.overlays:
            number = self._chance.randrange(len(self.person.overlays))
            said = replace(self.person.overlays[number], undone_at_ms=START_MS)
            await undo(self.store, number)
            self.person.overlays[number] = said

    async def _say(self, said: Overlay) -> None:
        rehearsed = await self.store.rehearse(Batch(overlays=[said]))
        before = await points(self.store)
        appended = await self.store.append(Batch(overlays=[said]))
        assert (appended.withdrawn, appended.returned) == (rehearsed.withdrawn, rehearsed.returned)
        assert len(before) - len(appended.withdrawn) + len(appended.returned) == len(await points(self.store))
        self.person.overlays.append(said)


ROWS = st.lists(
    st.one_of(
        st.tuples(
            st.just(SOC),
            st.integers(0, 8).map(lambda step: START_MS + step * STEP_MS),
            st.sampled_from([50, 51.5, None, IMPOSSIBLE]),
        ),
        st.tuples(
            st.just(LEVEL),
            st.integers(0, 8).map(lambda step: START_MS + step * STEP_MS),
            st.sampled_from([50, 51, 3, 95]),
        ),
        st.tuples(
            st.just(ODOMETERS[0]),
            st.integers(0, 8).map(lambda step: START_MS + step * STEP_MS),
            st.sampled_from([50_000, 50_010, 20, 93_000]),
        ),
    ),
    min_size=1,
    max_size=12,
    unique=True,
)


@settings(max_examples=25, deadline=None)
@given(rows=ROWS, seed=st.integers(0, 10**9))
def test_any_order_of_arrivals_and_judgements_gives_what_they_say_of_all(
    open_store: Any, make_reading: Any, rows: list[Row], seed: int
) -> None:
    asyncio.run(_check(open_store, make_reading, rows, random.Random(seed)))


async def _check(open_store: Any, make_reading: Any, rows: list[Row], chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as directory:
        async with open_store(Path(directory)) as store:
            story = Story(store, make_reading, chance)
            for _ in range(chance.randint(1, 12)):
                await story.step(rows)
            expected = story.person.points()
            assert await points(store) == expected
            assert set(await apart(store)) == story.person.came - expected
            for_good = await apart(store, for_good=True)
            assert len(for_good) == len(set(for_good))
            assert (await store.figures()).readings == len(expected)
            await _check_rollups(store, expected)


async def _check_rollups(store: Any, expected: set[Row]) -> None:
    for key in (SOC, LEVEL, ODOMETERS[0]):
        buckets = await store.downsample(CAR, key, from_ms=START_MS, to_ms=START_MS + 4 * HOUR_MS, buckets=4)
        own = [row for row in expected if row[0] == key]
        assert sum(bucket.count for bucket in buckets) == len(own)
        for bucket in buckets:
            values = [row[2] for row in own if row[1] // HOUR_MS == bucket.start_at_ms // HOUR_MS]
            numbers = [value for value in values if isinstance(value, int | float)]
            assert (bucket.min, bucket.max) == (min(numbers, default=None), max(numbers, default=None))
            assert bucket.mean == (pytest.approx(sum(numbers) / len(numbers)) if numbers else None)


async def test_what_is_rejected_is_set_apart_with_the_name_and_time_of_who_did_it(
    store: Any, make_reading: Any
) -> None:
    rows: list[Row] = [(SOC, START_MS + step * STEP_MS, 50 + step) for step in range(6)]
    await store.append(arrival(make_reading, rows))
    appended = await store.append(Batch(overlays=[rejection(SOC, rows[1][1], rows[3][1])]))
    assert [reading.value for reading in appended.withdrawn] == [51, 52, 53]
    assert (appended.new, appended.repeated, appended.changed) == (0, 0, {CAR})
    assert await points(store) == {rows[0], rows[4], rows[5]}
    [reason] = set(await reasons(store))
    assert reason == "rejected by owner at 2027-01-15T08:00:00.000Z"
    await undo(store)
    assert (await points(store), await apart(store)) == (set(rows), [])


async def test_what_comes_for_a_rejected_stretch_is_set_apart_once_as_it_was_sent_first(
    store: Any, make_reading: Any
) -> None:
    row: Row = (SOC, START_MS, 50)
    await store.append(arrival(make_reading, [(SOC, START_MS + STEP_MS, 51)]))
    await store.append(Batch(overlays=[rejection(SOC, START_MS, START_MS)]))
    for after_ms in (9_000, 2_000, 5_000):
        reading = make_reading(50, at_ms=START_MS, descriptor=SOC, unit="%", vin=CAR, sent_after_ms=after_ms)
        appended = await store.append(Batch(readings=[reading]))
        assert appended.rejected == (reading,)
    assert (appended.new, appended.repeated, appended.set_apart) == (0, 1, ())
    [set_apart] = await store.refused(limit=9)
    assert (set_apart.reading.sent_after_ms, set_apart.rule) == (2_000, "person")
    await undo(store)
    assert row in await points(store)


async def test_a_stretch_rejected_of_another_unit_or_car_stays_as_it_is(store: Any, make_reading: Any) -> None:
    rows = [(SOC, START_MS, 50)]
    await store.append(arrival(make_reading, rows))
    other = replace(rejection(SOC, START_MS, START_MS), vin=Vin("WBA00000000000002"))
    body = ReadingBody(descriptor=SOC, unit="km", until_ms=START_MS)
    await store.append(Batch(overlays=[other, overlay(REJECTED, START_MS, body)]))
    assert await points(store) == set(rows)


async def test_rejecting_the_newest_odometer_readings_lets_lower_ones_be_true(store: Any, make_reading: Any) -> None:
    odometer = ODOMETERS[0]
    false: list[Row] = [(odometer, START_MS + step * HOUR_MS, 90_000 + step) for step in range(5)]
    true: list[Row] = [(odometer, START_MS + (5 + step) * HOUR_MS, 50_000 + step) for step in range(3)]
    await store.append(arrival(make_reading, [*false, *true]))
    assert await points(store) == set(false)
    appended = await store.append(Batch(overlays=[rejection(odometer, false[0][1], false[-1][1])]))
    assert (len(appended.withdrawn), len(appended.returned)) == (5, 3)
    assert await points(store) == set(true)
    await undo(store)
    assert await points(store) == set(false)
    assert set(await apart(store)) == set(true)
    assert all(reason.startswith("the odometer falls") for reason in await reasons(store))


async def test_a_release_that_is_taken_back_sets_the_reading_apart_for_the_first_reason(
    store: Any, make_reading: Any
) -> None:
    row: Row = (SOC, START_MS, IMPOSSIBLE)
    refused = arrival(make_reading, [row])
    await store.append(refused)
    [set_apart] = await store.refused(limit=9)
    await store.append(Batch(readings=[set_apart.reading], released=[set_apart.id], overlays=[release(row)]))
    again = await store.append(refused)
    assert (again.believed, again.repeated) == ((set_apart.reading,), 1)
    assert (await points(store), await apart(store)) == ({row}, [])
    await undo(store)
    assert (await points(store), await apart(store)) == (set(), [row])
    assert await reasons(store) == ["too much"]


async def test_a_rehearsal_changes_nothing(store: Any, make_reading: Any) -> None:
    rows = [(SOC, START_MS, 50)]
    await store.append(arrival(make_reading, rows))
    rehearsed = await store.rehearse(Batch(overlays=[rejection(SOC, START_MS, START_MS)]))
    assert [reading.value for reading in rehearsed.withdrawn] == [50]
    assert (await points(store), await apart(store), await store.overlays.overlays(CAR)) == (set(rows), [], [])
    assert (await store.append(arrival(make_reading, rows))).repeated == 1


async def test_what_a_person_rejected_does_not_push_out_what_was_refused(store: Any, make_reading: Any) -> None:
    refused = [Refused(received_at_ms=1, reason="r", payload=b"%d" % number, origin="o") for number in range(10_001)]
    await store.append(Batch(refused=refused[:1]))
    rows: list[Row] = [(SOC, START_MS + second * 1_000, 50) for second in range(11_000)]
    await store.append(arrival(make_reading, rows))
    await store.append(Batch(overlays=[rejection(SOC, START_MS, START_MS + HOUR_MS * 4)]))
    await store.append(Batch(refused=refused[1:10_000]))
    items = await store.refused(limit=30_000)
    assert (len(items), sum(one.rule == "person" for one in items)) == (21_000, 11_000)
    await store.append(Batch(refused=refused[10_000:]))
    items = await store.refused(limit=30_000)
    assert (len(items), min(one.id for one in items)) == (21_000, 2)


async def test_coverage_counts_what_was_rejected_as_come(store: Any, make_reading: Any) -> None:
    rows: list[Row] = [(SOC, START_MS + day * 24 * HOUR_MS, 50 + day) for day in range(4)]
    await store.append(arrival(make_reading, rows))
    [before] = await store.arrivals(CAR, since_ms=0)
    await store.append(Batch(overlays=[rejection(SOC, rows[1][1], rows[3][1])]))
    [after] = await store.arrivals(CAR, since_ms=0)
    assert (before.rejected, after) == (0, replace(before, rejected=3))
