"""A collection in Postman's format, version 2.1: one JSON file."""

import json
from collections.abc import Iterable
from typing import Any, Final

from tools.http_collections.description import Collection
from tools.http_collections.families import WORLD
from tools.http_collections.requests import Call, CallFolder, Entry, folders_of, servers_of
from tools.http_collections.scripts import POSTMAN, after, before, before_every_request
from tools.http_collections.variables import variables_of

SCHEMA: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def postman_files(slug: str, collection: Collection) -> dict[str, str]:
    """Return the file, its text by its path."""
    document = {
        "info": {
            "name": collection.name,
            "description": collection.about.strip(),
            "schema": SCHEMA,
        },
        "item": [_folder(folder) for folder in folders_of(collection)],
        "event": [_event("prerequest", before_every_request(POSTMAN, servers_of(collection)))],
        "variable": [
            {"key": variable.name, "value": variable.value, "description": variable.about}
            for variable in variables_of(collection)
        ],
    }
    return {f"postman/{slug}.postman_collection.json": json.dumps(document, indent=2, ensure_ascii=False) + "\n"}


def _folder(folder: CallFolder) -> dict[str, Any]:
    return {"name": folder.name, "description": folder.about, "item": [_item(call) for call in folder.calls]}


def _item(call: Call) -> dict[str, Any]:
    request: dict[str, Any] = {
        "method": call.method,
        "header": _entries(call.headers),
        "url": _url(call),
        "description": call.about,
    }
    if call.basic is not None:
        pair = zip(("username", "password"), call.basic, strict=True)
        basic = [{"key": key, "value": value, "type": "string"} for key, value in pair]
        request["auth"] = {"type": "basic", "basic": basic}
    if call.form is not None:
        request["body"] = {"mode": "urlencoded", "urlencoded": _entries(call.form)}
    elif call.body is not None:
        request["body"] = {"mode": "raw", "raw": call.body, "options": {"raw": {"language": "json"}}}
    scripts = (("prerequest", before(POSTMAN, call, WORLD)), ("test", after(POSTMAN, call)))
    return {
        "name": call.name,
        "event": [_event(listen, script) for listen, script in scripts if script],
        "protocolProfileBehavior": {"followRedirects": False},
        "request": request,
    }


def _event(listen: str, script: str) -> dict[str, Any]:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": script.split("\n")}}


def _entries(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    return [
        {"key": entry.key, "value": entry.value, **({} if entry.is_on else {"disabled": True})} for entry in entries
    ]


def _url(call: Call) -> dict[str, Any]:
    host, *path = call.url.split("/")
    return {"raw": call.address, "host": [host], "path": path, "query": _entries(call.query)}
