"""One operation of a table as OpenAPI 3.1: its parameters, body, answers and refusals."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from itertools import groupby
from typing import Any, Final

from bimmerhub.bmw.operations.operation import SIGN_IN, Operation, Param
from bimmerhub.cli.calling.line import to_option
from tools.specs.example_files import Example
from tools.specs.notation import Schema, expand
from tools.specs.refusal_texts import EXAMPLES, describe_refusal, example_of, holds_of, name_of
from tools.specs.sources import Content, Described, Refusal, Source

JSON: Final = "application/json"
BY_EMULATOR: Final = "emulator"
"""The name of the example that the emulator answered."""
MAY_BE_EMPTY: Final = "x-may-be-empty"
"""Member of a response whose body is left out at times."""
_MEDIA: Final = {"json": JSON, "form": "application/x-www-form-urlencoded", None: JSON}
_TYPES: Final = {"text": "string", "number": "number", "bool": "boolean"}
_IS_OPTIONAL: Final = "?"


def describe_operation(source: Source, operation: Operation, *, call: str | None, example: Example) -> dict[str, Any]:
    """Return the Operation Object. `call` is the command line that sends it."""
    described = source.operations[operation.name]
    words = " ".join(part for part in (described.description, operation.note) if part)
    if not words:
        raise ValueError(f"{operation.name} has no description: the table has no note, the source no words")
    document: dict[str, Any] = {
        "operationId": _camel(operation.name),
        "tags": [operation.group],
        "summary": operation.title,
        "description": words,
        "x-evidence": operation.evidence,
    }
    if call is not None:
        document["x-cli"] = call
    if source.quota and operation.is_signed:
        document["x-quota"] = source.quota
    document["security"] = [{name: []} for name in _schemes(source, described, is_signed=operation.is_signed)]
    headers = () if operation.server == SIGN_IN else _headers(source)
    if parameters := [*headers, *_parameters(source, described, operation, example)]:
        document["parameters"] = parameters
    if (body := _body(source, described, operation)) is not None:
        document["requestBody"] = body
        if example.body is not None:
            [media] = body["content"].values()
            media["examples"] = {operation.name: {"summary": operation.title, "value": example.body}}
    answers = {
        str(status): _answer(source, described, status, example.answers.get(status)) for status in described.answers
    }
    document["responses"] = {**answers, **_refusals(source, operation)}
    return document


def _schemes(source: Source, described: Described, *, is_signed: bool) -> list[str]:
    """Return the names of the schemes by which the caller proves itself: the first of a source unless it says."""
    if described.security:
        return [described.security]
    return list(source.security)[:1] if is_signed else []


def call_line(family: str, operation: Operation) -> str:
    """Return the line of the command line that sends an operation."""
    needed = [param for param in operation.params if param.is_required and param.default is None]
    options = [f"{to_option(param.name)} {param.name.upper()}" for param in needed]
    return " ".join(["bimmerhub call", family, operation.name, *options])


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(word.capitalize() for word in rest)


def _headers(source: Source) -> Iterator[dict[str, Any]]:
    for name, schema in source.headers.items():
        is_required = not name.endswith(_IS_OPTIONAL)
        yield _parameter(name.removesuffix(_IS_OPTIONAL), "header", expand(schema), is_required=is_required)


def _parameters(
    source: Source, described: Described, operation: Operation, example: Example
) -> Iterator[dict[str, Any]]:
    for param in operation.params:
        if param.place != "body":
            schema, is_required = _schema_of(source, described, param)
            parameter = _parameter(param.key, param.place, schema, is_required=is_required)
            if (given := {**example.path, **example.query, **example.header}.get(param.key)) is not None:
                parameter["example"] = json.loads(given) if param.kind in {"number", "bool"} else given
            yield parameter


def _parameter(name: str, place: str, schema: Schema, *, is_required: bool) -> dict[str, Any]:
    parameter: dict[str, Any] = {"name": name, "in": place, "required": is_required or place == "path"}
    if isinstance(words := schema.get("description"), str):
        parameter["description"] = words
        schema = {key: part for key, part in schema.items() if key != "description"}
    return {**parameter, "schema": schema}


def _schema_of(source: Source, described: Described, param: Param) -> tuple[Schema, bool]:
    """Return a parameter's schema, and whether it is sent always: it has to be given, or the table has a default."""
    schemas = {**source.parameters, **described.parameters}
    is_optional = param.key + _IS_OPTIONAL in schemas
    short = schemas.get(param.key, schemas.get(param.key + _IS_OPTIONAL))
    if short is None and param.kind == "json":
        raise ValueError(f"{param.key} is JSON, and has no schema in the source")
    schema: Schema = {"type": _TYPES[param.kind]} if short is None else expand(short)
    if param.choices and short is None:
        schema["enum"] = list(param.choices)
    if param.default is not None and "{" not in param.default and param.kind == "text":
        schema["default"] = param.default
    return schema, not is_optional and (param.is_required or param.default is not None)


