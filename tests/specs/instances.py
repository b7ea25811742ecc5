"""A whole message of a JSON Schema, and the places in it where a change has to be refused."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from hypothesis import Phase, find, settings
from hypothesis.strategies import from_regex

Schema = Mapping[str, Any]
DATE_TIME = "2026-07-27T12:00:00.000Z"


@dataclass(frozen=True)
class Place:
    """A place of a message: its members that have to be there, whether it is one of some words, whether closed."""

    path: tuple[str | int, ...]
    required: tuple[str, ...]
    is_enum: bool
    is_closed: bool


def make_instance(schema: Schema, root: Schema) -> Any:
    """Return a message with every member that the schema knows."""
    schema = _resolve(schema, root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    makers: Mapping[str, Callable[[Schema, Schema], Any]] = {
        "object": _object,
        "array": _array,
        "string": lambda part, _: _text(part),
    }
    plain = {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1), "boolean": True}
    kind = _type_of(schema)
    return makers[kind](schema, root) if kind in makers else plain.get(kind)


def _object(schema: Schema, root: Schema) -> Any:
    named = {name: make_instance(part, root) for name, part in schema.get("properties", {}).items()}
    return {**named, **{name: make_instance(part, root) for name, part in _free_schemas(schema, root).items()}}


def _array(schema: Schema, root: Schema) -> Any:
    return [] if schema.get("maxItems") == 0 else [make_instance(schema["items"], root)]


def places_of(schema: Schema, root: Schema, path: tuple[str | int, ...] = ()) -> Iterator[Place]:
    """Yield the places of the message that `make_instance` makes."""
    schema = _resolve(schema, root)
    if "const" in schema or "enum" in schema:
        yield Place(path, (), is_enum=True, is_closed=False)
        return
    match _type_of(schema):
        case "object":
            branches = [schema, *(schema[name] for name in ("else",) if name in schema)]
            required = tuple(name for branch in branches for name in branch.get("required", ()))
            yield Place(path, required, is_enum=False, is_closed=schema.get("additionalProperties") is False)
            for name, part in schema.get("properties", {}).items():
                yield from places_of(part, root, (*path, name))
            for name, part in _free_schemas(schema, root).items():
                yield from places_of(part, root, (*path, name))
        case "array":
            if schema.get("maxItems") != 0:
                yield from places_of(schema["items"], root, (*path, 0))


def _resolve(schema: Schema, root: Schema) -> Schema:
    """Return the schema behind a reference, and of alternatives the first that is not null."""
    while True:
        if "$ref" in schema:
            target: Any = root
            for name in schema["$ref"].removeprefix("#").split("/")[1:]:
                target = target[name]
            schema = {**{key: part for key, part in schema.items() if key != "$ref"}, **target}
            continue
        parts = schema.get("anyOf") or schema.get("oneOf")
        if not parts or "properties" in schema:
            return schema
        schema = next(part for part in parts if part.get("type") != "null")


def _type_of(schema: Schema) -> str:
    kinds = schema.get("type", "null")
    return next((kind for kind in kinds if kind != "null"), "null") if isinstance(kinds, list) else str(kinds)


def _free_schemas(schema: Schema, root: Schema) -> dict[str, Schema]:
    """Return the schema of one member that is named by no property, by a name that it may have."""
    for pattern, part in schema.get("patternProperties", {}).items():
        return {_matching(pattern): part}
    part = schema.get("additionalProperties")
    if not isinstance(part, dict):
        return {}
    name = schema.get("propertyNames")
    return {"any" if name is None else _text(_resolve(name, root)): part}


def _text(schema: Schema) -> str:
    if schema.get("format") == "date-time":
        return DATE_TIME
    if "enum" in schema:
        return str(schema["enum"][0])
    if "pattern" in schema:
        return _matching(schema["pattern"])
    length: int = schema.get("minLength", 1)
    return "x" * max(1, length)


@cache
def _matching(pattern: str) -> str:
    """Return a text that a pattern matches."""
    at_once = settings(database=None, phases=(Phase.generate,))
    text: str = find(from_regex(pattern, fullmatch=True), lambda _: True, settings=at_once, random=Random(1))
    return text
