"""A JPEG of flat squares, 8 pixels wide: all that a slider captcha needs (ITU-T T.81, baseline).

A flat square is one coefficient, its mean; of Huffman's tables the smallest will do.
"""

import struct
from collections.abc import Callable
from functools import lru_cache

SQUARE_PX = 8
Rgb = tuple[int, int, int]
ColourAt = Callable[[int, int], Rgb]
"""Returns the colour of a square by its column and row."""
_COMPONENTS = (1, 2, 3)
_DC_COUNTS = (0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0)
_DC_SIZES = tuple(range(12))
_END_OF_SQUARE = "0"


def encode_squares(columns: int, rows: int, colour_at: ColourAt) -> bytes:
    """Return a picture of so many squares."""
    bits, before = [], [0, 0, 0]
    for row in range(rows):
        for column in range(columns):
            for index, mean in enumerate(_to_ycc(colour_at(column, row))):
                bits.append(_encode_step(mean - before[index]) + _END_OF_SQUARE)
                before[index] = mean
    size = struct.pack(">BHHB", 8, rows * SQUARE_PX, columns * SQUARE_PX, len(_COMPONENTS))
    parts = bytes(byte for number in _COMPONENTS for byte in (number, 0x11, 0))
    scan = bytes([len(_COMPONENTS), *(byte for number in _COMPONENTS for byte in (number, 0)), 0, 63, 0])
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
            _segment(0xDB, bytes([0] + [SQUARE_PX] * 64)),  # so that the coefficient is the mean itself
            _segment(0xC0, size + parts),
            _segment(0xC4, bytes([0x00, *_DC_COUNTS, *_DC_SIZES])),
            _segment(0xC4, bytes([0x10, 1, *([0] * 15), 0])),
            _segment(0xDA, scan),
            _pack("".join(bits)),
            b"\xff\xd9",
        )
    )


@lru_cache(maxsize=64)  # a captcha has thousands of squares in five colours
def _to_ycc(colour: Rgb) -> tuple[int, int, int]:
    red, green, blue = colour
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return round(luma - 128), round((blue - luma) / 1.772), round((red - luma) / 1.402)


@lru_cache(maxsize=64)
def _encode_step(step: int) -> str:
    """Return the bits of a difference: Huffman's code for its size, then the size's worth of bits."""
    size = abs(step).bit_length()
    extra = step if step > 0 else step + (1 << size) - 1
    return _DC_CODES[size] + (f"{extra:0{size}b}" if size else "")


def _make_codes() -> dict[int, str]:
    codes, code, sizes = {}, 0, iter(_DC_SIZES)
    for length, count in enumerate(_DC_COUNTS, start=1):
        for _ in range(count):
            codes[next(sizes)] = f"{code:0{length}b}"
            code += 1
        code <<= 1
    return codes


_DC_CODES = _make_codes()


def _pack(bits: str) -> bytes:
    padded = bits + "1" * (-len(bits) % 8)
    packed = int(padded, 2).to_bytes(len(padded) // 8, "big")
    return packed.replace(b"\xff", b"\xff\0")


def _segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content
