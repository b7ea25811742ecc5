"""The picture of a simulated car: a plain side view as PNG, drawn and encoded here."""

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from math import sqrt

_WIDTH, _HEIGHT = 480, 270
_SKY, _ROAD, BODY, GLASS, _TYRE, _RIM = range(6)
"""Colours of the picture, by their place in its palette."""
_PAINTS = ((38, 92, 164), (176, 42, 48), (58, 120, 92), (92, 96, 104), (208, 148, 52), (34, 38, 46))
_Span = tuple[float, float, int]
_Edges = Callable[[float], tuple[float, float]]
Shape = tuple[int, int, _Edges, int]
"""Top and bottom row, left and right edge by the share of the way down, colour; of a picture of 480 x 270 pixels."""
SALOON: tuple[Shape, ...] = (
    (84, 136, lambda share: (176 - 56 * share, 306 + 60 * share), BODY),
    (92, 132, lambda share: (180 - 42 * share, 238), GLASS),
    (92, 132, lambda share: (248, 306 + 46 * share), GLASS),
    (132, 200, lambda share: (58 - 14 * share, 428 + 12 * sqrt(share)), BODY),
)


@lru_cache(maxsize=64)
def draw_car(vin: str, *, width_px: int = _WIDTH, height_px: int = _HEIGHT, shapes: Sequence[Shape] = SALOON) -> bytes:
    """Return a PNG, of 480 x 270 pixels unless another size is asked for; the colour follows the VIN.

    `shapes` are those of the body, back to front.
    """
    paint = _PAINTS[sum(vin.encode()) % len(_PAINTS)]
    palette = ((238, 241, 245), (200, 205, 212), paint, (206, 224, 238), (28, 28, 30), (168, 172, 178))
    columns = [x * _WIDTH // width_px for x in range(width_px)]
    drawn = [_row(y * _HEIGHT // height_px, shapes) for y in range(height_px)]
    rows = b"".join(b"\0" + bytes(row[x] for x in columns) for row in drawn)  # each begins with its filter: none
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 3, 0, 0, 0)  # 8 bits a pixel, indexed colours
    colours = bytes(part for colour in palette for part in colour)
    chunks = ((b"IHDR", header), (b"PLTE", colours), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _row(y: int, shapes: Sequence[Shape]) -> bytes:
    row = bytearray([_SKY if y < 208 else _ROAD]) * _WIDTH  # noqa: PLR2004 - where the road begins
    for start, end, colour in _spans(y, shapes):
        left, right = max(0, round(start)), min(_WIDTH, round(end))
        row[left:right] = bytes([colour]) * max(0, right - left)
    return bytes(row)


def _spans(y: int, shapes: Sequence[Shape]) -> Iterator[_Span]:
    """Yield the stretches of one row, back to front."""
    for top, bottom, edges, colour in shapes:
        if top <= y < bottom:
            share = (y - top) / (bottom - top)
            yield *edges(share), colour
    for centre in (138, 346):
        for radius, colour in ((34, _TYRE), (20, _RIM)):
            if abs(y - 196) < radius:
                half = sqrt(radius**2 - (y - 196) ** 2)
                yield centre - half, centre + half, colour


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
