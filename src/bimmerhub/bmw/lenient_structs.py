"""Decoded JSON as structs, read leniently: a field of another type than expected reads as missing. Pure.

So does a number that is none (NaN, as text) or larger than LARGEST_NUMBER.
"""

from functools import cache
from typing import TypeVar, get_args, get_origin

import msgspec

S = TypeVar("S", bound=msgspec.Struct)
LARGEST_NUMBER = 1e15
"""Nothing that BMW counts or measures comes near it; larger ones overflow when a unit is converted."""


def read_object(kind: type[S], value: object) -> S | None:
    """Return a decoded JSON object as `kind`; None when it is no object or lacks a field that must be there.

    Objects inside it, and lists of objects, are read in the same way.
    """
    if not isinstance(value, dict):
        return None
    members: dict[str, object] = {}
    for field in msgspec.structs.fields(kind):
        if field.encode_name in value:
            part = _read_part(field.type, value[field.encode_name])
            if part is not None:
                members[field.name] = part
    try:
        return kind(**members)
    except TypeError:
        return None


def read_objects(kind: type[S], items: object) -> tuple[S, ...]:
    """Return those items of a decoded JSON list that can be read as `kind`; none when it is no list."""
    objects = [read_object(kind, item) for item in items] if isinstance(items, list) else []
    return tuple(item for item in objects if item is not None)


def _read_part(wanted: object, value: object) -> object:
    inner, is_list = _struct_in(wanted)
    if inner is not None:
        return read_objects(inner, value) if is_list else read_object(inner, value)
    if (part := _converted(wanted, value)) is None and isinstance(value, int | float) and not isinstance(value, bool):
        return _converted(wanted, str(value))
    return part


def _converted(wanted: object, value: object) -> object:
    try:
        converted: object = msgspec.convert(value, wanted, strict=False)
    except msgspec.ValidationError:
        return None
    is_out_of_bounds = isinstance(converted, int | float) and not abs(converted) <= LARGEST_NUMBER  # NaN is, too
    return None if is_out_of_bounds else converted


@cache
def _struct_in(wanted: object) -> tuple[type[msgspec.Struct] | None, bool]:
    """Return the struct that a field's type (`K | None` or `tuple[K, ...]`) holds, if any, and whether it is a list."""
    is_list = get_origin(wanted) is tuple
    kinds = [kind for kind in get_args(wanted) or (wanted,) if isinstance(kind, type)]
    return next((kind for kind in kinds if issubclass(kind, msgspec.Struct)), None), is_list
