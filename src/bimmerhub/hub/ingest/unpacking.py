"""What comes as a capture, unpacked: gzip, zstd and BMW's customer archive are known by their first bytes.

In: bytes in any chunks, from a file, standard input or an upload. Out: the lines of a capture, in chunks. Nothing goes
by a file's name.
"""

import asyncio
import sys
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Final, NamedTuple, Protocol

from bimmerhub.bmw.cardata.portal.archive import archive_to_capture, decode_archive
from bimmerhub.errors import ConfigError, MalformedPayload

SLICE_BYTES: Final = 256
"""Unpacked at once. The worst zstd gives 8 MiB for them, the worst gzip 256 KiB."""
PIECE_BYTES: Final = 1 << 16
"""What is handed on at once, about."""
LARGEST_WINDOW_BYTES: Final = 32 << 20
"""What zstd may keep of the text before: eight times what its usual levels want."""
BOMB_RATIO: Final = 500
BOMB_BYTES: Final = 64 << 20
"""What has become so many times longer, and longer than so many bytes, is no capture: they unpack to about 20 times."""
LARGEST_ARCHIVE_BYTES: Final = 64 << 20
"""An archive is read whole, into memory; a hub's upload must not fill it."""
_MAGIC_BYTES: Final = 4
_GZIP, _ZSTD, _ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", (b"PK\x03\x04", b"PK\x05\x06")
_COPY_AGAIN: Final = "Copy the file again"
_TOO_WIDE: Final = "It is packed with a window of more than 32 MiB: pack it again with zstd -19, without --long"


class _Decompressor(Protocol):
    """One packed piece on its way out: what zlib, zstandard and compression.zstd have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class _Packing(NamedTuple):
    """How one packing is undone: what begins a piece, and what it raises for bytes that are none."""

    new: Callable[[], _Decompressor]
    fault: type[Exception]


async def unpack(chunks: AsyncIterator[bytes], *, name: str, arrived_ms: int) -> AsyncGenerator[bytes]:
    """Yield the plain bytes; what is not packed passes as it is.

    `name` is for messages, `arrived_ms` the arrival of an archive's values. ConfigError when the content is cut off,
    broken or another ZIP than an archive.
    """
    first = b""
    async for chunk in chunks:
        first += chunk
        if len(first) >= _MAGIC_BYTES:
            break
    content = _put_back(first, chunks)
    if first.startswith(_ZIP):
        archive = await _read_whole(content, name)
        for line in await asyncio.to_thread(_archive_lines, archive, name, arrived_ms):
            yield line
        return
    packing = _gzip() if first.startswith(_GZIP) else _zstd() if first.startswith(_ZSTD) else None
    async for plain in content if packing is None else _decompress(content, packing, name):
        yield plain


async def _put_back(first: bytes, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    yield first
    async for chunk in chunks:
        yield chunk


async def _decompress(chunks: AsyncIterator[bytes], packing: _Packing, name: str) -> AsyncGenerator[bytes]:
    """Unpack; packed files may be joined, and gzip's may end in zeros (as on a tape)."""
    piece = packing.new()
    packed_bytes = plain_bytes = 0
    waiting = bytearray()
    try:
        async for chunk in chunks:
            for start in range(0, len(chunk), SLICE_BYTES):
                data = chunk[start : start + SLICE_BYTES]
                packed_bytes += len(data)
                while data:
                    if piece.eof and (data := data.lstrip(b"\x00")):
                        piece = packing.new()
                    waiting += piece.decompress(data) if data else b""
                    data = piece.unused_data if data and piece.eof else b""
                if len(waiting) >= PIECE_BYTES:
                    plain_bytes += len(waiting)
                    _check_ratio(packed_bytes, plain_bytes, name)
                    yield bytes(waiting)
                    waiting.clear()
    except packing.fault as error:
        hint = _TOO_WIDE if "memory" in str(error) else _COPY_AGAIN
        raise ConfigError(f"cannot unpack {name}: {error}", hint=hint) from error
    if waiting:
        yield bytes(waiting)
    if not piece.eof:
        raise ConfigError(f"{name} ends too early: it is cut off", hint=_COPY_AGAIN)


def _check_ratio(packed_bytes: int, plain_bytes: int, name: str) -> None:
    if plain_bytes > BOMB_BYTES and plain_bytes > packed_bytes * BOMB_RATIO:
        raise ConfigError(
            f"{name} unpacks to more than {BOMB_RATIO} times its size, which no capture does",
            hint="Unpack it first, if you trust it.",
        )


def _gzip() -> _Packing:
    return _Packing(lambda: zlib.decompressobj(wbits=31), zlib.error)


def _zstd() -> _Packing:
    """Return the packing; its library is loaded only when such a file is read."""
    if sys.version_info >= (3, 14):
        from compression import zstd  # noqa: PLC0415 - said above

        options = {zstd.DecompressionParameter.window_log_max: LARGEST_WINDOW_BYTES.bit_length() - 1}
        return _Packing(lambda: zstd.ZstdDecompressor(options=options), zstd.ZstdError)
    import zstandard  # noqa: PLC0415 - said above

    unpacker = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW_BYTES)
    return _Packing(unpacker.decompressobj, zstandard.ZstdError)


async def _read_whole(chunks: AsyncIterator[bytes], name: str) -> bytes:
    parts, size = list[bytes](), 0
    async for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > LARGEST_ARCHIVE_BYTES:
            raise ConfigError(
                f"{name} is a ZIP of more than {LARGEST_ARCHIVE_BYTES >> 20} MiB",
                hint="BMW's customer archive is far smaller; unpack other files first.",
            )
    return b"".join(parts)


def _archive_lines(content: bytes, name: str, arrived_ms: int) -> list[bytes]:
    """Return a customer archive's values as lines of a capture."""
    try:
        archive = decode_archive(content, received_at_ms=arrived_ms)
    except MalformedPayload as error:
        raise ConfigError(
            f"cannot read {name}: {error}",
            hint="A ZIP is taken for the customer archive that BMW's portal gives out; unpack other files first.",
        ) from error
    return list(archive_to_capture(archive, received_at_ms=arrived_ms))
