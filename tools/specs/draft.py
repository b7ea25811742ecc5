"""A first draft of a family's schemas, of what the emulator answers about every model.

`python -m tools.specs.draft FAMILY` prints it: a beginning for `source/FAMILY.yaml`, to be read with the facts beside
it. What is always there in the emulator is not always there at BMW, a few words are not all words, and members whose
names are ids are a map.
"""

import asyncio
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from bimmerhub.emulator.cars.models.car_models import MODELS
from bimmerhub.emulator.host.door import Exchange
from bimmerhub.hub.calls.operation_tables import operations_of
from tools.specs.tour import take_tour

_NAMES: Final = {str: "string", bool: "boolean", int: "integer", float: "number"}
_WORD: Final = re.compile(r"[A-Z][A-Z0-9_]+")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")
_MOST_WORDS: Final = 12


def infer(values: Sequence[Any]) -> Any:  # noqa: ANN401 - the short notation
    """Return a schema, in the short notation, that all `values` fit."""
    some = [value for value in values if value is not None]
    or_null = len(some) < len(values)
    if not some:
        return "null"
    if all(isinstance(value, dict) for value in some):
        return _or_null({"properties": _members(some)}, or_null=or_null)
    if all(isinstance(value, list) for value in some):
        items = [item for value in some for item in value]
        return _or_null([infer(items)] if items else {"type": "array", "maxItems": 0}, or_null=or_null)
    return _plain(some, or_null=or_null)


def _members(objects: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the schemas of members; one that is not always there has a question mark."""
    names = dict.fromkeys(name for value in objects for name in value)
    members = {}
    for name in names:
        inner = [value[name] for value in objects if name in value]
        members[name if len(inner) == len(objects) else f"{name}?"] = infer(inner)
    return members


def _plain(values: Sequence[Any], *, or_null: bool) -> Any:  # noqa: ANN401 - the short notation
    kinds = {_NAMES.get(type(value), "object") for value in values}
    if kinds == {"integer", "number"}:
        kinds = {"number"}
    if kinds == {"string"}:
        words = dict.fromkeys(values)
        if len(words) <= _MOST_WORDS and all(_WORD.fullmatch(word) for word in words):
            return {"enum": [*sorted(words), *([None] if or_null else [])]}
        if all(_INSTANT.fullmatch(word) for word in words):
            return {"type": ["string", "null"] if or_null else "string", "format": "date-time"}
    if len(kinds) > 1:
        return {"type": [*sorted(kinds), *(["null"] if or_null else [])]}
    [kind] = kinds
    return f"{kind} or null" if or_null else kind


def _or_null(schema: Any, *, or_null: bool) -> Any:  # noqa: ANN401 - the short notation
    return {"anyOf": [schema, "null"]} if or_null else schema


def _draft(answers: Iterable[tuple[str, Exchange]]) -> Iterator[str]:
    """Yield the lines of a draft."""
    holds: dict[str, dict[int, str]] = {}
    bodies: dict[str, list[Any]] = {}
    for name, exchange in answers:
        is_json = exchange.media_type.endswith("json") and exchange.response_body
        title = "".join(word.capitalize() for word in name.split("-"))
        other = f"{{{exchange.media_type}: null}}" if exchange.response_body else "null"
        holds.setdefault(name, {})[exchange.status] = title if is_json else other
        if is_json:
            bodies.setdefault(title, []).append(json.loads(exchange.response_body))
    yield "operations:"
    for name, by_status in holds.items():
        yield f"  {name}:"
        yield f"    answers: {{{', '.join(f'{status}: {content}' for status, content in by_status.items())}}}"
    yield "schemas:"
    for title, values in bodies.items():
        yield from _lines(title, infer(values), "  ")


def _lines(name: str, schema: Any, indent: str) -> Iterator[str]:  # noqa: ANN401 - the short notation
    """Yield the lines of one schema; an object's members stand on lines of their own."""
    match schema:
        case {"properties": members} if members:
            yield f"{indent}{name}:"
            yield f"{indent}  properties:"
            for member, inner in members.items():
                yield from _lines(member, inner, f"{indent}    ")
        case [{"properties": _} as items]:
            yield f"{indent}{name}:"
            yield f"{indent}  type: array"
            yield from _lines("items", items, f"{indent}  ")
        case str() if schema != "null":
            yield f"{indent}{name}: {schema}"
        case _:
            yield f"{indent}{name}: {json.dumps(schema, ensure_ascii=False)}"


async def _main(family: str) -> None:
    tour = await take_tour(family, operations_of(family).values(), models=tuple(MODELS), every_car=True)
    answered = {name for name, _ in tour.answered}
    print("\n".join(_draft(tour.answered)))
    print(f"# never answered: {', '.join(sorted(operations_of(family).keys() - answered)) or 'none'}")


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
