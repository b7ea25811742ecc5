"""The short notation of schemas in `source/*.yaml`: JSON Schema 2020-12 with four short cuts.

- A word in place of a schema: `string` is a type, `Vin` (a capital first) another schema of the file, and
  `Vin or null` either of them or null.
- A list of one in place of a schema: `[Mapping]` is an array of it.
- `$ref: Vin` is a reference to another schema of the file.
- Where `properties` stands, it is a closed object: `type`, `additionalProperties: false` and `required` are added.
  Every property is required but those whose name ends with a question mark.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Schema = dict[str, Any]
REFERENCES: Final = "#/components/schemas/"
_OR_NULL: Final = " or null"
_OPTIONAL: Final = "?"
_ONE: Final = ("items", "additionalProperties", "propertyNames", "not", "if", "then", "else", "contains")
_SEVERAL: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED: Final = ("properties", "patternProperties", "$defs")


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
    if rest:
        raise ValueError(f"not a schema: {word!r}")
    if name[:1].isupper():
        reference = {"$ref": REFERENCES + name}
        return {"anyOf": [reference, {"type": "null"}]} if or_null else reference
    return {"type": [name, "null"] if or_null else name}


def _expand_parts(short: Mapping[str, Any]) -> Schema:
    schema = dict(short)
    if isinstance(target := schema.get("$ref"), str):
        schema["$ref"] = REFERENCES + target
    for key in _ONE:
        if key in schema and not isinstance(schema[key], bool):
            schema[key] = expand(schema[key])
    for key in _SEVERAL:
        if key in schema:
            schema[key] = [expand(part) for part in schema[key]]
    required = [name for name in schema.get("properties", ()) if not name.endswith(_OPTIONAL)]
    for key in _NAMED:
        if key in schema:
            schema[key] = {name.removesuffix(_OPTIONAL): expand(part) for name, part in schema[key].items()}
    if "properties" not in schema:
        return schema
    closed: Schema = {"type": "object", "additionalProperties": False, **schema}
    if required:
        closed["required"] = [*closed.get("required", ()), *required]
    return closed
