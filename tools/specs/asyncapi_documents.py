"""AsyncAPI 3 of CarData's stream and of the hub's live events; schemas of a streamed message and of each descriptor."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from bimmerhub.specs.reader import ADDRESS
from bimmerhub.views.events import EVENT_SHAPES
from bimmerhub.web.answers import schema_name
from tools.specs.descriptors import DESCRIPTORS_PATH, build_descriptors
from tools.specs.json_schemas import bundle
from tools.specs.notation import REFERENCES, Schema, expand, references_of

_FOLDER: Final = Path(__file__).with_name("asyncapi")
_MESSAGE: Final = "schemas/cardata/stream-message.json"


def list_asyncapi_files(hub: Mapping[str, Any]) -> dict[str, Any]:
    """Return the documents and schemas by path. `hub` is the hub's OpenAPI document, whose schemas its events have."""
    stream = _load("cardata-stream")
    schemas = {name: expand(short) for name, short in stream["components"]["schemas"].items()}
    stream["components"]["schemas"] = schemas
    return {
        "asyncapi/cardata-stream.json": stream,
        "asyncapi/hub-events.json": _with_events(_load("hub-events"), hub),
        _MESSAGE: bundle("StreamMessage", schemas, identity=f"{ADDRESS}/spec/{_MESSAGE}"),
        DESCRIPTORS_PATH: build_descriptors(),
    }


def _load(name: str) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.yaml.decode((_FOLDER / f"{name}.yaml").read_bytes())
    return document


def _with_events(document: dict[str, Any], hub: Mapping[str, Any]) -> dict[str, Any]:
    described = hub["components"]["schemas"]
    components, channel = document["components"], document["channels"]["events"]
    for kind, shape in EVENT_SHAPES.items():
        name = schema_name(shape)
        components["messages"][kind] = {
            "name": kind,
            "title": f"{kind} event",
            "contentType": "application/json",
            "summary": described[name]["description"],
            "payload": {"$ref": REFERENCES + name},
        }
        channel["messages"][kind] = {"$ref": f"#/components/messages/{kind}"}
        components["schemas"] |= _with_needed(name, described)
    components["schemas"] = dict(sorted(components["schemas"].items()))
    document["operations"]["hearHub"]["messages"] = [
        {"$ref": f"#/channels/events/messages/{kind}"} for kind in EVENT_SHAPES
    ]
    return document


def _with_needed(name: str, schemas: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return a schema and all that it refers to, by name."""
    needed: dict[str, Schema] = {}
    ahead = [name]
    while ahead:
        if (wanted := ahead.pop()) not in needed:
            needed[wanted] = schemas[wanted]
            ahead += references_of(schemas[wanted])
    return needed
