"""Files and answers that become far larger than they look: `python -m bench bombs [--quick]`.

Each is given to what reads it in the hub, in a process of its own: what it says, its peak of memory above the start's,
and its time. --quick makes them a tenth as large.
"""

import argparse
import asyncio
import gzip
import io
import json
import resource
import tempfile
import time
import zipfile
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import aclosing
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import zstandard

from bimmerhub.bmw.answers.lenient_structs import decode_document
from bimmerhub.bmw.answers.xml_tree import parse_xml
from bimmerhub.bmw.cardata.portal.archive import decode_archive
from bimmerhub.bmw.cardata.wire import decode_message, decode_telematic_data
from bimmerhub.errors import BimmerhubError
from bimmerhub.hub.ingest.captures import CaptureImport
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.ids import Vin
from bimmerhub.store.sqlite.store import SqliteStore

VIN = "WBA00000000000001"
MESSAGE = b'{"vin":"%b","data":{"a":{"value":1,"timestamp":"2026-01-01T00:00:00Z"}}}\n' % VIN.encode()
EMPTY = b'{"vin":"%b","data":{}}\n' % VIN.encode()
PIECE = 1 << 18


def _capture(content: bytes) -> str:
    """Import a capture, as an upload does, into an empty store."""

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(content), PIECE):
            yield content[start : start + PIECE]

    async def work() -> str:
        with tempfile.TemporaryDirectory() as folder:
            async with SqliteStore.open(Path(folder) / "hub.db") as store:
                importer = CaptureImport(Ingest(store), now_ms=lambda: 1_780_000_000_000)
                async with aclosing(importer.import_capture(chunks(), origin="bomb")) as steps:
                    reports = [step async for step in steps]
        return f"imported: {reports[-1].lines:,} lines, {reports[-1].refused:,} refused"

    return asyncio.run(work())


def _archive(content: bytes) -> str:
    archive = decode_archive(content, received_at_ms=0)
    return f"read: {len(archive.rows):,} rows"


def _zip(text: bytes, *, method: int = zipfile.ZIP_DEFLATED, entries: int = 1) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("KeyList.xml", text)
        for number in range(entries - 1):
            archive.writestr(f"{number}", b"")
    return packed.getvalue()


def _zstd_lines(line: bytes, size: int) -> bytes:
    return zstandard.ZstdCompressor(level=19).compress(line * (size // len(line)))


def _zstd_window(size: int) -> bytes:
    wide = zstandard.ZstdCompressionParameters.from_level(3, window_log=27)
    compressor = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    return compressor.compress(MESSAGE + bytes(size)) + compressor.flush()


def _root(inner: bytes) -> bytes:
    return b'<customerArchiveContent vin="%b">%b</customerArchiveContent>' % (VIN.encode(), inner)


def _laughs() -> str:
    entities = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    return f"<!DOCTYPE a [<!ENTITY l0 'ha'>{entities}]><customerArchiveContent>&l9;</customerArchiveContent>"


def _rows(size: int) -> bytes:
    rows = b",".join(b'"k%07d":0' % number for number in range(size // 12))
    return b'{"vin":"%b","data":{%b}}' % (VIN.encode(), rows)


Bomb = tuple[Callable[[int], bytes], Callable[[bytes], str]]

BOMBS: dict[str, Bomb] = {
    "zstd of blank lines": (lambda size: _zstd_lines(b"\n", 30 * size), _capture),
    "zstd of zeros": (lambda size: zstandard.compress(bytes(10 * size)), _capture),
    "zstd behind one message": (lambda size: zstandard.compress(MESSAGE + bytes(10 * size)), _capture),
    "zstd with a window of 128 MiB": (_zstd_window, _capture),
    "zstd of messages without values": (lambda size: _zstd_lines(EMPTY, size), _capture),
    "gzip of zeros": (lambda size: gzip.compress(bytes(10 * size)), _capture),
    "gzip of gzip": (lambda size: gzip.compress(gzip.compress(bytes(10 * size))), _capture),
    "plain line without an end": (lambda size: MESSAGE + b" " * size, _capture),
    "plain lines that are one huge JSON array": (lambda size: b"[" + b"[]," * (size // 3) + b"[]]", _capture),
    "zip of blanks": (lambda size: _zip(b" " * 10 * size), _archive),
    "zip by bzip2": (lambda size: _zip(b" " * 10 * size, method=zipfile.ZIP_BZIP2), _archive),
    "zip by lzma": (lambda size: _zip(b" " * 10 * size, method=zipfile.ZIP_LZMA), _archive),
    "zip of 60,000 entries": (lambda _: _zip(_root(b""), entries=60_000), _archive),
    "zip with a billion laughs": (lambda _: _zip(_laughs().encode()), _archive),
    "zip with a billion laughs in UTF-16": (lambda _: _zip(_laughs().encode("utf-16")), _archive),
    "zip with very many elements": (lambda size: _zip(_root(b"<a/>" * (size // 4))), _archive),
    "zip with very deep elements": (lambda size: _zip(_root(b"<a>" * (size // 3))), _archive),
    "XML with very many attributes": (
        lambda size: b"<a " + b" ".join(b"n%d=''" % number for number in range(size // 10)) + b"/>",
        lambda body: parse_xml(body, largest_bytes=1 << 30).tag,
    ),
    "JSON of empty lists": (lambda size: b"[" + b"[]," * (size // 3) + b"[]]", lambda body: str(decode_document(body))),
    "JSON nested very deep": (lambda size: b"[" * size, lambda body: str(decode_document(body))),
    "JSON number of very many digits": (lambda size: b"9" * size, lambda body: str(decode_document(body))),
    "message of very many rows": (
        lambda _: _rows(1 << 20),
        lambda body: f"{len(decode_message(body, received_at_ms=0).refused):,} refused",
    ),
    "answer of very many rows": (
        lambda size: _rows(size).replace(b'"data"', b'"telematicData"'),
        lambda body: f"{len(decode_telematic_data(body, vin=Vin(VIN), received_at_ms=0).refused):,} refused",
    ),
}


def measure(name: str, size: int) -> dict[str, Any]:
    """Return what became of a bomb of about so many bytes; made and read in this process."""
    make, read = BOMBS[name]
    content = make(size)
    base_kib = _resident_kib()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    started = time.perf_counter()
    try:
        outcome = read(content)
    except BimmerhubError as error:
        outcome = f"refused: {error}"
    return {
        "bytes": len(content),
        "outcome": outcome[:160],
        "peak_mb": round((_peak_kib() - base_kib) * 1024 / 1e6, 1),
        "seconds": round(time.perf_counter() - started, 2),
    }


def _resident_kib() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024


def _peak_kib() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def main(arguments: list[str]) -> dict[str, Any]:
    """Measure and return the figures, by bomb."""
    parser = argparse.ArgumentParser(prog="python -m bench bombs", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    size = (3 << 20) if parser.parse_args(arguments).quick else (30 << 20)
    figures = dict[str, Any]()
    for name in BOMBS:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            figures[name] = alone.submit(measure, name, size).result()
    return figures


if __name__ == "__main__":
    print(json.dumps(main(["--quick"]), indent=1))
