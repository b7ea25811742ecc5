"""The OpenAPI 3.1 document of one source and its family's table of operations."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final, get_args
from urllib.parse import urlsplit

from bimmerhub.bmw.operations.operation import SIGN_IN, Evidence, Operation
from tools.http_collections.cardata_sign_in import EMULATOR
from tools.http_collections.families import FAMILIES
from tools.specs.example_files import Example
from tools.specs.notation import REFERENCES, expand, references_of
from tools.specs.openapi_operations import BY_EMULATOR, call_line, describe_operation
from tools.specs.refusal_texts import list_examples
from tools.specs.sources import Source

_MAIN: Final = "api"
_NO_PROOF: Final[dict[str, Any]] = {}
_EVIDENCE: Final = get_args(Evidence)
_LICENSE: Final = {"name": "MIT", "identifier": "MIT"}


def operations_of(source: Source) -> dict[str, Operation]:
    """Return the operations that a source is about, by name; ValueError when it describes others, or not all."""
    table = FAMILIES[source.family].operations
    wanted = {
        name: row
        for name, row in table.items()
        if row.server != EMULATOR and (not source.servers or row.server in source.servers)
    }
    if wanted.keys() != source.operations.keys():
        missing, extra = wanted.keys() - source.operations.keys(), source.operations.keys() - wanted.keys()
        raise ValueError(f"{source.title}: not described {sorted(missing)}, described and not there {sorted(extra)}")
    return wanted


def served_operations(source: Source) -> dict[str, Operation]:
    """Return the same operations with the whole path of their requests, which may begin with that of a server."""
    return {
        name: replace(row, path=urlsplit(list_hosts(source, row.server)[0]["url"]).path + row.path)
        for name, row in operations_of(source).items()
    }


def build_openapi(source: Source, *, examples: Mapping[str, Example]) -> dict[str, Any]:
    """Return the document; ValueError, which names the place, for a source that leaves something out."""
    operations = operations_of(source)
    hosts = list_hosts(source, main_server(source))
    paths: dict[str, Any] = {}
    for name, row in operations.items():
        call = None if row.server == SIGN_IN else call_line(source.family, row)
        described = describe_operation(source, row, call=call, example=examples.get(name, Example()))
        if (own := list_hosts(source, row.server, regions=row.regions)) != hosts:
            described["servers"] = own
        _place(paths.setdefault(row.path, {}), row.method.lower(), described)
    used = dict.fromkeys(row.group for row in operations.values())
    schemas = {name: expand(short) for name, short in source.schemas.items()}
    _check_references(paths, schemas, title=source.title)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": source.title,
            "version": source.version,
            "summary": source.summary,
            "description": source.description,
            "license": _LICENSE,
        },
        "servers": hosts,
        "tags": [{"name": group, "description": source.tags[group]} for group in used],
        "paths": paths,
        "components": {
            "securitySchemes": source.security,
            "schemas": schemas,
            "responses": _share_responses(paths),
            "examples": list_examples(source, _refusals_of(source, operations)),
        },
    }


def _refusals_of(source: Source, operations: Mapping[str, Operation]) -> dict[str, None]:
    """Return the names of all refusals that some operation has, once, in the order of the source."""
    used = {name for row in operations.values() for name in source.refusals_of(row.name, is_signed=row.is_signed)}
    if unused := source.refusals.keys() - used:
        raise ValueError(f"{source.title}: no operation is refused by {sorted(unused)}")
    return dict.fromkeys(source.refusals)


def _share_responses(paths: Mapping[str, Any]) -> dict[str, Any]:
    """Return the responses that several operations have, and put references in their places."""
    places: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for item in paths.values():
        for described in item.values():
            for status, response in described["responses"].items():
                places.setdefault((status, json.dumps(response)), []).append(described["responses"])
    shared: dict[str, Any] = {}
    for (status, text), users in places.items():
        if len(users) > 1:
            number = sum(name.startswith(f"Answer{status}") for name in shared)
            name = f"Answer{status}" + (f"No{number + 1}" if number else "")
            shared[name] = json.loads(text)
            for responses in users:
                responses[status] = {"$ref": f"#/components/responses/{name}"}
    return dict(sorted(shared.items()))


def main_server(source: Source) -> str:
    """Return the server that most operations are at."""
    return source.servers[0] if source.servers else _MAIN


def list_hosts(source: Source, server: str, *, regions: Collection[str] = ()) -> list[dict[str, str]]:
    """Return a server's hosts, of some regions only, as Server Objects, each once, with the regions that have it."""
    table = FAMILIES[source.family].servers
    if server not in table and server not in source.hosts:
        raise ValueError(f"{source.title}: the server {server} has no hosts; name them in `hosts`")
    if server not in table:
        return [{"url": url} for url in source.hosts[server]]
    by_url: dict[str, list[str]] = {}
    for region, host in table[server].hosts.items():
        if not regions or region in regions:
            by_url.setdefault(host + table[server].path, []).append(region)
    return [{"url": url, "description": ", ".join(names)} for url, names in by_url.items()]


