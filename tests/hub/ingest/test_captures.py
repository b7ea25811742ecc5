"""Captures into the store: any packing, any order, any number of times."""

import gzip
import json
import random
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest
import zstandard
from tests.hub.conftest import NOW_MS, SOC, VIN, FailingLog, iso, message

from bimmerhub.domain.reading import Source
from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.hub.ingest import captures as module
from bimmerhub.hub.ingest.captures import CaptureImport, read_capture_file
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.store.ports.readings import ReadingLog
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.ports import ImportProgress


def line(value: int) -> bytes:
    at_ms = NOW_MS + 1_000 * value
    payload = json.loads(message(value, at_ms=at_ms))
    return json.dumps({"received_at": iso(at_ms + 950), "topic": f"g/{VIN}", "payload": payload}).encode()


LINES = [line(value) for value in range(60)]
CAPTURE = b"\n".join(LINES) + b"\n"


async def import_all(log: ReadingLog, capture: bytes | Path, *, chunk: int = 1 << 16) -> list[ImportProgress]:
    async def chunks() -> AsyncIterator[bytes]:
        if isinstance(capture, Path):
            for part in read_capture_file(capture):
                yield part
        else:
            for start in range(0, len(capture), chunk):
                yield capture[start : start + chunk]

    importer = CaptureImport(Ingest(log), now_ms=lambda: NOW_MS)
    async with aclosing(importer.import_capture(chunks(), origin="march.ndjson")) as steps:
        return [step async for step in steps]


async def content(store: SqliteStore) -> list[object]:
    points, _ = await store.range(VIN, [SOC], from_ms=0, to_ms=NOW_MS * 2, limit=10_000)  # type: ignore[list-item] # plain text is a descriptor here
    return list(points)


@pytest.mark.parametrize("suffix", [".ndjson", ".ndjson.gz", ".ndjson.zst"])
async def test_each_packing_is_read(store: SqliteStore, tmp_path: Path, suffix: str) -> None:
    packers: dict[str, Callable[[bytes], bytes]] = {
        ".ndjson": bytes,
        ".ndjson.gz": gzip.compress,
        ".ndjson.zst": zstandard.ZstdCompressor().compress,
    }
    pack = packers[suffix]
    path = tmp_path / f"capture{suffix}"
    path.write_bytes(pack(CAPTURE))
    last = (await import_all(store, path))[-1]
    assert (last.lines, last.read, last.new, last.repeated, last.refused, last.done) == (60, 60, 60, 0, 0, True)


async def test_packed_files_may_be_joined(tmp_path: Path) -> None:
    for suffix, pack in ((".gz", gzip.compress), (".zst", zstandard.ZstdCompressor().compress)):
        path = tmp_path / f"capture{suffix}"
        path.write_bytes(pack(LINES[0] + b"\n") + pack(LINES[1]))
        assert b"".join(read_capture_file(path)) == LINES[0] + b"\n" + LINES[1]


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


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".zst", zstandard.ZstdCompressor().compress)])
async def test_a_cut_off_or_broken_file_is_told(tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes]) -> None:
    path, packed = tmp_path / f"c{suffix}", pack(CAPTURE)
    flipped = packed[:20] + bytes(byte ^ 0xFF for byte in packed[20:60]) + packed[60:]
    for broken in (packed[: len(packed) // 2], packed[:-1], b"not packed at all", flipped):
        path.write_bytes(broken)
        with pytest.raises(ConfigError) as caught:
            list(read_capture_file(path))
        assert caught.value.hint


async def test_a_missing_file_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.ndjson", tmp_path):
        with pytest.raises(ConfigError, match="cannot read"):
            list(read_capture_file(path))


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


async def test_a_customer_archive_is_imported_as_that(store: SqliteStore, tmp_path: Path) -> None:
    value = f'<telematicValue telematicKeyName="{SOC}" value="67" unit="percent" valueTimestamp="{iso(NOW_MS)}"/>'
    xml = (
        f'<customerArchiveContent vin="{VIN}"><telematicValueList>{value}</telematicValueList></customerArchiveContent>'
    )
    with zipfile.ZipFile(tmp_path / "archive.ZIP", "w") as archive:
        archive.writestr("a/KeyList.xml", xml)
    assert (await import_all(store, tmp_path / "archive.ZIP"))[-1].new == 1
    [point] = await store.latest(VIN)
    assert (point.value, point.source) == (67, Source.ARCHIVE)


async def test_another_zip_is_told(store: SqliteStore, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.writestr("photo.jpg", "")
    with pytest.raises(ConfigError, match="KeyList"):
        await import_all(store, tmp_path / "photos.zip")


PHOTO_LIST = b"\n".join(b"IMG_%d.jpg,2026-01-01,1.2 MB" % number for number in range(5_000))
WRONG_FILES = {
    "text that is no JSON": PHOTO_LIST,
    "JSON of something else": b'{"level": "info", "message": "started"}\n' * 2_000,
    "spread over several lines": json.dumps(json.loads(LINES[0]), indent=1).encode(),
    "XML or HTML": b"<html>\n<body>\n</body>\n</html>\n",
    "a gzip file": gzip.compress(CAPTURE),
    "a zstd file": zstandard.ZstdCompressor().compress(CAPTURE),
    "a database": b"SQLite format 3\x00" + bytes(range(256)) * 100,
    "a binary file": bytes(range(256)) * 100,
}


@pytest.mark.parametrize("looks", WRONG_FILES)
async def test_a_file_that_is_no_capture_is_refused_whole(store: SqliteStore, looks: str) -> None:
    with pytest.raises(ConfigError, match=looks) as caught:
        await import_all(store, WRONG_FILES[looks])
    assert "march.ndjson is no capture" in str(caught.value)
    assert ".zip" in (caught.value.hint or "")
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
