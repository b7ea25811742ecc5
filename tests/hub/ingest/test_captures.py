"""Captures into the store: any packing, any order, any number of times."""

import asyncio
import gzip
import json
import random
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

import pytest
from tests.hub.conftest import NOW_MS, SOC, VIN, FailingLog, iso, message

from bimmerhub.errors import ConfigError, HubBusy, StoreError
from bimmerhub.hub.ingest import captures as module
from bimmerhub.hub.ingest.captures import CaptureImport
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.store.ports.readings import ReadingLog
from bimmerhub.store.sqlite.readings import series_room
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.ports.readings import ImportProgress


def line(value: int) -> bytes:
    at_ms = NOW_MS + 1_000 * value
    payload = json.loads(message(value, at_ms=at_ms))
    return json.dumps({"received_at": iso(at_ms + 950), "topic": f"g/{VIN}", "payload": payload}).encode()


LINES = [line(value) for value in range(60)]
CAPTURE = b"\n".join(LINES) + b"\n"


async def import_all(log: ReadingLog, capture: bytes, *, chunk: int = 1 << 16) -> list[ImportProgress]:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(capture), chunk):
            yield capture[start : start + chunk]

    importer = CaptureImport(Ingest(log), now_ms=lambda: NOW_MS)
    async with aclosing(importer.import_capture(chunks(), origin="march.ndjson")) as steps:
        return [step async for step in steps]


async def content(store: SqliteStore) -> list[object]:
    points, _ = await store.range(VIN, [SOC], from_ms=0, to_ms=NOW_MS * 2, limit=10_000)  # type: ignore[list-item] # plain text is a descriptor here
    return list(points)


async def test_the_same_capture_again_changes_nothing(store: SqliteStore) -> None:
    await import_all(store, CAPTURE)
    before = await content(store)
    last = (await import_all(store, CAPTURE))[-1]
    assert (last.read, last.new, last.repeated) == (60, 0, 60)
    assert await content(store) == before


async def test_shuffled_and_repeated_lines_give_the_same_store(store: SqliteStore, tmp_path: Path) -> None:
    await import_all(store, CAPTURE)
    shuffled = [*LINES, *LINES[:20]]
    random.Random(1).shuffle(shuffled)
    async with SqliteStore.open(tmp_path / "other.sqlite3") as other:
        await import_all(other, b"\n".join(shuffled), chunk=100)
        assert await content(other) == await content(store)


async def test_bad_lines_are_counted_with_their_numbers_and_kept(store: SqliteStore) -> None:
    last = (await import_all(store, b"\n".join([LINES[0], b"", b"{broken", LINES[1], b"[]"])))[-1]
    assert (last.read, last.new, last.refused) == (4, 2, 2)
    assert [refused.line for refused in last.refused_lines] == [3, 5]
    stored = await store.refused(limit=9)
    assert {refused.origin: refused.payload for refused in stored} == {
        "march.ndjson:3": b"{broken",
        "march.ndjson:5": b"[]",
    }


