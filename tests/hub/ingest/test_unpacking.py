"""Captures as they come: packed or not, from a file or a pipe; their first bytes say what they are."""

import gzip
import io
import zipfile
from collections.abc import AsyncIterator, Callable

import pytest
import zstandard
from tests.hub.conftest import NOW_MS, SOC, VIN, iso
from tests.hub.ingest.test_captures import CAPTURE, LINES, import_all

from bimmerhub.domain.reading import Source
from bimmerhub.errors import ConfigError
from bimmerhub.hub.ingest import unpacking as module
from bimmerhub.hub.ingest.unpacking import unpack
from bimmerhub.store.sqlite.store import SqliteStore

zstd = zstandard.ZstdCompressor().compress
PACKINGS: dict[str, Callable[[bytes], bytes]] = {"plain": bytes, "gzip": gzip.compress, "zstd": zstd}


async def unpacked(content: bytes, *, chunk: int = 1 << 16) -> bytes:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(content), chunk):
            yield content[start : start + chunk]

    return b"".join([plain async for plain in unpack(chunks(), name="upload", arrived_ms=NOW_MS)])


def archive(entry: str, text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr(entry, text)
    return content.getvalue()


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("chunk", [1, 3, 1 << 16])
async def test_each_packing_is_read(store: SqliteStore, packing: str, chunk: int) -> None:
    last = (await import_all(store, PACKINGS[packing](CAPTURE), chunk=chunk))[-1]
    assert (last.lines, last.read, last.new, last.repeated, last.refused, last.done) == (60, 60, 60, 0, 0, True)


@pytest.mark.parametrize("chunk", [1, 7, 1 << 16])
@pytest.mark.parametrize("pack", [gzip.compress, zstd])
async def test_packed_files_may_be_joined(pack: Callable[[bytes], bytes], chunk: int) -> None:
    assert await unpacked(pack(LINES[0] + b"\n") + pack(LINES[1]), chunk=chunk) == LINES[0] + b"\n" + LINES[1]


async def test_gzip_may_end_in_zeros() -> None:
    assert await unpacked(gzip.compress(CAPTURE) + bytes(5_000), chunk=700) == CAPTURE


async def test_what_is_shorter_than_any_mark_is_plain() -> None:
    assert [await unpacked(content) for content in (b"", b"{", b"\x28\xb5")] == [b"", b"{", b"\x28\xb5"]


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
async def test_a_cut_off_or_broken_file_is_told(pack: Callable[[bytes], bytes]) -> None:
    packed = pack(CAPTURE)
    flipped = packed[:20] + bytes(byte ^ 0xFF for byte in packed[20:60]) + packed[60:]
    for broken in (packed[: len(packed) // 2], packed[:-1], flipped, packed + b"and more"):
        with pytest.raises(ConfigError) as caught:
            await unpacked(broken)
        assert caught.value.hint


async def test_a_bomb_is_unpacked_in_small_pieces_and_not_to_its_end() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield zstd(bytes(200 << 20))

    sizes = list[int]()

    async def measure() -> None:
        async for plain in unpack(chunks(), name="upload", arrived_ms=NOW_MS):
            sizes.append(len(plain))

    with pytest.raises(ConfigError, match="500 times its size"):
        await measure()
    assert max(sizes) <= 10 << 20
    assert sum(sizes) <= 100 << 20


async def test_a_wide_window_of_zstd_is_refused_with_what_to_do() -> None:
    wide = zstandard.ZstdCompressionParameters.from_level(3, window_log=27)
    compressor = zstandard.ZstdCompressor(compression_params=wide).compressobj()  # without its size: as from a pipe
    content = compressor.compress(CAPTURE) + compressor.flush()
    with pytest.raises(ConfigError, match="cannot unpack upload") as caught:
        await unpacked(content)
    assert "zstd -19" in (caught.value.hint or "")
    usual = zstandard.ZstdCompressor(level=19).compressobj()
    assert await unpacked(usual.compress(CAPTURE) + usual.flush()) == CAPTURE


async def test_a_customer_archive_is_imported_as_that(store: SqliteStore) -> None:
    value = f'<telematicValue telematicKeyName="{SOC}" value="67" unit="percent" valueTimestamp="{iso(NOW_MS)}"/>'
    xml = (
        f'<customerArchiveContent vin="{VIN}"><telematicValueList>{value}</telematicValueList></customerArchiveContent>'
    )
    assert (await import_all(store, archive("a/KeyList.xml", xml), chunk=50))[-1].new == 1
    [point] = await store.latest(VIN)
    assert (point.value, point.source) == (67, Source.ARCHIVE)


@pytest.mark.parametrize(
    "content",
    [archive("photo.jpg", ""), archive("a", "")[:20], b"PK\x05\x06" + bytes(18)],
    ids=["photo", "cut", "empty"],
)
async def test_another_zip_is_told(store: SqliteStore, content: bytes) -> None:
    with pytest.raises(ConfigError, match=r"cannot read march.ndjson: .*(KeyList|ZIP)"):
        await import_all(store, content)


async def test_a_zip_that_is_far_too_large_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_ARCHIVE_BYTES", 1 << 20)
    with pytest.raises(ConfigError, match="upload is a ZIP of more than 1 MiB"):
        await unpacked(b"PK\x03\x04" + bytes(2 << 20))
