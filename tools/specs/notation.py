"""The short notation of schemas in `source/*.yaml`: JSON Schema 2020-12 with five short cuts.

- A word in place of a schema: `string` is a type, `Vin` (a capital first) another schema of the file, and
  `Vin or null` either of them or null.
- A list of one in place of a schema: `[Mapping]` is an array of it.
- `$ref: Vin` is a reference to another schema of the file.
- Where `enum` or `const` stands, `type` is added when its words are texts.
- Where `properties` stands, it is a closed object: `type`, `additionalProperties: false` and `required` are added.
  Every property is required but those whose name ends with a question mark. Conditions (`if`, `then`, `else`, `not`)
  are as they stand: they say something of an object that is closed already.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Schema = dict[str, Any]
REFERENCES: Final = "#/components/schemas/"
_OR_NULL: Final = " or null"
_OPTIONAL: Final = "?"
_TYPES: Final = {"string", "integer", "number", "boolean", "null"}


def expand(short: object) -> Schema:
    """Return the JSON Schema that a short one stands for; its references begin with REFERENCES."""
    match short:
        case str():
            return _expand_word(short)
        case [item]:
            return {"type": "array", "items": expand(item)}
        case dict():
            return _expand_parts(short)
    raise ValueError(f"not a schema: {short!r}")


def references_of(schema: object) -> Iterator[str]:
    """Yield the names of the schemas that an expanded one refers to."""
    if isinstance(schema, Mapping):
        target = schema.get("$ref")
        if isinstance(target, str) and target.startswith(REFERENCES):
            yield target.removeprefix(REFERENCES)
        for part in schema.values():
            yield from references_of(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from references_of(part)


def redirected(schema: Any, to: Callable[[str], str]) -> Any:  # noqa: ANN401 - any part of a schema
    """Return an expanded schema with each reference changed by `to`, which gets the name of what it refers to."""
    if isinstance(schema, dict):
        return {
            key: to(part.removeprefix(REFERENCES)) if key == "$ref" and isinstance(part, str) else redirected(part, to)
            for key, part in schema.items()
        }
    return [redirected(part, to) for part in schema] if isinstance(schema, list) else schema


def _expand_word(word: str) -> Schema:
    name, or_null, rest = word.partition(_OR_NULL)
    if rest or not (name in _TYPES or (name.isalnum() and name[0].isupper())):
        raise ValueError(f"not a schema: {word!r}")
    if name not in _TYPES:
        reference = {"$ref": REFERENCES + name}
        return {"anyOf": [reference, {"type": "null"}]} if or_null else reference
    return {"type": [name, "null"] if or_null else name}


def _expand_parts(short: Mapping[str, Any]) -> Schema:
    schema = {key: _EXPANSIONS[key](part) if key in _EXPANSIONS else part for key, part in short.items()}
    if "properties" not in schema:
        return _typed(schema)
    closed: Schema = {"type": "object", "additionalProperties": False, **schema}
    if required := [name for name in short["properties"] if not name.endswith(_OPTIONAL)]:
        closed["required"] = [*closed.get("required", ()), *required]
    return closed


def _typed(schema: Schema) -> Schema:
    """Return a schema with the type of its words, which programs that make code look at."""
    words = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if not words or "type" in schema or not all(word is None or isinstance(word, str) for word in words):
        return schema
    return {"type": ["string", "null"] if None in words else "string", **schema}


def _expand_one(part: object) -> Schema | bool:
    return part if isinstance(part, bool) else expand(part)


def _expand_several(parts: list[Any]) -> list[Schema]:
    return [expand(part) for part in parts]


def _expand_named(parts: Mapping[str, Any]) -> Schema:
    return {name.removesuffix(_OPTIONAL): expand(part) for name, part in parts.items()}


def _expand_condition(short: Mapping[str, Any]) -> Schema:
    """Return a condition: the members that it names are as in a schema, and no others are forbidden."""
    return {**short, "properties": _expand_named(short["properties"])} if "properties" in short else dict(short)


_EXPANSIONS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "$ref": lambda name: REFERENCES + name,
    **dict.fromkeys(("items", "additionalProperties", "propertyNames", "contains", "contentSchema"), _expand_one),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _expand_several),
    **dict.fromkeys(("properties", "patternProperties", "$defs"), _expand_named),
    **dict.fromkeys(("if", "then", "else", "not"), _expand_condition),
}
"""What becomes of the parts of a schema that hold schemas, by keyword."""
