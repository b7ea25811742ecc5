"""JSON that a client sends, read so that nothing in it is worse than a bad request."""

from typing import TypeVar

import msgspec

T = TypeVar("T")


def read_json(text: str | bytes, kind: type[T]) -> T:
    """Return what JSON holds, as `kind`; msgspec.DecodeError for anything else, however it is broken."""
    try:
        return msgspec.json.decode(text, type=kind)
    except RecursionError as error:
        raise msgspec.DecodeError("it nests deeper than anything that belongs here") from error
    except UnicodeError as error:
        raise msgspec.DecodeError("it is not UTF-8") from error
