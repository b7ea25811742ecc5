"""Page tokens: where the last page ended, as opaque text."""

import base64
import binascii
from typing import Annotated, TypeVar

import msgspec

from bimmerhub.domain.reading import Value
from bimmerhub.errors import ConfigError
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.store.ports.readings import Point
from bimmerhub.store.sqlite.readings.values import encode_value

_LARGEST = 2**53
_T = TypeVar("_T")


class PointPlace(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The last point of a page; the next page begins behind it. `unit` is "" for none."""

    measured_at_ms: Annotated[int, msgspec.Meta(ge=-_LARGEST, le=_LARGEST)]
    descriptor: str
    unit: str
    value: Value


class _JournalPosition(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    entry_id: Annotated[int, msgspec.Meta(ge=0, le=_LARGEST)]


def encode_place(point: Point) -> str:
    """Return the token of the page that begins behind `point`."""
    return _encode(PointPlace(point.measured_at_ms, point.descriptor, point.unit or "", point.value))


def decode_place(token: str) -> PointPlace:
    """Return what `encode_place` put into a token; ConfigError for any other text."""
    position = _decode(token, PointPlace)
    try:
        encode_value(position.value)
    except ValueError as error:
        raise _no_token() from error
    return position


def encode_entry_id(entry_id: int) -> str:
    """Return the token of the page that begins behind this entry of the journal."""
    return _encode(_JournalPosition(entry_id))


def decode_entry_id(token: str) -> int:
    """Return what `encode_entry_id` put into a token; ConfigError for any other text."""
    return _decode(token, _JournalPosition).entry_id


def _encode(position: msgspec.Struct) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def _decode(token: str, kind: type[_T]) -> _T:
    try:
        text = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(text, type=kind)
    except (binascii.Error, ValueError, *NOT_JSON) as error:
        raise _no_token() from error


def _no_token() -> ConfigError:
    return ConfigError("that is no page token", hint="Ask again without a token, then follow the one in each answer.")
