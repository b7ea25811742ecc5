"""The descriptions of interfaces that come with bimmerhub: which there are, and their bytes."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from bimmerhub.errors import ConfigError

FOLDER: Final = Path(__file__).parent
ADDRESS: Final = "https://bimmerhub.invalid/specs"
"""What links between our files begin with, until somebody who serves them writes the real address in its place."""
Kind = Literal["openapi", "schema"]
_MEDIA_TYPES: Final[dict[Kind, str]] = {
    "openapi": "application/vnd.oai.openapi+json;version=3.1",
    "schema": "application/schema+json",
}
_FOLDERS: Final[dict[str, Kind]] = {"openapi": "openapi", "schemas": "schema"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One description. `name` is its `path` without the ending: openapi/cardata is in openapi/cardata.json."""

    name: str
    kind: Kind
    title: str
    path: str
    media_type: str


@cache
def list_specs() -> tuple[Spec, ...]:
    """Return all descriptions, sorted by kind and name."""
    files = [(kind, file) for folder, kind in _FOLDERS.items() for file in sorted((FOLDER / folder).rglob("*.json"))]
    return tuple(_describe(kind, file) for kind, file in files)


def read_spec(name: str, *, address: str | None = None) -> bytes:
    """Return a description. `address` is where the files are served, without a slash at its end: links begin with it.

    ConfigError when there is no description of that name.
    """
    spec = next((spec for spec in list_specs() if spec.name == name), None)
    if spec is None:
        names = ", ".join(spec.name for spec in list_specs() if spec.kind != "schema")
        raise ConfigError(f"there is no description {name[:60]!r}", hint=f"There are {names}, and JSON Schemas.")
    content = (FOLDER / spec.path).read_bytes()
    return content if address is None else content.replace(ADDRESS.encode(), address.encode())


def _describe(kind: Kind, file: Path) -> Spec:
    path = file.relative_to(FOLDER).as_posix()
    document = json.loads(file.read_bytes())
    title = document.get("title") or document.get("info", {}).get("title") or path
    return Spec(name=path.removesuffix(".json"), kind=kind, title=title, path=path, media_type=_MEDIA_TYPES[kind])
