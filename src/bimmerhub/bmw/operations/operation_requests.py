"""An operation and its parameters as the request to send, and whether such a request opens a car.

In: an `Operation`, values by our names, and what the words in braces of its defaults stand for. Out: an `ApiRequest`.
ConfigError for a parameter that the operation does not have, lacks, or cannot take; nothing was sent then.
"""

import math
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

import msgspec

from bimmerhub.bmw.operations.operation import Operation, Param
from bimmerhub.bmw.signed_calls import ApiRequest
from bimmerhub.errors import ConfigError
from bimmerhub.json_faults import NOT_JSON

_TRUE: Final = frozenset({"true", "yes", "on", "1"})
_FALSE: Final = frozenset({"false", "no", "off", "0"})
_NOTHING: Final = object()
_OPENING: Final = frozenset({"DOOR_UNLOCK", "RDU"})
"""What unlocks a car: a service type of i Remote and a service of the MyBMW app, and the code of the others."""


def to_request(
    operation: Operation, values: Mapping[str, object], *, server_url: str, fillings: Mapping[str, str]
) -> ApiRequest:
    """Return the request of an operation; values that are None count as not given."""
    given = _given(operation, values)
    parts: dict[str, dict[str, object]] = {"path": {}, "query": {}, "header": {}, "body": {}}
    for param in operation.params:
        value = _value(operation, param, given, fillings)
        if value is not None:
            parts[param.place][param.key] = value
    texts = {place: {key: _as_text(value) for key, value in parts[place].items()} for place in ("query", "header")}
    for key, value in texts["header"].items():
        if not (value.isascii() and value.isprintable()):
            raise ConfigError(f"{operation.name}: {key} is nothing that a header can hold")
    return ApiRequest(
        operation=operation.name,
        method=operation.method,
        url=server_url + _filled_path(operation, parts["path"]),
        headers={"accept": operation.accept, **texts["header"]},
        query=texts["query"] or None,
        form={key: _as_text(value) for key, value in parts["body"].items()} if operation.body == "form" else None,
        json=_document(operation, parts["body"]) if operation.body == "json" else None,
        is_signed=operation.is_signed,
    )


def check_values(operation: Operation, values: Mapping[str, object]) -> None:
    """Raise what `to_request` would for these values, as far as the table says it: defaults count as given."""
    given = _given(operation, values)
    for param in operation.params:
        if param.name in given:
            _ = _read(operation, param, given[param.name])
        elif param.is_required and param.default is None:
            raise _missing(operation, param)


def opens_a_car(request: ApiRequest) -> bool:
    """Tell whether a request unlocks a car: a word of some family for it is in its path, its query or its form."""
    path, _, query = request.url.partition("?")
    words = [*unquote(path).split("/"), query, *(request.query or {}).values(), *(request.form or {}).values()]
    return any(word.strip().upper().replace("-", "_") in _OPENING for word in words)


def _given(operation: Operation, values: Mapping[str, object]) -> dict[str, object]:
    given = {name: value for name, value in values.items() if value is not None}
    names = {param.name for param in operation.params}
    if unknown := sorted(given.keys() - names):
        raise ConfigError(
            f"{operation.name} has no parameter {unknown[0][:40]!r}",
            hint=f"Its parameters: {', '.join(sorted(names))}." if names else "It has no parameters.",
        )
    return given


def _missing(operation: Operation, param: Param) -> ConfigError:
    choices = f"One of: {', '.join(param.choices)}." if param.choices else None
    return ConfigError(f"{operation.name} needs the parameter {param.name}", hint=choices)


def _value(operation: Operation, param: Param, given: Mapping[str, object], fillings: Mapping[str, str]) -> object:
    if param.name in given:
        return _read(operation, param, given[param.name])
    text = param.default or ""
    for word, filling in fillings.items():
        text = text.replace(f"{{{word}}}", filling)
    if text:
        return _read(operation, param, text)
    if param.is_required:
        raise _missing(operation, param)
    return None


def _read(operation: Operation, param: Param, value: object) -> object:
    """Return a value as its kind, also when it was written as text."""
    if not _can_be_sent(value):
        raise ConfigError(f"{operation.name}: {param.name} is not UTF-8", hint="Type it anew in a terminal of UTF-8.")
    if param.choices:
        return _choice(operation, param, _as_text(value))
    if param.kind == "text":
        return _as_text(value)
    read = _parsed(param, value.strip()) if isinstance(value, str) else value
    match param.kind:
        case "bool" if isinstance(read, bool):
            return read
        case "number" if isinstance(read, int | float) and not isinstance(read, bool) and abs(read) < math.inf:
            return read
        case "json" if read is not _NOTHING:
            return read
    raise ConfigError(f"{operation.name}: {param.name} is no {param.kind}: {_as_text(value)[:40]!r}")


def _parsed(param: Param, text: str) -> object:
    """Return what a text says as a parameter of another kind; _NOTHING where it says nothing of that kind."""
    if param.kind == "bool":
        return text.lower() in _TRUE if text.lower() in _TRUE | _FALSE else _NOTHING
    try:
        document: object = msgspec.json.decode(text)
    except NOT_JSON:
        return _NOTHING
    return document


def _can_be_sent(value: object) -> bool:
    """Tell whether JSON can hold a value: bytes of a line that are not UTF-8 come as lone surrogates."""
    try:
        msgspec.json.encode(value)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _choice(operation: Operation, param: Param, text: str) -> str:
    for choice in param.choices:
        if choice.lower() == text.strip().lower():
            return choice
    raise ConfigError(
        f"{operation.name}: {param.name} cannot be {text[:40]!r}", hint=f"One of: {', '.join(param.choices)}."
    )


def _as_text(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | float():
            return str(value)
    return msgspec.json.encode(value).decode()


def _filled_path(operation: Operation, values: Mapping[str, object]) -> str:
    path = operation.path
    for key, value in values.items():
        text = _as_text(value)
        if text in ("", ".", ".."):
            raise ConfigError(f"{operation.name}: {key} cannot be {text!r}")
        path = path.replace(f"{{{key}}}", quote(text, safe=""))
    return path


def _document(operation: Operation, members: Mapping[str, object]) -> object:
    """Return the JSON document of a body; members whose key is a path with dots are nested.

    None is no body at all: the parameter that is the whole one was not given.
    """
    if any(param.key == "" for param in operation.params if param.place == "body"):
        return members.get("")
    document: dict[str, object] = {}
    for key, value in members.items():
        *parents, last = key.split(".")
        place = document
        for parent in parents:
            inner = place.setdefault(parent, {})
            if not isinstance(inner, dict):
                break
            place = inner
        place[last] = value
    return document
