"""A collection in Thunder Client's format: JSON below `.vscode`, with what the collections share beside it."""

import json
from collections.abc import Iterable
from typing import Any, Final

from tools.http_collections.description import Collection
from tools.http_collections.families import WORLD
from tools.http_collections.requests import Call, Entry, folders_of, servers_of
from tools.http_collections.scripts import THUNDER, after, before, before_every_request, skipped_later
from tools.http_collections.variables import variables_of

ROOT: Final = "thunder-client/.vscode"
IN_ENV: Final = ("email", "password", "vin", "ocp-apim-subscription-key")
"""Variables that a person writes into `.env`, as in the public collection (2023)."""
_CREATED: Final = "2026-11-29T00:00:00.000Z"
_SORT_STEP: Final = 10000
_UTILS: Final = """\
/** Return a query parameter of an address, "" without one. A filter: {{address | getQueryParam("code")}}. */
function getQueryParam(url, param) {
  const pair = url.split(/[?#&]/).find((part) => part.startsWith(param + "="));
  return pair ? decodeURIComponent(pair.slice(param.length + 1)) : "";
}

module.exports = [getQueryParam];
"""


def thunder_files(slug: str, collection: Collection) -> dict[str, str]:
    """Return the collection's file and its environment's, their texts by their paths."""
    folders: list[dict[str, Any]] = []
    requests: list[dict[str, Any]] = []
    calls: dict[str, Call] = {}
    for number, folder in enumerate(folders_of(collection), 1):
        place = {"_id": f"{slug}.{folder.name}", "name": folder.name, "containerId": ""}
        folders.append({**place, "created": _CREATED, "sortNum": number * _SORT_STEP})
        for call in folder.calls:
            ids = {"_id": f"{slug}.{call.wants.operation}", "colId": slug}
            place_in = {"containerId": place["_id"], "sortNum": (len(requests) + 1) * _SORT_STEP}
            calls[ids["_id"]] = call
            requests.append({**ids, **place_in, **_request(call)})
    script = before_every_request(THUNDER, servers_of(collection)) + "\n" + skipped_later(calls, WORLD)
    document = {
        "_id": slug,
        "colName": collection.name,
        "created": _CREATED,
        "sortNum": _SORT_STEP,
        "folders": folders,
        "requests": requests,
        "settings": {"docs": collection.about.strip(), "preReq": {"inlineScripts": [_script(script)]}},
    }
    return {f"{ROOT}/thunder-tests/collections/tc_col_{slug}.json": _json(document)}


def shared_files(collections: Iterable[Collection]) -> dict[str, str]:
    """Return what all collections share: the environment, `.env.example`, the filter and the extension's settings."""
    variables = {variable.name: variable for collection in collections for variable in variables_of(collection)}
    environment = {
        "_id": "bimmerhub",
        "name": "bimmerhub",
        "default": True,
        "sortNum": _SORT_STEP,
        "created": _CREATED,
        "modified": _CREATED,
        "data": [
            {"name": variable.name, "value": variable.value}
            for variable in variables.values()
            if variable.name not in IN_ENV
        ],
    }
    settings = {"thunder-client.saveToWorkspace": True, "thunder-client.workspaceRelativePath": ".vscode"}
    return {
        f"{ROOT}/thunder-tests/environments/tc_env_bimmerhub.json": _json(environment),
        f"{ROOT}/.env.example": "".join(f'{name}="{variables[name].value}"\n' for name in IN_ENV),
        f"{ROOT}/utils.js": _UTILS,
        f"{ROOT}/settings.json": _json(settings),
    }


def _request(call: Call) -> dict[str, Any]:
    pre = before(THUNDER, call, WORLD)
    request: dict[str, Any] = {
        "name": call.name,
        "url": call.address,
        "method": call.method,
        "created": _CREATED,
        "modified": _CREATED,
        "headers": _entries(call.headers),
        "params": [{**entry, "isPath": False} for entry in _entries(call.query)],
    }
    if call.form is not None:
        request["body"] = {"type": "formencoded", "raw": "", "form": _entries(call.form)}
    elif call.body is not None:
        request["body"] = {"type": "json", "raw": call.body, "form": []}
    if call.basic is not None:
        request["auth"] = {"type": "basic", "basic": dict(zip(("username", "password"), call.basic, strict=True))}
    if call.about:
        request["docs"] = call.about
    if pre:
        request["preReq"] = {"inlineScripts": [_script(pre)]}
    request["postReq"] = {"inlineScripts": [_script(after(THUNDER, call))]}
    return request


def _entries(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    return [
        {"name": entry.key, "value": entry.value, **({} if entry.is_on else {"isDisabled": True})} for entry in entries
    ]


def _script(script: str) -> dict[str, Any]:
    return {"script": script.split("\n")}


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