async def test_what_has_no_room_in_the_store_keeps_nothing_behind_it_out(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(series_room, "MOST_UNKNOWN", 1)
    junk = [message(1, at_ms=NOW_MS + number, descriptor=f"junk.{number}") for number in range(3)]
    last = (await import_all(store, b"\n".join([*junk, *LINES])))[-1]
    assert (last.new, last.refused) == (61, 2)
    assert [refused.line for refused in last.refused_lines] == [None, None]


async def test_windows_line_ends_and_a_missing_last_one_are_fine(store: SqliteStore) -> None:
    last = (await import_all(store, b"\r\n".join(LINES)))[-1]
    assert (last.new, last.refused) == (60, 0)


async def test_an_empty_capture_is_done_at_once(store: SqliteStore) -> None:
    [only] = await import_all(store, b"")
    assert (only.lines, only.read, only.done) == (0, 0, True)


async def test_a_very_long_line_is_refused_and_the_next_is_read(store: SqliteStore) -> None:
    long = b'{"x": "' + b"y" * (3 * module.LONGEST_LINE_BYTES) + b'"}'
    last = (await import_all(store, b"\n".join([long, LINES[0]])))[-1]
    assert (last.lines, last.new, last.refused) == (2, 1, 1)


async def test_lines_that_hold_little_are_stored_in_parts_too(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BYTES_PER_BATCH", 10 * (module.LINE_OVERHEAD_BYTES + 200))
    empty = b'{"vin":"%b","data":{}}' % VIN.encode()
    reports = await import_all(store, b"\n".join([LINES[0], *[empty] * 100]))
    assert reports[-1].lines == 101
    assert len(reports) > 5


async def test_fifth_import_at_once_is_asked_to_wait(store: SqliteStore) -> None:
    never = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield CAPTURE
        await never.wait()

    importer = CaptureImport(Ingest(store), now_ms=lambda: NOW_MS)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        imports = [importer.import_capture(endless(), origin=f"{number}") for number in range(5)]
        running = [tasks.create_task(anext(steps)) for steps in imports[:4]]
        await asyncio.sleep(0)
        with pytest.raises(HubBusy, match="4 files are being imported"):
            await anext(imports[4])
        for task in running:
            task.cancel()
        for steps in imports:
            stack.push_async_callback(steps.aclose)


async def test_blank_lines_without_end_are_given_up(store: SqliteStore) -> None:
    with pytest.raises(ConfigError, match="blank lines in a row"):
        await import_all(store, CAPTURE + b"\n" * 200_000)
    few = await import_all(store, CAPTURE + b"\n" * 1_000 + CAPTURE)
    assert few[-1].lines == 1_120


async def test_blank_lines_without_end_fill_no_memory() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"\n" * (1 << 20)

    lines = 0
    tracemalloc.start()
    async for _ in module._lines(chunks(), "upload"):
        lines += 1
    assert lines == 1 << 20
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()


async def test_a_line_without_an_end_is_given_up_and_what_came_before_is_stored(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ENDLESS_LINE_BYTES", 1 << 20)
    monkeypatch.setattr(module, "READINGS_PER_BATCH", 1)

    async def device() -> AsyncIterator[bytes]:
        yield LINES[0] + b"\n" + LINES[1] + b"\n"
        while True:
            yield bytes(1 << 18)

    steps = CaptureImport(Ingest(store), now_ms=lambda: NOW_MS).import_capture(device(), origin="zero")
    with pytest.raises(ConfigError, match=r"zero has a line that does not end within 1 MiB"):
        [step async for step in steps]
    assert await store.latest(VIN)


async def test_progress_counts_only_what_is_durable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READINGS_PER_BATCH", 10)
    log = FailingLog()
    importer = CaptureImport(Ingest(log), now_ms=lambda: NOW_MS)

    async def chunks() -> AsyncIterator[bytes]:
        yield CAPTURE

    async with aclosing(importer.import_capture(chunks(), origin="x")) as steps:
        async for step in steps:
            assert step.lines == step.read == step.new <= len(log.values)
    assert step.done
    assert step.new == 60


async def test_a_store_that_fails_ends_the_import_with_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READINGS_PER_BATCH", 10)
    log = FailingLog()
    seen = []
    importer = CaptureImport(Ingest(log), now_ms=lambda: NOW_MS)

    async def chunks() -> AsyncIterator[bytes]:
        yield CAPTURE

    async def fill_the_disk() -> None:
        async with aclosing(importer.import_capture(chunks(), origin="x")) as steps:
            async for step in steps:
                seen.append(step.new)
                log.is_failing = True

    with pytest.raises(StoreError, match="full") as caught:
        await fill_the_disk()
    assert seen[-1] <= len(log.values)
    assert f"x is stored up to line {len(log.values)}, and not behind it" in str(caught.value)
    assert "import the whole file again" in str(caught.value.hint)


async def test_a_store_that_fails_at_once_says_that_nothing_is_stored() -> None:
    with pytest.raises(StoreError, match=r"full; march.ndjson is not stored"):
        await import_all(FailingLog(is_failing=True), CAPTURE)


PHOTO_LIST = b"\n".join(b"IMG_%d.jpg,2026-01-01,1.2 MB" % number for number in range(5_000))
WRONG_FILES = {
    "text that is no JSON": PHOTO_LIST,
    "JSON of something else": b'{"level": "info", "message": "started"}\n' * 2_000,
    "spread over several lines": json.dumps(json.loads(LINES[0]), indent=1).encode(),
    "XML or HTML": b"<html>\n<body>\n</body>\n</html>\n",
    "packed more than once": gzip.compress(gzip.compress(CAPTURE)),
    "a database": b"SQLite format 3\x00" + bytes(range(256)) * 100,
    "a binary file": bytes(range(256)) * 100,
}


@pytest.mark.parametrize("looks", WRONG_FILES)
async def test_a_file_that_is_no_capture_is_refused_whole(store: SqliteStore, looks: str) -> None:
    with pytest.raises(ConfigError, match=looks) as caught:
        await import_all(store, WRONG_FILES[looks])
    assert "march.ndjson is no capture" in str(caught.value)
    assert "ZIP" in (caught.value.hint or "")
    figures = await store.figures()
    assert (figures.readings, figures.refused, await store.refused(limit=9)) == (0, 0, [])


@pytest.mark.parametrize("place", [0, 500, 999])
async def test_one_message_in_the_first_thousand_lines_makes_a_capture(store: SqliteStore, place: int) -> None:
    lines = PHOTO_LIST.splitlines()[:1_500]
    lines[place] = LINES[7]
    last = (await import_all(store, b"\n".join(lines)))[-1]
    assert (last.lines, last.new, last.refused) == (1_500, 1, 1_499)


async def test_a_message_behind_a_thousand_other_lines_does_not_help(store: SqliteStore) -> None:
    with pytest.raises(ConfigError, match="first 1,000 lines"):
        await import_all(store, b"\n".join([*PHOTO_LIST.splitlines()[:1_000], *LINES]))


async def test_messages_with_bad_rows_only_make_a_capture(store: SqliteStore) -> None:
    bad = LINES[0].replace(iso(NOW_MS).encode(), b"no time", 1)
    bad_rows = b'{"vin": "WBA00000000000001", "data": {"x.y": {"timestamp": "no time", "value": 1}}}'
    last = (await import_all(store, b"\n".join([bad_rows, bad])))[-1]
    assert (last.new, last.refused) == (0, 2)
