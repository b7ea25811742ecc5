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

from bimmerhub.bmw.operations.operation import Operation
from bimmerhub.emulator.cars.models.car_models import MODELS
from bimmerhub.emulator.host.door import Exchange
from tools.http_collections.cardata_sign_in import EMULATOR
from tools.http_collections.families import FAMILIES
from tools.specs.examples import FIRST_REFUSAL, answers_of
from tools.specs.tour import take_tour

_NAMES: Final = {str: "string", bool: "boolean", int: "integer", float: "number"}
_WORD: Final = re.compile(r"[A-Z][A-Z0-9_]+")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][\w-]*\??")
_NO_TEXTS: Final = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_MOST_WORDS: Final = 12
_SENT: Final = "Request"
_HEAD: Final = ("title: to be said", 'version: "1"', "summary: to be said", "description: to be said")


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


def draft(family: str, answers: Iterable[tuple[str, Exchange]]) -> Iterator[str]:
    """Yield the lines of a source: a whole one, but for the words that only people know."""
    holds: dict[str, dict[int, str]] = {}
    bodies: dict[str, list[Any]] = {}
    for name, exchange in answers:
        is_json = exchange.media_type.endswith("json") and exchange.response_body
        title = _title(name)
        other = f"{{{exchange.media_type}: null}}" if exchange.response_body else "null"
        holds.setdefault(name, {})[exchange.status] = title if is_json else other
        if is_json:
            bodies.setdefault(title, []).append(json.loads(exchange.response_body))
        if _is_sent_whole(FAMILIES[family].operations[name]) and exchange.request_body.startswith(b"{"):
            bodies.setdefault(title + _SENT, []).append(json.loads(exchange.request_body))
    operations = _operations_of(family)
    yield from (f"family: {family}", *_HEAD, "tags:")
    yield from (f"  {group}: to be said" for group in dict.fromkeys(row.group for row in operations.values()))
    yield from ("security:", "  token: {type: http, scheme: bearer, description: to be said}", "operations:")
    for name, row in operations.items():
        yield f"  {name}:"
        if not row.note:
            yield "    description: to be said"
        by_status = holds.get(name, {200: "null"})
        yield f"    answers: {{{', '.join(f'{status}: {content}' for status, content in by_status.items())}}}"
        if _is_sent_whole(row):
            title = _title(name) + _SENT
            bodies.setdefault(title, [{}])
            yield f"    body: {title}"
        if documents := [param.key for param in row.params if param.kind == "json" and param.key]:
            yield f"    parameters: {{{', '.join(f'{key}: string' for key in documents)}}}"
    yield "schemas:"
    for title, values in bodies.items():
        yield from _lines(title, infer(values), "  ")


def _operations_of(family: str) -> dict[str, Operation]:
    return {name: row for name, row in FAMILIES[family].operations.items() if row.server != EMULATOR}


def _title(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


def _is_sent_whole(operation: Operation) -> bool:
    """Tell whether a parameter is the whole body."""
    return any(param.place == "body" and not param.key for param in operation.params)


def _lines(name: str, schema: Any, indent: str) -> Iterator[str]:  # noqa: ANN401 - the short notation
    """Yield the lines of one schema; an object's members stand on lines of their own."""
    match schema:
        case {"properties": members} if members:
            yield f"{indent}{_key(name)}:"
            yield f"{indent}  properties:"
            for member, inner in members.items():
                yield from _lines(member, inner, f"{indent}    ")
        case [{"properties": _} as items]:
            yield f"{indent}{_key(name)}:"
            yield f"{indent}  type: array"
            yield from _lines("items", items, f"{indent}  ")
        case str() if schema != "null":
            yield f"{indent}{_key(name)}: {schema}"
        case _:
            yield f"{indent}{_key(name)}: {json.dumps(schema, ensure_ascii=False)}"


def _key(name: str) -> str:
    """Return a name as YAML takes it for a text."""
    return name if _PLAIN_KEY.fullmatch(name) and name not in _NO_TEXTS else json.dumps(name)


async def _main(family: str) -> None:
    table = _operations_of(family)
    tour = await take_tour(family, table.values(), models=tuple(MODELS), every_car=True)
    answers = [(name, exchange) for name, exchange in answers_of(tour, table) if exchange.status < FIRST_REFUSAL]
    print("\n".join(draft(family, answers)))
    print(f"# never answered: {', '.join(sorted(table.keys() - {name for name, _ in answers})) or 'none'}")


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
