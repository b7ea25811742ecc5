"""JSON as structs, read leniently: a field of another type than expected reads as missing. Pure.

So does a number that is none (NaN, as text) or larger than LARGEST_NUMBER.
A field of words (`Weekday | str`) holds the member of its enumeration, and a word that is not known as it came. A time
(`datetime`) is aware; one that was written without a zone reads as missing.
"""

from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import TypeVar, get_args, get_origin

import msgspec

from bimmerhub.bmw.answers.json_size import check_json_size
from bimmerhub.errors import MalformedPayload
from bimmerhub.json_faults import NOT_JSON

S = TypeVar("S", bound=msgspec.Struct)
LARGEST_NUMBER = 1e15
"""Nothing that BMW counts or measures comes near it; larger ones overflow when a unit is converted."""


def decode_document(body: bytes) -> object:
    """Return the JSON document in a body; MalformedPayload when it holds none."""
    check_json_size(body)
    try:
        document: object = msgspec.json.decode(body)
    except NOT_JSON as error:
        raise MalformedPayload("not JSON") from error
    return document


def decode_members(body: bytes, what: str = "an answer") -> dict[str, object]:
    """Return the members of the JSON object in a body; MalformedPayload, which names `what` it is, when it holds none.

    For refusals, in which none is as good as an empty one: `members_in`.
    """
    document = decode_document(body)
    if not isinstance(document, dict):
        raise MalformedPayload(f"{what} that is no object")
    return document


def members_in(body: bytes) -> dict[str, object]:
    """Return the members of the JSON object in a body, empty when it holds none."""
    if not body.lstrip().startswith(b"{"):
        return {}
    try:
        check_json_size(body)
        return msgspec.json.decode(body, type=dict[str, object])
    except (MalformedPayload, *NOT_JSON):
        return {}


def read_needed(kind: type[S], value: object, what: str) -> S:
    """Return the same as `read_object`; MalformedPayload, which names `what` it is, where that returns None."""
    model = read_object(kind, value)
    if model is None:
        raise MalformedPayload(f"{what} that cannot be read")
    return model


def read_object(kind: type[S], value: object) -> S | None:
    """Return a decoded JSON object as `kind`; None when it is no object or lacks a field that must be there.

    Objects inside it, and lists of objects, are read in the same way.
    """
    if not isinstance(value, dict):
        return None
    members: dict[str, object] = {}
    for field in _fields_of(kind):
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


@cache
def _fields_of(kind: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """Return the fields of a struct, remembered: msgspec reads the annotations anew each time."""
    return msgspec.structs.fields(kind)


def _read_part(wanted: object, value: object) -> object:
    kind, is_list = _kind_in(wanted)
    if kind is None:
        return _converted_number(wanted, value)
    if issubclass(kind, msgspec.Struct):
        return read_objects(kind, value) if is_list else read_object(kind, value)
    if issubclass(kind, StrEnum):
        return _read_words(kind, value) if is_list else _read_word(kind, value)
    return _read_time(value)


def _read_word(words: type[StrEnum], value: object) -> str | None:
    """Return a word of the enumeration, however its case; any other text as it came, None for what is none."""
    if not isinstance(value, str):
        return None
    try:
        return words(value.strip().upper())
    except ValueError:
        return value


def _read_words(words: type[StrEnum], value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    read = (_read_word(words, item) for item in value)
    return tuple(word for word in read if word is not None)


def _read_time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value.strip())
        return None if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _converted_number(wanted: object, value: object) -> object:
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
def _kind_in(wanted: object) -> tuple[type[msgspec.Struct | StrEnum | datetime] | None, bool]:
    """Return what a field holds that is read here (`K | None`, `tuple[K, ...]`), if any, and whether it is a list."""
    is_list = get_origin(wanted) is tuple or any(get_origin(part) is tuple for part in get_args(wanted))
    kinds = (kind for kind in _types_in(wanted) if issubclass(kind, msgspec.Struct | StrEnum | datetime))
    return next(kinds, None), is_list


def _types_in(wanted: object) -> tuple[type, ...]:
    parts = get_args(wanted)
    if not parts:
        return (wanted,) if isinstance(wanted, type) else ()
    return tuple(kind for part in parts for kind in _types_in(part))