def _body(source: Source, described: Described, operation: Operation) -> dict[str, Any] | None:
    """Return the Request Body Object; None without a body."""
    members = [param for param in operation.params if param.place == "body"]
    if not members and described.body is None:
        return None
    if described.body is not None:
        schema = expand(described.body)
    else:
        schema = {"type": "object", "additionalProperties": False, "properties": {}}
        for param in members:
            _put(schema, param.key.split("."), *_schema_of(source, described, param))
    is_required = not members or any(param.is_required or param.default is not None for param in members)
    return {"required": is_required, "content": {_MEDIA[operation.body]: {"schema": schema}}}


def _put(schema: Schema, path: list[str], member: Schema, is_required: bool) -> None:  # noqa: FBT001 - as it is made
    """Put a member into an object's schema, at a path of names."""
    name, *rest = path
    if is_required and name not in schema.setdefault("required", []):
        schema["required"].append(name)
    if not rest:
        schema["properties"][name] = member
        return
    inner = schema["properties"].setdefault(name, {"type": "object", "additionalProperties": False, "properties": {}})
    _put(inner, rest, member, is_required)


def media_of(content: Content) -> Mapping[str, str | None]:
    """Return the schemas' names by media type; None there is bytes."""
    if isinstance(content, str):
        return {JSON: content}
    return content or {}


def _answer(source: Source, described: Described, status: int, example: object) -> dict[str, Any]:
    media = media_of(described.answers[status])
    titles = [str(source.schemas[name].get("title", name)) for name in media.values() if name is not None]
    answer: dict[str, Any] = {"description": titles[0] if titles else HTTPStatus(status).phrase}
    answer |= _headers_of(described.headers)
    if described.may_be_empty:
        answer |= {"description": f"{answer['description']}; may come without a body", MAY_BE_EMPTY: True}
    if media:
        answer["content"] = {
            kind: {"schema": _no_schema(kind) if name is None else expand(name)} for kind, name in media.items()
        }
        ending = "xml" if isinstance(example, str) else "json"
        for kind in [kind for kind in media if example is not None and kind.endswith(ending)]:
            answer["content"][kind]["examples"] = {BY_EMULATOR: {"summary": "By the emulator", "value": example}}
    return answer


def _no_schema(media_type: str) -> Schema:
    """Return the schema of a text, or of bytes."""
    return {"type": "string"} if media_type.startswith("text/") else {"type": "string", "format": "binary"}


def _headers_of(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the headers of a response, nothing when there are none."""
    return {"headers": {name: {"schema": expand(short)} for name, short in headers.items()}} if headers else {}


def _refusals(source: Source, operation: Operation) -> dict[str, Any]:
    named = source.refusals_of(operation.name, is_signed=operation.is_signed)
    by_status = sorted(named.items(), key=lambda item: item[1].status)
    return {
        str(status): _refused(source, dict(members))
        for status, members in groupby(by_status, key=lambda item: item[1].status)
    }


def _refused(source: Source, named: Mapping[str, Refusal]) -> dict[str, Any]:
    """Return the Response Object of all refusals with one status."""
    rows = [describe_refusal(source, name, refusal) for name, refusal in named.items()]
    content: dict[str, Any] = {}
    for name, refusal in named.items():
        for kind, schema in media_of(holds_of(source, refusal)).items():
            place = content.setdefault(kind, {"schemas": [], "examples": {}})
            if (expanded := {"type": "string"} if schema is None else expand(schema)) not in place["schemas"]:
                place["schemas"].append(expanded)
            if example_of(source, name, refusal) is not None:
                place["examples"][name_of(name)] = {"$ref": EXAMPLES + name_of(name)}
    response: dict[str, Any] = {
        "description": "\n".join(f"- {_code(row)}{row['when']} {row['do']}".rstrip() for row in rows),
        "x-refusals": rows,
    }
    response |= _headers_of({name: short for refusal in named.values() for name, short in refusal.headers.items()})
    if content:
        response["content"] = {kind: _media(**place) for kind, place in content.items()}
    return response


def _code(row: Mapping[str, Any]) -> str:
    return f"`{row['code']}`: " if "code" in row else ""


def _media(*, schemas: list[Schema], examples: dict[str, Any]) -> dict[str, Any]:
    media: dict[str, Any] = {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}
    return {**media, "examples": examples} if examples else media
