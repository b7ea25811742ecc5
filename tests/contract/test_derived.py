"""What folds make: marks come with appends, records give way as a whole, events happen once."""

from typing import Any

from bimmerhub.store.ports.derived import Checkpoint, FoldName, Replacement, StoredEvent, StoredRecord
from bimmerhub.store.ports.readings import Batch

CAR, OTHER_CAR = "WBA00000000000001", "WBA00000000000002"
DAYS = FoldName(fold="days", subject=CAR, version=1)
ALL: dict[str, Any] = {"from_ms": 0, "to_ms": 10_000}


def change(*records: StoredRecord, **fields: Any) -> Replacement:
    nothing: dict[str, Any] = {
        "from_ms": None,
        "to_ms": None,
        "checkpoints": (),
        "events": (),
        "seen": (),
        "rest": None,
    }
    return Replacement(records=records, **{**nothing, **fields})


def record(start_at_ms: int, settled_ms: int | None, body: str = "{}") -> StoredRecord:
    return StoredRecord(start_at_ms=start_at_ms, end_at_ms=start_at_ms + 10, settled_ms=settled_ms, body=body)


async def marks(store: Any, name: FoldName = DAYS) -> list[tuple[int, int]]:
    return [(mark.from_ms, mark.to_ms) for mark in (await store.derived.outdated(name)).marks]


async def clean(store: Any, make_reading: Any) -> None:
    """Store a first reading and take it as seen."""
    await store.append(Batch(readings=[make_reading(0, at_ms=0)]))
    await store.derived.outdated_folds({"days": 1})
    seen = [mark.id for mark in (await store.derived.outdated(DAYS)).marks]
    await store.derived.replace(DAYS, change(seen=seen))


async def test_a_fold_that_is_new_is_out_of_date_as_a_whole(store: Any, make_reading: Any) -> None:
    assert await store.derived.outdated_folds({"days": 1}) == []
    await store.append(Batch(readings=[make_reading(1), make_reading(1, vin=OTHER_CAR)]))
    names = await store.derived.outdated_folds({"days": 1, "trips": 2})
    assert [(name.fold, name.subject, name.version) for name in names] == [
        ("days", CAR, 1),
        ("days", OTHER_CAR, 1),
        ("trips", CAR, 2),
        ("trips", OTHER_CAR, 2),
    ]
    [(from_ms, to_ms), *_] = await marks(store)
    assert from_ms < -(10**15)
    assert to_ms > 10**15


async def test_an_append_marks_the_stretch_that_it_changed(store: Any, make_reading: Any) -> None:
    await clean(store, make_reading)
    assert await store.derived.outdated_folds({"days": 1}) == []
    await store.append(Batch(readings=[make_reading(1, at_ms=at_ms) for at_ms in (500, 900, 700)]))
    assert await store.derived.outdated_folds({"days": 1}) == [DAYS]
    assert await marks(store) == [(500, 900)]


async def test_an_append_that_changes_nothing_marks_nothing(store: Any, make_reading: Any) -> None:
    await clean(store, make_reading)
    await store.append(Batch(readings=[make_reading(0, at_ms=0)]))
    assert await store.derived.outdated_folds({"days": 1}) == []


async def test_records_of_the_stretch_give_way_and_those_under_way_at_the_end_only(
    store: Any, make_reading: Any
) -> None:
    await clean(store, make_reading)
    await store.derived.replace(DAYS, change(record(0, 10), record(10, 20), record(20, 30), record(30, None)))
    await store.derived.replace(DAYS, change(record(10, 20, "new"), from_ms=15, to_ms=30))
    bodies = [(item.start_at_ms, item.body) for item in await store.derived.records("days", CAR, **ALL)]
    assert bodies == [(0, "{}"), (10, "new"), (20, "{}"), (30, "{}")]
    await store.derived.replace(DAYS, change(record(20, None, "newer"), from_ms=25))
    bodies = [(item.start_at_ms, item.body) for item in await store.derived.records("days", CAR, **ALL)]
    assert bodies == [(0, "{}"), (10, "new"), (20, "newer")]


async def test_a_fold_begins_at_the_last_checkpoint_before_its_marks(store: Any, make_reading: Any) -> None:
    await clean(store, make_reading)
    checkpoints = [Checkpoint(before_ms=at_ms, state=str(at_ms)) for at_ms in (100, 200, 300)]
    await store.derived.replace(DAYS, change(checkpoints=checkpoints))
    await store.append(Batch(readings=[make_reading(5, at_ms=200)]))
    await store.derived.outdated_folds({"days": 1})
    outdated = await store.derived.outdated(DAYS)
    assert (outdated.start, outdated.later) == (checkpoints[1], checkpoints[2:])


async def test_a_mark_that_was_not_seen_stays_and_the_rest_is_marked_again(store: Any, make_reading: Any) -> None:
    await clean(store, make_reading)
    await store.append(Batch(readings=[make_reading(1, at_ms=100)]))
    await store.derived.outdated_folds({"days": 1})
    seen = [mark.id for mark in (await store.derived.outdated(DAYS)).marks]
    await store.append(Batch(readings=[make_reading(2, at_ms=50)]))
    await store.derived.outdated_folds({"days": 1})
    await store.derived.replace(DAYS, change(seen=seen, rest=(70, 100)))
    assert await marks(store) == [(50, 50), (70, 100)]


async def test_an_event_of_a_cause_happens_once(store: Any, make_reading: Any) -> None:
    await clean(store, make_reading)
    first, again, second = (
        StoredEvent(kind="ended", subject=CAR, cause=cause, body="{}", at_ms=at_ms)
        for cause, at_ms in (("a", 1), ("a", 2), ("b", 3))
    )
    await store.derived.replace(DAYS, change(events=[first]))
    await store.derived.replace(DAYS, change(events=[again, second]))
    events = await store.derived.events(after_id=0, limit=9)
    assert [(event.cause, event.at_ms) for event in events] == [("a", 1), ("b", 3)]
    assert await store.derived.events(after_id=events[0].id, limit=9) == events[1:]


async def test_the_version_before_is_served_until_the_new_one_is_complete(store: Any, make_reading: Any) -> None:
    await clean(store, make_reading)
    await store.derived.replace(DAYS, change(record(0, 10, "old")))
    [newer] = await store.derived.outdated_folds({"days": 2})
    [mark] = (await store.derived.outdated(newer)).marks
    await store.derived.replace(newer, change(record(0, 10, "new"), seen=[mark.id], rest=(5, 9)))
    assert [item.body for item in await store.derived.records("days", CAR, **ALL)] == ["old"]
    [mark] = (await store.derived.outdated(newer)).marks
    await store.derived.replace(newer, change(record(20, 30, "new"), from_ms=5, seen=[mark.id]))
    assert [item.body for item in await store.derived.records("days", CAR, **ALL)] == ["new"]


async def test_only_what_is_under_way_is_out_of_date_once_time_has_gone_by(store: Any, make_reading: Any) -> None:
    await store.derived.mark_ends(None)
    assert await marks(store) == []
    await clean(store, make_reading)
    await store.derived.mark_ends([FoldName(fold="days", subject=OTHER_CAR, version=1)])
    assert await marks(store) == []
    await store.derived.mark_ends([DAYS])
    await store.derived.mark_ends(None)
    [(from_ms, _)] = await marks(store)
    assert from_ms > 10**15
    assert await store.derived.outdated_folds({"days": 1}) == [DAYS]
