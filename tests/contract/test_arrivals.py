"""When the values of each descriptor came."""

from typing import Any

from bimmerhub.domain.coverage.coverage_verdicts import Arrivals
from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.reading import Source
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch
from bimmerhub.times import DAY_MS

DAY_MINUTES = 24 * 60
CAR = Vin("WBA00000000000001")


async def test_days_and_newest_times_are_those_of_the_stream(store: Any, make_reading: Any) -> None:
    times_ms = [5 * DAY_MS + 1_000, 5 * DAY_MS + 9_000, 7 * DAY_MS]
    readings = [make_reading(value, at_ms=at_ms, descriptor="soc") for value, at_ms in enumerate(times_ms)]
    by_rest = make_reading(9, at_ms=8 * DAY_MS, descriptor="soc", source=Source.REST)
    await store.append(Batch(readings=[*readings, by_rest]))
    assert await store.arrivals(CAR, since_ms=0) == [
        Arrivals(
            descriptor=Descriptor("soc"),
            streamed_days=(5, 7),
            streamed_at_ms=tuple(reversed(times_ms)),
            streamed_minutes=(5 * DAY_MINUTES, 7 * DAY_MINUTES),
            rest_at_ms=8 * DAY_MS,
            rest_differs=True,
            first_streamed_ms=times_ms[0],
        )
    ]


async def test_captures_count_as_streamed_and_old_values_not_at_all(store: Any, make_reading: Any) -> None:
    old = make_reading(1, at_ms=DAY_MS, descriptor="soc")
    captured = make_reading(2, at_ms=9 * DAY_MS, descriptor="soc", source=Source.CAPTURE)
    await store.append(Batch(readings=[old, captured]))
    [arrivals] = await store.arrivals(CAR, since_ms=8 * DAY_MS)
    assert (arrivals.streamed_days, arrivals.rest_at_ms) == ((9,), None)
    assert arrivals.first_streamed_ms == DAY_MS


async def test_no_value_by_rest_is_no_arrival(store: Any, make_reading: Any) -> None:
    await store.append(Batch(readings=[make_reading(None, at_ms=DAY_MS, descriptor="soc", source=Source.REST)]))
    [arrivals] = await store.arrivals(CAR, since_ms=0)
    assert (arrivals.streamed_at_ms, arrivals.rest_at_ms) == ((), None)


async def test_units_of_one_descriptor_are_one(store: Any, make_reading: Any) -> None:
    readings = [make_reading(1, at_ms=day * DAY_MS, descriptor="new", unit=unit) for day, unit in ((3, "a"), (4, "b"))]
    await store.append(Batch(readings=readings))
    [arrivals] = await store.arrivals(CAR, since_ms=0)
    assert arrivals.streamed_days == (3, 4)


async def test_a_value_that_is_the_same_by_both_ways_does_not_differ(store: Any, make_reading: Any) -> None:
    streamed = make_reading(70, at_ms=DAY_MS, descriptor="soc")
    by_rest = make_reading(70, at_ms=2 * DAY_MS, descriptor="soc", source=Source.REST)
    await store.append(Batch(readings=[streamed, by_rest]))
    [arrivals] = await store.arrivals(CAR, since_ms=0)
    assert not arrivals.rest_differs


async def test_what_is_set_apart_came_all_the_same(store: Any, make_reading: Any) -> None:
    rows = [make_reading(km, at_ms=day * DAY_MS, descriptor=ODOMETERS[0]) for day, km in enumerate([90, 95, 99, 5], 1)]
    items = [
        Refused(received_at_ms=0, reason="", payload=b"", origin="stream", descriptor=row.descriptor, reading=row)
        for row in rows
    ]
    assert len((await store.append(Batch(judged=items))).set_apart) == 1
    [arrivals] = await store.arrivals(CAR, since_ms=0)
    assert (arrivals.streamed_days, arrivals.streamed_at_ms[0], arrivals.rejected) == ((1, 2, 3, 4), 4 * DAY_MS, 0)
