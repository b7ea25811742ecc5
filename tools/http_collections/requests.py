"""Descriptions and tables as the requests to write down, whatever the format."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bimmerhub.bmw.operations.operation import Operation, Param
from tools.http_collections.description import Collection, Folder, Request
from tools.http_collections.families import FAMILIES, Family, Server

VARIABLE: Final = re.compile(r"\{\{([\w-]+)\}\}")
_BARE: Final = re.compile(r'"@(.*?)@"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A header, a parameter of the query, or a member of a form. Those that are off are there to be switched on."""

    key: str
    value: str
    is_on: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request with all that is known of it. `regions` has it; `is_command` says that it changes something."""

    name: str
    about: str
    method: str
    url: str
    query: tuple[Entry, ...]
    headers: tuple[Entry, ...]
    form: tuple[Entry, ...] | None
    body: str | None
    basic: tuple[str, str] | None
    regions: tuple[str, ...]
    is_command: bool
    wants: Request

    @property
    def address(self) -> str:
        """The URL with those parameters of its query that are on."""
        query = "&".join(f"{entry.key}={entry.value}" for entry in self.query if entry.is_on)
        return f"{self.url}?{query}" if query else self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFolder:
    """A folder of them."""

    name: str
    about: str
    calls: tuple[Call, ...]


def folders_of(collection: Collection) -> tuple[CallFolder, ...]:
    """Return the folders with their requests; KeyError for a family or an operation that there is not."""
    named = {request.operation for folder in collection.folders for request in folder.requests}
    return tuple(
        CallFolder(
            name=folder.name,
            about=folder.about,
            calls=tuple(_call(request) for request in (*folder.requests, *_others(folder, named))),
        )
        for folder in collection.folders
    )


def servers_of(collection: Collection) -> tuple[Server, ...]:
    """Return the servers of the collection's families, each once."""
    names = dict.fromkeys(
        name.partition(".")[0]
        for folder in collection.folders
        for name in (*(request.operation for request in folder.requests), *folder.groups)
    )
    servers = (server for name in names for server in FAMILIES[name].servers.values())
    return tuple({server.variable: server for server in servers if server.hosts}.values())


def _others(folder: Folder, named: set[str]) -> Iterator[Request]:
    for group in folder.groups:
        family, _, words = group.partition(".")
        for operation in FAMILIES[family].operations.values():
            if operation.group == words and f"{family}.{operation.name}" not in named:
                yield Request(operation=f"{family}.{operation.name}", content="any")


def _call(request: Request) -> Call:
    family_id, _, name = request.operation.partition(".")
    family = FAMILIES[family_id]
    operation = family.operations[name]
    entries = {
        place: tuple(
            entry for param in operation.params if param.place == place for entry in _entries(param, request, family)
        )
        for place in ("query", "header", "body", "path")
    }
    return Call(
        name=request.name or operation.title,
        about=" ".join(part for part in (operation.note, request.about) if part),
        method=operation.method,
        url=request.url or _url(operation, family, entries["path"]),
        query=entries["query"],
        headers=(*_headers(operation, request, family), *entries["header"]),
        form=entries["body"] if operation.body == "form" else None,
        body=_document(operation, request, family) if operation.body == "json" else None,
        basic=request.basic,
        regions=operation.regions or family.regions,
        is_command=operation.changes if request.is_command is None else request.is_command,
        wants=request,
    )


def _headers(operation: Operation, request: Request, family: Family) -> Iterator[Entry]:
    yield Entry(key="accept", value=operation.accept)
    is_elsewhere = request.url is not None
    own = {entry.key for entry in operation.params if entry.place == "header"}
    for key, value in family.headers.items():
        if key not in own and (not is_elsewhere or key.endswith("user-agent")):
            yield Entry(key=key, value=value)
    is_signed = operation.is_signed if request.is_signed is None else request.is_signed
    if is_signed:
        yield from (Entry(key=key, value=value) for key, value in family.signed.items())


def _entries(param: Param, request: Request, family: Family) -> Iterator[Entry]:
    """Yield what a parameter is written as: one entry, or for a choice one of each with the others off."""
    value = _value(param, request, family)
    is_on = bool(value) and param.name not in request.omit
    yield Entry(key=param.key, value=value, is_on=is_on)
    if param.place == "query":
        yield from (Entry(key=param.key, value=other, is_on=False) for other in param.choices if other != value)


def _value(param: Param, request: Request, family: Family) -> str:
    if param.name in request.values:
        return request.values[param.name]
    if param.default is None:
        return f"{{{{{_camel(param.name)}}}}}" if param.is_required else ""
    value = param.default
    for word, variable in family.words.items():
        value = value.replace(f"{{{word}}}", variable)
    return value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _url(operation: Operation, family: Family, path: tuple[Entry, ...]) -> str:
    url = operation.path
    for entry in path:
        url = url.replace(f"{{{entry.key}}}", entry.value)
    server = family.servers[operation.server]
    return f"{{{{{server.variable}}}}}{server.path}{url}"


def _document(operation: Operation, request: Request, family: Family) -> str | None:
    """Return the JSON of a body, in which variables stand; members that have no value are left out."""
    document: dict[str, object] = {}
    for param in operation.params:
        value = _value(param, request, family)
        if param.place != "body" or param.name in request.omit or not value:
            continue
        if not param.key:
            return value
        place = document
        *parents, last = param.key.split(".")
        for parent in parents:
            inner = place.setdefault(parent, {})
            if not isinstance(inner, dict):
                raise TypeError(f"{operation.name}: {parent} is no object")
            place = inner
        place[last] = value if param.kind == "text" else _literal(value)
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return _BARE.sub(lambda match: json.loads(f'"{match[1]}"'), text) if document else None


def _literal(value: str) -> object:
    return f"@{value}@" if VARIABLE.search(value) else json.loads(value)


def variables_in(call: Call) -> set[str]:
    """Return the names of the variables that a request uses."""
    entries = (*call.query, *call.headers, *(call.form or ()))
    texts: Mapping[int, str] = dict(
        enumerate((call.url, call.body or "", *(call.basic or ()), *(e.value for e in entries)))
    )
    return {name for text in texts.values() for name in VARIABLE.findall(text)}
