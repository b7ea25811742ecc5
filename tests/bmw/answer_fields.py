"""Whether an SDK reads each field of an answer: one value of a real answer is changed at a time."""

import copy
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import msgspec

Path = tuple[str | int, ...]
_ITEM = re.compile(r"\.\d+(?=\.|$)")
_AMERICAN_DATE = re.compile(r"(\d\d/\d\d)/(\d{4})")


def without_numbers(place: str) -> str:
    """Return the place of an attribute with `[]` for the number in a list."""
    return _ITEM.sub("[]", place).removeprefix(".")


def attributes_of(follow: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Return the one attribute of each field that is read, with `[]` for the number in a list."""
    return {field: without_numbers(path) for field, paths in follow.items() for path in paths}


def leaves(document: Any, path: Path = ()) -> Iterator[Path]:
    """Yield where values stand; of a list the first item counts."""
    if isinstance(document, dict) and document:
        for name, part in document.items():
            yield from leaves(part, (*path, name))
    elif isinstance(document, list) and document:
        yield from leaves(document[0], (*path, 0))
    else:
        yield path


def fields_that_follow(decode: Callable[[bytes], object], body: bytes) -> dict[str, set[str]]:
    """Return by field of an answer which attributes change with it."""
    document, before = json.loads(body), flat(decode(body))
    follow: dict[str, set[str]] = {}
    for path in leaves(document):
        changes = [flat(decode(json.dumps(changed).encode())) for changed in variants(document, path)]
        attributes = {
            name for after in changes for name in before.keys() | after.keys() if before.get(name) != after.get(name)
        }
        follow[".".join(str(step) for step in path if step != 0)] = attributes
    return follow


def variants(document: Any, path: Path) -> Iterator[Any]:
    """Yield the answer with another value of the same kind in one place; where there was none, one of each kind."""
    value = document
    for step in path:
        value = value[step]
    for other in others(value):
        changed = copy.deepcopy(document)
        place = changed
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = other
        yield changed


def others(value: Any) -> Iterator[Any]:
    match value:
        case bool():
            yield not value
        case int() | float():
            yield value + 1
        case str() if value.isdecimal():
            yield str(int(value) + 1)
        case str() if _AMERICAN_DATE.fullmatch(value):
            yield _AMERICAN_DATE.sub(r"\1/2031", value)
        case str():
            yield value[:-1] + ("7" if value[-1:] == "8" else "8")
        case list():
            yield ["x"]
        case _:
            yield from ("x", 7, True)


def flat(model: object) -> dict[str, object]:
    """Return the attributes of a model by their place; of a list the items by their number."""
    pairs: dict[str, object] = {}

    def walk(value: Any, name: str) -> None:
        if isinstance(value, dict):
            for key, part in value.items():
                walk(part, f"{name}.{key}")
        elif isinstance(value, list):
            for number, part in enumerate(value):
                walk(part, f"{name}.{number}")
        else:
            pairs[name] = value

    walk(_plain(model), "")
    return pairs


def _plain(model: Any) -> Any:
    if isinstance(model, msgspec.Struct):
        return {name: _plain(getattr(model, name)) for name in model.__struct_fields__}
    if isinstance(model, list | tuple):
        return [_plain(item) for item in model]
    if isinstance(model, dict):
        return {name: _plain(part) for name, part in model.items()}
    return model
