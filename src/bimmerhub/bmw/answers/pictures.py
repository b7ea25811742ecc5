"""Pictures as BMW's servers send them: told apart from pages and errors by how they begin. Pure."""

from typing import Final

from bimmerhub.errors import BmwUnavailable

PNG_BEGIN: Final = b"\x89PNG\r\n\x1a\n"
_BEGINS: Final = (PNG_BEGIN, b"\xff\xd8\xff", b"GIF8")
"""Of PNG, JPEG and GIF."""
_WEBP_BEGIN: Final = b"RIFF"
_BOXES: Final = (b"WEBP", b"ftypavif", b"ftypheic", b"ftypmif1")
"""What stands behind the length in WebP, AVIF and HEIC."""


def read_png(body: bytes, operation: str) -> bytes:
    """Return a picture; BmwUnavailable when it is no PNG, such as a page in HTML or nothing at all."""
    if not body.startswith(PNG_BEGIN):
        raise _no_picture(operation)
    return body


def read_picture(body: bytes, operation: str) -> bytes:
    """Return a picture of any usual kind; BmwUnavailable as `read_png`."""
    is_box = body[8:12] == _BOXES[0] if body.startswith(_WEBP_BEGIN) else body[4:12] in _BOXES[1:]
    if not (body.startswith(_BEGINS) or is_box):
        raise _no_picture(operation)
    return body


def _no_picture(operation: str) -> BmwUnavailable:
    return BmwUnavailable(f"{operation}: BMW's answer is no picture")
