"""Messages as they came, and what was refused."""

from dataclasses import replace
from typing import Any

import pytest

from bimmerhub.errors import ConfigError
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch
from bimmerhub.times import DAY_MS, HOUR_MS


def _entry(number: int, *, received_at_ms: int | None = None) -> JournalEntry:
    at_ms = number if received_at_ms is None else received_at_ms
    return JournalEntry(received_at_ms=at_ms, account="home", topic="gcid/vin", payload=b"\xff\x00 %d" % number)


async def test_journal_keeps_every_message_in_order_of_arrival(store: Any) -> None:
    entries = [_entry(number) for number in range(37)]
    await store.append(Batch(journal=entries[:5]))
    await store.append(Batch(journal=entries[5:]))
    read: list[JournalEntry] = []
    page, after = await store.journal(limit=10)
    while page:
        read += page
        page, after = await store.journal(limit=10, after=after)
    assert read == entries
    assert after is None


async def test_journal_can_be_followed(store: Any) -> None:
    await store.append(Batch(journal=[_entry(1), _entry(2)]))
    _, after = await store.journal(limit=10)
    assert await store.journal(limit=10, after=after) == ([], None)
    await store.append(Batch(journal=[_entry(3)]))
    assert (await store.journal(limit=10, after=after))[0] == [_entry(3)]


@pytest.mark.parametrize("before", [0, 3, 700])
async def test_journal_can_be_followed_from_its_end(store: Any, before: int) -> None:
    await store.append(Batch(journal=[_entry(number) for number in range(before)]))
    await store.prune(before_ms=2)
    after = await store.journal_end()
    assert await store.journal(limit=10, after=after) == ([], None)
    await store.append(Batch(journal=[_entry(before)]))
    assert (await store.journal(limit=10, after=after))[0] == [_entry(before)]


async def test_the_same_message_twice_is_two_entries(store: Any) -> None:
    await store.append(Batch(journal=[_entry(1), _entry(1), _entry(1)]))
    assert (await store.journal(limit=9))[0] == [_entry(1)] * 3
    assert (await store.figures()).journal_entries == 3


async def test_prune_forgets_what_is_older(store: Any) -> None:
    await store.append(Batch(journal=[_entry(number) for number in range(5_000)]))
    assert await store.prune(before_ms=4_500) == 4_500
    assert await store.prune(before_ms=4_500) == 0
    entries, _ = await store.journal(limit=1_000)
    assert [entry.received_at_ms for entry in entries] == list(range(4_500, 5_000))
    assert (await store.figures()).journal_entries == 500


async def test_a_clock_that_is_far_ahead_erases_no_journal(store: Any) -> None:
    entries = [_entry(hour * HOUR_MS) for hour in range(200)]
    await store.append(Batch(journal=entries))
    for years in (1, 10):
        ahead_ms = 200 * HOUR_MS + years * 366 * DAY_MS
        assert await store.prune(before_ms=ahead_ms - 7 * DAY_MS, now_ms=ahead_ms) in (24, 7, 0)
    assert (await store.figures()).journal_entries == 169
    await store.append(Batch(journal=[_entry(ahead_ms)]))
    assert await store.prune(before_ms=ahead_ms - 7 * DAY_MS, now_ms=ahead_ms) == 24, "a day at a time"


async def test_a_clock_that_is_far_behind_erases_no_journal(store: Any) -> None:
    begin_ms = 40 * 366 * DAY_MS
    await store.append(Batch(journal=[_entry(begin_ms + hour * HOUR_MS) for hour in range(200)]))
    assert await store.prune(before_ms=-7 * DAY_MS, now_ms=0) == 0
    await store.append(Batch(journal=[_entry(HOUR_MS)]))
    assert await store.prune(before_ms=HOUR_MS - 7 * DAY_MS, now_ms=HOUR_MS) == 24, "a day at a time"
    await store.append(Batch(journal=[_entry(begin_ms + 200 * HOUR_MS)]))
    assert await store.prune(before_ms=begin_ms + 2 * DAY_MS, now_ms=begin_ms + 9 * DAY_MS) in range(1, 25)
    assert (await store.figures()).journal_entries >= 202 - 48


async def test_what_came_while_the_clock_was_ahead_goes_with_its_neighbours(store: Any) -> None:
    stamps = [0, 10 * 366 * DAY_MS, HOUR_MS, 8 * DAY_MS]
    await store.append(Batch(journal=[_entry(stamp) for stamp in stamps]))
    assert await store.prune(before_ms=DAY_MS, now_ms=8 * DAY_MS) == 3


async def test_journal_can_be_followed_past_a_prune_of_everything(store: Any) -> None:
    await store.append(Batch(journal=[_entry(1), _entry(2)]))
    _, after = await store.journal(limit=5)
    assert await store.prune(before_ms=3) == 2
    await store.append(Batch(journal=[_entry(3)]))
    assert (await store.journal(limit=5, after=after))[0] == [_entry(3)]


async def test_a_page_of_the_journal_needs_a_token_of_the_journal(store: Any) -> None:
    with pytest.raises(ConfigError):
        await store.journal(limit=5, after="x")