def _place(item: dict[str, Any], method: str, described: dict[str, Any]) -> None:
    """Put an operation below its path. Two of one method are one in OpenAPI: that which is known better comes first."""
    if method not in item:
        item[method] = described
        return
    first = item[method]
    if _EVIDENCE.index(described["x-evidence"]) < _EVIDENCE.index(first["x-evidence"]):
        item[method], first, described = described, described, first
    _merge(first, described)


def _merge(first: dict[str, Any], described: dict[str, Any]) -> None:
    """Add a second operation of the same method and path to the first."""
    _name_examples(described["responses"], described["operationId"])
    first["summary"] += f", or {described['summary']}"
    line = f" (`{described['x-cli']}`)" if "x-cli" in described else ""
    first["description"] += f"\n\n{described['summary']}{line}: {described['description']}"
    _merge_parameters(first, described)
    if first["security"] != described["security"]:
        ways = first["security"] or [_NO_PROOF]
        first["security"] = [*ways, *(way for way in described["security"] or [_NO_PROOF] if way not in ways)]
    if "requestBody" in first:
        _merge_content(first["requestBody"]["content"], described["requestBody"]["content"])
    for status, response in described["responses"].items():
        if status not in first["responses"]:
            first["responses"][status] = response
        elif first["responses"][status] != response:
            _merge_response(first["responses"][status], response)


def _name_examples(responses: Mapping[str, Any], name: str) -> None:
    """Give what the emulator answered another name, so that it stands beside that of another operation."""
    for response in responses.values():
        for media in response.get("content", {}).values():
            examples = media.get("examples", {})
            if (example := examples.pop(BY_EMULATOR, None)) is not None:
                examples[name] = example


def _merge_parameters(first: dict[str, Any], second: dict[str, Any]) -> None:
    ours = {(row["in"], row["name"]): row for row in first.get("parameters", ())}
    theirs = {(row["in"], row["name"]): row for row in second.get("parameters", ())}
    for key, row in ours.items():
        row["required"] = row["required"] and theirs.get(key, {}).get("required", False)
    extra = [{**row, "required": False} for key, row in theirs.items() if key not in ours]
    if ours or extra:
        first["parameters"] = [*ours.values(), *extra]


def _merge_response(first: dict[str, Any], second: dict[str, Any]) -> None:
    rows = [row for row in second.get("x-refusals", ()) if row not in first.get("x-refusals", ())]
    if rows:
        first["x-refusals"] = [*first.get("x-refusals", ()), *rows]
    if second["description"] not in first["description"]:
        first["description"] += f"\n{second['description']}"
    _merge_content(first.setdefault("content", {}), second.get("content", {}))


def _merge_content(first: dict[str, Any], second: Mapping[str, Any]) -> None:
    """Let a media type hold what either holds."""
    for kind, media in second.items():
        if kind not in first:
            first[kind] = media
            continue
        ours, theirs = _alternatives(first[kind]["schema"]), _alternatives(media["schema"])
        schemas = [*ours, *(schema for schema in theirs if schema not in ours)]
        first[kind]["schema"] = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        examples = {**media.get("examples", {}), **first[kind].get("examples", {})}
        if examples:
            first[kind]["examples"] = examples


def _alternatives(schema: dict[str, Any]) -> list[dict[str, Any]]:
    parts = schema.get("anyOf")
    return parts if isinstance(parts, list) and len(schema) == 1 else [schema]


def _check_references(paths: object, schemas: Mapping[str, Any], *, title: str) -> None:
    """Raise ValueError for a schema that is not there, or that nothing refers to."""
    reached: set[str] = set()
    ahead = list(references_of(paths))
    while ahead:
        name = ahead.pop()
        if name not in schemas:
            raise ValueError(f"{title}: there is no schema {name.removeprefix(REFERENCES)}")
        if name not in reached:
            reached.add(name)
            ahead += references_of(schemas[name])
    if unused := schemas.keys() - reached:
        raise ValueError(f"{title}: nothing refers to {sorted(unused)}")
