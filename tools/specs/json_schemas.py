"""A JSON Schema 2020-12 for each message and resource of an interface, with all that it refers to inside."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from bimmerhub.specs.reader import ADDRESS
from tools.specs.notation import Schema, expand, redirected, references_of
from tools.specs.openapi_operations import JSON, media_of
from tools.specs.sources import Source

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def build_schemas(name: str, source: Source) -> dict[str, Schema]:
    """Return the schemas of whole answers and bodies, by their paths below the folder of descriptions."""
    schemas = {title: expand(short) for title, short in source.schemas.items()}
    files = {title: f"schemas/{name}/{file_name(title)}.json" for title in _whole(source)}
    return {path: bundle(title, schemas, identity=f"{ADDRESS}/spec/{path}") for title, path in files.items()}


def file_name(title: str) -> str:
    """Return the name of a schema's file: ChargingHistory is in charging-history.json."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", title).lower()


def _whole(source: Source) -> dict[str, None]:
    """Return the names of schemas that are a whole JSON answer, refusal or body."""
    names = dict[str, None]()
    for described in source.operations.values():
        for content in described.answers.values():
            names |= dict.fromkeys(_json_of(media_of(content)))
        if described.body is not None:
            names[described.body] = None
    for refusal in source.refusals.values():
        holds = refusal.holds
        if isinstance(holds, str | dict):
            names |= dict.fromkeys(_json_of(media_of(holds)))
    return names | dict.fromkeys(_json_of(media_of(source.refusal_holds)))


def _json_of(media: Mapping[str, str | None]) -> Iterator[str]:
    if (name := media.get(JSON)) is not None:
        yield name


def bundle(title: str, schemas: Mapping[str, Schema], *, identity: str) -> Schema:
    """Return one schema with those that it needs as its `$defs`."""
    needed = dict[str, None]()
    ahead = list(references_of(schemas[title]))
    while ahead:
        name = ahead.pop(0)
        if name not in needed:
            needed[name] = None
            ahead += references_of(schemas[name])
    whole = {"$schema": DIALECT, "$id": identity, **schemas[title]}
    if needed:
        whole["$defs"] = {name: schemas[name] for name in needed if name != title}
    return dict(redirected(whole, lambda name: "#" if name == title else f"#/$defs/{name}"))