def _refused(number: int, *, payload: bytes | None = None, descriptor: str | None = None) -> Refused:
    return Refused(
        received_at_ms=number,
        reason="not JSON",
        payload=b"{ %d" % number if payload is None else payload,
        origin=f"a.ndjson:{number}",
        descriptor=descriptor,
    )


async def test_refused_items_come_newest_first(store: Any) -> None:
    items = [_refused(number, descriptor="vehicle.isMoving" if number % 2 else None) for number in range(5)]
    await store.append(Batch(refused=items))
    newest = await store.refused(limit=3)
    assert newest == [items[4], items[3], items[2]]
    assert await store.refused(limit=3, before_id=newest[-1].id) == [items[1], items[0]]
    assert await store.refused(limit=3, before_id=0) == []
    assert (await store.figures()).refused == 5


async def test_refused_items_of_one_car(store: Any) -> None:
    """Of what was not understood, a VIN anywhere in it counts; pages hold one car's alone."""
    vins = [f"WBA0000000000000{number}" for number in (1, 2)]
    bodies = [b'{"vin": "%s", ' % vin.encode() for vin in vins] + [b"{", b"g/%s" % vins[0].encode()]
    items = [_refused(number, payload=body) for number, body in enumerate(bodies)]
    await store.append(Batch(refused=items))
    assert await store.refused(limit=9, vin=vins[0]) == [items[3], items[0]]
    assert await store.refused(limit=1, vin=vins[1]) == [items[1]]
    [newest] = await store.refused(limit=1, vin=vins[0])
    assert await store.refused(limit=9, vin=vins[0], before_id=newest.id) == [items[0]]
    assert [item.vin for item in items] == [vins[0], vins[1], None, vins[0]]


async def test_long_refused_payload_is_cut_and_says_so(store: Any) -> None:
    await store.append(Batch(refused=[_refused(1, payload=b"x" * 20_000)]))
    [item] = await store.refused(limit=1)
    assert item.payload == b"x" * 16_384
    assert item.reason == "not JSON (the first 16384 of 20000 bytes are kept)"


async def test_very_long_text_that_is_not_believed_is_not_kept_and_says_so(store: Any, make_reading: Any) -> None:
    long, short = make_reading("x" * 20_000), make_reading("y" * 10_000)
    items = [
        replace(_refused(number, descriptor=reading.descriptor), reading=reading, reason="odd")
        for number, reading in enumerate((long, short))
    ]
    await store.append(Batch(refused=items))
    newest, oldest = await store.refused(limit=2)
    assert newest.reading.value == short.value
    assert (oldest.reading, oldest.reason) == (None, "odd (its text is too long to be kept, and cannot be released)")


async def test_quarantine_keeps_the_newest_and_counts_all(store: Any) -> None:
    for start in (0, 6_000):
        await store.append(Batch(refused=[_refused(start + number) for number in range(6_000)]))
    refused = await store.refused(limit=20_000)
    assert [item.received_at_ms for item in refused] == list(range(11_999, 1_999, -1))
    assert (await store.figures()).refused == 12_000


async def test_the_same_refused_again_is_there_once_with_its_last_arrival(store: Any) -> None:
    for received_at_ms in (5, 7, 6):
        again = [_refused(received_at_ms, payload=b"{", descriptor=descriptor) for descriptor in (None, "a", "b")]
        await store.append(Batch(refused=again))
    newest = await store.refused(limit=9)
    assert [(item.descriptor, item.received_at_ms) for item in newest] == [("b", 7), ("a", 7), (None, 7)]
    await store.append(Batch(refused=[_refused(8)]))
    ids = [item.id for item in await store.refused(limit=9)]
    assert len(set(ids)) == 4
    assert ids == sorted(ids, reverse=True)


async def test_one_batch_may_hold_the_same_refused_several_times(store: Any, make_reading: Any) -> None:
    doubts = [
        Refused(
            received_at_ms=1, reason="falls", payload=b"", origin="rest", descriptor="a", reading=make_reading(value)
        )
        for value in (1.5, 2.5, 1.5)
    ]
    await store.append(Batch(refused=doubts))
    assert [item.reading.value for item in await store.refused(limit=9)] == [2.5, 1.5]


async def test_refused_text_may_be_no_text(store: Any) -> None:
    await store.append(Batch(refused=[_refused(1, descriptor="\ud800")]))
    [item] = await store.refused(limit=1)
    assert item.descriptor == "?"


async def test_a_reading_that_was_not_believed_is_kept_and_leaves_with_its_release(
    store: Any, make_reading: Any
) -> None:
    reading = make_reading(1.5, unit="km")
    doubted = Refused(
        received_at_ms=reading.received_at_ms,
        reason="falls",
        payload=b"",
        origin="rest",
        descriptor=reading.descriptor,
        reading=reading,
    )
    await store.append(Batch(refused=[_refused(1), doubted]))
    newest, _ = await store.refused(limit=9)
    assert newest == doubted
    assert await store.find_refused(newest.id) == doubted
    await store.append(Batch(readings=[reading], released=[newest.id]))
    assert await store.find_refused(newest.id) is None
    await store.append(Batch(refused=[_refused(2)]))
    assert [item.id for item in await store.refused(limit=9)] == [newest.id + 1, newest.id - 1]
