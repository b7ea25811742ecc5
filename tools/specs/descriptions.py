"""Whether an answer is as the OpenAPI descriptions say."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs

from bimmerhub.emulator.host.door import Exchange
from bimmerhub.specs.reader import list_specs, read_spec
from tools.specs.openapi_operations import MAY_BE_EMPTY

HUB: Final = "openapi/hub"
FORM: Final = "application/x-www-form-urlencoded"
OTHERS_TOO: Final = {"/gcdm/oauth/token", "/gcdm/oauth/authenticate"}
"""Paths at which families answer that have no description yet: what fits none is theirs."""
_REFERENCE: Final = re.compile('"#/components/schemas/([^"]+)"')
_PLACES: Final = 10_000
"""How many requests' operations are remembered."""


@dataclass(frozen=True)
class Document:
    """An OpenAPI document."""

    name: str
    content: Mapping[str, Any]

    def resolve(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a reference refers to, and anything else itself."""
        while "$ref" in node:
            target: Any = self.content
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def validator(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
        """Return what checks JSON against a schema of the document."""
        return jsonschema_rs.Draft202012Validator({**schema, "components": {"schemas": self._schemas_of(schema)}})

    def _schemas_of(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return those that a schema refers to: a validator of all of them takes ten times as long to make."""
        schemas = dict[str, Any]()
        waiting = [schema]
        while waiting:
            for name in _REFERENCE.findall(json.dumps(waiting.pop())):
                if name not in schemas:
                    schemas[name] = self.content["components"]["schemas"][name]
                    waiting.append(schemas[name])
        return schemas

    @cached_property
    def operations(self) -> tuple["DescribedOperation", ...]:
        """All operations."""
        return tuple(
            DescribedOperation(self, method.upper(), path, operation)
            for path, item in self.content["paths"].items()
            for method, operation in item.items()
        )


class DescribedOperation:
    """One operation of a document."""

    def __init__(self, document: Document, method: str, path: str, content: Mapping[str, Any]) -> None:
        self.document, self.method, self.path, self.content = document, method, path, content
        servers = content.get("servers") or document.content["servers"]
        self._hosts = {urlsplit(server["url"]).hostname for server in servers}
        parts = re.split(r"\{[^}]*\}", urlsplit(servers[0]["url"]).path + path)
        self.parameters = len(parts) - 1
        self._pattern = re.compile("[^/]+".join(re.escape(part) for part in parts))
        self._validators: dict[tuple[int, str], jsonschema_rs.Draft202012Validator] = {}

    def matches(self, method: str, host: str, path: str) -> bool:
        """Tell whether a request has its method and path; one that names a host of BMW's, its host too."""
        is_loopback = host in {"", "localhost"} or host.startswith(("127.", "["))
        return (
            (is_loopback or host in self._hosts) and method == self.method and self._pattern.fullmatch(path) is not None
        )

    def fits(self, exchange: Exchange) -> bool:
        """Tell whether a request's form is one that the operation takes; any request without a form is."""
        if self._form is None:
            return True
        return self._form.is_valid(dict(parse_qsl(exchange.request_body.decode(errors="replace"))))

    @cached_property
    def _form(self) -> jsonschema_rs.Draft202012Validator | None:
        schema = self.content.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema")
        return None if schema is None else self.document.validator(schema)

    def problem_of(self, status: int, media_type: str, body: bytes) -> str | None:
        """Return what of an answer is not described; None for a good one."""
        response = self.content["responses"].get(str(status))
        if response is None:
            return f"status {status} is not described"
        response = self.document.resolve(response)
        content, rows = response.get("content", {}), response.get("x-refusals", ())
        may_be_empty = not content or MAY_BE_EMPTY in response or any(not row.get("has_body", True) for row in rows)
        if not body and may_be_empty:
            return None
        if media_type not in content:
            return f"{media_type or 'no media type'} is not described for {status}: {body[:200]!r}"
        if not media_type.endswith("json"):
            return None
        codes = {row["code"] for row in rows if "code" in row}
        return self._problem_of_json((status, media_type), content[media_type]["schema"], body, codes)

    def _problem_of_json(
        self, key: tuple[int, str], schema: Mapping[str, Any], body: bytes, codes: set[str]
    ) -> str | None:
        try:
            document = json.loads(body)
        except ValueError:
            return f"no JSON: {body[:200]!r}"
        if codes and not any(code in text for text in _texts_in(document) for code in codes):
            return f"none of the codes {sorted(codes)}: {body[:200]!r}"
        if key not in self._validators:
            self._validators[key] = self.document.validator(schema)
        errors = self._validators[key].iter_errors(document)
        return next((f"{list(error.instance_path)}: {error.message[:400]}" for error in errors), None)


def _texts_in(document: object) -> Iterator[str]:
    """Yield the values in a JSON that may be codes: texts and whole numbers, as texts."""
    if isinstance(document, dict):
        document = list(document.values())
    if isinstance(document, list):
        for part in document:
            yield from _texts_in(part)
    elif isinstance(document, str | int):
        yield str(document)


@cache
def documents() -> tuple[Document, ...]:
    """Return the documents of BMW's interfaces; the hub's own is checked elsewhere."""
    names = [spec.name for spec in list_specs() if spec.kind == "openapi" and spec.name != HUB]
    return tuple(Document(name, json.loads(read_spec(name))) for name in names)


def problem_of(exchange: Exchange) -> str | None:
    """Return what of an exchange no document describes; None for a good one, and for paths of nobody's."""
    matching = _matching(exchange.method, exchange.host.partition(":")[0], exchange.path)
    fitting = [operation for operation in matching if operation.fits(exchange)]
    if exchange.path in OTHERS_TOO and not fitting:
        return None
    problems = []
    for operation in fitting or matching:
        problem = operation.problem_of(exchange.status, exchange.media_type, exchange.response_body)
        if problem is None:
            return None
        problems.append(f"{operation.document.name}: {exchange.method} {operation.path} {exchange.status}: {problem}")
    return problems[0] if problems else None


@lru_cache(_PLACES)
def _matching(method: str, host: str, path: str) -> tuple[DescribedOperation, ...]:
    """Return the operation of each document that answered: of several that match, the one with the fewest braces."""
    by_document = (
        [operation for operation in document.operations if operation.matches(method, host, path)]
        for document in documents()
    )
    return tuple(min(matching, key=lambda operation: operation.parameters) for matching in by_document if matching)
