"""A collection in OpenCollection's format, which Bruno reads: a folder of YAML files."""

import re
from collections.abc import Iterable
from typing import Any, Final

from tools.http_collections.description import Collection, Variable
from tools.http_collections.families import WORLD
from tools.http_collections.requests import Call, CallFolder, Entry, folders_of, servers_of
from tools.http_collections.scripts import BRUNO, after, before, before_every_request
from tools.http_collections.variables import variables_of
from tools.http_collections.yaml_text import to_yaml

VERSION: Final = "1.0.0"
ENVIRONMENT: Final = "bimmerhub"
"""Name of the environment that holds the variables."""


def opencollection_files(slug: str, collection: Collection) -> dict[str, str]:
    """Return the files, their texts by their paths."""
    root = f"opencollection/{slug}"
    script = before_every_request(BRUNO, servers_of(collection))
    documents: dict[str, dict[str, Any]] = {
        f"{root}/opencollection.yml": {
            "opencollection": VERSION,
            "info": {"name": collection.name},
            "request": {"scripts": [{"type": "before-request", "code": script}]},
            "docs": {"content": collection.about.strip(), "type": "text/markdown"},
            "bundled": False,
        },
        f"{root}/environments/{ENVIRONMENT}.yml": {
            "name": ENVIRONMENT,
            "variables": [_variable(variable) for variable in variables_of(collection)],
        },
    }
    for seq, folder in enumerate(folders_of(collection), 1):
        documents |= _folder(f"{root}/{_file_name(folder.name)}", folder, seq)
    return {path: to_yaml(document) for path, document in documents.items()}


def _variable(variable: Variable) -> dict[str, Any]:
    secret = {"secret": True} if variable.is_secret else {"value": variable.value}
    about = {"description": variable.about} if variable.about else {}
    return {"name": variable.name, **secret, **about}


def _folder(path: str, folder: CallFolder, seq: int) -> dict[str, dict[str, Any]]:
    files: dict[str, dict[str, Any]] = {
        f"{path}/folder.yml": {
            "info": {"name": folder.name, "type": "folder", "seq": seq},
            **({"docs": folder.about} if folder.about else {}),
        }
    }
    for number, call in enumerate(folder.calls, 1):
        files[f"{path}/{call.wants.operation.partition('.')[2]}.yml"] = _request(call, number)
    return files


def _request(call: Call, seq: int) -> dict[str, Any]:
    http: dict[str, Any] = {
        "method": call.method,
        "url": call.address,
        "headers": _entries(call.headers),
    }
    if call.query:
        http["params"] = [{**entry, "type": "query"} for entry in _entries(call.query)]
    if call.form is not None:
        http["body"] = {"type": "form-urlencoded", "data": _entries(call.form)}
    elif call.body is not None:
        http["body"] = {"type": "json", "data": call.body}
    if call.basic is not None:
        http["auth"] = {"type": "basic", "username": call.basic[0], "password": call.basic[1]}
    scripts = (("before-request", before(BRUNO, call, WORLD)), ("tests", after(BRUNO, call)))
    return {
        "info": {"name": call.name, "type": "http", "seq": seq},
        "http": http,
        "runtime": {"scripts": [{"type": kind, "code": script} for kind, script in scripts if script]},
        "settings": {"encodeUrl": True, "timeout": 0, "followRedirects": False, "maxRedirects": 5},
        **({"docs": call.about} if call.about else {}),
    }


def _entries(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    return [
        {"name": entry.key, "value": entry.value, **({} if entry.is_on else {"disabled": True})} for entry in entries
    ]


def _file_name(name: str) -> str:
    return re.sub(r"[^\w() .-]+", "-", name)
